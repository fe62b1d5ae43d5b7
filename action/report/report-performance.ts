import type { PerformanceFound, ToldCohort } from '../pipeline/performance-found.ts'
import { markdownTable, markdownText } from './markdown.ts'
import { formatCount } from './numbers.ts'
import type { Report } from './report.ts'
import { sparkline } from './sparkline.ts'
import { ownLines, plainText } from './terminal.ts'
import {
  wordCohort,
  wordEstimate,
  wordInputs,
  wordLeftOut,
  wordPerformanceCare,
  wordPerformanceReason,
  wordStretch,
} from './word-performance.ts'

export interface PerformanceReport extends PerformanceFound {
  /** Of the project; null without one. */
  readonly model: string | null
  /** As they were named. */
  readonly referenceName: string
  readonly currentName: string
  /** Whether this run added a record to the ledger; null where it was not asked to. */
  readonly recorded: boolean | null
}

/** More cohorts than this are counted, the oldest of them. */
const maxCohorts = 30

const headings = { drop: 'Drop', 'no drop': 'No drop', 'insufficient data': 'Insufficient data' } as const
const marks = { drop: '✗', 'no drop': '✓', 'insufficient data': '?' } as const

/** Whether a metric fell: the verdict with its reason and its cause, then the cohorts, the newest first. */
export function reportPerformance(report: PerformanceReport): Report {
  const reason = wordPerformanceReason(report)
  const { verdict, cohorts, cause } = report
  const shown = cohorts.toReversed().slice(0, maxCohorts)
  const older = cohorts.length - shown.length
  const rest = older > 0 ? [`${formatCount(older)} older ${older === 1 ? 'cohort' : 'cohorts'}`] : []
  const picture = pictureOf(cohorts)
  const sides = [
    `${plainText(report.referenceName)} → ${plainText(report.release ?? report.currentName)}`,
    wordInputs(report.inputs),
    ...(picture === '' ? [] : [picture]),
  ].join(' · ')
  const notes = wordLeftOut(report)
  const care = wordPerformanceCare(report)
  const record = report.recorded === null ? [] : [report.recorded ? 'recorded' : 'nothing new to record']
  const newest = cohorts.findLast(({ stretch }) => stretch !== null)?.stretch
  return {
    text: ownLines([
      `${verdict.toUpperCase()}  ${plainText(reason)}`,
      `  ${plainText(sides)}`,
      ...notes.map((note) => `  ${note}`),
      ...shown.flatMap(textLines),
      ...rest.map((line) => `  · ${line}`),
      ...[...care, ...record].map((line) => `  ${line}`),
    ]),
    markdown: [
      `## ${headings[verdict]}`,
      markdownText(reason),
      markdownText(sides),
      ...notes.map((note) => `- ${markdownText(note)}`),
      ...(shown.length > 0 ? [cohortTable(shown)] : []),
      ...[...rest, ...care, ...record].map((line) => markdownText(line)),
    ].join('\n\n'),
    outputs: {
      verdict,
      reason,
      cause,
      drop: newest?.drop == null ? '' : String(newest.drop),
      recorded: String(report.recorded === true),
    },
  }
}

function textLines(cohort: ToldCohort): string[] {
  const { since, stretch } = cohort
  const mark = stretch === null ? '–' : marks[stretch.verdict]
  const estimate = wordEstimate(cohort)
  const words = [wordStretch(stretch), estimate === '' ? '' : `estimated ${estimate}`].filter((part) => part !== '')
  const head = `  ${mark} ${since.slice(0, 10)}  ${plainText(wordCohort(cohort))}`
  return words.length === 0 ? [head] : [head, `      ${words.join(' · ')}`]
}

function cohortTable(cohorts: readonly ToldCohort[]): string {
  const rows = cohorts.map((cohort) => [
    cohort.since.slice(0, 10),
    markdownText(wordCohort(cohort)),
    markdownText(wordStretch(cohort.stretch)),
    markdownText(wordEstimate(cohort)),
  ])
  return markdownTable(['since', 'realised', 'over the stretch', 'estimated'], rows, ['left', 'left', 'left', 'left'])
}

/** The metric over time, of cohorts that have one. */
function pictureOf(cohorts: readonly ToldCohort[]): string {
  const values = cohorts.flatMap(({ value, state }) => (value === null || state !== 'judged' ? [] : [value]))
  return values.length < 2 ? '' : sparkline(values.slice(-maxCohorts))
}
