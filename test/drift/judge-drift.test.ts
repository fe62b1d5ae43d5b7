import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { type DriftColumn, numberColumn, pairCategories } from '../../action/drift/drift-column.ts'
import { type DriftRule, judgeDrift } from '../../action/drift/judge-drift.ts'
import { compareSorted } from '../../action/stats/compare-sorted.ts'

const rule: DriftRule = { effect: 0.1, fdr: 0.05, limits: {}, weights: {} }

function numbers(name: string, reference: readonly number[], current: readonly number[]): DriftColumn {
  const sorted = [reference, current].map((list) => Float64Array.from(list).sort())
  const side = (rows: number) => ({ rows, missing: 0, unreadable: 0 })
  const sides = { reference: side(reference.length), current: side(current.length) }
  return numberColumn(name, compareSorted(sorted[0] ?? new Float64Array(), sorted[1] ?? new Float64Array()), sides)
}

function texts(name: string, reference: Record<string, number>, current: Record<string, number>): DriftColumn {
  const side = (counts: Record<string, number>) => ({
    rows: Object.values(counts).reduce((sum, count) => sum + count, 0),
    missing: 0,
    unreadable: 0,
  })
  const categories = pairCategories(new Map(Object.entries(reference)), new Map(Object.entries(current)))
  return { name, reference: side(reference), current: side(current), kind: 'category', categories }
}

const steady = Array.from({ length: 1000 }, (_, i) => Math.sin(i) * 10)
const moved = steady.map((value) => value + 4)

function verdictsOf(columns: readonly DriftColumn[], own: Partial<DriftRule> = {}, gone: readonly string[] = []) {
  const judged = judgeDrift(columns, gone, { ...rule, ...own })
  return { whole: judged.verdict, ...Object.fromEntries(judged.columns.map(({ name, verdict }) => [name, verdict])) }
}

describe('judgeDrift', () => {
  it('takes effect and evidence for drift, and evidence alone for notable', () => {
    expect(verdictsOf([numbers('a', steady, moved)])).toEqual({ whole: 'drift', a: 'drift' })
    expect(verdictsOf([numbers('a', steady, steady)])).toEqual({ whole: 'no drift', a: 'no drift' })
    const [many, more] = [
      { x: 500_000, y: 500_000 },
      { x: 510_000, y: 490_000 },
    ]
    expect(verdictsOf([texts('a', many, more)])).toEqual({ whole: 'notable', a: 'notable' })
  })

  it('never says no drift of rows that are too few to show the effect, and says what they could show', () => {
    const judged = judgeDrift([numbers('a', steady, steady.slice(0, 30))], [], rule)
    expect(judged.verdict).toBe('insufficient data')
    expect(judged.columns[0]?.rows[0]?.smallestEffect).toBeGreaterThan(0.1)
    expect(verdictsOf([numbers('a', steady, [3])]).whole).toBe('insufficient data')
    expect(verdictsOf([numbers('a', steady, [])]).whole).toBe('insufficient data')
    expect(verdictsOf([]).whole).toBe('insufficient data')
    // What is plain in few rows is plain.
    expect(
      verdictsOf([
        numbers(
          'a',
          steady,
          Array.from({ length: 30 }, (_, i) => 50 + i / 7),
        ),
      ]).whole,
    ).toBe('drift')
  })

  it('takes a single row of a new value for what it is: no drift of a category', () => {
    const [old, young] = [
      { x: 500, y: 500 },
      { x: 500, y: 499, new: 1 },
    ]
    expect(verdictsOf([texts('a', old, young)])).toEqual({ whole: 'no drift', a: 'no drift' })
  })

  it('weighs columns: a quarter together, or a fifth alone; a column that is gone counts as drifted', () => {
    const still = Array.from({ length: 9 }, (_, i) => numbers(`s${i}`, steady, steady))
    const columns = [numbers('a', steady, moved), ...still]
    expect(verdictsOf(columns).whole).toBe('notable')
    expect(verdictsOf(columns, { weights: { a: 1, s0: 3 } }).whole).toBe('drift')
    expect(verdictsOf(columns, { weights: { s0: 1 } }).whole).toBe('notable')
    expect(verdictsOf(still, {}, ['gone', 'too', 'three'])).toMatchObject({ whole: 'drift', gone: 'vanished' })
  })

  it('judges by plain limits alone where there are any; a limit that chance would pass says nothing', () => {
    const few = [numbers('a', steady.slice(0, 40), steady.slice(40, 70))]
    expect(verdictsOf(few, { limits: { psi: 0.2 } })).toEqual({ whole: 'insufficient data', a: 'insufficient data' })
    expect(verdictsOf([numbers('a', steady, moved)], { limits: { psi: 0.2 } }).whole).toBe('drift')
    expect(verdictsOf([numbers('a', steady, moved)], { limits: { ks: 0.9 } }).whole).toBe('no drift')
  })

  it('says the same whatever the order of columns, and the same turned round', () => {
    const list = fc.array(fc.integer({ min: -30, max: 30 }), { minLength: 1, maxLength: 80 })
    fc.assert(
      fc.property(fc.array(fc.tuple(list, list), { minLength: 1, maxLength: 6 }), (pairs) => {
        const columns = pairs.map(([a, b], i) => numbers(`c${i}`, a, b))
        const turned = pairs.map(([a, b], i) => numbers(`c${i}`, b, a))
        expect(verdictsOf(columns.toReversed())).toEqual(verdictsOf(columns))
        expect(verdictsOf(turned)).toEqual(verdictsOf(columns))
      }),
      { numRuns: 50 },
    )
  })

  it('calls few columns drifted where nothing is: at most 1 of 100, and any in at most 1 of 10 windows', () => {
    let state = 7
    const chance = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state / 2 ** 32
    }
    const draw = (rows: number) => Array.from({ length: rows }, () => chance() + chance())
    let flagged = 0
    let windows = 0
    for (let window = 0; window < 60; window += 1) {
      const columns = Array.from({ length: 20 }, (_, i) => numbers(`c${i}`, draw(500), draw(500)))
      const drifted = judgeDrift(columns, [], rule).columns.filter(({ verdict }) => verdict === 'drift').length
      flagged += drifted
      windows += drifted > 0 ? 1 : 0
    }
    expect(flagged / 1200).toBeLessThanOrEqual(0.01)
    expect(windows / 60).toBeLessThanOrEqual(0.1)
  })
})
