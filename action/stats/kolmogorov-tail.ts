import { durbinProbability } from './durbin-matrix.ts'
import { pelzGoodProbability } from './pelz-good.ts'
import { pomeranzProbability } from './pomeranz.ts'
import { logGap, stirlingError } from './saddle-point.ts'
import { smirnovTail } from './smirnov-tail.ts'

/**
 * P(D_n ≥ x) of the two-sided Kolmogorov-Smirnov statistic of `n` values (whole, ≥ 1) against a known distribution: the law
 * of finite samples, not its limit. scipy's `kstwo.sf(x, n)`, by the same choice of methods, which is Simard and L'Ecuyer's
 * (2011): each where it is good to 1e-10 or better.
 */
export function kolmogorovTail(n: number, x: number): number {
  return Math.min(1, Math.max(0, tail(n, x)))
}

function tail(n: number, x: number): number {
  if (x >= 1) return 0
  const t = n * x
  if (t <= 0.5) return 1
  if (t <= 1) return 1 - fewestSteps(n, 2 * t - 1)
  if (t >= n - 1) return 2 * (1 - x) ** n
  if (x >= 0.5) return 2 * smirnovTail(n, x)
  const square = t * x
  if (n <= 140) {
    if (square <= 0.754693) return 1 - durbinProbability(n, x)
    return square <= 4 ? 1 - pomeranzProbability(n, x) : 2 * smirnovTail(n, x)
  }
  if (square >= 370) return 0
  if (square >= 2.2) return 2 * smirnovTail(n, x)
  return 1 - (n <= 100_000 && n * x ** 1.5 <= 1.4 ? durbinProbability(n, x) : pelzGoodProbability(n, x))
}

/** Ruben and Gambino's n! (share / n)^n, with n! n^−n by its saddle-point form. */
function fewestSteps(n: number, share: number): number {
  if (share <= 0) return 0
  return Math.exp(stirlingError(n) - n + n * logShare(share)) * Math.sqrt(2 * Math.PI * n)
}

function logShare(share: number): number {
  return share - 1 - logGap(share - 1)
}
