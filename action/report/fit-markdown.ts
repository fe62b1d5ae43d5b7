/** How much Markdown a place takes. */
export interface Budget {
  readonly limit: number
  readonly size: (markdown: string) => number
}

/** A comment, and the body of an issue or a pull request. GitHub counts characters; UTF-16's are never fewer. */
export const commentBudget: Budget = { limit: 65_536, size: (markdown) => markdown.length }

/** What one step adds to its job's summary; of more, GitHub shows nothing. */
export const summaryBudget: Budget = { limit: 1024 * 1024, size: (markdown) => Buffer.byteLength(markdown) }

/** A part of a report that is shown whole or not at all. */
export interface Section {
  readonly markdown: string
  /** What is larger goes first where there is no room. */
  readonly rank: number
}

/**
 * As much of a report as a place takes: whole sections, those of the smallest rank, in their own order, then what was left out and
 * that `whole` is where it stands (already Markdown). The first section is cut at a line's end where it alone is too long.
 */
export function fitSections(sections: readonly Section[], { limit, size }: Budget, whole: string): string {
  const all = joined(sections)
  if (size(all) <= limit) return all
  const noticeFor = (left: readonly Section[]) => `\n_Left out here, for want of room: ${wordLeft(left)}. ${whole}_\n`
  const kept = new Set(sections)
  const leaving = sections.map((section, place) => ({ section, place }))
  leaving.sort((one, other) => other.section.rank - one.section.rank || other.place - one.place)
  for (const { section } of leaving.slice(0, -1)) {
    kept.delete(section)
    const text = joined(sections.filter((one) => kept.has(one))) + noticeFor(sections.filter((one) => !kept.has(one)))
    if (size(text) <= limit) return text
  }
  const [last] = kept
  const others = sections.filter((one) => one !== last)
  const notice = `\n_Cut here, for want of room${others.length > 0 ? `; left out: ${wordLeft(others)}` : ''}. ${whole}_\n`
  return cutLines(last?.markdown ?? '', (text) => size(text + notice) <= limit) + notice
}

/** A report, of which later sections go first. */
export function fitMarkdown(markdown: string, budget: Budget, whole: string): string {
  return fitSections(
    sectionsOf(markdown).map((section, rank) => ({ markdown: section, rank })),
    budget,
    whole,
  )
}

/** The parts that begin with a heading, outside of code and `<details>`. */
export function sectionsOf(markdown: string): string[] {
  const sections: string[][] = [[]]
  const open = openParts()
  for (const line of markdown.split('\n')) {
    if (open.isNone() && /^#{1,6} /.test(line) && (sections.at(-1) ?? []).some((other) => other.trim() !== '')) {
      sections.push([])
    }
    sections.at(-1)?.push(line)
    open.read(line)
  }
  return sections.map((lines) => lines.join('\n').trimEnd())
}

function joined(sections: readonly Section[]): string {
  return `${sections.map(({ markdown }) => markdown.trimEnd()).join('\n\n')}\n`
}

/** The headings of what is left out, as far as they are short. */
function wordLeft(sections: readonly Section[]): string {
  const titles = sections.map(({ markdown }) => /^#{1,6} +(.{1,80})$/m.exec(markdown)?.[1] ?? '')
  const named = titles.filter((title) => title !== '').slice(0, 5)
  const more = sections.length - named.length
  const rest = more === 1 ? '1 section' : `${more} sections`
  if (named.length === 0) return rest
  return more > 0 ? `${named.join(', ')} and ${rest} more` : named.join(', ')
}

/** The most leading lines that fit, with what they open closed again. */
function cutLines(markdown: string, fits: (text: string) => boolean): string {
  const lines = markdown.split('\n')
  let [least, most] = [0, lines.length]
  while (least < most) {
    const middle = Math.ceil((least + most) / 2)
    if (fits(closed(lines.slice(0, middle)))) least = middle
    else most = middle - 1
  }
  return closed(lines.slice(0, least))
}

function closed(lines: readonly string[]): string {
  const open = openParts()
  for (const line of lines) open.read(line)
  return `${[...lines, ...open.closings()].join('\n')}\n`
}

/** Follows what lines open and close: a block of code, or HTML that holds Markdown. */
function openParts() {
  let fence: string | undefined
  const elements: string[] = []
  return {
    isNone: () => fence === undefined && elements.length === 0,
    read(line: string) {
      const [, marks] = /^ {0,3}(`{3,}|~{3,})/.exec(line) ?? []
      if (fence !== undefined) {
        if (marks !== undefined && marks.startsWith(fence) && line.trim() === marks) fence = undefined
        return
      }
      if (marks !== undefined) {
        fence = marks
        return
      }
      for (const [, slash, name = ''] of line
        .replace(/`[^`]*`/g, '')
        .matchAll(/<(\/?)(details|summary|sub|table)\b[^>]*>/g)) {
        if (slash === '') elements.push(name)
        else if (elements.includes(name)) elements.length = elements.lastIndexOf(name)
      }
    },
    closings: () => [...(fence === undefined ? [] : [fence]), ...elements.toReversed().map((name) => `\n</${name}>`)],
  }
}
