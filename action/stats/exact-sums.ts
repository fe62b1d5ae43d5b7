/** Σ x and Σ x² of finite doubles without any rounding, so that neither their order nor how they were parted shows. */
export interface ExactSums {
  readonly count: number
  /** In units of 2⁻¹⁰⁷⁴. */
  readonly sum: bigint
  /** In units of 2⁻²¹⁴⁸. */
  readonly squares: bigint
}

export function mergeSums(parts: readonly ExactSums[]): ExactSums {
  return parts.reduce(
    (all, { count, sum, squares }) => ({
      count: all.count + count,
      sum: all.sum + sum,
      squares: all.squares + squares,
    }),
    { count: 0, sum: 0n, squares: 0n },
  )
}

/** Σ x / n, rounded once; NaN of nothing. */
export function exactMean({ count, sum }: ExactSums): number {
  return count === 0 ? Number.NaN : ratio(sum, BigInt(count), -1074)
}

/** √(Σ (x − mean)² / (n − 1)): what is under the root is rounded once; NaN of fewer than two. */
export function exactDeviation({ count, sum, squares }: ExactSums): number {
  if (count < 2) return Number.NaN
  const n = BigInt(count)
  const [above, below] = [n * squares - sum * sum, n * (n - 1n)]
  // Its own power of two is taken out, so that no square is too large or too small for a double.
  const power = 2 * Math.floor((bitsOf(above) - bitsOf(below)) / 2)
  return byPower(Math.sqrt(ratio(above, below, -power)), power / 2 - 1074)
}

/** Σ m, Σ a², Σ ab and Σ b² of numbers of the same sign and exponent, where m = a · 2²⁶ + b is the whole number of 53 bits before it. */
export type BinSums = readonly [m: bigint, aa: bigint, ab: bigint, bb: bigint]

/** Of bins by the twelve bits that their numbers begin with. */
export function sumsOfBins(count: number, bins: Iterable<readonly [bin: number, sums: BinSums]>): ExactSums {
  let [sum, squares] = [0n, 0n]
  for (const [bin, [m, aa, ab, bb]] of bins) {
    const power = BigInt(Math.max(0, (bin & 2047) - 1))
    sum += (bin >= 2048 ? -m : m) << power
    squares += ((aa << 52n) + (ab << 27n) + bb) << (2n * power)
  }
  return { count, sum, squares }
}

/** a / b · 2^power, rounded to the nearest double; b > 0. */
function ratio(a: bigint, b: bigint, power: number): number {
  if (a === 0n) return 0
  const size = a < 0n ? -a : a
  const shift = 64 - (bitsOf(size) - bitsOf(b))
  const [above, below] = shift >= 0 ? [size << BigInt(shift), b] : [size, b << BigInt(-shift)]
  const whole = above / below
  // A last bit that says whether anything follows, so that a half is told from more than a half.
  const value = Number((whole << 1n) | (whole * below === above ? 0n : 1n))
  return byPower(a < 0n ? -value : value, power - shift - 1)
}

/** value · 2^power, where the power alone may be beyond doubles. */
function byPower(value: number, power: number): number {
  const half = Math.trunc(power / 2)
  return value * 2 ** half * 2 ** (power - half)
}

function bitsOf(units: bigint): number {
  return units.toString(16).length * 4
}
