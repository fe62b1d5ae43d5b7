import { comparisonOf, type NumberComparison, type Pass } from './compare-sorted.ts'
import type { SortedNumbers } from './sorted-numbers.ts'

/**
 * What `compareSorted()` says of two samples of which it is known how often each number came: the same bits, in time that
 * grows with the different numbers, not with how often they came. `values` ascend, each once; counts may be 0 on a side.
 */
export function compareCounts(values: Float64Array, reference: Float64Array, current: Float64Array): NumberComparison {
  const [ones, others] = [numbersOf(values, reference), numbersOf(values, current)]
  const pass = passOver(values, reference, current, ones.length, others.length)
  return comparisonOf(pass, ones, others, (mean) => deviationFrom(mean, values, reference, ones.length))
}

/** As `compareSorted()` goes through numbers, a number at a time. */
function passOver(values: Float64Array, reference: Float64Array, current: Float64Array, n: number, m: number): Pass {
  let [i, j, last, difference] = [0, 0, Number.NaN, 0]
  let [distinct, referenceDistinct, areIntegers, isOnceEach] = [0, 0, true, true]
  let [statistic, location, sign]: [number, number, Pass['sign']] = [0, Infinity, 0]
  let [total, lost, sum, sumLost] = [0, 0, 0, 0]
  for (let at = 0; at < values.length; at += 1) {
    const [value, count, currentCount] = [values[at] ?? 0, reference[at] ?? 0, current[at] ?? 0]
    if (count + currentCount === 0) continue
    if (distinct === 0) {
      last = value
      location = value
    }
    const term = Math.abs(difference) * (value - last)
    const next = total + term
    lost += total >= term ? total - next + term : term - next + total
    total = next
    if (count > 0) {
      const added = value * count
      const more = sum + added
      sumLost += Math.abs(sum) >= Math.abs(added) ? sum - more + added : added - more + sum
      sum = more
      referenceDistinct += 1
    }
    i += count
    j += currentCount
    if (count > 1 || currentCount > 1) isOnceEach = false
    if (areIntegers && !Number.isSafeInteger(value)) areIntegers = false
    distinct += 1
    difference = i / n - j / m
    const size = Math.abs(difference)
    if (size > statistic) {
      statistic = size
      location = value
      sign = difference > 0 ? 1 : -1
    }
    last = value
  }
  const sums = { distance: { total, lost }, reference: { total: sum, lost: sumLost } }
  return { distinct, referenceDistinct, areIntegers, isOnceEach, statistic, location, sign, ...sums }
}

/** As `deviation-from.ts` adds. */
function deviationFrom(mean: number, values: Float64Array, counts: Float64Array, n: number): number {
  let [total, lost] = [0, 0]
  for (let at = 0; at < values.length; at += 1) {
    const [value, count] = [values[at] ?? 0, counts[at] ?? 0]
    if (count === 0) continue
    const added = (value - mean) * (value - mean) * count
    const next = total + added
    lost += total >= added ? total - next + added : added - next + total
    total = next
  }
  return Math.sqrt((Number.isFinite(lost) ? total + lost : total) / n)
}

/** The numbers themselves, found by their place. */
function numbersOf(values: Float64Array, counts: Float64Array): SortedNumbers {
  const ends = new Float64Array(counts.length)
  let length = 0
  for (let at = 0; at < counts.length; at += 1) {
    length += counts[at] ?? 0
    ends[at] = length
  }
  const indexOf = (place: number) => {
    let [low, high] = [0, ends.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((ends[middle] ?? 0) <= place) low = middle + 1
      else high = middle
    }
    return low
  }
  return {
    length,
    at: (place) => (place >= 0 && place < length ? values[indexOf(place)] : undefined),
    subarray(from) {
      const index = indexOf(from)
      return new Float64Array(from < length ? (ends[index] ?? 0) - from : 0).fill(values[index] ?? 0)
    },
  }
}
