/**
 * Numbers ascending, without NaN, −0 as 0, wherever they lie: a `Float64Array` is one, and a file can be. Of what is not in
 * memory, a part of what is asked for comes at a time.
 */
export interface SortedNumbers {
  readonly length: number
  /** The number at a place from 0; undefined where there is none. */
  at(place: number): number | undefined
  /** Some or all of the numbers from a place on, at least one where there is one; to be read before the next call. */
  subarray(from: number): Float64Array
}
