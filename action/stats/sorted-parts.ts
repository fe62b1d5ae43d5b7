import { firstAbove, firstNotBelow } from './sorted-bins.ts'
import type { SortedNumbers } from './sorted-numbers.ts'

/** Some of a sample's numbers, ascending. */
export interface SortedPart {
  readonly numbers: Float64Array
  /** How much oftener than it stands there it comes, where it is a single number; else 0. */
  readonly more: number
}

/**
 * Two samples in their common order, a part of both at a time, to be read before the next; no number is in two parts.
 * What lies in memory is one part.
 */
export function* sortedParts(
  reference: SortedNumbers,
  current: SortedNumbers,
): Generator<readonly [SortedPart, SortedPart]> {
  let [i, j] = [0, 0]
  while (i < reference.length || j < current.length) {
    const [ones, others] = [reference.subarray(i), current.subarray(j)]
    const lasts = [
      ...(i + ones.length < reference.length ? ones.slice(-1) : []),
      ...(j + others.length < current.length ? others.slice(-1) : []),
    ]
    if (lasts.length === 0) {
      yield [all(ones), all(others)]
      return
    }
    // More of it may follow.
    const open = Math.min(...lasts)
    const [left, right] = [ones.subarray(0, firstNotBelow(ones, open)), others.subarray(0, firstNotBelow(others, open))]
    yield [all(left), all(right)]
    i += left.length
    j += right.length
    const [iNext, jNext] = [firstAbove(reference, open, i), firstAbove(current, open, j)]
    yield [repeated(open, iNext - i), repeated(open, jNext - j)]
    i = iNext
    j = jNext
  }
}

function all(numbers: Float64Array): SortedPart {
  return { numbers, more: 0 }
}

function repeated(number: number, times: number): SortedPart {
  return times > 0 ? { numbers: Float64Array.of(number), more: times - 1 } : all(new Float64Array())
}
