import { maxNumberKeys, type NumberCounts } from './number-counts.ts'

/** Counts numbers by a prefix of their bits, as long as no more than `maxNumberKeys` prefixes come. */
export interface PrefixTable {
  readonly bits: number
  /**
   * Counts finite numbers from `from` on, given as their words, low before high. Answers the place of the first whose prefix
   * is one too many, which is not counted; the end where there is none.
   */
  add(words: Uint32Array, from: number, end: number): number
  /** Ascending, each once. */
  counted(): Known
}

type Known = Pick<NumberCounts, 'bits' | 'values' | 'counts'>

/** Of shorter prefixes each has a place of its own, once so many numbers came that a large table is worth it. */
const mostDirectBits = 18
const leastCounted = 50_000
const slotBits = 1 + Math.ceil(Math.log2(maxNumberKeys))
const slots = 2 ** slotBits
const slotShift = 32 - slotBits

export function prefixTable(known: Known): PrefixTable {
  const isWorthIt = known.bits <= mostDirectBits && known.counts.reduce((all, count) => all + count, 0) >= leastCounted
  return isWorthIt ? directTable(known) : hashTable(known)
}

const double = new Float64Array(1)
const doubleWords = new Uint32Array(double.buffer)

function directTable({ bits, values, counts }: Known): PrefixTable {
  const shift = 32 - bits
  // 2³² rows are more than anybody counts at once.
  const table = new Uint32Array(2 ** bits)
  // Numbers below 0 that share nothing but the sign are 0.
  const minusZero = 2 ** (bits - 1)
  let size = values.length
  for (const [index, value] of values.entries()) {
    double[0] = value
    table[(doubleWords[1] ?? 0) >>> shift] = counts[index] ?? 0
  }
  return {
    bits,
    add(words, from, end) {
      for (let index = from; index < end; index += 1) {
        let place = (words[2 * index + 1] ?? 0) >>> shift
        if (place === minusZero) place = 0
        const count = table[place] ?? 0
        if (count === 0) {
          if (size >= maxNumberKeys) return index
          size += 1
        }
        table[place] = count + 1
      }
      return end
    },
    counted() {
      const [found, times] = [new Float64Array(size), new Float64Array(size)]
      let length = 0
      const take = (place: number) => {
        const count = table[place] ?? 0
        if (count === 0) return
        found[length] = numberOf((place << shift) >>> 0, 0)
        times[length] = count
        length += 1
      }
      // The larger the bits below 0, the smaller the number.
      for (let place = table.length - 1; place > minusZero; place -= 1) take(place)
      for (let place = 0; place < minusZero; place += 1) take(place)
      return { bits, values: found, counts: times }
    },
  }
}

function hashTable({ bits, values, counts }: Known): PrefixTable {
  const highMask = bits >= 32 ? -1 : -1 << (32 - bits)
  const lowMask = bits >= 64 ? -1 : bits <= 32 ? 0 : -1 << (64 - bits)
  const [highs, lows] = [new Int32Array(slots), new Int32Array(slots)]
  const table = new Float64Array(slots)
  let size = 0
  // What is always 0 at the end would leave most places empty.
  const [highShift, lowShift] = [bits >= 32 ? 0 : 32 - bits, bits > 32 ? 64 - bits : 0]
  const placeOf = (high: number, low: number) => {
    const mixed = Math.imul(high >>> highShift, 0x9e3779b1) ^ (low >>> lowShift) ^ (low >>> 20)
    let place = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b) >>> slotShift
    while (table[place] !== 0 && (highs[place] !== high || lows[place] !== low)) place = (place + 1) & (slots - 1)
    return place
  }
  const enter = (place: number, high: number, low: number, count: number) => {
    highs[place] = high
    lows[place] = low
    table[place] = count
    size += 1
  }
  for (const [index, value] of values.entries()) {
    double[0] = value
    const [low, high] = [(doubleWords[0] ?? 0) | 0, (doubleWords[1] ?? 0) | 0]
    enter(placeOf(high, low), high, low, counts[index] ?? 0)
  }
  return {
    bits,
    add(words, from, end) {
      for (let index = from; index < end; index += 1) {
        const low = (words[2 * index] ?? 0) & lowMask
        let high = (words[2 * index + 1] ?? 0) & highMask
        if (low === 0 && high << 1 === 0) high = 0
        const place = placeOf(high, low)
        const count = table[place] ?? 0
        if (count > 0) table[place] = count + 1
        else if (size >= maxNumberKeys) return index
        else enter(place, high, low, 1)
      }
      return end
    },
    counted() {
      const found = new Float64Array(size)
      let length = 0
      for (let place = 0; place < slots; place += 1) {
        if (table[place] === 0) continue
        found[length] = numberOf(highs[place] ?? 0, lows[place] ?? 0)
        length += 1
      }
      found.sort()
      const words = new Int32Array(found.buffer)
      const times = found.map((_, index) => table[placeOf(words[2 * index + 1] ?? 0, words[2 * index] ?? 0)] ?? 0)
      return { bits, values: found, counts: times }
    },
  }
}

function numberOf(high: number, low: number): number {
  doubleWords[0] = low
  doubleWords[1] = high
  return double[0] ?? 0
}
