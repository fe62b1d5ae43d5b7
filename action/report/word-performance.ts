import { formatDuration } from '../base/duration.ts'
import type { MeasuredSql } from '../evaluation/metric-drop.ts'
import type {
  InputDrift,
  MetricWord,
  PerformanceFound,
  ToldCohort,
  ToldStretch,
} from '../pipeline/performance-found.ts'
import { formatCount, formatNumber, formatShare } from './numbers.ts'

const maxNamed = 5

/** A sum is told a row. */
export function wordMetricName(metric: string, sql: MeasuredSql | null): string {
  return sql?.form === 'sum' ? `${metric} per row` : metric
}

/** Why the verdict is what it is, in one line. */
export function wordPerformanceReason(found: PerformanceFound): string {
  const { verdict, rule, cohorts } = found
  const metric = wordMetricName(found.metric, found.sql)
  const stretch = cohorts.findLast((cohort) => cohort.stretch !== null)?.stretch
  if (!stretch) return `${metric}: ${wordUnjudged(cohorts)}`
  const fall = wordFall(found, stretch)
  const limit = `limit ${formatNumber(rule.limit)} over ${formatDuration(rule.overMs)}`
  if (verdict !== 'insufficient data') {
    return `${fall} · ${limit}${verdict === 'drop' ? ` · ${wordCause(found)}` : ''}`
  }
  return `${fall} · ${limit} · ${stretch.because ?? 'too little data'}${wordRowsNeeded(stretch)}`
}

function wordUnjudged(cohorts: readonly ToldCohort[]): string {
  const closed = cohorts.filter(({ state }) => state !== 'waiting')
  const [first] = closed
  if (cohorts.length === 0) return 'there are no predictions'
  if (!first) return 'the labels of all predictions are still to come'
  const reason = closed.at(-1)?.reason
  return closed.at(-1)?.state === 'unmeasured' && reason !== undefined
    ? `no cohort can be measured: ${reason}`
    : 'no cohort has labels enough'
}

/** `roc_auc fell by 0.051 (0.012 … 0.09) to 0.81 since 2025-03-03`. */
function wordFall({ metric: name, sql, better, reference }: PerformanceFound, stretch: ToldStretch): string {
  const metric = wordMetricName(name, sql)
  const { drop, realised, interval, since } = stretch
  if (drop === null || realised === null) return metric
  const isWorse = drop > 0
  const moved = isWorse === (better === 'higher') ? 'fell' : 'rose'
  const range = interval === null ? '' : ` (${wordSpan(isWorse ? interval : turned(interval))})`
  return `${metric} ${moved} by ${formatNumber(Math.abs(drop))}${range}, from ${formatNumber(reference.value)} to ${formatNumber(realised)} since ${since.slice(0, 10)}`
}

function turned({ low, high }: { readonly low: number; readonly high: number }) {
  return { low: -high, high: -low }
}

export function wordSpan({ low, high }: { readonly low: number; readonly high: number }): string {
  return `${formatNumber(low)} … ${formatNumber(high)}`
}

function wordRowsNeeded({ rowsNeeded, rows }: ToldStretch): string {
  if (rowsNeeded === null || rowsNeeded <= rows) return ''
  return `: ${formatCount(rows)}, and it takes about ${formatCount(rowsNeeded)}`
}

/** What a fall is put down to, by what is known of the inputs. */
function wordCause({ inputs }: PerformanceFound): string {
  switch (inputs.kind) {
    case 'none':
      return 'no input drifts: concept, not data'
    case 'drift':
      return `inputs drift: ${named(inputs.columns)}`
    case 'unknown':
      return `whether inputs drift is not known: ${inputs.why}`
  }
}

export function wordInputs(inputs: InputDrift): string {
  if (inputs.kind === 'none') return 'inputs: no confirmed drift'
  if (inputs.kind === 'drift')
    return `inputs: ${named(inputs.columns)} ${inputs.columns.length === 1 ? 'drifts' : 'drift'}`
  return `inputs: not known, ${inputs.why}`
}

function named(columns: readonly string[]): string {
  const rest = columns.length - maxNamed
  return columns.slice(0, maxNamed).join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}

/** What is said of a cohort: its metric, or why there is none to judge. */
export function wordCohort({ state, value, labelled, predicted, reason }: ToldCohort): string {
  const share = `${formatCount(labelled)} of ${formatCount(predicted)} labelled`
  if (state === 'waiting') return `labels are still to come: ${share}`
  if (state === 'low coverage')
    return `not judged: ${share} (${formatShare(predicted === 0 ? 0 : labelled / predicted)})`
  if (value === null) return `not judged: ${reason ?? 'no value'}`
  return `${formatNumber(value)} · ${share}`
}

export function wordEstimate({ estimated }: ToldCohort): string {
  return estimated === null ? '' : `${formatNumber(estimated.value)} (${wordSpan(estimated)})`
}

export function wordStretch(stretch: ToldStretch | null): string {
  if (stretch === null) return ''
  const { drop, interval, verdict } = stretch
  const range = interval === null ? '' : ` (${wordSpan(interval)})`
  return drop === null ? verdict : `${verdict}: fall ${formatNumber(drop)}${range}`
}

/** What was left out, each in a line. */
export function wordLeftOut({ leftOut }: Pick<PerformanceFound, 'leftOut'>): string[] {
  const { repeatedRows, conflictingIds, unusableRows, timelessRows } = leftOut
  const told: readonly (readonly [count: number, thing: string, what: string])[] = [
    [repeatedRows, 'prediction', 'of an id that was answered before: the first counts'],
    [conflictingIds, 'id', 'with several labels: taken for unlabelled'],
    [unusableRows, 'row', 'without an id, a prediction or its probability: left out'],
    [timelessRows, 'row', 'without a time: in no cohort'],
  ]
  return told.flatMap(([count, thing, what]) =>
    count > 0 ? [`${formatCount(count)} ${thing}${count === 1 ? '' : 's'} ${what}`] : [],
  )
}

/** What it was when it was judged, how it is judged where it is in SQL, and what of it plumbline.yaml says. */
export function wordMetricSource(
  { reference, sql }: Pick<PerformanceFound, 'reference' | 'sql'>,
  fromPolicy: readonly MetricWord[],
): string[] {
  const { rows, value, standardError } = reference
  return [
    `${formatCount(rows)} rows judged, ${formatNumber(value)} ± ${formatNumber(standardError)}`,
    ...(sql?.form === 'sum' ? ['a sum, judged as the mean of its rows, so that cohorts of any size compare'] : []),
    ...(sql?.form === 'other' ? ['no sum and no mean of rows: its error is that of 20 groups of rows'] : []),
    ...(fromPolicy.length > 0 ? [`${wordList(fromPolicy)} from retrain: in plumbline.yaml`] : []),
  ]
}

function wordList(words: readonly string[]): string {
  const last = words.at(-1) ?? ''
  return words.length > 1 ? `${words.slice(0, -1).join(', ')} and ${last}` : last
}

/** How sure it is, and what an estimate rests on. */
export function wordPerformanceCare(followed: readonly PerformanceFound[]): string[] {
  const [first] = followed
  const whose = followed.length > 1 ? ', of each metric' : ''
  const care = first
    ? [
        `intervals hold at every look: at most ${formatShare(first.rule.alpha)} of models without a fall are ever called one${whose}, with rows enough for sums to be normal`,
      ]
    : []
  const estimated = followed.find(({ assumption }) => assumption !== null)
  if (!estimated) return care
  const calibrated = estimated.isCalibrated ? ', of probabilities calibrated on the reference' : ''
  return [...care, `Estimates before labels${calibrated}: ${estimated.assumption}`]
}
