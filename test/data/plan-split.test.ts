import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { momentOf, momentWords, planSplit, testRows } from '../../action/data/plan-split.ts'
import type { SplitPolicy, TestSize } from '../../action/project/project.ts'

const dayMs = 86_400_000
const until = momentOf('timestamp', '2024-12-31T00:00:00Z')!

function policy(testSize: TestSize, rest: Partial<SplitPolicy> = {}): SplitPolicy {
  return { test: testSize, gapMs: 0, refit: true, line: 7, ...rest }
}

describe('planSplit()', () => {
  test('reaches back from the newest moment whose labels are in', () => {
    const split = policy({ kind: 'duration', durationMs: 30 * dayMs }, { gapMs: dayMs, windowMs: 365 * dayMs })
    const planned = planSplit({ split, delayMs: 14 * dayMs, time: { type: 'timestamp', until } })
    const words = (moment: number | null) => moment && momentWords('timestamp', moment)
    if (!planned.ok || planned.plan.kind !== 'time') throw new Error('no plan')
    expect(words(planned.plan.end)).toBe('2024-12-17T00:00:00Z')
    expect(words(planned.plan.start)).toBe('2023-12-18T00:00:00Z')
    expect(words(planned.plan.cut)).toBe('2024-11-17T00:00:00.000001Z')
    expect(words(planned.plan.trainEnd)).toBe('2024-11-16T00:00:00.000001Z')
  })

  test('never overlaps: start < train < trainEnd ≤ cut ≤ end', () => {
    const size = fc.oneof(
      fc.record({ kind: fc.constant('duration' as const), durationMs: fc.integer({ min: 1, max: 1e11 }) }),
      fc.record({ kind: fc.constant('rows' as const), rows: fc.integer({ min: 1, max: 1e6 }) }),
      fc.record({ kind: fc.constant('fraction' as const), fraction: fc.double({ min: 0.01, max: 0.99, noNaN: true }) }),
    )
    const atRank = fc.integer({ min: until - 1e15, max: until - 1e12 })
    fc.assert(
      fc.property(size, fc.nat(1e10), fc.nat(1e9), atRank, (testSize, gapMs, delayMs, rank) => {
        const question = {
          split: policy(testSize, { gapMs }),
          delayMs,
          time: { type: 'timestamp' as const, until },
          atRank: rank,
        }
        const planned = planSplit(question)
        if (!planned.ok || planned.plan.kind !== 'time') throw new Error('no plan')
        const { trainEnd, cut, end } = planned.plan
        expect(trainEnd).toBeLessThanOrEqual(cut)
        expect(cut).toBeLessThanOrEqual(end)
      }),
    )
  })

  test.each([
    ['test', policy({ kind: 'duration', durationMs: dayMs }), 0],
    ['gap', policy({ kind: 'rows', rows: 1 }, { gapMs: dayMs }), 0],
    ['window', policy({ kind: 'rows', rows: 1 }, { windowMs: dayMs }), 0],
    ['data.labels.delay', policy({ kind: 'rows', rows: 1 }), dayMs],
  ])('refuses a duration on an integer time: %s', (key, split, delayMs) => {
    const planned = planSplit({ split, delayMs, time: { type: 'integer', until: 2018 }, atRank: 2018 })
    expect(planned).toMatchObject({
      ok: false,
      problems: [{ code: 'split/duration', message: expect.stringContaining(key) }],
    })
  })

  test.each([
    ['duration', policy({ kind: 'duration', durationMs: dayMs })],
    ['from', policy({ kind: 'from', value: '2018' })],
    ['window', policy({ kind: 'fraction', fraction: 0.2 }, { windowMs: dayMs })],
    ['gap', policy({ kind: 'fraction', fraction: 0.2 }, { gapMs: 1 })],
  ])('refuses without a time: %s', (_, split) => {
    expect(planSplit({ split, delayMs: 0 })).toMatchObject({ ok: false, problems: [{ code: 'split/needs-time' }] })
  })

  test('refuses a start of the test set that is no moment', () => {
    const split = policy({ kind: 'from', value: 'soon' })
    const planned = planSplit({ split, delayMs: 0, time: { type: 'timestamp', until } })
    expect(planned).toMatchObject({ ok: false, problems: [{ code: 'split/from' }] })
  })
})

describe('testRows()', () => {
  test.each([
    [{ kind: 'rows', rows: 5 } as const, true, 5],
    [{ kind: 'fraction', fraction: 0.2 } as const, true, 20],
    [{ kind: 'fraction', fraction: 0.001 } as const, true, 1],
    [{ kind: 'fraction', fraction: 0.2 } as const, false, undefined],
    [{ kind: 'from', value: '1' } as const, true, undefined],
  ])('of %j with time %s is %s', (size, hasTime, rows) => {
    expect(testRows(size, 100, hasTime)).toBe(rows)
  })
})

describe('momentOf()', () => {
  test('reads what momentWords() writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: -6e16, max: 2.5e17 }).filter(Number.isSafeInteger), (moment) => {
        fc.pre(Math.abs(moment) < 2 ** 53)
        expect(momentOf('timestamp', momentWords('timestamp', moment))).toBe(moment)
      }),
    )
  })

  test.each([
    ['date', '2024-11-01', 1730419200000000],
    ['timestamp', '2024-11-01', 1730419200000000],
    ['timestamp', '2024-11-01 00:00:00.5', 1730419200500000],
    ['timestamp', '2024-11-01T02:00:00+02:00', 1730419200000000],
    ['timestamp', '2024-13-01', undefined],
    ['integer', '2018', 2018],
    ['integer', '2018.5', undefined],
  ] as const)('reads as %s "%s"', (type, text, moment) => {
    expect(momentOf(type, text)).toBe(moment)
  })
})
