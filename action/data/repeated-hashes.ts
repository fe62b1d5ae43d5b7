import { hashPlaces as places, repeatedHashesProgram } from './repeated-hashes.generated.ts'

/** Finds among many 64-bit hashes those that come more than once. */
export interface RepeatedHashes {
  /** Takes any hashes, each as two words, the lower first. */
  take(words: Uint32Array): void
  /** Once each, in no order; undefined where there are more than `most`. */
  found(most: number): bigint[] | undefined
}

interface Program {
  readonly memory: WebAssembly.Memory
  readonly take: (count: number, shift: bigint, next: number) => number
  readonly length: (end: number) => number
  readonly find: (end: number, table: number, slots: number, out: number, outEnd: number) => number
}

/** So many hashes are looked at together that what is known of them stays in the processor's cache. */
const hashesALot = 4096
const [hashBytes, slotBytes, pageBytes] = [8, 4, 1 << 16]
/** Memory grows by so much at least: each time, all of it may have to move. */
const growthBytes = 1 << 24

/**
 * Hashes are dealt into lots by their upper bits, and each lot is looked at by itself: a tenth of what a table of all of
 * them costs, whose every entry is somewhere else in memory. `rows` is how many are expected; 8 bytes are kept of each.
 * WebAssembly, which knows whole numbers of 64 bits, takes a third of TypeScript's time.
 */
export function repeatedHashes(rows: number): RepeatedHashes {
  const program = openProgram()
  const { memory } = program
  const bits = Math.max(1, Math.ceil(Math.log2(Math.min(places.maxLots, rows / hashesALot + 1))))
  const shift = BigInt(64 - bits)
  /** Where the next block of hashes begins. */
  let next: number = places.blocksAt
  return { take, found }

  function take(words: Uint32Array): void {
    for (let from = 0; from < words.length; from += 2 * places.mostAtOnce) {
      const part = words.subarray(from, from + 2 * places.mostAtOnce)
      const count = part.length / 2
      // Each may be the first of a block.
      reserve(memory, next + count * places.blockBytes)
      new Uint32Array(memory.buffer, 0, part.length).set(part)
      next = program.take(count, shift, next) >>> 0
    }
  }

  function found(most: number): bigint[] | undefined {
    const outEnd = next + most * hashBytes
    let out = next
    for (let lot = 0; lot < 2 ** bits; lot += 1) {
      const [end = 0] = new Uint32Array(memory.buffer, places.endsAt + lot * slotBytes, 1)
      const slots = 2 ** Math.ceil(Math.log2(2 * program.length(end) + 2))
      reserve(memory, outEnd + slots * slotBytes)
      out = program.find(end, outEnd, slots, out, outEnd) >>> 0
      if (out === 0) return undefined
    }
    return [...new BigUint64Array(memory.buffer, next, (out - next) / hashBytes)]
  }
}

function reserve(memory: WebAssembly.Memory, bytes: number): void {
  const lacking = bytes - memory.buffer.byteLength
  if (lacking > 0) memory.grow(Math.ceil(Math.max(lacking, growthBytes) / pageBytes))
}

function openProgram(): Program {
  const module = new WebAssembly.Module(Buffer.from(repeatedHashesProgram, 'base64'))
  const { memory, take, length, find } = new WebAssembly.Instance(module).exports
  const parts = [take, length, find]
  if (!(memory instanceof WebAssembly.Memory) || parts.some((part) => typeof part !== 'function'))
    throw new TypeError('The program that finds hashes that come again exports no memory')
  return {
    memory,
    take: take as Program['take'],
    length: length as Program['length'],
    find: find as Program['find'],
  }
}
