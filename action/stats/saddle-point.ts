/**
 * The parts of Loader's saddle-point form of probability masses (2000, "Fast and accurate computation of binomial
 * probabilities"), which keeps 1e-14 where logarithms of factorials would lose digits with the count.
 */

const halfLogTwoPi = Math.log(2 * Math.PI) / 2

/** ln Γ(n + 1) − (n + ½) ln n + n − ½ ln 2π: what Stirling's formula lacks; `n` > 0, a multiple of ½. */
export function stirlingError(n: number): number {
  if (n <= 16) return logFactorial(n) - (n + 0.5) * Math.log(n) + n - halfLogTwoPi
  const square = n * n
  const tail = 1 / 1680 - (1 / 1188 - 691 / 360360 / square) / square
  return (1 / 12 - (1 / 360 - (1 / 1260 - tail / square) / square) / square) / n
}

/** ln Γ(n + 1) of a multiple of ½, 0..16, as a product. */
function logFactorial(n: number): number {
  return Math.log(smallGamma(n + 1))
}

/** Γ of a multiple of ½, ½..17, as a product. */
export function smallGamma(x: number): number {
  let factor = Number.isInteger(x) ? 1 : Math.sqrt(Math.PI)
  for (let at = Number.isInteger(x) ? 1 : 0.5; at < x; at += 1) factor *= at
  return factor
}

/** u − ln(1 + u), without the digits that the difference loses where `u` is small; `u` > −1. */
export function logGap(u: number): number {
  if (Math.abs(u) > 0.4) return u - Math.log1p(u)
  const r = u / (2 + u)
  const square = r * r
  let power = 1
  let series = 0
  for (let odd = 3; odd < 60; odd += 2) {
    const next = series + power / odd
    if (next === series) break
    series = next
    power *= square
  }
  return r * (u - 2 * square * series)
}
