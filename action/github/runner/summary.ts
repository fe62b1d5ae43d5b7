import { appendFile } from 'node:fs/promises'

/** What GitHub takes of one step's summary; more and it shows nothing. */
const summaryLimitBytes = 1024 * 1024

/** Adds Markdown to the job's summary page; does nothing where the runner has none. */
export async function writeSummary(
  markdown: string,
  { GITHUB_STEP_SUMMARY: file }: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  if (file) await appendFile(file, `${cutToSections(markdown, summaryLimitBytes).trimEnd()}\n`)
}

/** The leading sections (each begins with a heading) that fit in so many bytes of UTF-8, and a line that says what is missing. */
export function cutToSections(markdown: string, limitBytes: number): string {
  if (Buffer.byteLength(markdown) <= limitBytes) return markdown
  const roomBytes = limitBytes - 200
  const sections = markdown.split(/^(?=#{1,6} )/m)
  const kept: string[] = []
  let bytes = 0
  for (const section of sections) {
    bytes += Buffer.byteLength(section)
    if (bytes > roomBytes) break
    kept.push(section)
  }
  const head = kept.length > 0 ? kept.join('') : cutToLines(sections[0] ?? '', roomBytes)
  const left = sections.length - kept.length
  return `${head.trimEnd()}\n\n_Cut here: ${left} ${left === 1 ? 'section does' : 'sections do'} not fit in a job summary; the log has all of it._\n`
}

function cutToLines(text: string, limitBytes: number): string {
  const start = Buffer.from(text).subarray(0, limitBytes).toString()
  return start.slice(0, Math.max(0, start.lastIndexOf('\n')))
}
