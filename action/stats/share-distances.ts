import { checkCounts } from './check-counts.ts'
import { type Judged, judged } from './judged.ts'
import { sum } from './sum.ts'

/*
 * Distances between two lists of shares, p of the reference and q of the current sample, given as counts of the same
 * categories or bins in the same order.
 */

/** Total variation, ½ Σ |p − q|: the share of rows that would have to move; 0..1. */
export function totalVariationDistance(reference: ArrayLike<number>, current: ArrayLike<number>): Judged {
  return overShares(reference, current, (p, q) => sum(p.map((share, index) => Math.abs(share - (q[index] ?? 0)))) / 2)
}

export interface LargestDifference {
  /** 0..1 */
  readonly distance: number
  /** The first category at which it is reached. */
  readonly index: number
}

/** L∞, max |p − q|, and where. */
export function largestDifference(reference: ArrayLike<number>, current: ArrayLike<number>): Judged<LargestDifference> {
  return overShares(reference, current, (p, q) => {
    const gaps = p.map((share, index) => Math.abs(share - (q[index] ?? 0)))
    const distance = gaps.reduce((most, gap) => Math.max(most, gap), 0)
    return { distance, index: gaps.indexOf(distance) }
  })
}

/**
 * The Jensen-Shannon distance, √(½ KL(p, h) + ½ KL(q, h)) with h = (p + q) / 2, empty bins as they are; at most √(log 2) in
 * the base. scipy's `jensenshannon(p, q, base)`. Base e is Evidently's, base 2 NannyML's; TFDV's divergence is its square.
 */
export function jensenShannonDistance(reference: ArrayLike<number>, current: ArrayLike<number>, base: 'e' | 2): Judged {
  return overShares(reference, current, (p, q) => {
    const terms = p.map((share, index) => {
      const other = q[index] ?? 0
      const middle = (share + other) / 2
      return entropyTerm(share, middle) + entropyTerm(other, middle)
    })
    const divergence = Math.max(0, sum(terms)) / 2
    return Math.sqrt(base === 2 ? divergence / Math.LN2 : divergence)
  })
}

/** √(½ Σ (√p − √q)²), 0..1. NannyML's form, which is 0 of equals; Evidently's √(1 − Σ √(pq)) is the same number. */
export function hellingerDistance(reference: ArrayLike<number>, current: ArrayLike<number>): Judged {
  return overShares(reference, current, (p, q) =>
    Math.sqrt(sum(p.map((share, index) => (Math.sqrt(share) - Math.sqrt(q[index] ?? 0)) ** 2)) / 2),
  )
}

/** x ln(x / y) − x + y: the added terms sum to nothing, and keep digits where x and y are near. */
function entropyTerm(x: number, y: number): number {
  if (x === 0) return y
  return x * Math.log(x / y) - x + y
}

function overShares<Value>(
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
  measure: (p: Float64Array, q: Float64Array) => Value,
): Judged<Value> {
  const totals = checkCounts(reference, current)
  if (!totals.ok) return totals
  const { n, m } = totals.value
  return judged(
    measure(
      Float64Array.from(reference, (count) => count / n),
      Float64Array.from(current, (count) => count / m),
    ),
  )
}
