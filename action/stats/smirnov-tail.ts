import { logGap, stirlingError } from './saddle-point.ts'

/**
 * P(D⁺ ≥ x) of the one-sided Kolmogorov-Smirnov statistic of `n` ≥ 1 values, 0 < x < 1; scipy's `smirnov(n, x)`.
 * Birnbaum and Tingey's sum (1951), Σ x / (x + j/n) · B(j; n, x + j/n) for j = 0 … ⌊n(1 − x)⌋, whose terms are all positive
 * binomial masses.
 */
export function smirnovTail(n: number, x: number): number {
  const nx = n * x
  const ofAll = stirlingError(n)
  let total = Math.exp(n * Math.log1p(-x))
  for (let j = 1; j < n && j + nx < n; j += 1) {
    const others = n - j
    const exponent =
      ofAll - stirlingError(j) - stirlingError(others) - j * logGap(nx / j) - others * logGap(-nx / others)
    total += (nx / (nx + j)) * Math.exp(exponent) * Math.sqrt(n / (2 * Math.PI * j * others))
  }
  return Math.min(1, total)
}
