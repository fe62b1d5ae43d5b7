/**
 * The sum in the given order with Neumaier's compensation (1974), so that the error does not grow with the count:
 * about 2 units in the last place of Σ|x|.
 */
export function sum(values: ArrayLike<number>): number {
  return sumOver(values.length, (index) => values[index] ?? 0)
}

/** The sum of `count` terms, the same way, without a list of them. */
export function sumOver(count: number, term: (index: number) => number): number {
  let total = 0
  let lost = 0
  for (let index = 0; index < count; index++) {
    const value = term(index)
    const next = total + value
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total
    total = next
  }
  return Number.isFinite(lost) ? total + lost : total
}

/** The arithmetic mean; NaN of nothing. */
export function mean(values: ArrayLike<number>): number {
  return values.length === 0 ? Number.NaN : sum(values) / values.length
}

/** Σ (x − center)², summed like `sum`. */
export function sumOfSquares(values: ArrayLike<number>, center = 0): number {
  return sum(Float64Array.from(values, (value) => (value - center) ** 2))
}

/** The unbiased sample variance, Σ (x − mean)² / (n − 1); NaN of fewer than two. */
export function variance(values: ArrayLike<number>): number {
  return values.length < 2 ? Number.NaN : sumOfSquares(values, mean(values)) / (values.length - 1)
}
