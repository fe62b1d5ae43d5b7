import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { compareSorted } from '../../action/stats/compare-sorted.ts'
import type { SortedNumbers } from '../../action/stats/sorted-numbers.ts'
import { sortedParts } from '../../action/stats/sorted-parts.ts'

import '../support/random-seed.ts'

/** So many numbers come at a time, always in the same array. */
function inPieces(sorted: Float64Array, length: number): SortedNumbers {
  const room = new Float64Array(length)
  return {
    length: sorted.length,
    at: (place) => sorted[place],
    subarray(from) {
      const piece = sorted.subarray(from, from + length)
      room.fill(Number.NaN)
      room.set(piece)
      return room.subarray(0, piece.length)
    },
  }
}

const number = fc.oneof(
  fc.integer({ min: -2, max: 2 }),
  fc.double({ noNaN: true }),
  fc.constantFrom(Infinity, -Infinity),
)
const sample = fc
  .array(number, { maxLength: 60 })
  .map((values) => Float64Array.from(values, (value) => value + 0).sort())
const length = fc.integer({ min: 1, max: 9 })

describe('sortedParts', () => {
  it('gives every number as often as it is there, none in two parts', () => {
    fc.assert(
      fc.property(sample, sample, length, length, (one, other, few, some) => {
        const [left, right]: [number[], number[]] = [[], []]
        let last = Number.NaN
        for (const [ones, others] of sortedParts(inPieces(one, few), inPieces(other, some))) {
          const both = [...ones.numbers, ...others.numbers]
          expect(both).not.toContain(last)
          if (both.length > 0) last = Math.max(...both)
          left.push(...[...ones.numbers].flatMap((value) => Array.from({ length: 1 + ones.more }, () => value)))
          right.push(...[...others.numbers].flatMap((value) => Array.from({ length: 1 + others.more }, () => value)))
        }
        expect([left, right]).toEqual([[...one], [...other]])
      }),
    )
  })

  it('makes the same comparison of samples in pieces as of whole ones, to the bit', () => {
    fc.assert(
      fc.property(sample, sample, length, length, (one, other, few, some) => {
        expect(compareSorted(inPieces(one, few), inPieces(other, some))).toEqual(compareSorted(one, other))
      }),
      { numRuns: 300 },
    )
  })
})
