import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { canonicalJson } from '../../action/base/canonical-json.ts'
import { type ColumnBlock, categoriesOf, jsonOfBlock, mergeBlocks, readBlock } from '../../action/drift/column-block.ts'
import { compareSorted } from '../../action/stats/compare-sorted.ts'
import { countNumbers, mergeNumberCounts, mostLost, withBits } from '../../action/stats/number-counts.ts'

const runs = { numRuns: 200, seed: 11, endOnFailure: true }
const number = fc.oneof(
  fc.double({ noNaN: true }),
  fc.integer({ min: -20, max: 20 }),
  fc.double({ min: 290, max: 310, noNaN: true }),
  fc.constantFrom(-0, 0, 5e-324, -5e-324, 1e308, -1e308, Infinity, -Infinity),
)

function sorted(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort()
}

function block(values: readonly number[], missing: number, maxKeys: number): ColumnBlock {
  return { rows: values.length + missing, missing, unreadable: 0, values: countNumbers(sorted(values), maxKeys) }
}

describe('mergeBlocks', () => {
  it('gives the bytes of the whole, whatever the shards, their order and their nesting', () => {
    const shards = fc.array(fc.array(number, { maxLength: 40 }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(
        shards,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 3 }),
        (parts, maxKeys, missing) => {
          const whole = block(parts.flat(), missing * parts.length, maxKeys)
          const blocks = parts.map((values) => block(values, missing, maxKeys))
          const [first, ...rest] = blocks
          const nested = rest.reduce((sum, next) => mergeBlocks([next, sum], 10, maxKeys), first as ColumnBlock)
          const bytes = canonicalJson(jsonOfBlock(whole))
          expect(canonicalJson(jsonOfBlock(mergeBlocks(blocks, 10, maxKeys)))).toBe(bytes)
          expect(canonicalJson(jsonOfBlock(mergeBlocks(blocks.toReversed(), 10, maxKeys)))).toBe(bytes)
          expect(canonicalJson(jsonOfBlock(nested))).toBe(bytes)
          const { values } = whole
          expect(values.kind === 'number' && values.values.length).toBeLessThanOrEqual(maxKeys)
        },
      ),
      runs,
    )
  })

  it('adds up texts the same way, and says too many of both or of neither', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\u{10000}', '\uFFFF', '__proto__'), maxLength: 2 })
    fc.assert(
      fc.property(fc.array(fc.array(text, { maxLength: 12 }), { minLength: 1, maxLength: 5 }), (parts) => {
        const of = (values: readonly string[]): ColumnBlock => {
          const counts = new Map<string, number>()
          for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
          return { rows: values.length, missing: 0, unreadable: 0, values: categoriesOf(counts, 6) }
        }
        const bytes = canonicalJson(jsonOfBlock(of(parts.flat())))
        expect(canonicalJson(jsonOfBlock(mergeBlocks(parts.map(of), 6)))).toBe(bytes)
        expect(canonicalJson(jsonOfBlock(mergeBlocks(parts.map(of).toReversed(), 6)))).toBe(bytes)
      }),
      runs,
    )
  })

  it('refuses to add numbers to texts', () => {
    const texts: ColumnBlock = { rows: 1, missing: 0, unreadable: 0, values: categoriesOf(new Map([['a', 1]]), 5) }
    expect(() => mergeBlocks([block([1], 0, 5), texts], 5)).toThrow(
      'Cannot merge blocks of numbers with blocks of texts',
    )
  })
})

describe('readBlock', () => {
  it('reads what jsonOfBlock() wrote, and nothing that was cut, added to or put out of order', () => {
    const one = block([1, 2, 2, 3.5, -Infinity], 2, 10)
    const written: unknown = JSON.parse(canonicalJson(jsonOfBlock(one)))
    expect(readBlock(written)).toEqual(one)
    const numbers = { bits: 64, values: [1, 2], counts: [1, 1], minusInfinity: 0, plusInfinity: 0 }
    const good = { rows: 2, missing: 0, unreadable: 0, numbers }
    expect(readBlock(good)).toBeDefined()
    for (const bad of [
      null,
      [],
      {},
      { ...good, rows: 3 },
      { ...good, missing: -1 },
      { ...good, rows: 2.5 },
      { ...good, numbers: { ...numbers, values: [2, 1] } },
      { ...good, numbers: { ...numbers, values: [1] } },
      { ...good, numbers: { ...numbers, values: [1, null] } },
      { ...good, numbers: { ...numbers, counts: [2, 0] } },
      { ...good, numbers: { ...numbers, bits: 65 } },
      {
        rows: 2,
        missing: 0,
        unreadable: 0,
        texts: [
          ['b', 1],
          ['a', 1],
        ],
      }, // prettier-ignore
      {
        rows: 2,
        missing: 0,
        unreadable: 0,
        texts: [
          ['a', 1],
          ['a', 1],
        ],
      }, // prettier-ignore
      { rows: 1, missing: 0, unreadable: 0, texts: [[1, 1]] },
    ]) {
      expect(readBlock(bad), JSON.stringify(bad)).toBeUndefined()
    }
  })
})

describe('mostLost', () => {
  it('bounds what a prefix takes from D, and D never grows by it', () => {
    const list = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(list, list, fc.integer({ min: 2, max: 12 }), (a, b, maxKeys) => {
        const { ks: whole } = compareSorted(sorted(a), sorted(b))
        const parts = [countNumbers(sorted(a), maxKeys), countNumbers(sorted(b), maxKeys)] as const
        const bits = Math.min(parts[0].bits, parts[1].bits)
        const all = mergeNumberCounts(parts, Infinity)
        const countsOf = (part: (typeof parts)[number]) => {
          const { values, counts } = withBits(part, bits)
          const rowsOf = new Map([...values].map((value, index) => [value, counts[index] ?? 0]))
          return Float64Array.from(all.values, (value) => rowsOf.get(value) ?? 0)
        }
        const [reference, current] = [countsOf(parts[0]), countsOf(parts[1])]
        const repeat = (counts: Float64Array) =>
          Float64Array.from(
            [...all.values].flatMap((value, index) => Array.from({ length: counts[index] ?? 0 }, () => value)),
          )
        const { ks: short } = compareSorted(repeat(reference), repeat(current))
        if (!whole.ok || !short.ok) throw new Error('both hold numbers')
        const lost = whole.value.statistic - short.value.statistic
        expect(lost).toBeGreaterThanOrEqual(-1e-12)
        expect(lost).toBeLessThanOrEqual(mostLost(reference, current, bits) + 1e-12)
      }),
      runs,
    )
  })

  it('is about 1 % of a smooth column in 1,024 keys, and nothing of 1,024 numbers', () => {
    const normal = Float64Array.from({ length: 50_000 }, (_, i) => {
      const u = (i + 0.5) / 50_000
      return Math.log(u / (1 - u))
    })
    const { bits, counts } = countNumbers(normal)
    expect(mostLost(counts, counts, bits)).toBeLessThan(0.012)
    expect(countNumbers(Float64Array.from({ length: 1024 }, (_, i) => i / 7)).bits).toBe(64)
  })
})
