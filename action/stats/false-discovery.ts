/**
 * Adjusted p-values that keep the expected share of false ones among those at most q below q. In the order given; `p` 0..1.
 * `bh`: Benjamini and Hochberg (1995), p(k) M / k, for tests that are independent or positively dependent.
 * `by`: Benjamini and Yekutieli (2001), the same times 1 + ½ + … + 1/M, whatever the dependence.
 * scipy's `false_discovery_control`.
 */
export function adjustForFalseDiscovery(p: readonly number[], method: 'bh' | 'by' = 'bh'): number[] {
  const count = p.length
  const order = p.map((_, index) => index).sort((a, b) => (p[a] ?? 1) - (p[b] ?? 1) || a - b)
  const factor = method === 'bh' ? 1 : harmonic(count)
  const adjusted: number[] = p.map(() => 1)
  let least = 1
  for (let rank = count; rank > 0; rank -= 1) {
    const index = order[rank - 1] ?? 0
    least = Math.min(least, (p[index] ?? 1) * (count / rank) * factor)
    adjusted[index] = least
  }
  return adjusted
}

function harmonic(count: number): number {
  let total = 0
  for (let k = 1; k <= count; k += 1) total += 1 / k
  return total
}
