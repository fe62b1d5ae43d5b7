import type { Json } from '../base/canonical-json.ts'
import { sum } from './sum.ts'

/**
 * How often which numbers came, in a form of bounded size that merges exactly. `bits` is the longest prefix of the doubles'
 * 64 bits (sign, exponent, fraction) with which at most `maxKeys` differ; 64 is the numbers themselves. Each value stands
 * for all that share its prefix, and is the one of them nearest to 0. A prefix keeps the order of numbers, and a shorter one
 * joins what a longer one told apart; so the form depends on nothing but the numbers and `maxKeys`: parts that are merged, in
 * any order, give the bytes of the whole.
 *
 * What it costs: D of two such forms is D of the numbers or less, by at most the largest min(f, g) of a value, f and g being
 * the shares of both sides that it stands for (`mostLost()`). 1,024 values leave no share of a smooth column above some 1 %.
 */
export interface NumberCounts {
  readonly kind: 'number'
  readonly bits: number
  /** Ascending, finite, each once; −0 as 0. */
  readonly values: Float64Array
  /** At least 1 each. */
  readonly counts: Float64Array
  /** How often −∞ and +∞ came. */
  readonly minusInfinity: number
  readonly plusInfinity: number
}

/** More numbers than this are told apart by a prefix of their bits. */
export const maxNumberKeys = 1024

/** Counts numbers that are sorted as `Float64Array.sort()` does, without NaN. */
export function countNumbers(sorted: Float64Array, maxKeys = maxNumberKeys): NumberCounts {
  let from = 0
  let to = sorted.length
  while (from < to && sorted[from] === -Infinity) from += 1
  while (to > from && sorted[to - 1] === Infinity) to -= 1
  const finite = sorted.subarray(from, to)
  const ones = new Float64Array(finite.length).fill(1)
  return {
    kind: 'number',
    ...shorten(finite, ones, 64, maxKeys),
    minusInfinity: from,
    plusInfinity: sorted.length - to,
  }
}

export function mergeNumberCounts(parts: readonly NumberCounts[], maxKeys = maxNumberKeys): NumberCounts {
  const bits = parts.reduce((least, part) => Math.min(least, part.bits), 64)
  const { values, counts } = mergeAll(parts.map((part) => withBits(part, bits)))
  // Values of one length of prefix that were merged differ already.
  const merged = values.length <= maxKeys ? { bits, values, counts } : shorten(values, counts, bits, maxKeys)
  return {
    kind: 'number',
    ...merged,
    minusInfinity: parts.reduce((rows, part) => rows + part.minusInfinity, 0),
    plusInfinity: parts.reduce((rows, part) => rows + part.plusInfinity, 0),
  }
}

type Counted = Pick<NumberCounts, 'values' | 'counts'>

/** By halves, so that many parts take no longer for each value than few. */
function mergeAll(parts: readonly Counted[]): Counted {
  const [only, ...others] = parts
  if (!only) return { values: new Float64Array(), counts: new Float64Array() }
  if (others.length === 0) return only
  const middle = parts.length >> 1
  return mergeTwo(mergeAll(parts.slice(0, middle)), mergeAll(parts.slice(middle)))
}

function mergeTwo(
  { values: ones, counts: oneCounts }: Counted,
  { values: others, counts: otherCounts }: Counted,
): Counted {
  const [n, m] = [ones.length, others.length]
  const values = new Float64Array(n + m)
  const counts = new Float64Array(n + m)
  let [i, j, length] = [0, 0, 0]
  while (i < n || j < m) {
    const [left, right] = [i < n ? (ones[i] ?? 0) : Infinity, j < m ? (others[j] ?? 0) : Infinity]
    values[length] = left < right ? left : right
    counts[length] = (left <= right ? (oneCounts[i] ?? 0) : 0) + (right <= left ? (otherCounts[j] ?? 0) : 0)
    if (left <= right) i += 1
    if (right <= left) j += 1
    length += 1
  }
  return { values: values.subarray(0, length), counts: counts.subarray(0, length) }
}

/** The same with a prefix no longer than `bits`. */
export function withBits(counts: NumberCounts, bits: number): Pick<NumberCounts, 'bits' | 'values' | 'counts'> {
  return bits >= counts.bits ? counts : join(counts.values, counts.counts, bits)
}

/** The least and the largest number that a value of `bits` bits may stand for. */
export function spanOf(value: number, bits: number): readonly [least: number, largest: number] {
  if (bits >= 64) return [value, value]
  double.setFloat64(0, value)
  if (bits > 32) double.setUint32(4, double.getUint32(4) | ((2 ** (64 - bits) - 1) >>> 0))
  else {
    double.setUint32(4, 0xffffffff)
    if (bits < 32) double.setUint32(0, (double.getUint32(0) | (2 ** (32 - bits) - 1)) >>> 0)
  }
  const far = double.getFloat64(0)
  const last = Number.isFinite(far) ? far : value < 0 ? -Number.MAX_VALUE : Number.MAX_VALUE
  if (value === 0) return [-last, last]
  return value < 0 ? [last, value] : [value, last]
}

/** By how much D of two sides falls short of D of the numbers that they stand for, at most; 0 of numbers themselves. */
export function mostLost(reference: ArrayLike<number>, current: ArrayLike<number>, bits: number): number {
  if (bits >= 64) return 0
  const [n, m] = [sum(reference), sum(current)]
  let most = 0
  for (let index = 0; index < reference.length; index += 1) {
    most = Math.max(most, Math.min((reference[index] ?? 0) / n, (current[index] ?? 0) / m))
  }
  return most
}

export function jsonOfNumbers({ bits, values, counts, minusInfinity, plusInfinity }: NumberCounts): Json {
  return { bits, values: [...values], counts: [...counts], minusInfinity, plusInfinity }
}

/** The longest prefix with which at most `maxKeys` differ. */
function shorten(values: Float64Array, counts: Float64Array, bits: number, maxKeys: number) {
  if (fitsWith(values, bits, maxKeys)) return join(values, counts, bits)
  let [fits, tooLong] = [1, bits]
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1
    if (fitsWith(values, middle, maxKeys)) fits = middle
    else tooLong = middle
  }
  return join(values, counts, fits)
}

function fitsWith(values: Float64Array, bits: number, maxKeys: number): boolean {
  let count = 0
  let last = Number.NaN
  for (const value of values) {
    const key = prefixOf(value, bits)
    if (key !== last) count += 1
    if (count > maxKeys) return false
    last = key
  }
  return true
}

function join(values: Float64Array, counts: Float64Array, bits: number) {
  const keys = new Float64Array(values.length)
  const sums = new Float64Array(values.length)
  let length = 0
  for (let index = 0; index < values.length; index += 1) {
    const key = prefixOf(values[index] ?? 0, bits)
    if (length === 0 || keys[length - 1] !== key) {
      keys[length] = key
      length += 1
    }
    sums[length - 1] = (sums[length - 1] ?? 0) + (counts[index] ?? 0)
  }
  return { bits, values: keys.slice(0, length), counts: sums.slice(0, length) }
}

const double = new DataView(new ArrayBuffer(8))

/** The number whose bits after the first `bits` are 0; −0 as 0. */
export function prefixOf(value: number, bits: number): number {
  if (bits >= 64) return value + 0
  double.setFloat64(0, value)
  if (bits > 32) {
    double.setUint32(4, double.getUint32(4) & (-1 << (64 - bits)))
  } else {
    double.setUint32(4, 0)
    if (bits < 32) double.setUint32(0, double.getUint32(0) & (-1 << (32 - bits)))
  }
  return double.getFloat64(0) + 0
}
