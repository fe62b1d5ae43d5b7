/**
 * How many of `others` lie below each value, equal ones counted a half: the value's midrank among both samples less its
 * midrank among its own. In the order of `values`; exact, for counts and halves are. O((n + m) log m).
 */
export function placements(values: ArrayLike<number>, others: ArrayLike<number>): Float64Array {
  const sorted = Float64Array.from(others).sort()
  return Float64Array.from(values, (value) => (countBelow(sorted, value) + countUpTo(sorted, value)) / 2)
}

function countBelow(sorted: Float64Array, value: number): number {
  return firstIndex(sorted, (other) => other >= value)
}

function countUpTo(sorted: Float64Array, value: number): number {
  return firstIndex(sorted, (other) => other > value)
}

/** Where `isPast` begins to hold in a list in which it holds from some place on. */
function firstIndex(sorted: Float64Array, isPast: (value: number) => boolean): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isPast(sorted[middle] ?? Number.NaN)) high = middle
    else low = middle + 1
  }
  return low
}
