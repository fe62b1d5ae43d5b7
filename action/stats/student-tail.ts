import betainc from '@stdlib/math-base-special-betainc'

/**
 * The probability that Student's t with `degrees` > 0 of freedom is at least as far from 0 as `t`, on either side:
 * the regularised incomplete beta function I of ν / (ν + t²) with ν / 2 and ½. scipy's `2 * t.sf(abs(t), degrees)`.
 */
export function twoSidedStudentTail(t: number, degrees: number): number {
  if (t === 0) return 1
  if (!Number.isFinite(t)) return 0
  return betainc(degrees / (degrees + t * t), degrees / 2, 0.5)
}
