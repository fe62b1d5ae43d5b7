import type { Interval } from './interval.ts'
import { tQuantile } from './quantiles.ts'
import { mean, variance } from './sum.ts'

/**
 * Student's interval of a mean: mean ± t(n − 1) · √(variance / n); undefined of fewer than two values.
 * `confidence` is 0..1.
 */
export function meanInterval(values: ArrayLike<number>, confidence = 0.95): Interval | undefined {
  const count = values.length
  if (count < 2) return undefined
  const center = mean(values)
  const reach = tQuantile((1 + confidence) / 2, count - 1) * Math.sqrt(variance(values) / count)
  return { low: center - reach, high: center + reach }
}
