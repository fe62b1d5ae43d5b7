/**
 * P(K ≥ x) of Kolmogorov's limit law, 2 Σ (−1)^(k−1) e^(−2k²x²); below 1 by its other form,
 * 1 − √(2π) / x Σ e^(−(2k−1)²π² / 8x²). Some 1e-15 of the value.
 */
export function kolmogorovLimitTail(x: number): number {
  if (!(x > 0)) return 1
  if (x < 1) {
    const y = -(Math.PI ** 2) / (8 * x * x)
    const below = Math.exp(y) + Math.exp(9 * y) + Math.exp(25 * y) + Math.exp(49 * y)
    return 1 - (Math.sqrt(2 * Math.PI) / x) * below
  }
  const y = -2 * x * x
  return 2 * (Math.exp(y) - Math.exp(4 * y) + Math.exp(9 * y) - Math.exp(16 * y))
}

/**
 * About P(D ≥ d) of the two-sided Kolmogorov-Smirnov statistic with `rows` > 0 effective rows, which need not be whole:
 * the limit law at d (√n + 0.12 + 0.11 / √n) (Stephens 1970). Within a few percent of `kolmogorovTail()` from 20 rows on.
 */
export function approximateKsTail(rows: number, d: number): number {
  const root = Math.sqrt(rows)
  return kolmogorovLimitTail(d * (root + 0.12 + 0.11 / root))
}

/** E[K²] of Kolmogorov's limit law. */
export const meanSquareOfKolmogorov = Math.PI ** 2 / 12

/** The variance of K², in squares of its mean: E[K⁴] is 7π⁴/720. */
export const spreadOfKolmogorov = 0.4
