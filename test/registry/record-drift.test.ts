import { describe, expect, test } from 'vitest'

import type { DriftFinding, KeptWindow } from '../../action/drift/drift-finding.ts'
import { openGitHubClient } from '../../action/github/client.ts'
import { readLedger } from '../../action/registry/ledger.ts'
import type { NewRecord } from '../../action/registry/ledger-record.ts'
import { driftIn, driftRecordsIn, recordDrift } from '../../action/registry/record-drift.ts'
import { dropWrites } from '../support/drop-writes.ts'
import { chainWith } from '../support/ledger.ts'
import { testGitHub } from '../support/local-github.ts'

const stamp = { at: '2025-03-04T06:12:00.000Z', actor: 'ada' }

function windowUntil(day: number): KeptWindow {
  const picture = { before: [0.7, 0.3], now: [0.2, 0.8] }
  const quiet = { verdict: 'no drift', weight: 0.5, effect: 0.01, smallestEffect: 0.06 } as const
  return {
    sinceMs: Date.UTC(2025, 1, day - 7),
    untilMs: Date.UTC(2025, 1, day),
    rows: 800 + day,
    columns: [
      { name: 'carrier', ...quiet, verdict: 'drift', effect: 0.31, picture },
      { name: 'weight "kg"', ...quiet },
      { name: 'prediction', ...quiet, answers: 640 },
      { name: 'prediction of the model', ...quiet, verdict: 'drift', effect: 0.31, picture, answers: 0 },
    ],
  }
}

function findingUntil(day: number, release = 'parcels-v1'): DriftFinding {
  return {
    release,
    until: new Date(windowUntil(day).untilMs).toISOString(),
    verdict: 'drift',
    confirmedShare: 0.5,
    effect: 0.1,
    windowMs: 604_800_000,
    persist: { need: 2, of: 3 },
    columns: [
      {
        name: 'carrier',
        standing: 'confirmed',
        effect: 0.31,
        drifted: 2,
        windows: 3,
        isAtOnce: true,
        rows: [826, 811],
        smallestEffect: 0.06,
        before: [0.7, 0.3],
        now: [0.2, 0.8],
      },
      {
        name: 'prediction',
        isPrediction: true,
        standing: 'suspected',
        effect: 0.12,
        drifted: 1,
        windows: 3,
        isAtOnce: false,
        rows: [640],
        smallestEffect: null,
        before: [],
        now: [],
      },
    ],
  }
}

describe('recordDrift', () => {
  test('writes each window once, and its finding as it was', async () => {
    await using github = await testGitHub()
    const client = await openGitHubClient(github)
    const [first, second] = [windowUntil(10), windowUntil(17)]
    const told = { finding: findingUntil(10), windows: [first] }
    expect(await recordDrift(client, 'parcels', told, stamp)).toBe(true)
    expect(await recordDrift(client, 'parcels', told, stamp)).toBe(false)
    const both = { finding: findingUntil(17), windows: [first, second] }
    expect(await recordDrift(client, 'parcels', both, stamp)).toBe(false)
    expect(await recordDrift(client, 'parcels', { ...both, windows: [second] }, stamp)).toBe(true)
    expect(
      await recordDrift(client, 'parcels', { finding: findingUntil(17, 'parcels-v2'), windows: [first] }, stamp),
    ).toBe(true)
    const { records } = await readLedger(client)
    expect(driftRecordsIn(records, 'parcels').map(({ windows }) => windows)).toEqual([[first], [second], [first]])
    expect(driftIn(records, 'parcels')).toEqual(findingUntil(17, 'parcels-v2'))
    expect(driftIn(records, 'quotes')).toBeUndefined()
  })

  test('eight at once write one record; killed at any write and run again, one', async () => {
    const writes = dropWrites()
    await using github = await testGitHub(writes)
    const record = async (day: number) =>
      await recordDrift(
        await openGitHubClient(github),
        'parcels',
        { finding: findingUntil(day), windows: [windowUntil(day)] },
        stamp,
      )
    const wrote = await Promise.all(Array.from({ length: 8 }, () => record(10)))
    expect(wrote.filter((isNew) => isNew)).toHaveLength(1)
    for (const call of [1, 2, 3]) {
      for (const moment of ['before', 'after'] as const) {
        writes.arm(moment, call)
        await record(17).catch(() => undefined)
      }
    }
    writes.disarm()
    await record(17)
    expect((await readLedger(await openGitHubClient(github))).records).toHaveLength(2)
  })
})

describe('driftRecordsIn', () => {
  test.each<[string, (body: Record<string, unknown>) => void]>([
    ['without a release', (body) => delete body['release']],
    ['of another verdict', (body) => (body['verdict'] = 'perhaps')],
    ['whose end is no moment', (body) => (body['until'] = 'soon')],
    ['without windows', (body) => delete body['windows']],
    ['of a column that is none', (body) => (body['columns'] = [{ name: 'carrier' }])],
    ['of a window that is none', (body) => (body['windows'] = [{ since: 'x' }])],
  ])('leaves out a record %s', (_, edit) => {
    const body: Record<string, unknown> = { ...findingUntil(10), windows: [] }
    edit(body)
    const record: NewRecord = { kind: 'drift', model: 'parcels', ...stamp, body: JSON.parse(JSON.stringify(body)) }
    expect(driftRecordsIn(chainWith([record]).records, 'parcels')).toEqual([])
  })
})
