import { describe, expect, test } from 'vitest'

import { openGitHubClient } from '../../action/github/client.ts'
import { auditEntries } from '../../action/registry/audit-entries.ts'
import { appendToLedger, readLedger } from '../../action/registry/ledger.ts'
import type { LedgerRecord } from '../../action/registry/ledger-record.ts'
import {
  decidePerformance,
  type JudgedCohort,
  judgedUntilOf,
  type Performance,
  performanceIn,
  performancesIn,
  recordPerformance,
} from '../../action/registry/record-performance.ts'
import { dropWrites } from '../support/drop-writes.ts'
import { testGitHub } from '../support/local-github.ts'

const stamp = { at: '2025-03-04T06:12:00.000Z', actor: 'ada' }
const dayMs = 86_400_000

function cohort(week: number, more: Partial<JudgedCohort> = {}): JudgedCohort {
  const at = (weeks: number) => new Date(Date.UTC(2025, 0, 6) + weeks * 7 * dayMs).toISOString()
  const found = { drop: 0.05, interval: { low: 0.01, high: 0.09 }, verdict: 'drop' } as const
  const span = { cohortSince: at(week), since: at(Math.max(0, week - 1)), until: at(week + 1) }
  return { ...span, ...found, rows: 1800, predicted: 1000, labelled: 900, ...more }
}

function finding(cohorts: readonly JudgedCohort[], more: Partial<Performance> = {}): Performance {
  return {
    model: 'parcels',
    release: 'parcels-v1-g11111111-daaaaaaaa',
    metric: 'roc_auc',
    better: 'higher',
    sql: null,
    limit: 0.03,
    overMs: 14 * dayMs,
    windowMs: 7 * dayMs,
    reference: { value: 0.86, standardError: 0.006, rows: 3540 },
    cohorts,
    cause: 'concept',
    columns: [],
    ...more,
  }
}

async function recordsOf(github: Parameters<typeof openGitHubClient>[0]) {
  return (await readLedger(await openGitHubClient(github))).records
}

describe('recordPerformance()', () => {
  test('judges each cohort once: a run with one more adds that one alone', async () => {
    await using github = await testGitHub()
    const client = await openGitHubClient(github)
    const record = (weeks: readonly number[]) =>
      recordPerformance(client, finding(weeks.map((week) => cohort(week))), stamp)
    expect([await record([0, 1]), await record([0, 1]), await record([0, 1, 2]), await record([1, 2])]).toEqual([
      true,
      false,
      true,
      false,
    ])
    const records = await recordsOf(github)
    expect(records.map(({ kind, body }) => [kind, (body['cohorts'] as unknown[]).length])).toEqual([
      ['performance', 2],
      ['performance', 1],
    ])
    expect(judgedUntilOf(records, finding([]))).toBe(cohort(2).until)
  })

  test('of eight at once, one records', async () => {
    await using github = await testGitHub()
    const added = await Promise.all(
      Array.from({ length: 8 }, async () =>
        recordPerformance(await openGitHubClient(github), finding([cohort(0)]), stamp),
      ),
    )
    expect(added.filter(Boolean)).toHaveLength(1)
    expect(await recordsOf(github)).toHaveLength(1)
  })

  test('records once, wherever it was killed', async () => {
    const writes = dropWrites()
    await using fragile = await testGitHub(writes)
    const client = await openGitHubClient(fragile)
    let week = 0
    let killed = 0
    for (const moment of ['before', 'after'] as const) {
      for (let call = 1; ; call++) {
        const record = () => recordPerformance(client, finding([cohort(week)]), stamp)
        writes.arm(moment, call)
        const died = await record().then(
          () => false,
          () => true,
        )
        writes.disarm()
        await record()
        expect(await record()).toBe(false)
        week++
        expect(await recordsOf(fragile)).toHaveLength(week)
        if (!died) break
        killed++
      }
    }
    expect(killed).toBeGreaterThanOrEqual(4)
  })
})

describe('auditEntries()', () => {
  test('names the release of which a fall was found', async () => {
    await using github = await testGitHub()
    const client = await openGitHubClient(github)
    await recordPerformance(client, finding([cohort(0)]), stamp)
    const [entry] = auditEntries((await readLedger(client)).records, { from: null, to: null }, () => undefined)
    expect(entry).toMatchObject({ kind: 'performance', tag: 'parcels-v1-g11111111-daaaaaaaa', actor: 'ada' })
  })
})

describe('decidePerformance()', () => {
  test.each<[string, Partial<Performance>]>([
    ['of another release', { release: 'parcels-v2-g22222222-dbbbbbbbb' }],
    ['by another limit', { limit: 0.05 }],
    ['over another time', { overMs: 28 * dayMs }],
    ['of another metric', { metric: 'f1' }],
    ['of another model', { model: 'quotes' }],
    ['of other SQL', { sql: { expression: 'avg(1)', form: 'avg' } }],
  ])('judges the same cohort %s', (_, more) => {
    const first = decidePerformance([], finding([cohort(0)]), stamp)
    if (first.kind !== 'append') throw new Error('it recorded nothing')
    const records = [{ ...first.record, schema: 'plumbline/ledger/v1' as const, seq: 1, previous: null }]
    expect(decidePerformance(records, finding([cohort(0)]), stamp).kind).toBe('known')
    expect(decidePerformance(records, finding([cohort(0)], more), stamp).kind).toBe('append')
  })
})

describe('performancesIn()', () => {
  const own = { metric: 'profit', sql: { expression: 'sum(a)', form: 'sum' } } as const
  const now = { name: 'profit', expression: 'sum(a)', better: 'higher' } as const

  test('leaves out what other SQL found under the name of a metric', () => {
    const records = recordsWith(finding([cohort(0)], own), finding([cohort(0)]))
    const named = (metrics: Parameters<typeof performancesIn>[2]) =>
      performancesIn(records, 'parcels', metrics).map(({ metric, sql }) => [metric, sql?.form])
    expect(named([now])).toEqual([
      ['profit', 'sum'],
      ['roc_auc', undefined],
    ])
    expect(named([{ ...now, expression: 'sum(b)' }])).toEqual([['roc_auc', undefined]])
    expect(named([{ ...now, better: 'lower' }])).toEqual([['roc_auc', undefined]])
    expect(named([])).toEqual([['roc_auc', undefined]])
  })

  test('judges the cohorts of SQL anew where it was changed, or turned around', () => {
    const records = recordsWith(finding([cohort(0)], own))
    const of = (more: Partial<Performance>) => judgedUntilOf(records, finding([], { ...own, ...more }))
    expect(of({})).toBe(cohort(0).until)
    expect(of({ sql: { expression: 'sum(b)', form: 'sum' } })).toBeNull()
    expect(of({ better: 'lower' })).toBeNull()
  })

  test('knows which way a metric points of which an older record says nothing', () => {
    const bodies = ['log_loss', 'roc_auc', 'gone'].map((metric) => finding([cohort(0)], { metric }))
    const records = recordsWith(...bodies).map((record) => {
      const { better: _, sql: __, ...body } = record.body
      return { ...record, body }
    })
    expect(performancesIn(records, 'parcels', []).map(({ better, sql }) => [better, sql])).toEqual([
      ['lower', null],
      ['higher', null],
      ['higher', null],
    ])
  })
})

function recordsWith(...found: readonly Performance[]): readonly LedgerRecord[] {
  return found.reduce<readonly LedgerRecord[]>((records, one) => {
    const decision = decidePerformance(records, one, stamp)
    if (decision.kind !== 'append') throw new Error('it recorded nothing')
    return [...records, { ...decision.record, schema: 'plumbline/ledger/v1', seq: records.length + 1, previous: null }]
  }, [])
}

describe('performanceIn()', () => {
  test('tells the newest of a model and of a metric, as it was recorded', async () => {
    await using github = await testGitHub()
    const client = await openGitHubClient(github)
    const later = { ...stamp, at: '2025-03-11T06:12:00.000Z' }
    const little = { drop: null, interval: null, verdict: 'insufficient data' } as const
    await recordPerformance(client, finding([cohort(0, little), cohort(1)]), stamp)
    await recordPerformance(client, finding([cohort(1, little)], { metric: 'f1', cause: 'unknown' }), later)
    await recordPerformance(client, finding([cohort(3)], { model: 'quotes' }), later)

    const records = await recordsOf(github)
    expect(performanceIn(records, 'parcels', 'roc_auc')).toEqual({
      release: 'parcels-v1-g11111111-daaaaaaaa',
      metric: 'roc_auc',
      better: 'higher',
      sql: null,
      ...{ overMs: 14 * 86_400_000, before: 0.86 },
      drop: 0.05,
      interval: { low: 0.01, high: 0.09 },
      limit: 0.03,
      verdict: 'drop',
      since: '2025-01-06T00:00:00.000Z',
      until: '2025-01-20T00:00:00.000Z',
      rows: 1800,
      cause: 'concept',
      at: stamp.at,
    })
    expect(performanceIn(records, 'parcels')).toMatchObject({ metric: 'f1', cause: 'unknown', ...little })
    expect(performanceIn(records, 'parcels', 'mae')).toBeUndefined()
    expect(performanceIn(records, 'others')).toBeUndefined()
  })

  test('takes no body for granted', async () => {
    await using github = await testGitHub()
    const client = await openGitHubClient(github)
    for (const body of [
      {},
      { release: 1 },
      { release: 'r', metric: 'f1', limit: 0.1, cohorts: [{ until: 3 }, null] },
    ]) {
      await appendToLedger(client, () => ({
        kind: 'append',
        record: { kind: 'performance', model: 'parcels', ...stamp, body },
        value: true,
      }))
    }
    expect(performanceIn(await recordsOf(github), 'parcels')).toBeUndefined()
  })
})
