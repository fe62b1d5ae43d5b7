import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { distinctSample } from '../../action/stats/distinct-sample.ts'
import { countNumbers } from '../../action/stats/number-counts.ts'
import { mostAtOnce, type TallyRoom, takeRoom } from '../../action/stats/tally-numbers.ts'
import { plainSums } from '../support/plain-sums.ts'

/** What is done in a room that is left afterwards. */
function inRoom<Result>(act: (room: TallyRoom) => Result): Result {
  const room = takeRoom()
  try {
    return act(room)
  } finally {
    room.leave()
  }
}

function everythingIn(room: TallyRoom): unknown[] {
  return [room.seen(), room.counted(), room.sums(), room.sampled()]
}

function sum(room: TallyRoom, values: readonly number[]): void {
  room.sum(room.settle(Float64Array.from(values)))
}

function countAll(room: TallyRoom, values: readonly number[]): void {
  let rest = room.count(room.settle(Float64Array.from(values)))
  while (rest.from < rest.end) {
    room.shorten(rest)
    rest = room.count(rest)
  }
}

/** The first 53 bits of MurmurHash3's finaliser over both words, once in each order. */
function hashOf(value: number): number {
  const words = new Uint32Array(Float64Array.of(value).buffer)
  const [low = 0, high = 0] = words
  return mixed(low, high) * 2 ** 21 + (mixed(high ^ 0x5bd1e995, low) >>> 11)
}

function mixed(low: number, high: number): number {
  let hash = (Math.imul(low, 0x9e3779b1) + high) | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

const finite = fc
  .oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer({ min: -5, max: 5 }).map((times) => times * 5e-324),
    fc.constantFrom(Number.MAX_VALUE, -Number.MAX_VALUE, 2 ** 53 - 1, 2 ** -1022, 1, -1),
  )
  .map((value) => value + 0)

describe('takeRoom', () => {
  it('sums as whole numbers of any length would', () => {
    fc.assert(
      fc.property(fc.array(fc.array(finite, { maxLength: 40 }), { maxLength: 5 }), (chunks) => {
        const sums = inRoom((room) => {
          for (const chunk of chunks) sum(room, chunk)
          return room.sums()
        })
        expect(sums).toEqual(plainSums(chunks.flat()))
      }),
    )
  })

  it.each([
    ['all bits set', 2 ** 53 - 1],
    ['the most that is multiplied', -(2 ** 53 - 2 ** 26)],
    ['low bits', 2 ** 52 + 2 ** 26 - 1],
    ['the largest', Number.MAX_VALUE],
    ['tiny', 2 ** -1022 - 5e-324],
    ['the tiniest', -5e-324],
  ])('sums more numbers than one word of a sum has room for: %s', (_, value) => {
    const [chunk, chunks] = [Array.from({ length: mostAtOnce }, () => value), 9]
    const sums = inRoom((room) => {
      for (let each = 0; each < chunks; each += 1) sum(room, chunk)
      for (const times of [2 ** 33, 2 ** 34]) room.sumTimes(value, times)
      return room.sums()
    })
    const one = plainSums([value])
    const n = mostAtOnce * chunks + 3 * 2 ** 33
    expect(sums).toEqual({ count: n, sum: one.sum * BigInt(n), squares: one.squares * BigInt(n) })
  })

  it('counts by the longest prefix that is short enough, as sorting does', () => {
    const many = fc.oneof(
      fc.array(finite, { minLength: 1000, maxLength: mostAtOnce }),
      fc.array(fc.double({ min: -1e-300, max: 1e-300, noNaN: true }), { minLength: 1020, maxLength: 1030 }),
      fc.integer({ min: 1020, max: 1030 }).map((count) => Array.from({ length: count }, (_, index) => 512 - index)),
    )
    fc.assert(
      fc.property(fc.array(many, { minLength: 1, maxLength: 3 }), (chunks) => {
        const counted = inRoom((room) => {
          for (const chunk of chunks) countAll(room, chunk)
          return room.counted()
        })
        const sorted = Float64Array.from(chunks.flat(), (value) => value + 0).sort()
        const { bits, values, counts } = countNumbers(sorted)
        expect(counted).toEqual({ bits, values, counts })
      }),
      { numRuns: 60 },
    )
  })

  it('samples by hashes of 53 bits, each with how often it came', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(finite, { maxLength: mostAtOnce }), { maxLength: 3 }),
        fc.nat(3),
        (chunks, spread) => {
          const repeated = chunks.map((chunk) => [...chunk, ...chunk.slice(0, spread)])
          const sampled = inRoom((room) => {
            for (const chunk of repeated) room.sample(room.settle(Float64Array.from(chunk.slice(0, mostAtOnce))))
            room.sampleTimes(0.5, 3_000_000_000)
            return room.sampled()
          })
          const counts = new Map([[hashOf(0.5), 3_000_000_000]])
          for (const value of repeated.flatMap((chunk) => chunk.slice(0, mostAtOnce))) {
            counts.set(hashOf(value), (counts.get(hashOf(value)) ?? 0) + 1)
          }
          expect(sampled).toEqual(
            distinctSample(
              0,
              Array.from(counts, ([key, count]) => ({ key, count })),
            ),
          )
        },
      ),
      { numRuns: 40 },
    )
  })

  it('takes nothing that is not there', () => {
    const seen = inRoom((room) => {
      const place = room.settle(Float64Array.of(7, 1, 8, Number.NaN, 9, -0), Uint8Array.of(0b101010))
      room.count(place)
      expect(room.counted()).toMatchObject({ values: Float64Array.of(0, 1), counts: Float64Array.of(1, 1) })
      return room.seen()
    })
    expect(seen).toEqual({
      ...{ minimum: 0, maximum: 1, zeros: 1, wholes: 2 },
      ...{ nans: 1, minusInfinity: 0, plusInfinity: 0 },
    })
  })

  it('finds nothing of those who had the room before', () => {
    const nothing = inRoom(everythingIn)
    inRoom((room) => {
      countAll(
        room,
        Array.from({ length: mostAtOnce }, (_, index) => Math.log(index + 0.5)),
      )
      sum(
        room,
        Array.from({ length: mostAtOnce }, (_, index) => 10 ** (index / 7 - 146)),
      )
      room.sampleTimes(3, 4)
    })
    expect(inRoom(everythingIn)).toEqual(nothing)
  })

  it('keeps rooms apart', () => {
    inRoom((one) =>
      inRoom((other) => {
        sum(one, [1, 2])
        sum(other, [40])
        countAll(one, [1, 2])
        countAll(other, [40])
        expect(one.sums()).toEqual(plainSums([1, 2]))
        expect([one.counted().values, other.counted().values]).toEqual([Float64Array.of(1, 2), Float64Array.of(40)])
      }),
    )
  })
})
