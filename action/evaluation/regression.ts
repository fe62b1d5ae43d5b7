import { meanInterval } from '../stats/mean-interval.ts'
import { tQuantile } from '../stats/quantiles.ts'
import { mean, sum, sumOfSquares, variance } from '../stats/sum.ts'
import type { Measured } from './metric.ts'

/** The mean absolute error, with Student's interval. */
export function meanAbsoluteError(truth: ArrayLike<number>, predicted: ArrayLike<number>): Measured {
  const errors = differences(truth, predicted).map(Math.abs)
  const interval = meanInterval(errors)
  return {
    kind: 'value',
    value: mean(errors),
    interval: interval && { low: Math.max(0, interval.low), high: interval.high },
  }
}

/**
 * The root of the mean squared error. Its interval is by the delta method from that of the mean squared error:
 * rmse ± t(n − 1) · √(variance of the squares / n) / (2 · rmse); none where all predictions are exact.
 */
export function rootMeanSquaredError(truth: ArrayLike<number>, predicted: ArrayLike<number>): Measured {
  const squares = differences(truth, predicted).map((error) => error ** 2)
  const value = Math.sqrt(mean(squares))
  if (squares.length < 2 || value === 0) return { kind: 'value', value }
  const reach = (tQuantile(0.975, squares.length - 1) * Math.sqrt(variance(squares) / squares.length)) / (2 * value)
  return { kind: 'value', value, interval: { low: Math.max(0, value - reach), high: value + reach } }
}

/** The share of the target's variance that is explained: 1 − Σ(y − ŷ)² / Σ(y − mean y)²; negative where the mean is better. */
export function rSquared(truth: ArrayLike<number>, predicted: ArrayLike<number>): Measured {
  if (truth.length < 2) return { kind: 'undefined', reason: 'one row has no variance' }
  const total = sumOfSquares(truth, mean(truth))
  if (total === 0) return { kind: 'undefined', reason: 'the target is the same in every row' }
  const unexplained = sum(differences(truth, predicted).map((error) => error ** 2))
  return { kind: 'value', value: 1 - unexplained / total }
}

function differences(truth: ArrayLike<number>, predicted: ArrayLike<number>): Float64Array {
  return Float64Array.from(truth, (value, row) => value - (predicted[row] ?? Number.NaN))
}
