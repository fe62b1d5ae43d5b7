import erfc from '@stdlib/math-base-special-erfc'

import { logGap, smallGamma, stirlingError } from './saddle-point.ts'

/**
 * The probability that a chi-square variable of `degrees` (whole, ≥ 1) of freedom is above `x` ≥ 0:
 * the upper incomplete gamma function Q(degrees / 2, x / 2), as the finite sum that it is for whole degrees, or as one less
 * the series of its complement below the mean. All terms are positive: 1e-12 of the value, down to the smallest number.
 */
export function chiSquareTail(x: number, degrees: number): number {
  const y = x / 2
  const shape = degrees / 2
  if (y === 0) return 1
  if (y === Infinity) return 0
  return y < shape ? 1 - lowerSeries(shape, y) : upperSum(shape, y)
}

/** The `x` above which a chi-square variable is with probability `p`, 0 < p < 1: found by halving, to the last digits. */
export function chiSquareLimit(p: number, degrees: number): number {
  let low = 0
  let high = 1
  while (chiSquareTail(high, degrees) > p) high *= 2
  for (;;) {
    const middle = (low + high) / 2
    if (middle <= low || middle >= high) return high
    if (chiSquareTail(middle, degrees) > p) low = middle
    else high = middle
  }
}

/** Σ over k = shape, shape + 1, … of y^k e^−y / Γ(k + 1). */
function lowerSeries(shape: number, y: number): number {
  let term = poissonMass(shape, y)
  let total = term
  for (let k = shape + 1; term > total * 1e-17; k += 1) {
    term *= y / k
    total += term
  }
  return total
}

/** Σ over k = shape − 1, shape − 2, … ≥ 0 of y^k e^−y / Γ(k + 1); of halves, plus erfc(√y). */
function upperSum(shape: number, y: number): number {
  let term = shape >= 1 ? poissonMass(shape - 1, y) : 0
  let total = 0
  for (let k = shape - 1; k >= 0 && term > total * 1e-17; k -= 1) {
    total += term
    term *= k / y
  }
  return Math.min(1, Number.isInteger(shape) ? total : total + erfc(Math.sqrt(y)))
}

/** y^k e^−y / Γ(k + 1) of a multiple `k` ≥ 0 of ½. */
function poissonMass(k: number, y: number): number {
  if (k <= 16) return Math.exp(k * Math.log(y) - y) / smallGamma(k + 1)
  return Math.exp(-stirlingError(k) - k * logGap((y - k) / k)) / Math.sqrt(2 * Math.PI * k)
}
