/** How often each value came in two samples: `values` ascend, each once, −0 as 0; no NaN. */
export interface PairedCounts {
  readonly values: Float64Array
  readonly reference: Float64Array
  readonly current: Float64Array
}

/** Counts two samples that are sorted as `Float64Array.sort()` does, without NaN. */
export function pairSorted(reference: Float64Array, current: Float64Array): PairedCounts {
  const most = reference.length + current.length
  const values = new Float64Array(most)
  const referenceCounts = new Float64Array(most)
  const currentCounts = new Float64Array(most)
  let i = 0
  let j = 0
  let size = 0
  while (i < reference.length || j < current.length) {
    const value = Math.min(reference[i] ?? Infinity, current[j] ?? Infinity)
    const fromI = i
    const fromJ = j
    while (i < reference.length && reference[i] === value) i += 1
    while (j < current.length && current[j] === value) j += 1
    values[size] = value + 0
    referenceCounts[size] = i - fromI
    currentCounts[size] = j - fromJ
    size += 1
  }
  return {
    values: values.subarray(0, size),
    reference: referenceCounts.subarray(0, size),
    current: currentCounts.subarray(0, size),
  }
}

/** The sum of counts, which is exact. */
export function totalOf(counts: ArrayLike<number>): number {
  let total = 0
  for (let index = 0; index < counts.length; index += 1) total += counts[index] ?? 0
  return total
}
