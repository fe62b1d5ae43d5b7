import type { ComparedColumn, SampleComparison } from '../pipeline/compare-samples.ts'
import { driftMarkdownTable, driftTextTable, wordMore } from './drift-table.ts'
import { markdownCode, markdownText } from './markdown.ts'
import { formatCounted } from './numbers.ts'
import type { Report } from './report.ts'
import { ownLines, plainText } from './terminal.ts'
import {
  shortName,
  verdictWords,
  wordAdded,
  wordCare,
  wordDriftReason,
  wordNotJudged,
  wordOthers,
  wordRename,
  wordSwap,
} from './word-drift.ts'

export interface DriftReport extends SampleComparison {
  /** As they were named. */
  readonly reference: string
  readonly current: string
}

/** So many columns of a verdict are told; more are counted. */
const mostTold = {
  vanished: 100,
  drift: 100,
  'insufficient data': 10,
  notable: 10,
  'no drift': 0,
  'not judged': 0,
} as const

/** Whether data drifted: the verdict with its reason, then the columns, the worst first, with their numbers. */
export function reportDrift(report: DriftReport): Report {
  const reason = wordDriftReason(report)
  const { verdict, columns, rule } = report
  const told = toldOf(columns)
  const notes = [...report.renames.map(wordRename), ...report.swaps.map(wordSwap), ...wordAdded(report)]
  const sides = `${plainText(report.reference)}, ${formatCounted(report.referenceRows, 'row')} → ${plainText(report.current)}, ${formatCounted(report.currentRows, 'row')}`
  const others = [...wordOthers(columns, told), ...wordNotJudged(columns)]
  return {
    text: ownLines([
      `${verdict.toUpperCase()}  ${reason}`,
      `  ${sides}`,
      ...notes.map((note) => `  ${note}`),
      ...(told.length > 0 ? driftTextTable(told, rule) : []),
      ...others.map((words) => `  ${words}`),
      `  ${wordCare(report)}`,
    ]),
    markdown: [
      `## ${verdictWords[verdict]}`,
      `**${markdownText(reason)}**`,
      markdownText(sides),
      ...(notes.length > 0 ? [notes.map((note) => `- ${markdownText(note)}`).join('\n')] : []),
      ...(told.length > 0 ? [driftMarkdownTable(told, rule)] : []),
      ...moreOf(told),
      ...(others.length > 0 ? [others.map((words) => `- ${markdownText(words)}`).join('\n')] : []),
      markdownText(wordCare(report)),
    ].join('\n\n'),
    outputs: {
      verdict,
      drifted: String(columns.filter((one) => one.verdict === 'drift' || one.verdict === 'vanished').length),
      reason,
    },
  }
}

function toldOf(columns: readonly ComparedColumn[]): ComparedColumn[] {
  const counts = new Map<ComparedColumn['verdict'], number>()
  return columns.filter(({ verdict }) => {
    const count = (counts.get(verdict) ?? 0) + 1
    counts.set(verdict, count)
    return count <= mostTold[verdict]
  })
}

/** What has no cell in the table, as a list. */
function moreOf(told: readonly ComparedColumn[]): string[] {
  const lines = told.flatMap((column) => {
    const words = wordMore(column)
    return words.length > 0 ? [`- ${markdownCode(shortName(column.name))}: ${markdownText(words.join(' · '))}`] : []
  })
  return lines.length > 0 ? [lines.join('\n')] : []
}
