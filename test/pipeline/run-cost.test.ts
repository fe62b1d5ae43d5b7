import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { decideBudget, mindsBudget } from '../../action/pipeline/decide-budget.ts'
import { readPeriod } from '../../action/pipeline/read-period.ts'
import { costOf, hasTrained } from '../../action/pipeline/run-cost.ts'
import type { JobRecord, RunRecord } from '../../action/pipeline/run-record.ts'
import { sumCosts } from '../../action/pipeline/sum-costs.ts'
import { runRecord } from '../support/candidate.ts'

const began = '2025-03-04T06:00:00.000Z'
const job = (change: Partial<JobRecord> = {}): JobRecord => ({
  job: 'train',
  startedAt: began,
  seconds: 61,
  ran: ['train', 'predict'],
  workSeconds: 50,
  runner: ['ubuntu-latest'],
  ...change,
})
const here: JobRecord = { job: 'run', startedAt: began, seconds: 200, ran: ['train'], workSeconds: 90 }
const ranAs = (jobs: readonly JobRecord[], change: Partial<RunRecord> = {}) => runRecord({ jobs, ...change })
const prices = { perMinute: { 'ubuntu-latest': 0.006, 'gpu-large': 0.07, default: 0.01 } }

describe('costOf()', () => {
  test('rounds each job up to whole minutes, as GitHub bills it', () => {
    const spent = costOf(ranAs([job({ seconds: 61 }), job({ seconds: 60 }), job({ seconds: 1 })]), prices)
    expect(spent).toMatchObject({ billedMinutes: 4, localMinutes: 0, unpricedMinutes: 0 })
    expect(spent.money).toBeCloseTo(4 * 0.006, 12)
  })

  test('prices the first label that has a price, other hosted runners by the default, and a terminal by none of them', () => {
    const moneyOf = (one: JobRecord) => costOf(ranAs([one]), prices).money
    expect(moneyOf(job({ runner: ['gpu-large', 'ubuntu-latest'] }))).toBeCloseTo(0.14, 12)
    expect(moneyOf(job({ runner: ['windows-latest'] }))).toBeCloseTo(0.02, 12)
    expect(moneyOf(job({ runner: ['constructor'] }))).toBeCloseTo(0.02, 12)
    expect(moneyOf(job({ runner: ['rack-3', 'self-hosted'] }))).toBeNull()
    expect(costOf(ranAs([job({ runner: ['self-hosted'] })]), prices).unpricedMinutes).toBe(2)
    expect(costOf(ranAs([here]), prices)).toEqual({
      billedMinutes: 0,
      localMinutes: 1.5,
      money: null,
      unpricedMinutes: 0,
    })
    expect(costOf(ranAs([here]), { perMinute: { local: 0.1 } }).money).toBeCloseTo(0.15, 12)
  })

  test('counts nothing for what came from the cache, and at least a minute for a job that was killed at once', () => {
    const cached = { ...here, ran: [], workSeconds: 0 }
    expect(costOf(ranAs([cached]), prices)).toMatchObject({ billedMinutes: 0, localMinutes: 0, money: null })
    expect(hasTrained(ranAs([cached]))).toBe(false)
    expect(costOf(ranAs([job({ seconds: 0 })]), prices).billedMinutes).toBe(1)
    // The clock was set back meanwhile.
    expect(costOf(ranAs([job({ seconds: -30 })]), prices).billedMinutes).toBe(1)
  })

  test('takes a record without jobs by its stages', () => {
    expect(costOf(runRecord(), prices).localMinutes).toBeCloseTo(12.2 / 60, 12)
    expect(hasTrained(runRecord())).toBe(true)
  })
})

describe('sumCosts()', () => {
  const all = { since: null, until: null }
  const executions = [
    ranAs([job()], { startedAt: '2025-02-28T23:59:59.999Z', model: 'quotes' }),
    ranAs([job({ seconds: 600 })], { startedAt: '2025-03-01T00:00:00.000Z' }),
    ranAs([here], { startedAt: '2025-03-31T23:59:59.999Z', trigger: { kind: 'schedule', actor: 'cron', reason: '' } }),
  ]

  test('groups by month, model and trigger', () => {
    const names = (by: 'month' | 'model' | 'trigger') =>
      sumCosts(executions, by, prices, all).rows.map(({ name, runs }) => `${name} ${runs}`)
    expect(names('month')).toEqual(['2025-03 2', '2025-02 1'])
    expect(names('model')).toEqual(['parcels 2', 'quotes 1'])
    expect(names('trigger')).toEqual(['schedule 1', 'manual 2'])
  })

  test('takes a period with its first and without its last moment', () => {
    const march = readPeriod({ since: '2025-03', until: '2025-03' })
    expect(march).toEqual({ since: '2025-03-01T00:00:00.000Z', until: '2025-04-01T00:00:00.000Z' })
    expect(sumCosts(executions, 'month', prices, march).total).toMatchObject({ runs: 2, billedMinutes: 10 })
  })

  test('is the same however the executions are grouped', () => {
    const minutes = fc.array(fc.integer({ min: 1, max: 5000 }), { maxLength: 8 })
    fc.assert(
      fc.property(minutes, fc.constantFrom('model', 'month', 'trigger'), (seconds, by) => {
        const records = seconds.map((long, at) =>
          ranAs([job({ seconds: long })], { startedAt: `2025-0${1 + (at % 3)}-04T06:00:00.000Z`, model: `m${at % 2}` }),
        )
        const { rows, total } = sumCosts(records, by, prices, all)
        expect(rows.reduce((sum, row) => sum + row.billedMinutes, 0)).toBe(total.billedMinutes)
        expect(total.billedMinutes).toBe(seconds.reduce((sum, long) => sum + Math.ceil(long / 60), 0))
      }),
    )
  })
})

describe('readPeriod()', () => {
  test.each(['2025', '2025-13', '2025-02-30', '2025-3-1', 'yesterday', '', '2025-03-01T00:00', '٢٠٢٥-٠٣'])(
    'refuses %j',
    (since) => {
      expect(() => readPeriod({ since, until: undefined })).toThrow(expect.objectContaining({ code: 'cli/bad-input' }))
    },
  )

  test('takes a last day in, over the ends of months and years', () => {
    expect(readPeriod({ since: undefined, until: '2024-12-31' }).until).toBe('2025-01-01T00:00:00.000Z')
    expect(readPeriod({ since: undefined, until: '2024-02-28' }).until).toBe('2024-02-29T00:00:00.000Z')
    expect(() => readPeriod({ since: '2025-03-02', until: '2025-03-01' })).toThrow('ends before')
  })
})

describe('decideBudget()', () => {
  const now = new Date('2025-03-31T23:00:00.000Z')
  const workflow = (startedAt: string, seconds = 600) => ranAs([job({ seconds })], { startedAt })

  test('counts workflows of this calendar month alone, and says what renews it', () => {
    const executions = [
      workflow('2025-02-28T23:59:59.999Z'),
      workflow('2025-03-01T00:00:00.000Z'),
      workflow('2025-03-31T22:00:00.000Z'),
      ranAs([here]),
      ranAs([job({ ran: ['validate'], seconds: 5 })]),
    ]
    expect(decideBudget(executions, { runs: 3, minutes: 100 }, now)).toEqual({
      kind: 'within',
      reached: [],
      month: '2025-03',
      renewsAt: '2025-04-01T00:00:00.000Z',
      used: { runs: 2, minutes: 21 },
      limits: { runs: 3, minutes: 100 },
    })
  })

  test('is spent where a limit is met exactly', () => {
    const executions = [workflow('2025-03-01T00:00:00.000Z'), workflow('2025-03-02T00:00:00.000Z')]
    expect(decideBudget(executions, { runs: 2 }, now)).toMatchObject({ kind: 'spent', reached: ['runs'] })
    expect(decideBudget(executions, { minutes: 20 }, now)).toMatchObject({ kind: 'spent', reached: ['minutes'] })
    expect(decideBudget(executions, { minutes: 20.5, runs: 3 }, now)).toMatchObject({ kind: 'within', reached: [] })
    expect(decideBudget([], { runs: 0 }, now)).toMatchObject({ kind: 'spent' })
  })

  test('never frees what was spent when more is executed', () => {
    const seconds = fc.array(fc.integer({ min: 1, max: 4000 }), { maxLength: 12 })
    const limits = fc.record({ runs: fc.nat(12), minutes: fc.nat(200) })
    fc.assert(
      fc.property(seconds, limits, fc.nat(12), (all, budget, first) => {
        const executions = all.map((long) => workflow('2025-03-09T00:00:00.000Z', long))
        const earlier = decideBudget(executions.slice(0, first), budget, now)
        const later = decideBudget(executions, budget, now)
        expect(later.used.minutes).toBeGreaterThanOrEqual(earlier.used.minutes)
        expect(later.reached).toEqual(expect.arrayContaining([...earlier.reached]))
      }),
    )
  })

  test('renews over the end of a year', () => {
    const { renewsAt } = decideBudget([], { runs: 1 }, new Date('2025-12-31T23:59:59.999Z'))
    expect(renewsAt).toBe('2026-01-01T00:00:00.000Z')
  })
})

test.each([
  ['manual', false],
  ['commit', false],
  ['schedule', true],
  ['new data', true],
  ['drift', true],
  ['performance', true],
] as const)('mindsBudget() of a run by %s is %s', (kind, minds) => {
  expect(mindsBudget({ kind, actor: 'ada', reason: '' })).toBe(minds)
})
