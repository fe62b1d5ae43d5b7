import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { compareCounts } from '../../action/stats/compare-counts.ts'
import { compareSorted } from '../../action/stats/compare-sorted.ts'

const number = fc.oneof(
  fc.double({ noNaN: true }),
  fc.integer({ min: -20, max: 20 }),
  fc.constantFrom(0, 5e-324, 1e308, -1e308, Infinity, -Infinity),
)
const counts = fc.array(fc.tuple(number, fc.nat(6), fc.nat(6)), { maxLength: 60 })

function repeated(values: readonly number[], times: readonly number[]): Float64Array {
  return Float64Array.from(values.flatMap((value, index) => Array<number>(times[index] ?? 0).fill(value)))
}

describe('compareCounts', () => {
  it('says of counts what compareSorted() says of the numbers, to the bit', () => {
    fc.assert(
      fc.property(counts, (given) => {
        // −0 is 0, and each value stands there once.
        const cells = new Map(given.map(([value, ...rows]) => [value + 0, rows] as const))
        const values = [...cells.keys()].sort((a, b) => a - b)
        const [ones, others] = [0, 1].map((side) => values.map((value) => cells.get(value)?.[side] ?? 0))
        const [reference, current] = [ones ?? [], others ?? []]
        const compared = compareCounts(
          ...([values, reference, current].map((list) => Float64Array.from(list)) as Three),
        )
        expect(compared).toEqual(compareSorted(repeated(values, reference), repeated(values, current)))
      }),
      { numRuns: 500, endOnFailure: true },
    )
  })
})

type Three = [Float64Array, Float64Array, Float64Array]
