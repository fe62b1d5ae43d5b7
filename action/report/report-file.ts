import { isRecord } from '../base/is-record.ts'
import { version } from '../base/version.ts'
import type { Ending } from './ending.ts'
import { jsonEnding } from './word-ending.ts'

/** A report as it lies in an artifact: `report` is what `--json` prints. Whoever reads it words it anew. */
export interface ReportFile {
  readonly schema: typeof reportSchema
  /** The version of Plumbline that wrote it. */
  readonly plumbline: string
  readonly report: unknown
}

const reportSchema = 'plumbline/report/v1'

/** In the artifact, beside the same as Markdown for people who download it. */
export const reportFileName = 'report.json'
export const reportMarkdownName = 'report.md'

/** Of the report, and of what its artifact holds in all. */
export const largestReportBytes = 8 << 20
export const largestReportArtifactBytes = 2 * largestReportBytes

export function writeReportFile(command: string, ending: Ending): string {
  const report: unknown = JSON.parse(jsonEnding(command, ending))
  const file: ReportFile = { schema: reportSchema, plumbline: version, report }
  return `${JSON.stringify(file)}\n`
}

export type ReadReportFile =
  | { readonly ok: true; readonly file: ReportFile }
  | { readonly ok: false; readonly problem: 'no JSON' | 'no report' }
  | { readonly ok: false; readonly problem: 'newer'; readonly schema: string }

/** From bytes that nobody vouches for; what `report` holds is still to be looked at. */
export function readReportFile(bytes: Uint8Array): ReadReportFile {
  let read: unknown
  try {
    read = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return { ok: false, problem: 'no JSON' }
  }
  if (!isRecord(read)) return { ok: false, problem: 'no report' }
  const { schema, plumbline, report, ...others } = read
  const isOfOurs = typeof schema === 'string' && /^plumbline\/report\/v\d{1,6}$/.test(schema)
  if (isOfOurs && schema !== reportSchema) return { ok: false, problem: 'newer', schema }
  const isVersion = typeof plumbline === 'string' && /^\d{1,6}\.\d{1,6}\.\d{1,6}[\w.-]{0,40}$/.test(plumbline)
  if (schema !== reportSchema || !isVersion || report === undefined || Object.keys(others).length > 0) {
    return { ok: false, problem: 'no report' }
  }
  return { ok: true, file: { schema, plumbline, report } }
}

/** `run/models-price`, of the second attempt → `plumbline-report-run.models-price-2`: what an artifact of a run can be called once. */
export function reportArtifactName(key: string, attempt: number): string {
  return `plumbline-report-${key.replaceAll('/', '.')}-${attempt}`
}

export interface NamedReport {
  /** Of the comment: the command, and the folder of the model where it is not the repository's root. */
  readonly key: string
  readonly command: string
  readonly attempt: number
}

/** Undefined for an artifact that is no report. */
export function namedReport(artifact: string): NamedReport | undefined {
  const [, command, place, attempt] =
    /^plumbline-report-([a-z]+(?:-[a-z]+)*)(?:\.([a-z0-9]+(?:-[a-z0-9]+)*))?-([1-9]\d{0,4})$/.exec(artifact) ?? []
  if (command === undefined || artifact.length > 160) return undefined
  return { key: place === undefined ? command : `${command}/${place}`, command, attempt: Number(attempt) }
}
