/**
 * P(D_n ≤ x) of the Kolmogorov-Smirnov statistic by Pomeranz' recursion (1974), as Simard and L'Ecuyer (2011) write it;
 * 1/n < x < 1, for n of some hundreds at most.
 */
export function pomeranzProbability(n: number, x: number): number {
  const t = n * x
  const whole = Math.floor(t)
  const fraction = t - whole
  const g = Math.min(fraction, 1 - fraction)
  const size = 2 * (whole + 1)
  const edge = powers(g / n, size)
  const odd = powers((2 * g) / n, size)
  const even = powers((1 - 2 * g) / n, size)
  const rangeOf = (row: number) => rowRange(row, n, whole, fraction)

  let before = new Float64Array(size)
  let row = new Float64Array(size)
  row[0] = 1
  let beforeStart = 0
  let rowStart = 0
  let exponent = 0
  let [first] = rangeOf(0)
  for (let i = 1; i < 2 * n + 2; i += 1) {
    const from = first
    ;[before, row] = [row, before]
    ;[beforeStart, rowStart] = [rowStart, beforeStart]
    row.fill(0)
    const [low, high] = rangeOf(i)
    first = low
    const inner = i % 2 === 0 ? even : odd
    const factors = i === 1 || i === 2 * n + 1 ? edge : inner
    const length = high - from + 1
    if (length <= 0) continue
    let most = 0
    for (let at = 0; at <= high - low; at += 1) {
      const end = at + low - from
      let value = 0
      for (let k = Math.max(0, end - length + 1); k <= Math.min(end, length - 1); k += 1) {
        value += (before[from - beforeStart + k] ?? 0) * (factors[end - k] ?? 0)
      }
      row[at] = value
      most = Math.max(most, value)
    }
    if (most > 0 && most < 1 / large) {
      row = row.map((value) => value * large)
      exponent -= largeExponent
    }
    rowStart = beforeStart + low - from
  }

  let answer = row[n - rowStart] ?? 0
  for (let m = 1; m <= n; m += 1) {
    if (Math.abs(answer) > large) {
      answer /= large
      exponent += largeExponent
    }
    answer *= m
  }
  return answer * 2 ** exponent
}

const largeExponent = 128
const large = 2 ** largeExponent

/** base^m / m! for m = 0 … length − 1. */
function powers(base: number, length: number): Float64Array {
  const list = new Float64Array(length)
  list[0] = 1
  for (let m = 1; m < length; m += 1) list[m] = ((list[m - 1] ?? 0) * base) / m
  return list
}

/** Which entries of a row are not zero, both ends included. */
function rowRange(row: number, n: number, whole: number, fraction: number): readonly [number, number] {
  const ceiling = fraction > 0 ? 1 : 0
  const rounded = fraction > 0.5 ? 1 : 0
  const half = Math.floor((row + 1) / 2)
  let low: number
  let high: number
  if (row === 0) [low, high] = [-whole - ceiling - 1, whole + ceiling - 1]
  else if (row % 2 === 0) [low, high] = [half - 1 - whole - 1, half + whole + rounded - 1]
  else if (half === n + 1) [low, high] = [n - whole - ceiling - 1, n + whole + ceiling - 1]
  else [low, high] = [half - 1 - whole - rounded - 1, half + whole - 1 + ceiling - 1]
  return [Math.max(low + 2, 0), Math.min(high, n)]
}
