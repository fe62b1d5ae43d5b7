import { type PairedCounts, totalOf } from '../stats/paired-counts.ts'

/**
 * The inner edges of at most `bins` bins that each hold about as many reference values: the least values v at which k/bins of
 * the reference are ≤ v, each once. A bin is (edge, next edge], the first and the last are open; integers of the counts
 * decide, so that no rounding does. An edge at the reference's maximum is left out.
 */
export function quantileEdges({ values, reference }: PairedCounts, bins: number): number[] {
  const total = totalOf(reference)
  const edges: number[] = []
  let below = 0
  let k = 1
  for (let index = 0; index < values.length && k < bins; index += 1) {
    below += reference[index] ?? 0
    if (below * bins < k * total || below === 0) continue
    if (below < total) edges.push(values[index] ?? 0)
    while (k < bins && below * bins >= k * total) k += 1
  }
  return edges
}

/** How many values lie in each of the bins (−∞, e₁], (e₁, e₂], …, (eₖ, ∞). */
export function countBetween(values: Float64Array, counts: Float64Array, edges: readonly number[]): number[] {
  const bins = Array.from({ length: edges.length + 1 }, () => 0)
  let bin = 0
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? 0
    while (bin < edges.length && value > (edges[bin] ?? Infinity)) bin += 1
    bins[bin] = (bins[bin] ?? 0) + (counts[index] ?? 0)
  }
  return bins
}
