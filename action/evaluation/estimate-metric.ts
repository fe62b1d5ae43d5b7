import type { MetricName } from '../project/metric-kinds.ts'
import { placements } from '../stats/placements.ts'
import { mean, sum, sumOfSquares, variance } from '../stats/sum.ts'
import type { JudgedRows } from './judged-rows.ts'
import { lossesOf } from './log-loss.ts'
import { measureMetric } from './measure.ts'
import { deLongVariance } from './roc-auc.ts'

/** A metric of some rows as an estimate of what it is in the long run. */
export interface Estimate {
  readonly value: number
  /** How far chance alone moves it: its standard deviation over samples of this size, 0 where no row differs. */
  readonly standardError: number
  readonly rows: number
}

export type Estimated =
  | { readonly kind: 'estimate'; readonly estimate: Estimate }
  | { readonly kind: 'undefined'; readonly reason: string }

/**
 * A metric with its standard error. A mean's is √(variance / n); the area's is DeLong's; that of other metrics is the same of
 * their influence values (the infinitesimal jackknife): how much the metric moves as one row's weight grows, times n. All but
 * a mean's are asymptotic.
 */
export function estimateMetric(name: MetricName, rows: JudgedRows): Estimated {
  const { value, reason } = measureMetric(name, rows)
  if (value === null) return { kind: 'undefined', reason: reason ?? 'no reason given' }
  const standardError = errorOf(name, rows, value)
  if (standardError === undefined || !Number.isFinite(standardError)) {
    return { kind: 'undefined', reason: 'too few rows for a standard error' }
  }
  return { kind: 'estimate', estimate: { value, standardError, rows: rows.rows } }
}

/** The mean of values, one a row, with its standard error. */
export function estimateMean(values: ArrayLike<number>): Estimated {
  const standardError = errorOfMean(values)
  if (!Number.isFinite(standardError)) return { kind: 'undefined', reason: 'too few rows for a standard error' }
  return { kind: 'estimate', estimate: { value: mean(values), standardError, rows: values.length } }
}

function errorOf(name: MetricName, rows: JudgedRows, value: number): number | undefined {
  if (name === 'roc_auc' && rows.task === 'binary') return Math.sqrt(areaVariance(rows.truth, rows.probability))
  const influence = influenceOf(name, rows, value)
  return influence && errorOfMean(influence)
}

function errorOfMean(values: ArrayLike<number>): number {
  return Math.sqrt(variance(values) / values.length)
}

function influenceOf(name: MetricName, rows: JudgedRows, value: number): Float64Array | undefined {
  switch (name) {
    case 'accuracy':
      return perRow(rows, (row) => Number(rows.truth[row] === rows.predicted[row]))
    case 'log_loss':
      return rows.task === 'regression' ? undefined : lossesOf(rows)
    case 'roc_auc':
      return rows.task === 'multiclass' ? macroAreaInfluence(rows) : undefined
    case 'f1':
      return rows.task === 'regression' ? undefined : f1Influence(rows)
    case 'mae':
      return perRow(rows, (row) => Math.abs(errorAt(rows, row)))
    case 'rmse':
      // d√m = dm / 2√m
      return perRow(rows, (row) => (value === 0 ? 0 : (errorAt(rows, row) ** 2 - value ** 2) / (2 * value)))
    case 'r2':
      return explainedInfluence(rows)
  }
}

function perRow({ rows }: JudgedRows, of: (row: number) => number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => of(row))
}

function errorAt({ truth, predicted }: JudgedRows, row: number): number {
  return (truth[row] ?? Number.NaN) - (predicted[row] ?? Number.NaN)
}

function areaVariance(truth: ArrayLike<number>, score: ArrayLike<number>): number {
  const scores = Float64Array.from(score)
  const positives = scores.filter((_, row) => truth[row] === 1)
  const negatives = scores.filter((_, row) => truth[row] !== 1)
  return deLongVariance(placements(positives, negatives), placements(negatives, positives))
}

/** The mean over the classes of each area's: (V₁₀ − A) n/n₁ of a row of the class, (V₀₁ − A) n/n₀ of another. */
function macroAreaInfluence({
  rows,
  classes,
  truth,
  probabilities,
}: JudgedRows & { readonly task: 'multiclass' }): Float64Array {
  const total = new Float64Array(rows)
  const width = classes.length
  for (const label of classes.keys()) {
    const score = Float64Array.from({ length: rows }, (_, row) => probabilities[row * width + label] ?? Number.NaN)
    const [inside, outside] = [
      score.filter((_, row) => truth[row] === label),
      score.filter((_, row) => truth[row] !== label),
    ]
    const [below, above] = [placements(inside, outside), placements(outside, inside)]
    const area = sum(below) / (inside.length * outside.length)
    let [one, other] = [0, 0]
    for (let row = 0; row < rows; row++) {
      const isOfClass = truth[row] === label
      const won = isOfClass ? (below[one++] ?? 0) / outside.length : 1 - (above[other++] ?? 0) / inside.length
      total[row] = (total[row] ?? 0) + ((won - area) * rows) / (isOfClass ? inside.length : outside.length) / width
    }
  }
  return total
}

/** F1 = 2·both / either, of the positive class, or the mean over the classes that come: (2·both − F1·either) n / Σ either. */
function f1Influence(rows: Exclude<JudgedRows, { task: 'regression' }>): Float64Array {
  const labels = rows.task === 'binary' ? [1] : [...rows.classes.keys()]
  const parts = labels.flatMap((label) => {
    const both = perRow(rows, (row) => Number(rows.truth[row] === label && rows.predicted[row] === label))
    const either = perRow(rows, (row) => Number(rows.truth[row] === label) + Number(rows.predicted[row] === label))
    const whole = sum(either)
    if (whole === 0) return []
    const value = (2 * sum(both)) / whole
    return [both.map((isBoth, row) => ((2 * isBoth - value * (either[row] ?? 0)) * rows.rows) / whole)]
  })
  return perRow(rows, (row) => sum(parts.map((part) => part[row] ?? 0)) / parts.length)
}

/** R² = 1 − U/V: −(e² − U) / V + U ((y − ȳ)² − V) / V², with the means U of e² and V of (y − ȳ)². */
function explainedInfluence(rows: JudgedRows): Float64Array {
  const center = mean(rows.truth)
  const unexplained = mean(perRow(rows, (row) => errorAt(rows, row) ** 2))
  const whole = sumOfSquares(rows.truth, center) / rows.rows
  return perRow(rows, (row) => {
    const square = ((rows.truth[row] ?? 0) - center) ** 2
    return -(errorAt(rows, row) ** 2 - unexplained) / whole + (unexplained * (square - whole)) / whole ** 2
  })
}
