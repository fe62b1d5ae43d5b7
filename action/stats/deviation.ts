/** √(Σ (x − mean)² / n) of sorted numbers, n ≥ 1: each different number is added once, times how often it comes. */
export function deviationOf(sorted: Float64Array): number {
  const mean = sumOfRuns(sorted, (value, count) => value * count) / sorted.length
  const squares = sumOfRuns(sorted, (value, count) => (value - mean) * (value - mean) * count)
  return Math.sqrt(squares / sorted.length)
}

/** As `sumOver()` sums. */
function sumOfRuns(sorted: Float64Array, term: (value: number, count: number) => number): number {
  let [total, lost, index] = [0, 0, 0]
  while (index < sorted.length) {
    const value = sorted[index] ?? 0
    const start = index
    while (index < sorted.length && sorted[index] === value) index += 1
    const added = term(value, index - start)
    const next = total + added
    lost += Math.abs(total) >= Math.abs(added) ? total - next + added : added - next + total
    total = next
  }
  return Number.isFinite(lost) ? total + lost : total
}
