import type { SampleProfile } from '../pipeline/profile-sample.ts'
import { markdownCode, markdownTable, markdownText } from './markdown.ts'
import { formatCount } from './numbers.ts'
import type { Report } from './report.ts'
import { ownLines, plainText } from './terminal.ts'
import {
  wordCorrelation,
  wordDistinct,
  wordKind,
  wordMiddle,
  wordMissing,
  wordMost,
  wordProfileCare,
  wordProfileFinding,
  wordRange,
  wordRepeats,
  wordTimes,
} from './word-profile.ts'

export interface ProfileReport extends SampleProfile {
  /** As it was named. */
  readonly data: string
  readonly files: number
}

/** More columns than this are counted, not told. */
const maxLines = 200
const maxFindings = 5
const maxCorrelations = 5

/** What is in data: what is odd first, then the columns, with what goes together. */
export function reportProfile(report: ProfileReport): Report {
  const { columns } = report
  const odd = columns.filter(({ findings }) => findings.length > 0)
  const named = odd.slice(0, maxFindings).map((column) => `${column.name} ${wordProfileFinding(column)}`)
  const others = odd.length > maxFindings ? [`${formatCount(odd.length - maxFindings)} more`] : []
  const verdict = wordVerdict(report, odd.length)
  const reason = [...named, ...others].join(' · ')
  const shown = columns.slice(0, maxLines)
  const size = `${formatCount(report.rows)} ${report.rows === 1 ? 'row' : 'rows'} × ${formatCount(columns.length)} ${columns.length === 1 ? 'column' : 'columns'}`
  const sides = [report.data, ...(report.files === 1 ? [] : [`${formatCount(report.files)} files`]), size].join(' · ')
  const notes = [
    wordTimes(report),
    wordRepeats(report),
    ...report.correlations.slice(0, maxCorrelations).map(wordCorrelation),
  ]
  const told = notes.filter((note) => note !== '')
  const rest = columns.length - shown.length
  const more = rest > 0 ? [`${formatCount(rest)} more columns: --json tells them all.`] : []
  const care = wordProfileCare(report)
  return {
    text: ownLines([
      reason === '' ? verdict.toUpperCase() : `${verdict.toUpperCase()}  ${plainText(reason)}`,
      `  ${plainText(sides)}`,
      ...told.map((note) => `  ${plainText(note)}`),
      '',
      ...textTable(shown.map((column) => cellsOf(column).map(plainText))),
      ...[...more, care].map((line) => `  ${line}`),
    ]),
    markdown: [
      `## ${verdict}`,
      ...(reason === '' ? [] : [markdownText(reason)]),
      markdownText(sides),
      ...told.map((note) => `- ${markdownText(note)}`),
      markdownTable(
        head,
        shown.map((column) => {
          const [name = '', ...cells] = cellsOf(column)
          return [markdownCode(name), ...cells.map(markdownText)]
        }),
        ['left', 'left', 'right', 'right', 'left', 'left', 'left'],
      ),
      ...more,
      markdownText(care),
    ].join('\n\n'),
    outputs: { odd: String(odd.length), reason },
  }
}

const head = ['column', 'kind', 'missing', 'distinct', 'range', 'middle', 'most frequent']

function cellsOf(column: ProfileReport['columns'][number]): string[] {
  return [
    column.name,
    wordKind(column),
    wordMissing(column),
    wordDistinct(column),
    wordRange(column),
    wordMiddle(column),
    wordMost(column),
  ]
}

function wordVerdict({ columns }: ProfileReport, odd: number): string {
  if (odd === 0) return 'Nothing odd'
  return `${formatCount(odd)} of ${formatCount(columns.length)} ${columns.length === 1 ? 'column' : 'columns'} to look at`
}

const widest = 40

function textTable(rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows]
  const widths = head.map((_, place) => Math.min(widest, Math.max(...all.map((row) => (row[place] ?? '').length))))
  return all.map((row) => `  ${row.map((cell, place) => cell.padEnd(widths[place] ?? 0)).join('  ')}`.trimEnd())
}
