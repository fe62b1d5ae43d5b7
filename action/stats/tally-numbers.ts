import { type DistinctSample, distinctSample } from './distinct-sample.ts'
import { type BinSums, type ExactSums, sumsOfBins } from './exact-sums.ts'
import type { NumberCounts } from './number-counts.ts'
import { tallyNumbersProgram, tallyPlaces as places } from './tally-numbers.generated.ts'

/** So many numbers are tallied at once, at most. */
export const mostAtOnce = places.mostAtOnce

/** Numbers of a chunk that are there and finite: where they stand, in bytes. */
interface Place {
  readonly from: number
  readonly end: number
}

/** What needs no table. */
export interface Seen {
  /** Of finite numbers; ∞ and −∞ of none. */
  readonly minimum: number
  readonly maximum: number
  readonly zeros: number
  /** Whole numbers that a double tells from their neighbours. */
  readonly wholes: number
  readonly nans: number
  readonly minusInfinity: number
  readonly plusInfinity: number
}

/** Memory of one column's tally, and what is done there; one chunk at a time of all columns. */
export interface TallyRoom {
  /** Takes a chunk in and looks at it. `areThere`: a bit for each, the lowest first; without it all are. */
  settle(values: Float64Array, areThere?: Uint8Array): Place
  /** Counts by prefixes, at first of all 64 bits. Answers the rest, which begins with a number whose prefix is one too many. */
  count(place: Place): Place
  /** Takes the longest prefix with which the first of these has room. */
  shorten(place: Place): void
  sum(place: Place): void
  sumTimes(value: number, times: number): void
  sample(place: Place): void
  sampleTimes(value: number, times: number): void
  seen(): Seen
  counted(): Pick<NumberCounts, 'bits' | 'values' | 'counts'>
  /** Of all that were summed. */
  sums(): ExactSums
  sampled(): DistinctSample
  /** Gives it back; nothing is done there afterwards. */
  leave(): void
}

interface Program {
  readonly memory: WebAssembly.Memory
  readonly settle: (seen: number, count: number) => number
  readonly count: (table: number, from: number, end: number) => number
  readonly shorten: (table: number, at: number, cut: number) => number
  readonly adopt: (table: number) => void
  readonly entries: (table: number) => number
  readonly times: (table: number, value: number) => number
  readonly sum: (sums: number, from: number, end: number) => void
  readonly sumTimes: (sums: number, value: number, times: number) => void
  readonly sample: (table: number, from: number, end: number) => void
  readonly sampleTimes: (table: number, value: number, times: number) => void
  readonly kept: (table: number) => number
  readonly clear: (from: number, end: number) => void
}

const mostTimes = 2 ** 32 - 1
const pageBytes = 1 << 16
const numberBytes = Float64Array.BYTES_PER_ELEMENT
const allThere = new Uint8Array(mostAtOnce / 8).fill(255)

let opened: Program | undefined
/** Where rooms begin that nobody has, and where the next one would. */
const free: number[] = []
let next: number = places.roomsAt

/**
 * A room for one column's numbers: in WebAssembly, which knows whole numbers of 64 bits, a number takes a quarter of the time
 * that it takes in TypeScript.
 */
export function takeRoom(): TallyRoom {
  const program = (opened ??= openProgram())
  const room = free.pop() ?? makeRoom(program)
  const [seenAt, tableAt] = [room + places.seenAt, room + places.tableAt]
  const [sampleAt, sumsAt] = [room + places.sampleAt, room + places.sumsAt]
  // Memory that grows is another buffer.
  const doubles = (at: number, length: number) => new Float64Array(program.memory.buffer, at, length)
  const tally = (at: number, length: number) =>
    Array.from(new BigUint64Array(program.memory.buffer, at, length), Number)
  const entries = (end: number) => doubles(places.entriesAt, (end - places.entriesAt) / numberBytes)
  const head = (at: number) => new Uint32Array(program.memory.buffer, at, 1)[0] ?? 0
  let summed = 0
  doubles(seenAt, 2).set([Infinity, -Infinity])
  return {
    settle(values, areThere = allThere) {
      if (values.length > mostAtOnce) throw new RangeError(`${values.length} numbers at once; expected ${mostAtOnce}`)
      doubles(places.valuesAt, values.length).set(values)
      new Uint8Array(program.memory.buffer, places.validityAt).set(areThere.subarray(0, mostAtOnce / 8))
      return { from: places.valuesAt, end: program.settle(seenAt, values.length) }
    },
    count({ from, end }) {
      return { from: program.count(tableAt, from, end), end }
    },
    shorten({ from }) {
      const fits = (bits: number) => program.shorten(tableAt, from, 64 - bits) <= places.maxKeys
      const bits = 64 - head(tableAt)
      // Mostly one less will do.
      let [least, tooLong] = fits(bits - 1) ? [bits - 1, bits] : [1, bits - 1]
      while (tooLong - least > 1) {
        const middle = (least + tooLong) >> 1
        if (fits(middle)) least = middle
        else tooLong = middle
      }
      fits(least)
      program.adopt(tableAt)
    },
    sum({ from, end }) {
      program.sum(sumsAt, from, end)
      summed += (end - from) / numberBytes
    },
    sumTimes(value, times) {
      for (let left = times; left > 0; left -= mostTimes) program.sumTimes(sumsAt, value, Math.min(left, mostTimes))
      summed += times
    },
    sample({ from, end }) {
      program.sample(sampleAt, from, end)
    },
    sampleTimes(value, times) {
      program.sampleTimes(sampleAt, value, times)
    },
    seen() {
      const [minimum = 0, maximum = 0] = doubles(seenAt, 2)
      const [zeros = 0, wholes = 0, nans = 0, minusInfinity = 0, plusInfinity = 0] = tally(seenAt + 16, 5)
      return { minimum, maximum, zeros, wholes, nans, minusInfinity, plusInfinity }
    },
    counted() {
      const end = program.entries(tableAt)
      const values = entries(end).slice().sort()
      return {
        bits: 64 - head(tableAt),
        values,
        counts: values.map((value) => program.times(tableAt, value)),
      }
    },
    sums() {
      return sumsOfBins(summed, binsFrom(program.memory.buffer, room))
    },
    sampled() {
      const pairs = entries(program.kept(sampleAt))
      const kept = Array.from({ length: pairs.length / 2 }, (_, index) => ({
        key: pairs[2 * index] ?? 0,
        count: pairs[2 * index + 1] ?? 0,
      }))
      return distinctSample(head(sampleAt), kept)
    },
    leave() {
      program.clear(room, room + places.roomBytes)
      free.push(room)
    },
  }
}

function makeRoom({ memory }: Program): number {
  const room = next
  next += places.roomBytes
  if (next > memory.buffer.byteLength) memory.grow(Math.ceil((next - memory.buffer.byteLength) / pageBytes))
  return room
}

function* binsFrom(memory: ArrayBuffer, room: number): Generator<readonly [number, BinSums]> {
  const sums = new BigUint64Array(memory, room + places.sumsAt, 4 * places.bins)
  const carried = new BigUint64Array(memory, room + places.carriedAt, 8 * places.bins)
  const [words, carriedWords] = [wordsOf(sums), wordsOf(carried)]
  for (let bin = 0; bin < places.bins; bin += 1) {
    // A bin whose Σ m is 0 has no other sum.
    if (areZero(words, 8 * bin, 2) && areZero(carriedWords, 16 * bin, 4)) continue
    const whole = (index: number) =>
      (sums[4 * bin + index] ?? 0n) +
      (carried[8 * bin + 2 * index] ?? 0n) +
      ((carried[8 * bin + 2 * index + 1] ?? 0n) << 32n)
    yield [bin, [whole(0), whole(1), whole(2), whole(3)]]
  }
}

function areZero(words: Uint32Array, from: number, count: number): boolean {
  for (let index = from; index < from + count; index += 1) if (words[index] !== 0) return false
  return true
}

function wordsOf({ buffer, byteOffset, length }: BigUint64Array): Uint32Array {
  return new Uint32Array(buffer, byteOffset, 2 * length)
}

function openProgram(): Program {
  const module = new WebAssembly.Module(Buffer.from(tallyNumbersProgram, 'base64'))
  const { exports } = new WebAssembly.Instance(module)
  return exports as unknown as Program
}
