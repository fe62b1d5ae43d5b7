/**
 * P(D ≥ h / lcm(n, m)) of the two-sided Kolmogorov-Smirnov statistic of two samples of `n` and `m` values, given that both
 * come from one continuous distribution; with ties it is too large, never too small. scipy's `ks_2samp(method='exact')`:
 * paths on a lattice that touch one of two lines (Hodges 1958), counted as probabilities from outside, so that small ones
 * keep their digits. Takes n · m steps at the most.
 */
export function exactKsTail(n: number, m: number, h: number): number {
  if (h <= 0) return 1
  return Math.min(1, Math.max(0, n === m ? outsideSquare(n, h) : outsideBand(Math.max(n, m), Math.min(n, m), h)))
}

/** For samples of one size: 2 A₀(1 − A₁(1 − A₂(…))), where the products A are quotients of binomial coefficients. */
function outsideSquare(n: number, h: number): number {
  let p = 0
  for (let k = Math.floor(n / h); k >= 0; k -= 1) {
    let product = 1
    for (let j = 0; j < h; j += 1) product = ((n - k * h - j) * product) / (n + k * h + j + 1)
    p = product * (1 - p)
  }
  return 2 * p
}

/** The column x of the lattice holds, for each y inside the band, the share of paths to (x, y) that left it. */
function outsideBand(m: number, n: number, h: number): number {
  const divisor = greatestDivisor(m, n)
  const mg = m / divisor
  const ng = n / divisor
  let low = 0
  let high = Math.min(Math.ceil(h / mg), n + 1)
  let length = high - low
  const column = new Float64Array(Math.min(2 * high + 2, n + 1) + 1).fill(1)
  column.fill(0, 0, high)
  for (let x = 1; x <= m; x += 1) {
    const lastLow = low
    const lastLength = length
    low = Math.min(Math.max(Math.floor((ng * x - h) / mg) + 1, 0), n)
    high = Math.min(Math.ceil((ng * x + h) / mg), n + 1)
    if (high <= low) return 1
    length = high - low
    let value = low === 0 ? 0 : 1
    for (let at = 0; at < length; at += 1) {
      const y = at + low
      value = ((column[at + low - lastLow] ?? 1) * x + value * y) / (x + y)
      column[at] = value
    }
    if (lastLength > length) column.fill(1, length, lastLength)
  }
  return column[length - 1] ?? 1
}

export function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b)
}
