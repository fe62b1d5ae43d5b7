/** Of fewer numbers, counting digits costs more than it spares. */
const leastCount = 2000
const digitBits = 11
const digits = 1 << digitBits
/** Three digits hold the highest 33 bits that vary; hardly any two different numbers agree in all of them. */
const windowBits = 3 * digitBits
/** More numbers that agree there are left to the sort that is never slow. */
const maxInserted = 24

/**
 * The numbers ascending as `Float64Array.sort()` has them, in a quarter of its time: without NaN, −0 as 0. Both arrays are
 * written over; the answer is a part of one of them. `scratch` is at least as long as `values`.
 */
export function sortNumbers(values: Float64Array, scratch: Float64Array): Float64Array {
  const { count, vary, areNegative } = settle(values)
  const numbers = values.subarray(0, count)
  if (count < leastCount) return numbers.sort()
  if (vary.high === 0 && vary.low === 0) return numbers
  const top = vary.high !== 0 ? 63 - Math.clz32(vary.high) : 31 - Math.clz32(vary.low)
  const lowest = Math.max(0, top - windowBits + 1)
  let [from, to] = [numbers, scratch.subarray(0, count)]
  for (let shift = lowest; shift <= top; shift += digitBits) {
    if (digitOf(vary.high, vary.low, shift) === 0) continue
    distribute(from, to, shift)
    const sorted = to
    to = from
    from = sorted
  }
  if (top < 63 && areNegative) from.reverse()
  if (lowest > 0) finish(from, lowest)
  return from
}

/** The bits of a number, the sign highest. */
interface Bits {
  readonly high: number
  readonly low: number
}

/** Takes NaN out; `vary`: the bits that are not the same in all numbers. */
function settle(values: Float64Array): { readonly count: number; readonly vary: Bits; readonly areNegative: boolean } {
  const words = wordsOf(values)
  let count = 0
  let [anyHigh, anyLow, allHigh, allLow] = [0, 0, -1, -1]
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? 0
    if (Number.isNaN(value)) continue
    const low = words[2 * index] ?? 0
    const high = words[2 * index + 1] ?? 0
    anyHigh |= high
    anyLow |= low
    allHigh &= high
    allLow &= low
    values[count] = value + 0
    count += 1
  }
  return { count, vary: { high: anyHigh ^ allHigh, low: anyLow ^ allLow }, areNegative: allHigh < 0 }
}

/** Puts numbers in the order of one digit, and leaves those that agree in it as they are; negative ones first, turned round. */
function distribute(from: Float64Array, to: Float64Array, shift: number): void {
  const words = wordsOf(from)
  const count = from.length
  const places = new Uint32Array(digits)
  for (let index = 0; index < count; index += 1) {
    const digit = digitOf(words[2 * index + 1] ?? 0, words[2 * index] ?? 0, shift)
    places[digit] = (places[digit] ?? 0) + 1
  }
  const firstNegative = shift + digitBits > 63 ? 1 << (63 - shift) : digits
  startPlaces(places, firstNegative)
  for (let index = 0; index < count; index += 1) {
    const digit = digitOf(words[2 * index + 1] ?? 0, words[2 * index] ?? 0, shift)
    let place = places[digit] ?? 0
    if (digit < firstNegative) places[digit] = place + 1
    else {
      place -= 1
      places[digit] = place
    }
    to[place] = from[index] ?? 0
  }
}

/** From how many numbers have a digit to where the first of them goes; of a negative one, behind where the last goes. */
function startPlaces(counts: Uint32Array, firstNegative: number): void {
  let place = 0
  for (let digit = digits - 1; digit >= firstNegative; digit -= 1) {
    place += counts[digit] ?? 0
    counts[digit] = place
  }
  for (let digit = 0; digit < firstNegative; digit += 1) {
    const count = counts[digit] ?? 0
    counts[digit] = place
    place += count
  }
}

/** Sorts what agrees in all bits from `shift` up, shift < 32. */
function finish(sorted: Float64Array, shift: number): void {
  const words = wordsOf(sorted)
  const agrees = (a: number, b: number) =>
    words[2 * a + 1] === words[2 * b + 1] && (words[2 * a] ?? 0) >>> shift === (words[2 * b] ?? 0) >>> shift
  let index = 1
  while (index < sorted.length) {
    if ((sorted[index] ?? 0) >= (sorted[index - 1] ?? 0)) {
      index += 1
      continue
    }
    let start = index - 1
    while (start > 0 && agrees(start - 1, index)) start -= 1
    let end = index + 1
    while (end < sorted.length && agrees(end, index)) end += 1
    if (end - start <= maxInserted) insert(sorted, start, end)
    else sorted.subarray(start, end).sort()
    index = end
  }
}

function insert(sorted: Float64Array, start: number, end: number): void {
  for (let index = start + 1; index < end; index += 1) {
    const value = sorted[index] ?? 0
    let place = index
    while (place > start && (sorted[place - 1] ?? 0) > value) {
      sorted[place] = sorted[place - 1] ?? 0
      place -= 1
    }
    sorted[place] = value
  }
}

function digitOf(high: number, low: number, shift: number): number {
  if (shift >= 32) return (high >>> (shift - 32)) & (digits - 1)
  return shift === 0 ? low & (digits - 1) : ((low >>> shift) | (high << (32 - shift))) & (digits - 1)
}

/** Little-endian, as all machines are that DuckDB runs on: the low word first. */
function wordsOf(values: Float64Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length * 2)
}
