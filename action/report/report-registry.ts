import type { LiveRelease } from '../registry/live-releases.ts'
import type { ReleaseFacts } from '../registry/release-facts.ts'
import { markdownCode, markdownLink, markdownTable, markdownText } from './markdown.ts'
import { formatBytes, formatCount } from './numbers.ts'
import type { Report } from './report.ts'
import { ownLines, plainText } from './terminal.ts'
import { columns, wordMetric, wordMoment } from './word-runs.ts'

/** What `registry list` shows. */
export interface RegistryListing {
  /** Null: of all models. */
  readonly model: string | null
  /** Newest first. */
  readonly releases: readonly ReleaseFacts[]
  readonly total: number
  /** Cleaned ones that are not shown. */
  readonly hidden: number
  /** The metric that was asked for. */
  readonly metric: string | null
  /** Environments of which nobody knows what is live. */
  readonly unreadable: readonly UnreadableState[]
  /** Requests that it took. */
  readonly calls: number
}

export interface UnreadableState {
  readonly place: string
  readonly problem: string
}

/** What a reader must know of an environment whose state cannot be read. */
export function wordUnreadable({ place, problem }: UnreadableState): string {
  return `cannot see what is live in ${plainText(place)}: ${plainText(problem)}`
}

export function reportRegistry(listing: RegistryListing): Report {
  const { releases, total, unreadable } = listing
  const header = ['release', 'published (UTC)', listing.metric ?? 'metric', 'gates', 'size', 'names']
  const cells = releases.map((release) => cellsOf(release, listing.metric))
  const headline = wordHeadline(listing)
  const [newest] = releases
  return {
    text: ownLines([
      headline,
      ...(releases.length === 0 ? [] : ['', ...columns([header, ...cells]).map((row) => `  ${row}`)]),
    ]),
    markdown: [
      '## Releases',
      markdownText(headline),
      ...(releases.length === 0
        ? []
        : [
            markdownTable(
              header.map(markdownText),
              cells.map(([tag = '', ...rest], index) => {
                const url = releases[index]?.url
                return [url ? markdownLink(tag, url) : markdownCode(tag), ...rest.map(markdownText)]
              }),
            ),
          ]),
      ...unreadable.map((state) => `⚠ ${markdownText(wordUnreadable(state))}`),
    ].join('\n\n'),
    outputs: { releases: String(total) },
    next: newest ? `plumbline registry show ${newest.tag}` : 'plumbline run, then plumbline register',
  }
}

function wordHeadline({ model, releases, total, hidden }: RegistryListing): string {
  const of = model === null ? '' : ` of ${plainText(model)}`
  const cleaned = hidden > 0 ? ` · ${formatCount(hidden)} cleaned: --cleaned` : ''
  if (total === 0) return `Nothing${of} is published yet${cleaned}`
  const rest = total - releases.length
  const more = rest > 0 ? ` · ${formatCount(rest)} older not shown: --limit ${total}` : ''
  return `${formatCount(total)} ${total === 1 ? 'release' : 'releases'}${of}${more}${cleaned}`
}

function cellsOf(release: ReleaseFacts, metric: string | null): readonly string[] {
  const { tag, publishedAt, run, bytes, state } = release
  const gates = run?.gates ?? []
  const passed = gates.filter(({ kind }) => kind === 'pass').length
  const name = metric ?? gates[0]?.metric ?? run?.metrics[0]?.name
  const judged = run?.metrics.find((known) => known.name === name)
  return [
    plainText(tag),
    wordMoment(publishedAt),
    metric === null && name !== undefined ? `${plainText(name)} ${wordMetric(judged)}` : wordMetric(judged),
    run ? `${passed} of ${gates.length}` : '–',
    bytes === null ? state : formatBytes(bytes),
    plainText(namesOf(release).join(' · ')),
  ]
}

/** What a release is called and where it is live: `champion`, `live in production`, `candidate in production at 5 %`. */
export function namesOf({ aliases, live, assets, state }: ReleaseFacts): readonly string[] {
  const changed = assets.filter((asset) => asset.state !== 'as published').length
  return [
    ...aliases,
    ...live.map(wordLive),
    ...(state === 'published' && changed > 0 ? [`✗ ${formatCount(changed)} assets are not as published`] : []),
  ]
}

function wordLive({ environment, role, share }: LiveRelease): string {
  return `${role} in ${environment}${share === undefined ? '' : ` at ${share} %`}`
}
