import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { rowCollector } from '../../action/data/sample-rows.ts'
import { distinctSample } from '../../action/stats/distinct-sample.ts'

describe('rowCollector', () => {
  it('keeps the rows of the least hashes, whatever their order, each with its numbers and how often it came', () => {
    const hash = fc.oneof(fc.nat(40), fc.integer({ min: 0, max: 2 ** 53 - 1 }))
    fc.assert(
      fc.property(fc.array(hash, { maxLength: 200 }), fc.integer({ min: 1, max: 60 }), (hashes, chunk) => {
        const collector = rowCollector(16)
        for (let from = 0; from < hashes.length; from += chunk) {
          const some = Float64Array.from(hashes.slice(from, from + chunk))
          collector.add(some, [{ values: some.map((key) => key / 2) }])
        }
        const counts = new Map<number, number>()
        for (const key of hashes) counts.set(key, (counts.get(key) ?? 0) + 1)
        const all = Array.from(counts, ([key, count]) => ({ key, count, note: Float64Array.of(key / 2) }))
        expect(collector.collected()).toEqual(distinctSample(0, all, 16))
      }),
    )
  })

  it('notes what is not there as NaN, and −0 as 0', () => {
    const collector = rowCollector(10)
    collector.add(Float64Array.of(5, 6), [
      { values: Float64Array.of(1, 2), areThere: Uint8Array.of(0b10) },
      { values: Float64Array.of(-0, Number.NaN) },
    ])
    expect(collector.collected().notes).toEqual([Float64Array.of(Number.NaN, 0), Float64Array.of(2, Number.NaN)])
  })
})
