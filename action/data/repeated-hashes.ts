/** Finds among many 64-bit hashes those that come more than once. */
export interface RepeatedHashes {
  /** Takes hashes, each as two words, the lower first. */
  take(words: Uint32Array): void
  /** Once each, in no order; undefined where there are more than `most`. */
  found(most: number): bigint[] | undefined
}

/** So many hashes are looked at together that what is known of them stays in the processor's cache. */
const hashesALot = 8192
const mostLots = 4096

/**
 * Hashes are dealt into lots by their upper bits, and each lot is looked at by itself: a tenth of what a table of all of
 * them costs, whose every entry is somewhere else in memory. `rows` is how many are expected; 8 bytes are kept of each.
 */
export function repeatedHashes(rows: number): RepeatedHashes {
  const bits = Math.max(1, Math.ceil(Math.log2(Math.min(mostLots, rows / hashesALot + 1))))
  const shift = 32 - bits
  const lots = Array.from({ length: 2 ** bits }, () => new Uint32Array(2 * (64 + Math.ceil((1.1 * rows) / 2 ** bits))))
  const ends = new Uint32Array(lots.length)
  return { take, found }

  function take(words: Uint32Array): void {
    for (let at = 0; at + 1 < words.length; at += 2) {
      const high = words[at + 1] ?? 0
      const place = high >>> shift
      const end = ends[place] ?? 0
      let lot = lots[place] ?? words
      if (end === lot.length) lot = grow(place)
      lot[end] = words[at] ?? 0
      lot[end + 1] = high
      ends[place] = end + 2
    }
  }

  function grow(place: number): Uint32Array {
    const lot = lots[place] ?? new Uint32Array(2)
    const larger = new Uint32Array(lot.length * 2)
    larger.set(lot)
    lots[place] = larger
    return larger
  }

  function found(most: number): bigint[] | undefined {
    const repeated: bigint[] = []
    for (const [place, lot] of lots.entries()) {
      for (const at of repeatedIn(lot, ends[place] ?? 0)) {
        if (repeated.length === most) return undefined
        repeated.push((BigInt(lot[at + 1] ?? 0) << 32n) | BigInt(lot[at] ?? 0))
      }
    }
    return repeated
  }
}

/** The places of the first of each hash that comes again before `end`. */
function repeatedIn(lot: Uint32Array, end: number): readonly number[] {
  const size = 2 ** Math.ceil(Math.log2(end + 2))
  // Each slot holds the place of a hash, counted from 1; its first bit says that the hash came again.
  const slots = new Uint32Array(size)
  const found: number[] = []
  for (let at = 0; at < end; at += 2) {
    const low = lot[at] ?? 0
    const high = lot[at + 1] ?? 0
    let slot = low & (size - 1)
    for (;;) {
      const held = slots[slot] ?? 0
      if (held === 0) {
        slots[slot] = at + 2
        break
      }
      const first = (held & ~1) - 2
      if (lot[first] === low && lot[first + 1] === high) {
        if ((held & 1) === 0) found.push(first)
        slots[slot] = held | 1
        break
      }
      slot = (slot + 1) & (size - 1)
    }
  }
  return found
}
