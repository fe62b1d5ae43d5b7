/** √(Σ (x − mean)² / n) of sorted numbers: each different one is added once, times how often it comes, as `sumOver()` adds. */
export function deviationFrom(mean: number, sorted: Float64Array): number {
  const count = sorted.length
  let [total, lost, index] = [0, 0, 0]
  while (index < count) {
    const value = sorted[index] ?? 0
    const start = index
    while (index < count && sorted[index] === value) index += 1
    const added = (value - mean) * (value - mean) * (index - start)
    const next = total + added
    lost += total >= added ? total - next + added : added - next + total
    total = next
  }
  return Math.sqrt((Number.isFinite(lost) ? total + lost : total) / count)
}
