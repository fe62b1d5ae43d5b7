import type { SortedNumbers } from './sorted-numbers.ts'
import { sortedParts } from './sorted-parts.ts'

/** √(Σ (x − mean)² / n) of sorted numbers: each different one is added once, times how often it comes, as `sumOver()` adds. */
export function deviationFrom(mean: number, sorted: SortedNumbers): number {
  let [total, lost] = [0, 0]
  for (const [{ numbers, more }] of sortedParts(sorted, new Float64Array())) {
    const count = numbers.length
    let index = 0
    while (index < count) {
      const value = numbers[index] ?? 0
      const start = index
      while (index < count && numbers[index] === value) index += 1
      const added = (value - mean) * (value - mean) * (index - start + more)
      const next = total + added
      lost += total >= added ? total - next + added : added - next + total
      total = next
    }
  }
  return Math.sqrt((Number.isFinite(lost) ? total + lost : total) / sorted.length)
}
