import type { DistinctSample } from './distinct-sample.ts'
import { type BinSums, sumsOfBins } from './exact-sums.ts'
import type { NumberCounts } from './number-counts.ts'
import type { NumberTally } from './number-tally.ts'
import { tallyNumbersProgram, tallyPlaces as places } from './tally-numbers.generated.ts'

/** So many numbers are tallied at once, at most. */
export const mostAtOnce = places.mostAtOnce

/** Collects numbers of one column. */
export interface NumberCollector {
  /** Any numbers, no more than `mostAtOnce`; NaN and infinities among them. `areThere`: a bit for each, the lowest first; without it all are. */
  add(values: Float64Array, areThere?: Uint8Array): void
  /** Once: its memory is another's afterwards. */
  collected(): NumberTally
}

interface Program {
  readonly memory: WebAssembly.Memory
  readonly take: (room: number, at: number, end: number, areFew: boolean) => number
  readonly shorten: (table: number, at: number, cut: number) => number
  readonly adopt: (table: number) => void
  readonly settle: (room: number) => void
  readonly entries: (table: number) => number
  readonly times: (table: number, end: number) => void
  readonly keys: (table: number) => number
  readonly keyTimes: (table: number, end: number) => void
  readonly clear: (room: number) => void
}

const pageBytes = 1 << 16
const numberBytes = Float64Array.BYTES_PER_ELEMENT
const allThere = new Uint8Array(mostAtOnce / 8).fill(255)

let opened: Program | undefined
/** Where rooms begin that nobody has, and where the next one would. */
const free: number[] = []
let next: number = places.roomsAt

/**
 * Tallies numbers without sorting them, some ten nanoseconds each: in WebAssembly, which knows whole numbers of 64 bits, a number takes a quarter of the time
 * that it takes in TypeScript. While few different numbers came, they are counted and nothing else is done; the sums and the
 * sample are made of the counts, being exact, once there are more.
 */
export function numberCollector(): NumberCollector {
  const program = (opened ??= openProgram())
  const room = free.pop() ?? makeRoom(program)
  const table = room + places.tableAt
  let areFew = true
  // Memory that grows is another buffer.
  const doubles = (at: number, length: number) => new Float64Array(program.memory.buffer, at, length)
  doubles(room, 2).set([Infinity, -Infinity])

  const settleFew = () => {
    if (!areFew) return
    areFew = false
    program.settle(room)
  }
  return {
    add(values, areThere = allThere) {
      if (values.length > mostAtOnce) throw new RangeError(`${values.length} numbers at once; expected ${mostAtOnce}`)
      doubles(places.valuesAt, values.length).set(values)
      new Uint8Array(program.memory.buffer, places.validityAt).set(areThere.subarray(0, mostAtOnce / 8))
      for (let at = 0; ; shorten(program, table, at)) {
        at = program.take(room, at, values.length, areFew)
        if (at === values.length) return
        settleFew()
      }
    },
    collected() {
      settleFew()
      const [minimum = 0, maximum = 0] = doubles(room, 2)
      const seen = Array.from(new BigUint64Array(program.memory.buffer, room + 16, 6), Number)
      const [zeros = 0, others = 0, nans = 0, minusInfinity = 0, plusInfinity = 0, finite = 0] = seen
      const tally: NumberTally = {
        ...{ minimum, maximum, zeros, areWhole: others === 0, nans },
        counts: { kind: 'number', ...countsIn(program, table), minusInfinity, plusInfinity },
        sums: sumsOfBins(finite, binsFrom(program.memory.buffer, room)),
        sample: sampleIn(program, room + places.sampleAt),
      }
      program.clear(room)
      free.push(room)
      return tally
    },
  }
}

/** Takes the longest prefix with which there is room for the number at a place, too. */
function shorten(program: Program, table: number, at: number): void {
  let spare = 0
  const fits = (bits: number) => {
    spare = bits
    return program.shorten(table, at, 64 - bits) <= places.maxKeys
  }
  const bits = bitsOf(program, table)
  // Mostly one less will do.
  let [least, tooLong] = fits(bits - 1) ? [bits - 1, bits] : [1, bits - 1]
  while (tooLong - least > 1) {
    const middle = (least + tooLong) >> 1
    if (fits(middle)) least = middle
    else tooLong = middle
  }
  if (spare !== least) fits(least)
  program.adopt(table)
}

function countsIn(program: Program, table: number): Pick<NumberCounts, 'bits' | 'values' | 'counts'> {
  const end = program.entries(table)
  const values = entriesUpTo(program, end).sort().slice()
  program.times(table, end)
  return { bits: bitsOf(program, table), values, counts: entriesUpTo(program, end).slice() }
}

function bitsOf({ memory }: Program, table: number): number {
  return 64 - headOf(memory, table)
}

function sampleIn(program: Program, table: number): DistinctSample {
  const end = program.keys(table)
  const keys = entriesUpTo(program, end).sort().slice()
  program.keyTimes(table, end)
  return { level: headOf(program.memory, table), keys, counts: entriesUpTo(program, end).slice(), notes: [] }
}

/** Bits that are cut off, or the level of a sample. */
function headOf({ buffer }: WebAssembly.Memory, table: number): number {
  return new Uint32Array(buffer, table, 1)[0] ?? 0
}

function entriesUpTo({ memory }: Program, end: number): Float64Array {
  return new Float64Array(memory.buffer, places.entriesAt, (end - places.entriesAt) / numberBytes)
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
  const touched = new Uint8Array(memory, room + places.touchedAt, places.bins / 8)
  for (let bin = 0; bin < places.bins; bin += 1) {
    if ((((touched[bin >> 3] ?? 0) >> (bin & 7)) & 1) === 0) continue
    const whole = (index: number) =>
      (sums[4 * bin + index] ?? 0n) +
      (carried[8 * bin + 2 * index] ?? 0n) +
      ((carried[8 * bin + 2 * index + 1] ?? 0n) << 32n)
    yield [bin, [whole(0), whole(1), whole(2), whole(3)]]
  }
}

function openProgram(): Program {
  const module = new WebAssembly.Module(Buffer.from(tallyNumbersProgram, 'base64'))
  const { exports } = new WebAssembly.Instance(module)
  return exports as unknown as Program
}
