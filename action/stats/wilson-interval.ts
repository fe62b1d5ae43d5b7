import type { Interval } from './interval.ts'
import { normalQuantile } from './quantiles.ts'

/**
 * Wilson's score interval (1927) of a probability, from `successes` among `trials` > 0, without continuity correction:
 * (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n). `confidence` is 0..1.
 */
export function wilsonInterval(successes: number, trials: number, confidence = 0.95): Interval {
  const share = successes / trials
  const squaredZ = normalQuantile((1 + confidence) / 2) ** 2
  const center = share + squaredZ / (2 * trials)
  const reach = Math.sqrt(squaredZ * ((share * (1 - share)) / trials + squaredZ / (4 * trials ** 2)))
  const shrinkage = 1 + squaredZ / trials
  return { low: Math.max(0, (center - reach) / shrinkage), high: Math.min(1, (center + reach) / shrinkage) }
}
