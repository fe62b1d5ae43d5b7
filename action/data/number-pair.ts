import { compareSorted, type NumberComparison } from '../stats/compare-sorted.ts'
import { sortNumbers } from '../stats/sort-numbers.ts'

/** A column of two samples; NaN is no number. */
export interface NumberPair {
  readonly reference: Float64Array
  readonly current: Float64Array
}

/** What differs between both sides of a column, which are sorted where they stand. */
export function compareNumberPair({ reference, current }: NumberPair): NumberComparison {
  return compareSorted(sortNumbers(reference), sortNumbers(current))
}
