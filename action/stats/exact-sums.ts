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

/** Collects sums; chunks of any size, in any order. */
export interface SumCollector {
  /** Finite numbers without −0; no more than `scratch` holds. */
  add(values: Float64Array): void
  /** The same number so many times. */
  addTimes(value: number, times: number): void
  collected(): ExactSums
}

/** So many numbers are added at once, at most. */
export const mostAtOnce = 2048
/** Low words, of 32 bits, are added so often before they are carried: 2³² · 2²⁰ is exact in a double. */
const carryAfter = 2 ** 20
/** Between these sizes the square of a number is two doubles exactly. */
const [leastSplit, mostSplit] = [2 ** -480, 2 ** 500]
const bins = 4096
/** Written over with each chunk. */
const square = new Float64Array(mostAtOnce)
const error = new Float64Array(mostAtOnce)
const one = new Float64Array(1)

export function sumCollector(): SumCollector {
  const [numbers, squares] = [wordSums(), wordSums()]
  let count = 0
  // Of what is too large or small to be squared in doubles.
  let otherSquares = 0n
  let pending = 0
  const carry = (times: number) => {
    pending += times
    if (pending < carryAfter) return
    numbers.carry()
    squares.carry()
    pending = times
  }
  return {
    add(values) {
      carry(values.length)
      count += values.length
      addWords(numbers, values, values.length, 1)
      const others = splitSquares(values)
      addWords(squares, square, values.length, 1)
      addWords(squares, error, values.length, 1)
      if (others > 0) for (const value of values) if (!isSplit(value)) otherSquares += wholes(value) ** 2n
    },
    addTimes(value, times) {
      count += times
      one[0] = value
      if (times >= carryAfter || !isSplit(value)) {
        numbers.addWhole(wholes(value) * BigInt(times))
        otherSquares += wholes(value) ** 2n * BigInt(times)
        return
      }
      carry(times)
      addWords(numbers, one, 1, times)
      splitSquares(one)
      addWords(squares, square, 1, times)
      addWords(squares, error, 1, times)
    },
    collected() {
      return { count, sum: numbers.whole(), squares: (squares.whole() << 1074n) + otherSquares }
    },
  }
}

/** Sums of the words of doubles, of each sign and exponent by itself. */
interface WordSums {
  readonly high: Float64Array
  readonly low: Float64Array
  carry(): void
  addWhole(units: bigint): void
  whole(): bigint
}

function wordSums(): WordSums {
  const [high, low] = [new Float64Array(bins), new Float64Array(bins)]
  let total = 0n
  const carry = () => {
    for (let bin = 0; bin < bins; bin += 1) {
      const [h, l] = [high[bin] ?? 0, low[bin] ?? 0]
      if (h === 0 && l === 0) continue
      const units = ((BigInt(h) << 32n) + BigInt(l)) << BigInt(Math.max(0, (bin & 2047) - 1))
      total += bin >= 2048 ? -units : units
      high[bin] = 0
      low[bin] = 0
    }
  }
  return {
    high,
    low,
    carry,
    addWhole(units) {
      total += units
    },
    whole() {
      carry()
      return total
    },
  }
}

function addWords({ high, low }: WordSums, values: Float64Array, count: number, times: number): void {
  const words = new Uint32Array(values.buffer, values.byteOffset, count * 2)
  for (let index = 0; index < count; index += 1) {
    const word = words[2 * index + 1] ?? 0
    const bin = word >>> 20
    const fraction = (bin & 2047) === 0 ? word & 0xfffff : (word & 0xfffff) + 0x100000
    high[bin] = (high[bin] ?? 0) + fraction * times
    low[bin] = (low[bin] ?? 0) + (words[2 * index] ?? 0) * times
  }
}

/** x² = square + error exactly (Dekker 1971); both 0 where doubles do not hold them. Answers how often that was. */
function splitSquares(values: Float64Array): number {
  let others = 0
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? 0
    if (!isSplit(value)) {
      others += 1
      square[index] = 0
      error[index] = 0
      continue
    }
    const spread = 134217729 * value
    const high = spread - (spread - value)
    const low = value - high
    const product = value * value
    square[index] = product
    error[index] = high * high - product + 2 * high * low + low * low
  }
  return others
}

function isSplit(value: number): boolean {
  const size = Math.abs(value)
  return (size >= leastSplit && size < mostSplit) || value === 0
}

const double = new DataView(new ArrayBuffer(8))

/** A finite number in units of 2⁻¹⁰⁷⁴. */
function wholes(value: number): bigint {
  double.setFloat64(0, value)
  const bits = double.getBigUint64(0)
  const exponent = Number((bits >> 52n) & 2047n)
  const fraction = bits & 0xfffffffffffffn
  const units = exponent === 0 ? fraction : (fraction | 0x10000000000000n) << BigInt(exponent - 1)
  return value < 0 ? -units : units
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
