import type { DropVerdict } from '../evaluation/metric-drop.ts'
import type { MetricWord, PerformanceFound, ToldCohort } from '../pipeline/performance-found.ts'
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
  wordMetricSource,
  wordPerformanceCare,
  wordPerformanceReason,
  wordStretch,
} from './word-performance.ts'

/** One metric, and what of it plumbline.yaml says. */
export interface ToldMetric extends PerformanceFound {
  readonly fromPolicy: readonly MetricWord[]
}

export interface PerformanceReport {
  /** Of the project; null without one. */
  readonly model: string | null
  /** As they were named. */
  readonly referenceName: string
  readonly currentName: string
  /** Whether this run added a record to the ledger; null where it was not asked to. */
  readonly recorded: boolean | null
  /** The worst of them; of none, "not followed". */
  readonly verdict: DropVerdict | 'not followed'
  /** In the order in which they were asked for; none where plumbline.yaml watches no metric. */
  readonly followed: readonly ToldMetric[]
}

/** More cohorts than this are counted, the oldest of them. */
const maxCohorts = 30

const severity: readonly DropVerdict[] = ['drop', 'insufficient data', 'no drop']
const headings = { drop: 'Drop', 'no drop': 'No drop', 'insufficient data': 'Insufficient data' } as const
const marks = { drop: '✗', 'no drop': '✓', 'insufficient data': '?' } as const

const notFollowed = 'plumbline.yaml watches no metric'
const toFollow =
  'retrain: { any: [ { metric: roc_auc, drop: 0.03, over: 14d } ] } watches one; --metric follows one now'
const nothingFollowed: Report = {
  text: ownLines([`NOT FOLLOWED  ${notFollowed}`, `  ${toFollow}`]),
  markdown: ['## Not followed', notFollowed, markdownText(toFollow)].join('\n\n'),
  outputs: { verdict: 'not followed', reason: notFollowed, cause: 'unknown', drop: '', recorded: 'false' },
}

/** Whether metrics fell: each with its verdict, its reason and its cohorts, the newest first; the worst metric first. */
export function reportPerformance(report: PerformanceReport): Report {
  const { verdict, followed, recorded } = report
  if (verdict === 'not followed') return nothingFollowed
  const told = [...followed].sort((one, other) => severity.indexOf(one.verdict) - severity.indexOf(other.verdict))
  const decisive = told.filter((one) => one.verdict === verdict)
  const [worst] = decisive
  const notes = worst ? wordLeftOut(worst) : []
  const care = wordPerformanceCare(told)
  const record = recorded === null ? [] : [recorded ? 'recorded' : 'nothing new to record']
  const newest = worst?.cohorts.findLast(({ stretch }) => stretch !== null)?.stretch
  return {
    text: ownLines([
      ...told.flatMap((one) => metricLines(report, one)),
      ...[...notes, ...care, ...record].map((line) => `  ${line}`),
    ]),
    markdown: [
      ...told.flatMap((one) => metricMarkdown(report, one)),
      ...notes.map((note) => `- ${markdownText(note)}`),
      ...[...care, ...record].map((line) => markdownText(line)),
    ].join('\n\n'),
    outputs: {
      verdict,
      reason: decisive.map(wordPerformanceReason).join('; '),
      cause: worst?.cause ?? 'unknown',
      drop: newest?.drop == null ? '' : String(newest.drop),
      recorded: String(recorded === true),
    },
  }
}

function metricLines(report: PerformanceReport, found: ToldMetric): string[] {
  const { shown, rest } = cohortsOf(found)
  return [
    `${found.verdict.toUpperCase()}  ${plainText(wordPerformanceReason(found))}`,
    `  ${plainText(sidesOf(report, found))}`,
    `  ${wordMetricSource(found, found.fromPolicy).join(' · ')}`,
    ...shown.flatMap(textLines),
    ...rest.map((line) => `  · ${line}`),
  ]
}

function metricMarkdown(report: PerformanceReport, found: ToldMetric): string[] {
  const { shown, rest } = cohortsOf(found)
  return [
    `## ${headings[found.verdict]}`,
    markdownText(wordPerformanceReason(found)),
    markdownText(sidesOf(report, found)),
    markdownText(wordMetricSource(found, found.fromPolicy).join(' · ')),
    ...(shown.length > 0 ? [cohortTable(shown)] : []),
    ...rest.map((line) => markdownText(line)),
  ]
}

function cohortsOf({ cohorts }: ToldMetric): { readonly shown: readonly ToldCohort[]; readonly rest: string[] } {
  const shown = cohorts.toReversed().slice(0, maxCohorts)
  const older = cohorts.length - shown.length
  return { shown, rest: older > 0 ? [`${formatCount(older)} older ${older === 1 ? 'cohort' : 'cohorts'}`] : [] }
}

function sidesOf({ referenceName, currentName }: PerformanceReport, { release, inputs, cohorts }: ToldMetric): string {
  const picture = pictureOf(cohorts)
  const sides = [`${referenceName} → ${release ?? currentName}`, wordInputs(inputs)]
  return [...sides, ...(picture === '' ? [] : [picture])].join(' · ')
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
