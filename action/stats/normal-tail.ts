import erfc from '@stdlib/math-base-special-erfc'

/** The probability that a standard normal variable is at least as far from 0 as `z`, on either side. */
export function twoSidedNormalTail(z: number): number {
  return erfc(Math.abs(z) * Math.SQRT1_2)
}
