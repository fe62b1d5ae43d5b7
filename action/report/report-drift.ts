import type { ComparedColumn, SampleComparison } from '../pipeline/compare-samples.ts'
import { markdownCode, markdownTable, markdownText } from './markdown.ts'
import { formatChance, formatCount, formatNumber } from './numbers.ts'
import type { Report } from './report.ts'
import { ownLines, plainText } from './terminal.ts'
import {
  isWorthALine,
  verdictWords,
  wordAdded,
  wordCare,
  wordColumn,
  wordDriftReason,
  wordEvidence,
  wordPicture,
  wordRename,
  wordSwap,
} from './word-drift.ts'

export interface DriftReport extends SampleComparison {
  /** As they were named. */
  readonly reference: string
  readonly current: string
}

/** More columns than this are counted, not told, where nothing is wrong with them. */
const maxLines = 200

/** Whether data drifted: the verdict with its reason, then the columns, the worst first, with their numbers. */
export function reportDrift(report: DriftReport): Report {
  const reason = wordDriftReason(report)
  const { verdict, columns } = report
  const shown = columns.filter(isWorthALine).slice(0, maxLines)
  const quiet = columns.length - shown.length
  const notes = [...report.renames.map(wordRename), ...report.swaps.map(wordSwap), ...wordAdded(report)]
  const width = Math.max(0, ...shown.map(({ name }) => plainText(name).length))
  const sides = `${plainText(report.reference)}, ${formatCount(report.referenceRows)} rows → ${plainText(report.current)}, ${formatCount(report.currentRows)} rows`
  const rest = quiet > 0 ? [`  · ${formatCount(quiet)} other ${quiet === 1 ? 'column' : 'columns'}: no drift`] : []
  const end = `  ${wordCare(report)}`
  return {
    text: ownLines([
      `${verdict.toUpperCase()}  ${reason}`,
      `  ${sides}`,
      ...notes.map((note) => `  ${note}`),
      ...shown.flatMap((column) => textLines(column, width)),
      ...rest,
      end,
    ]),
    markdown: [
      `## ${verdictWords[verdict]}`,
      markdownText(reason),
      markdownText(sides),
      ...notes.map((note) => `- ${markdownText(note)}`),
      ...(shown.length > 0 ? [driftTable(shown)] : []),
      ...(quiet > 0 ? [`${formatCount(quiet)} other ${quiet === 1 ? 'column' : 'columns'}: no drift.`] : []),
      markdownText(wordCare(report)),
    ].join('\n\n'),
    outputs: {
      verdict,
      drifted: String(columns.filter((one) => one.verdict === 'drift' || one.verdict === 'vanished').length),
      reason,
    },
  }
}

function textLines(column: ComparedColumn, width: number): string[] {
  const evidence = wordEvidence(column).map((line) => `      ${plainText(line)}`)
  const picture = wordPicture(column)
  const name = plainText(column.name).padEnd(width)
  const head = `  ${marks[column.verdict]} ${name}  ${plainText(wordColumn(column))}${picture === '' ? '' : `  ${picture}`}`
  return column.verdict === 'not judged' ? [head] : [head, ...evidence]
}

const marks = {
  vanished: '✗',
  drift: '✗',
  'insufficient data': '?',
  notable: '!',
  'no drift': '✓',
  'not judged': '–',
} as const

function driftTable(columns: readonly ComparedColumn[]): string {
  const rows = columns.map((column) => {
    const main = column.rows.toSorted((a, b) => b.effect - a.effect)[0]
    const psi = column.measures?.values.psi
    return [
      markdownCode(column.name),
      markdownText(wordColumn(column)),
      main ? formatNumber(main.effect) : '',
      main ? formatChance(main.adjusted) : '',
      main ? formatNumber(main.smallestEffect) : '',
      typeof psi === 'number' ? formatNumber(psi) : '',
      wordPicture(column),
    ]
  })
  const head = ['column', '', 'effect', 'p, adjusted', 'could see', 'PSI', 'before → now']
  return markdownTable(head, rows, ['left', 'left', 'right', 'right', 'right', 'right', 'left'])
}
