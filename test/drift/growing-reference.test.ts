import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { type ColumnBlock, categoriesOf } from '../../action/drift/column-block.ts'
import {
  type BlockedColumn,
  type DataBlock,
  mergeJudged,
  spreadOf,
  variationOf,
} from '../../action/drift/drift-reference.ts'
import { growingColumn } from '../../action/drift/growing-column.ts'
import { growingReference } from '../../action/drift/growing-reference.ts'
import { judgeWindow } from '../../action/drift/judge-window.ts'
import { mergeRanges } from '../../action/drift/merge-ranges.ts'
import { inflationOf, minBlocks } from '../../action/drift/natural-variation.ts'
import { countNumbers } from '../../action/stats/number-counts.ts'

const dayMs = 86_400_000

/** A column's own way to be: how its values are drawn, and what happens to it over time. */
const way = fc.record({
  shape: fc.constantFrom('normal', 'long', 'codes', 'many codes', 'texts', 'tail of texts', 'infinite'),
  /** From block to block, and from the first to the last, in deviations. */
  variation: fc.constantFrom(0, 0.05, 0.3),
  trend: fc.constantFrom(0, 0, 1.5),
  /** The block from which it is another. */
  jump: fc.record({ at: fc.integer({ min: 0, max: 60 }), by: fc.constantFrom(0, 0.3, 1) }),
  missing: fc.constantFrom(0, 0, 0.1),
  /** Sometimes it is not there, or not compared. */
  gap: fc.constantFrom('none', 'none', 'none', 'absent', 'because', 'empty'),
})
type Way = typeof way extends fc.Arbitrary<infer One> ? One : never

const stream = fc.record({
  ways: fc.array(way, { minLength: 1, maxLength: 4 }),
  seed: fc.integer({ min: 1, max: 2 ** 31 }),
  blocks: fc.integer({ min: 9, max: 45 }),
  rows: fc.constantFrom(20, 150, 600),
  recentDays: fc.constantFrom(1, 3, 10, 1000),
  season: fc.constantFrom(null, null, null, 'day-of-week' as const),
  rule: fc.record({
    effect: fc.constantFrom(0.05, 0.1),
    fdr: fc.constantFrom(0.05, 0.1),
    limits: fc.constantFrom({}, {}, { psi: 0.2 }, { 'wasserstein-normalised': 0.3 }),
    weights: fc.constant({}),
  }),
})
type Stream = typeof stream extends fc.Arbitrary<infer One> ? One : never

function blocksOf({
  ways,
  seed: from,
  blocks,
  rows,
}: Pick<Stream, 'ways' | 'seed' | 'blocks'> & { rows: number }): DataBlock[] {
  const uniform = generator(from)
  return Array.from({ length: blocks }, (_, at) => {
    const own = Math.max(1, Math.round(rows * (0.5 + uniform())))
    const columns = ways.flatMap((one, index): [string, BlockedColumn][] => {
      const isOff = (at * 7 + index) % 11 === 3
      if (isOff && one.gap === 'absent') return []
      if (isOff && one.gap === 'because' && at > 20) return [[`x${index}`, { because: 'times move by themselves' }]]
      return [[`x${index}`, columnOf(one, at / blocks, at, isOff && one.gap === 'empty' ? 0 : own, uniform)]]
    })
    // A day is missing now and then.
    const sinceMs = (at + Math.floor(at / 9)) * dayMs
    return { sinceMs, untilMs: sinceMs + dayMs, columns: new Map(columns) }
  })
}

function columnOf(one: Way, age: number, at: number, filled: number, uniform: () => number): ColumnBlock {
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
  const shift = one.variation * normal() + one.trend * age + (at >= one.jump.at ? one.jump.by : 0)
  const drawn = Array.from({ length: filled }, () => normal() + shift)
  const missing = Math.round(filled * one.missing * uniform())
  const whole = { rows: filled + missing, missing, unreadable: 0 }
  if (one.shape === 'texts' || one.shape === 'tail of texts') {
    const spread = one.shape === 'texts' ? 1 : 12
    const counts = new Map<string, number>()
    for (const x of drawn) counts.set(`t${Math.floor(spread * x)}`, (counts.get(`t${Math.floor(spread * x)}`) ?? 0) + 1)
    return { ...whole, values: categoriesOf(counts, 10_000) }
  }
  const numbers = {
    normal: (x: number) => x,
    long: (x: number) => Math.exp(2 * x),
    codes: (x: number) => Math.max(0, Math.min(5, Math.floor(x + 2))),
    'many codes': (x: number) => Math.floor(20 * x),
    infinite: (x: number) => (x > 1.5 ? Infinity : x < -2 ? -Infinity : Math.round(100 * x)),
  }[one.shape]
  // Few keys, so that prefixes of bits grow shorter as blocks come.
  return { ...whole, values: countNumbers(Float64Array.from(drawn, numbers).sort(), 200) }
}

function generator(from: number): () => number {
  let state = from >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

describe('growingReference', () => {
  it('says of each window what judgeWindow() says of all blocks before it, whatever comes', () => {
    const seen = new Map<string, number>()
    fc.assert(
      fc.property(stream, (given) => {
        const { recentDays, season, rule } = given
        const recentMs = recentDays * dayMs
        const growing = growingReference({ recentMs, season })
        const blocks = blocksOf(given)
        for (const block of blocks.slice(0, minBlocks)) growing.add(block)
        for (const [index, window] of blocks.slice(minBlocks).entries()) {
          const training = blocks.slice(0, minBlocks + index)
          const plain = judgeWindow({ training, recentMs, season }, window, rule)
          const { rows, columns } = growing.judge(window, rule)
          const shown = plain.columns.map(({ name, verdict, weight, effect }) => ({ name, verdict, weight, effect }))
          for (const { verdict } of shown) seen.set(verdict, (seen.get(verdict) ?? 0) + 1)
          expect({ rows, columns }).toEqual({ rows: plain.rows, columns: shown })
          growing.add(window)
        }
      }),
      { numRuns: 40, endOnFailure: true },
    )
    const verdicts = ['drift', 'already learned', 'insufficient data', 'notable', 'no drift', 'vanished', 'not judged']
    expect([...seen.keys()].sort()).toEqual(verdicts.sort())
  })
})

describe('growingColumn', () => {
  it('has bounds that hold what natural variation is, whatever comes', () => {
    fc.assert(
      fc.property(stream, fc.integer({ min: 1, max: 12 }), (given, every) => {
        const [first] = given.ways
        if (!first) return
        const blocks = blocksOf({ ...given, ways: [{ ...first, gap: first.gap === 'empty' ? 'empty' : 'none' }] })
        const growing = growingColumn()
        const own: ColumnBlock[] = []
        for (const [index, { columns }] of blocks.entries()) {
          const column = columns.get('x0')
          if (!column || !('values' in column)) throw new Error('a block')
          growing.add(column)
          own.push(column)
          for (const kind of ['number', 'category'] as const) {
            for (const question of ['values', 'missing'] as const) {
              const bounds = growing.bounds(kind, question)
              if (!bounds) continue
              const exact = variationOf(kind, question, own, () => mergeJudged(own))
              if (!exact) throw new Error('bounds of nothing')
              const real = inflationOf({ ...exact, spread: spreadOf(own) }, 500)
              expect(inflationOf(bounds.least, 500)).toBeLessThanOrEqual(real)
              expect(inflationOf(bounds.most, 500)).toBeGreaterThanOrEqual(real)
              expect(bounds.least.degrees).toBeGreaterThanOrEqual(exact.degrees)
              expect(bounds.most.degrees).toBeLessThanOrEqual(exact.degrees)
              if (index % every === 0) growing.tighten(kind, question)
            }
          }
        }
      }),
      { numRuns: 40, endOnFailure: true },
    )
  })

  it('has bounds close together for long once variation was worked out, so that it seldom need be', () => {
    const calm = { variation: 0.3, trend: 0, jump: { at: 0, by: 0 }, missing: 0.1, gap: 'none' } as const
    const shapes = ['normal', 'texts', 'codes'] as const
    const ways = shapes.map((shape) => ({ ...calm, shape }))
    const blocks = blocksOf({ ways, seed: 5, blocks: 400, rows: 150 })
    for (const [index, kind] of (['number', 'category', 'category'] as const).entries()) {
      const growing = growingColumn()
      for (const [at, { columns }] of blocks.entries()) {
        const own = columns.get(`x${index}`)
        if (own) growing.add(own)
        if (at === 380) growing.tighten(kind, 'values')
      }
      const { least, most } = growing.bounds(kind, 'values') ?? {}
      expect(least?.phi).toBeGreaterThan(2)
      expect((most?.phi ?? 9) / (least?.phi ?? 1)).toBeLessThan(2)
    }
  })
})

describe('mergeRanges', () => {
  it('gives what the newest items come to, wherever they begin, also further back than before', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(5), fc.nat(90)), { maxLength: 90 }), (steps) => {
        const ranges = mergeRanges<readonly number[]>((parts) => parts.flat())
        let count = 0
        for (const [added, from] of steps) {
          for (let one = 0; one < added; one += 1) ranges.add([count++])
          const expected = Array.from({ length: Math.max(0, count - from) }, (_, index) => from + index)
          expect(ranges.from(from) ?? []).toEqual(expected)
        }
      }),
      { numRuns: 200, endOnFailure: true },
    )
  })
})
