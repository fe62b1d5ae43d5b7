import { markdownText } from './markdown.ts'
import type { Report } from './report.ts'
import { plainText } from './terminal.ts'

/** Where the embedded GitHub is served. */
export interface ServedReport {
  /** `owner/name` */
  readonly repository: string
  /** Lets the browser in that opens it. */
  readonly webUrl: string
  readonly apiUrl: string
  readonly gitUrl: string
}

export function reportServed({ repository, webUrl, apiUrl, gitUrl }: ServedReport): Report {
  const lines = [
    `The embedded GitHub serves ${repository}, on this machine alone, until Ctrl-C`,
    '',
    `  web  ${webUrl}`,
    `  api  ${apiUrl}`,
    `  git  ${gitUrl}`,
  ]
  return { text: lines.map(plainText).join('\n'), markdown: markdownText(lines[0] ?? ''), outputs: {} }
}
