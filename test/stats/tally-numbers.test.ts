import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { distinctSample } from '../../action/stats/distinct-sample.ts'
import { countNumbers } from '../../action/stats/number-counts.ts'
import { mostAtOnce, numberCollector } from '../../action/stats/tally-numbers.ts'
import { plainSums } from '../support/plain-sums.ts'

function tallyOf(chunks: readonly (readonly number[])[]) {
  const collector = numberCollector()
  for (const chunk of chunks) collector.add(Float64Array.from(chunk))
  return collector.collected()
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

/** Few numbers, and so many that prefixes of them are counted. */
const chunks = fc.array(
  fc.oneof(
    fc.array(finite, { maxLength: 40 }),
    fc.array(finite, { minLength: 1000, maxLength: mostAtOnce }),
    fc.array(fc.double({ min: -1e-300, max: 1e-300, noNaN: true }), { minLength: 1020, maxLength: 1030 }),
    fc.integer({ min: 1020, max: 1030 }).map((count) => Array.from({ length: count }, (_, index) => 512 - index)),
  ),
  { maxLength: 4 },
)

/** More than can be counted each by itself. */
const many = Array.from({ length: mostAtOnce }, (_, index) => Math.log(index + 0.5))

describe('numberCollector', () => {
  it('sums as whole numbers of any length would, counts as sorting does, and samples by hashes of 53 bits', () => {
    fc.assert(
      fc.property(chunks, (some) => {
        const values = some.flat().map((value) => value + 0)
        const { sums, counts, sample, minimum, maximum } = tallyOf(some)
        expect(sums).toEqual(plainSums(values))
        expect(counts).toEqual(countNumbers(Float64Array.from(values).sort()))
        const times = new Map<number, number>()
        for (const value of values) times.set(hashOf(value), (times.get(hashOf(value)) ?? 0) + 1)
        const kept = Array.from(times, ([key, count]) => ({ key, count }))
        expect(sample).toEqual(distinctSample(0, kept))
        expect([minimum, maximum]).toEqual([Math.min(...values), Math.max(...values)])
      }),
      { numRuns: 100 },
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
    const same = Array.from({ length: 9 }, () => Array.from({ length: mostAtOnce }, () => value))
    expect(tallyOf([many, ...same]).sums).toEqual(plainSums([...many, ...same.flat()]))
    // Counted first, and summed at the end.
    expect(tallyOf(same).sums).toEqual(plainSums(same.flat()))
  })

  it('takes nothing that is not there', () => {
    const collector = numberCollector()
    collector.add(Float64Array.of(7.5, 1, 8, Number.NaN, 9, -0, -3, 4), Uint8Array.of(0b101010))
    expect(collector.collected()).toMatchObject({
      ...{ minimum: 0, maximum: 1, zeros: 1, areWhole: true, nans: 1 },
      counts: { values: Float64Array.of(0, 1), counts: Float64Array.of(1, 1), minusInfinity: 0, plusInfinity: 0 },
      sums: { count: 2 },
    })
  })

  it('finds nothing of those who had the memory before', () => {
    const nothing = tallyOf([])
    tallyOf([
      many,
      Array.from({ length: mostAtOnce }, (_, index) => 10 ** (index / 7 - 146)),
      [0, Number.NaN, Infinity],
    ])
    expect(tallyOf([])).toEqual(nothing)
    expect(nothing).toMatchObject({ minimum: Infinity, maximum: -Infinity, zeros: 0, areWhole: true, nans: 0 })
  })

  it('keeps collectors apart', () => {
    const [one, other] = [numberCollector(), numberCollector()]
    one.add(Float64Array.of(1, 2))
    other.add(Float64Array.from(many))
    one.add(Float64Array.of(3))
    expect(one.collected()).toEqual(tallyOf([[1, 2, 3]]))
    expect(other.collected()).toEqual(tallyOf([many]))
  })

  it('refuses more at once than it has room for', () => {
    expect(() => tallyOf([Array.from({ length: mostAtOnce + 1 }, () => 1)])).toThrow(RangeError)
  })
})
