import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { Estimate } from '../../action/evaluation/estimate-metric.ts'
import { fewestRows, judgeDrop } from '../../action/evaluation/judge-drop.ts'

const rule = { better: 'higher', limit: 0.03, alpha: 0.05 } as const
const reference: Estimate = { value: 0.86, standardError: 0.004, rows: 8000 }

function cohort(value: number, rows: number): Estimate {
  return { value, standardError: 0.36 / Math.sqrt(rows), rows }
}

const estimates = fc.record({
  value: fc.double({ min: 0, max: 1, noNaN: true }),
  standardError: fc.double({ min: 0, max: 0.2, noNaN: true }),
  rows: fc.integer({ min: 1, max: 100_000 }),
})
const stretches = fc.array(estimates, { maxLength: 6 })

describe('judgeDrop()', () => {
  test.each([
    ['a fall beyond the limit that many rows are sure of', 0.8, 10_000, 'drop'],
    ['a fall within the limit that many rows are sure of', 0.84, 100_000, 'no drop'],
    ['the same value', 0.86, 10_000, 'no drop'],
    ['a rise that few rows are sure of', 0.99, 400, 'no drop'],
    ['the same value of few rows', 0.86, 400, 'insufficient data'],
    ['a fall beyond the limit of few rows', 0.82, 400, 'insufficient data'],
    ['too few rows, whatever they say', 0.1, fewestRows - 1, 'insufficient data'],
  ] as const)('%s is %4$s', (_, value, rows, verdict) => {
    expect(judgeDrop(reference, [cohort(value, rows)], 1, rule).verdict).toBe(verdict)
  })

  test('says no rows, how many it takes, and that no number of them is enough', () => {
    expect(judgeDrop(reference, [], 1, rule)).toMatchObject({
      verdict: 'insufficient data',
      because: 'no labelled rows',
    })
    const few = judgeDrop(reference, [cohort(0.86, 400)], 1, rule)
    expect(few.rowsNeeded).toBeGreaterThan(400)
    const enough = judgeDrop(reference, [cohort(0.86, few.rowsNeeded ?? 0)], 1, rule)
    const lacking = judgeDrop(reference, [cohort(0.86, Math.floor((few.rowsNeeded ?? 0) * 0.99))], 1, rule)
    expect([enough.verdict, lacking.verdict]).toEqual(['no drop', 'insufficient data'])
    const small = { ...reference, standardError: 0.03, rows: 150 }
    expect(judgeDrop(small, [cohort(0.86, 1_000_000)], 1, rule)).toMatchObject({
      verdict: 'insufficient data',
      rowsNeeded: null,
      because: 'the reference has too few rows to show a fall of the limit',
    })
  })

  test('turns a metric of which less is better around', () => {
    fc.assert(
      fc.property(estimates, stretches, fc.integer({ min: 1, max: 60 }), (first, cohorts, order) => {
        const turned = (one: Estimate) => ({ ...one, value: -one.value })
        const one = judgeDrop(first, cohorts, order, rule)
        const other = judgeDrop(turned(first), cohorts.map(turned), order, { ...rule, better: 'lower' })
        expect({ ...other, realised: null }).toEqual({ ...one, realised: null })
      }),
    )
  })

  test('never calls a drop what its interval does not, nor no drop what it could not have seen', () => {
    fc.assert(
      fc.property(estimates, stretches, fc.integer({ min: 1, max: 60 }), (first, cohorts, order) => {
        const { verdict, drop, interval, couldSee, rows } = judgeDrop(first, cohorts, order, rule)
        const [fall, low, high] = [drop ?? Number.NaN, interval?.low ?? Number.NaN, interval?.high ?? Number.NaN]
        const couldTell = (couldSee ?? Infinity) <= rule.limit || high < rule.limit
        const isOwed = {
          drop: rows >= fewestRows && fall >= rule.limit && low > 0,
          'no drop': rows >= fewestRows && fall < rule.limit && couldTell,
          'insufficient data': true,
        }
        expect(isOwed[verdict]).toBe(true)
      }),
    )
  })

  test('is less sure the later the stretch comes, the fewer its rows and the fewer the reference’s are', () => {
    const reach = (rows: number, order: number, first = reference) =>
      judgeDrop(first, [cohort(0.86, rows)], order, rule).couldSee ?? Number.NaN
    expect(reach(2000, 2)).toBeGreaterThan(reach(2000, 1))
    expect(reach(1000, 1)).toBeGreaterThan(reach(2000, 1))
    expect(reach(2000, 1, { ...reference, standardError: 0.008 })).toBeGreaterThan(reach(2000, 1))
  })

  test('is not made sure by rows that happen to agree', () => {
    const allRight = { value: 1, standardError: 0, rows: 100 }
    const found = judgeDrop(reference, [allRight], 1, rule)
    expect(found.standardError).toBeGreaterThan(0.03)
    const exact = { value: 1, standardError: 0, rows: 5000 }
    expect(judgeDrop(exact, [allRight], 1, rule)).toMatchObject({ verdict: 'insufficient data', interval: null })
  })
})
