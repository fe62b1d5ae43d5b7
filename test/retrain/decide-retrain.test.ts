import { describe, expect, test } from 'vitest'

import type { RetrainPolicy } from '../../action/project/project.ts'
import { wordReason } from '../../action/report/word-decision.ts'
import { decideRetrain } from '../../action/retrain/decide-retrain.ts'
import type { RetrainFacts } from '../../action/retrain/retrain-facts.ts'
import { retrainFacts } from '../support/retrain-facts.ts'

const day = 86_400_000
const { now } = retrainFacts

const limits = { coolDownMs: day, refreshMs: 7 * day, minNewShare: 0 }
const weekly: RetrainPolicy = { when: { kind: 'any', of: [{ kind: 'every', limitMs: 7 * day }] }, limits }
const rows = (limit: number): RetrainPolicy => ({
  when: { kind: 'any', of: [{ kind: 'new-rows', rows: limit }] },
  limits,
})

const facts = retrainFacts

const withRows = (newRows: number) => ({ ...facts, data: { ...facts.data, newRows } })

describe('decideRetrain()', () => {
  test.each([
    [9999, 'wait'],
    [10_000, 'retrain'],
    [10_001, 'retrain'],
  ])('with a limit of 10,000 new rows and %i: %s', (newRows, verdict) => {
    expect(decideRetrain(rows(10_000), withRows(newRows), null)).toMatchObject({ verdict, trigger: expect.anything() })
  })

  test.each([
    ['every', '2025-03-24T12:00:00.000Z', true],
    ['every', '2025-03-24T12:00:00.001Z', false],
  ] as const)('%s of 7 days fires from the exact moment on: last on %s, %s', (kind, at, fires) => {
    const decision = decideRetrain(weekly, { ...facts, last: { kind: 'release', at } }, null)
    expect(decision).toMatchObject({ fires, condition: { of: [{ kind, fires }] } })
  })

  test('every fires where nothing was ever proposed or released', () => {
    const decision = decideRetrain(weekly, { ...facts, last: null }, null)
    expect(decision).toMatchObject({ verdict: 'retrain', trigger: 'schedule' })
    expect(wordReason(decision)).toBe('never proposed or released (limit 7 d)')
  })

  test('age is that of the newest row that the model learned, freshness how far the data is ahead of what is pinned', () => {
    const policy = (kind: 'age' | 'freshness', limitMs: number): RetrainPolicy => ({
      when: { kind: 'any', of: [{ kind, limitMs }] },
      limits,
    })
    expect(decideRetrain(policy('age', 31.5 * day), facts, null).fires).toBe(true)
    expect(decideRetrain(policy('age', 31.5 * day + 1), facts, null).fires).toBe(false)
    expect(decideRetrain(policy('freshness', 30 * day), facts, null)).toMatchObject({
      fires: true,
      trigger: 'new data',
    })
    expect(decideRetrain(policy('freshness', 30 * day + 1), facts, null).fires).toBe(false)
  })

  test('a time that only orders, or none, fires neither age nor freshness and says so', () => {
    const when = {
      kind: 'any',
      of: [
        { kind: 'age', limitMs: 1 },
        { kind: 'freshness', limitMs: 1 },
      ],
    } as const
    for (const until of ['2025', null]) {
      const untimed = { ...facts, learnedUntil: until, data: { ...facts.data, until } }
      const decision = decideRetrain({ when, limits }, untimed, null)
      expect(decision).toMatchObject({
        verdict: 'wait',
        condition: { of: [{ unknown: 'no time' }, { unknown: 'no time' }] },
      })
      expect(wordReason(decision)).toContain('not known')
    }
  })

  test('all needs each of them, any inside all one', () => {
    const inner = {
      kind: 'any',
      of: [
        { kind: 'new-rows', rows: 20_000 },
        { kind: 'every', limitMs: day },
      ],
    } as const
    const when = { kind: 'all', of: [{ kind: 'freshness', limitMs: 2 * day }, inner] } as const
    expect(decideRetrain({ when, limits }, facts, null).verdict).toBe('retrain')
    const stale = { ...facts, data: { ...facts.data, until: '2025-03-01T00:00:00Z' } }
    expect(decideRetrain({ when, limits }, stale, null).verdict).toBe('wait')
  })

  test('the cool-down holds until its exact end, and says of what', () => {
    const at = (moment: string): RetrainFacts => ({ ...facts, last: { kind: 'proposal', at: moment } })
    const held = decideRetrain(rows(1), at('2025-03-30T12:00:00.001Z'), null)
    expect(held).toMatchObject({ verdict: 'wait', fires: true })
    expect(wordReason(held)).toMatch(/since the last proposal \(limit 1 d\)$/)
    expect(decideRetrain(rows(1), at('2025-03-30T12:00:00.000Z'), null).verdict).toBe('retrain')
  })

  test('the data that is pinned, or was proposed before, is not proposed', () => {
    const same = { ...facts, data: { ...facts.data, digest: 'a'.repeat(64) } }
    expect(wordReason(decideRetrain(weekly, same, null))).toBe('the data is the one that is pinned, aaaaaaaa')
    const before = { ...facts, proposedAt: '2025-03-01T00:00:00.000Z' }
    expect(wordReason(decideRetrain(weekly, before, null))).toBe('this very data was proposed on 2025-03-01')
    expect(decideRetrain(weekly, before, 'try again').verdict).toBe('retrain')
    expect(decideRetrain(weekly, same, 'try again').verdict).toBe('wait')
  })

  test('a month’s runs and the budget hold it', () => {
    const spent = {
      kind: 'spent',
      reached: ['runs'],
      month: '2025-03',
      renewsAt: '2025-04-01T00:00:00.000Z',
      used: { runs: 4, minutes: 90 },
      limits: { runs: 4 },
    } as const
    const decision = decideRetrain(
      weekly,
      { ...facts, monthly: spent, budget: { ...spent, kind: 'within', reached: [] } },
      null,
    )
    expect(decision.verdict).toBe('wait')
    expect(wordReason(decision)).toBe('4 of 4 runs in 2025-03')
    expect(decision.limits.filter(({ kind }) => kind === 'budget')).toMatchObject([{ holds: false }])
  })

  test('too small a share of new rows waits', () => {
    const policy = { ...rows(1), limits: { ...limits, minNewShare: 0.1 } }
    expect(decideRetrain(policy, withRows(9999), null).verdict).toBe('wait')
    expect(decideRetrain(policy, withRows(10_000), null).verdict).toBe('retrain')
  })

  test('after a run that ended badly it is silent until enough rows are new since', () => {
    const refused = {
      runKey: 'c'.repeat(64),
      outcome: 'refused',
      at: now.toISOString(),
      dataDigest: 'a'.repeat(64),
    } as const
    const since = (newRows: number) => ({ ...facts, refused: { ...refused, newRows } })
    expect(decideRetrain(rows(2000), since(1999), null).verdict).toBe('wait')
    expect(decideRetrain(rows(2000), since(2000), null).verdict).toBe('retrain')
    // Where no trigger counts rows, a tenth of them.
    expect(decideRetrain(weekly, since(9999), null).verdict).toBe('wait')
    expect(decideRetrain(weekly, since(10_000), null).verdict).toBe('retrain')
    expect(wordReason(decideRetrain(weekly, since(12), null))).toBe(
      '12 new labelled rows since run cccccccc ended badly (limit 10,000)',
    )
  })

  test('a person who forces it needs no trigger and minds no limit', () => {
    const held = { ...withRows(0), last: { kind: 'release', at: now.toISOString() } } as const
    expect(decideRetrain(weekly, held, null).verdict).toBe('wait')
    const forced = decideRetrain(weekly, held, 'new carrier')
    expect(forced).toMatchObject({ verdict: 'retrain', fires: false, trigger: 'manual' })
    expect(wordReason(forced)).toBe('forced: new carrier')
  })
})
