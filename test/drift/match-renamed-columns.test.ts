import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { ColumnProfile } from '../../action/drift/column-profile.ts'
import { kolmogorovSmirnov, nameSimilarity, totalVariation } from '../../action/drift/column-similarity.ts'
import { matchRenamedColumns } from '../../action/drift/match-renamed-columns.ts'

function categorical(name: string, values: Readonly<Record<string, number>>, nulls = 0): ColumnProfile {
  const table = Object.entries(values).sort((a, b) => b[1] - a[1])
  const rows = table.reduce((sum, [, count]) => sum + count, nulls)
  const shapes = new Map<string, number>()
  for (const [value, count] of table) {
    const shape = value.replace(/[a-z]+/gi, 'a').replace(/\d+/g, '9')
    shapes.set(shape, (shapes.get(shape) ?? 0) + count)
  }
  const base = { name, rows, nulls, distinct: table.length, zeros: 0 }
  return { ...base, isNumeric: false, values: table, percentiles: [], shapes: [...shapes] }
}

function numeric(name: string, from: number, to: number): ColumnProfile {
  const percentiles = Array.from({ length: 101 }, (_, i) => from + ((to - from) * i) / 100)
  const base = { name, rows: 1000, nulls: 0, distinct: 1000, zeros: 0, values: [] }
  return { ...base, isNumeric: true, percentiles, shapes: [['9.9', 1000]] }
}

const region = categorical('region', { N: 300, S: 280, E: 200, W: 150, C: 70 })

describe('matchRenamedColumns()', () => {
  it('names a rename by its values, though the names have nothing in common', () => {
    const state = categorical('state', { N: 310, S: 270, E: 205, W: 145, C: 70 })
    const [rename, ...others] = matchRenamedColumns([region], [categorical('carrier', { dhl: 600, ups: 400 }), state])
    expect(rename).toMatchObject({ kind: 'likely', missing: 'region', added: 'state', sharedValues: 5, doubts: [] })
    expect(rename?.distance).toBeCloseTo(0.015, 9)
    expect(others).toEqual([])
  })

  it('pairs several columns at once, each once', () => {
    const renames = matchRenamedColumns(
      [numeric('weight', 0, 30), numeric('distance', 100, 900), region],
      [categorical('zone', { N: 300, S: 280, E: 200, W: 150, C: 70 }), numeric('km', 105, 905), numeric('kg', 0, 31)],
    )
    expect(renames.map(({ kind, missing, added }) => [kind, missing, added])).toEqual([
      ['likely', 'weight', 'kg'],
      ['likely', 'distance', 'km'],
      ['likely', 'region', 'zone'],
    ])
  })

  it('only calls two columns of two values possible', () => {
    const renames = matchRenamedColumns(
      [categorical('member', { yes: 500, no: 500 })],
      [categorical('paid', { yes: 500, no: 500 })],
    )
    expect(renames[0]).toMatchObject({ kind: 'possible', doubts: ['two-valued'] })
  })

  it('tells codes of the same names apart by their shares', () => {
    const codes = categorical('a', { 1: 500, 2: 300, 3: 200 })
    const others = [categorical('x', { 1: 505, 2: 295, 3: 200 }), categorical('y', { 1: 200, 2: 500, 3: 300 })]
    expect(matchRenamedColumns([codes], others)).toMatchObject([{ kind: 'likely', added: 'x' }])
  })

  it('asks values to be nearer where the names say nothing', () => {
    const weight = numeric('weight', 0, 100)
    expect(matchRenamedColumns([weight], [numeric('WEIGHT', 10, 110)])).toMatchObject([{ kind: 'likely' }])
    expect(matchRenamedColumns([weight], [numeric('price', 10, 110)])).toMatchObject([
      { kind: 'possible', doubts: ['far-values'] },
    ])
  })

  it('only calls a column possible that fits two new ones about as well', () => {
    const renames = matchRenamedColumns([numeric('price', 0, 1)], [numeric('a', 0, 1), numeric('b', 0, 1.02)])
    expect(renames[0]).toMatchObject({ kind: 'possible', doubts: ['close-second'] })
  })

  it('only calls a column possible whose values have moved', () => {
    const moved = categorical('state', { N: 70, S: 150, E: 200, W: 280, C: 300 })
    expect(matchRenamedColumns([region], [moved])[0]).toMatchObject({ kind: 'possible', doubts: ['far-values'] })
  })

  it('only calls a column possible on a handful of rows', () => {
    const few = (name: string) => categorical(name, { N: 4, S: 4, E: 4 })
    expect(matchRenamedColumns([few('region')], [few('state')])[0]).toMatchObject({ doubts: ['few-rows'] })
  })

  it.each([
    ['a number and a text', numeric('a', 0, 1)],
    ['columns with other shares of nulls', categorical('state', { N: 300, S: 280, E: 200, W: 150, C: 70 }, 200)],
    [
      'a category and an id',
      categorical('code', Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`N${i}`, 1]))),
    ],
    ['columns without a common value', categorical('carrier', { dhl: 500, ups: 300, gls: 200 })],
    ['a column without values', categorical('state', {}, 1000)],
  ])('never pairs %s', (_what, added) => {
    expect(matchRenamedColumns([region], [added])).toEqual([])
  })

  it('does not depend on the order of columns, and uses each column once', () => {
    const profile = fc.oneof(
      fc
        .record({ name: fc.string(), from: fc.integer({ max: 50, min: 0 }), width: fc.integer({ max: 50, min: 1 }) })
        .map(({ name, from, width }) => numeric(name, from, from + width)),
      fc
        .record({
          name: fc.string(),
          values: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'dd', '9'), fc.integer({ min: 1, max: 99 }), {
            minKeys: 1,
          }),
        })
        .map(({ name, values }) => categorical(name, values)),
    )
    const profiles = fc.uniqueArray(profile, { maxLength: 5, selector: ({ name }) => name })
    fc.assert(
      fc.property(profiles, profiles, (missing, added) => {
        const renames = matchRenamedColumns(missing, added)
        expect(new Set(renames.map((rename) => rename.added)).size).toBe(renames.length)
        expect(new Set(renames.map((rename) => rename.missing)).size).toBe(renames.length)
        const key = (list: typeof renames) =>
          list
            .filter(({ kind }) => kind === 'likely')
            .map((rename) => `${rename.missing}→${rename.added}`)
            .sort()
        expect(key(matchRenamedColumns([...missing].reverse(), [...added].reverse()))).toEqual(key(renames))
      }),
    )
  })
})

describe('totalVariation()', () => {
  it('is 0 for equal shares, 1 for values that never meet, and symmetric', () => {
    expect(
      totalVariation(
        [
          ['a', 1],
          ['b', 1],
        ],
        [
          ['b', 50],
          ['a', 50],
        ],
      ),
    ).toBe(0)
    expect(totalVariation([['a', 3]], [['b', 1]])).toBe(1)
    const table = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 9 })), { minLength: 1 })
    const unique = table.map((rows) => [...new Map(rows)])
    fc.assert(
      fc.property(unique, unique, (p, q) => {
        expect(totalVariation(p, q)).toBeCloseTo(totalVariation(q, p), 12)
      }),
    )
  })
})

describe('kolmogorovSmirnov()', () => {
  it('is the largest gap of the two distribution functions', () => {
    const grid = (from: number, to: number) => numeric('x', from, to).percentiles
    expect(kolmogorovSmirnov(grid(0, 1), grid(0, 1))).toBe(0)
    expect(kolmogorovSmirnov(grid(0, 1), grid(5, 6))).toBe(1)
    expect(kolmogorovSmirnov(grid(0, 1), grid(0.25, 1.25))).toBeCloseTo(0.25, 1)
  })
})

describe('nameSimilarity()', () => {
  it('sees common words in any spelling', () => {
    expect(nameSimilarity('shippedAt', 'shipped_at')).toBeGreaterThan(0.9)
    expect(nameSimilarity('weight_kg', 'weight_g')).toBeGreaterThan(nameSimilarity('weight_kg', 'distance_km'))
    expect(nameSimilarity('', '')).toBeLessThanOrEqual(1)
  })
})
