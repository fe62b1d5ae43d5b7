import { formatExact } from '../base/format-number.ts'
import type { MetricValue } from '../evaluation/metric.ts'
import type { RunRecord } from '../pipeline/run-record.ts'
import { markdownCode, markdownLink, markdownText } from './markdown.ts'
import { formatCount } from './numbers.ts'
import { gatesCount, metricWords } from './report-evaluation.ts'
import { shortened } from './word-contract.ts'

/** What the checks of a proposal came to. */
export interface Judgement {
  /** Number of the workflow run, and its page. */
  readonly run: number
  readonly url: string
  readonly isGood: boolean
  /** What it wrote down; null where that cannot be read. */
  readonly record: RunRecord | null
}

/** The newest release, and the run that made it. */
export interface NewestRelease {
  readonly tag: string
  readonly record: RunRecord | null
}

const start = '**Candidate.**'
const metricsShown = 3
const gatesShown = 5
/** Far more than it takes, and little of what a body may hold. */
const longest = 6000

/** What the text of a proposal says of the candidate once its checks have ended: one paragraph. */
export function wordJudgement(judgement: Judgement, newest: NewestRelease | undefined): string {
  const { run, url, isGood, record } = judgement
  const by = markdownLink(`run ${run}`, url)
  const bare = `${start} ${isGood ? 'The checks passed' : 'The checks failed'}: ${by} has the report.`
  if (!record || record.metrics.length === 0) return bare
  const told = [
    `${start} ${record.metrics.slice(0, metricsShown).map(wordMetric).join(' · ')} on ${formatCount(record.metrics[0]?.rows ?? 0)} test rows, judged by ${by}.`,
    wordGates(record),
    newest ? wordNewest(record, newest) : 'There is no release to compare it with.',
  ].join(' ')
  return told.length > longest ? bare : told
}

/** The text with what is known of the candidate in place of what was not. */
export function withJudgement(body: string, judged: string): string {
  return body
    .split('\n')
    .map((line) => (line.startsWith(`${start} `) ? judged : line))
    .join('\n')
}

function wordMetric(metric: MetricValue): string {
  return markdownText(metricWords(metric))
}

function wordGates({ gates }: RunRecord): string {
  if (gates.length === 0) return 'There is no gate.'
  const bad = gates.filter(({ kind }) => kind !== 'pass')
  if (bad.length === 0) return `All gates pass (${gates.length}).`
  const named = bad
    .slice(0, gatesShown)
    .map(({ gate, reason }) => `${markdownCode(shortened(gate))} ${markdownText(shortened(reason))}`)
  return `**${gatesCount(gates)} gates pass**: ${named.join(', ')}${bad.length > gatesShown ? ', …' : ''}.`
}

/** Each was judged on the test rows of its own data, so that the difference of the two is told as no more than that. */
function wordNewest({ metrics }: RunRecord, { tag, record }: NewestRelease): string {
  const [metric] = metrics
  const known = record?.metrics.find(({ name }) => name === metric?.name)
  const release = markdownCode(tag)
  if (metric?.value == null || known?.value == null) return `The newest release is ${release}.`
  const difference = metric.value - known.value
  const signed = `${difference < 0 ? '−' : '+'}${formatExact(Number(Math.abs(difference).toPrecision(2)))}`
  return `The newest release, ${release}, had ${wordMetric(known)} on ${formatCount(known.rows)} test rows: ${signed}, of other rows, so that it is no test of the difference.`
}
