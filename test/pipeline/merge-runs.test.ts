import { describe, expect, test } from 'vitest'

import { sha256 } from '../../action/base/sha256.ts'
import { findRun, twoNewest } from '../../action/pipeline/find-run.ts'
import { chooseMetric, listRuns } from '../../action/pipeline/list-runs.ts'
import { type KnownRun, mergeRuns } from '../../action/pipeline/merge-runs.ts'
import type { RunRecord } from '../../action/pipeline/run-record.ts'
import { runRecord } from '../support/candidate.ts'

const at = (day: number, hour = 6) =>
  `2025-03-${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}:00:00.000Z`

/** A run of day `day`, of a run key of its own. */
function ran(day: number, change: Partial<RunRecord> = {}): RunRecord {
  return runRecord({ runKey: sha256(`run ${day}`), startedAt: at(day), finishedAt: at(day, 7), ...change })
}

const release = (day: number, version: number) => {
  const tag = `parcels-v${version}-g11111111-d22222222`
  return { model: 'parcels', runKey: sha256(`run ${day}`), tag, version, publishedAt: at(day, 8) }
}

const keysOf = (runs: readonly KnownRun[]) => runs.map(({ runKey }) => runKey)

describe('mergeRuns()', () => {
  test('orders run keys by their newest execution, whoever knows it', () => {
    const again = ran(1, { startedAt: at(9), finishedAt: at(9, 7) })
    const runs = mergeRuns([ran(1), ran(3), again], [ran(2), ran(3)], [release(2, 1), release(3, 2)])

    expect(keysOf(runs)).toEqual([1, 3, 2].map((day) => sha256(`run ${day}`)))
    expect(runs.map(({ isHere, isInLedger }) => [isHere, isInLedger])).toEqual([
      [true, false],
      [true, true],
      [false, true],
    ])
    expect(runs.map((run) => run.release?.version ?? null)).toEqual([null, 2, 1])
    expect(runs.map(({ executions }) => executions.map(({ startedAt }) => startedAt))).toEqual([
      [at(9), at(1)],
      [at(3)],
      [at(2)],
    ])
  })

  test('keeps of one execution the record that ended later, as a job after another adds to it', () => {
    const first = ran(1, { outcome: 'interrupted', finishedAt: at(1, 6) })
    const whole = ran(1)
    for (const records of [
      [first, whole],
      [whole, first],
    ]) {
      expect(mergeRuns(records, [], [])[0]?.executions).toEqual([whole])
    }
  })

  test('keeps the jobs of every attempt of one execution, each once', () => {
    const job = (name: 'prepare' | 'train', hour: number) =>
      ({ job: name, startedAt: at(1, hour), seconds: 60, ran: [], workSeconds: 0, runner: ['ubuntu-latest'] }) as const
    const failed = ran(1, { outcome: 'failed', jobs: [job('prepare', 6), job('train', 7)] })
    const passed = ran(1, { finishedAt: at(1, 9), jobs: [job('prepare', 6), job('train', 8)] })

    const [run] = mergeRuns([], [failed, passed], [])

    expect(run?.executions).toHaveLength(1)
    expect(run?.executions[0]).toMatchObject({ outcome: 'passed' })
    expect(run?.executions[0].jobs).toEqual([job('prepare', 6), job('train', 7), job('train', 8)])
    expect(mergeRuns([failed], [failed], [])[0]?.executions).toEqual([failed])
  })

  test('does not take another model’s release for its own', () => {
    expect(mergeRuns([ran(1)], [], [{ ...release(1, 1), model: 'quotes' }])[0]?.release).toBeNull()
  })
})

describe('findRun()', () => {
  const runs = mergeRuns([ran(1), ran(2), ran(3)], [], [release(1, 1), release(2, 2)])

  test.each([
    ['latest', 3],
    ['parcels-v1-g11111111-d22222222', 1],
    ['parcels-v2', 2],
    [sha256('run 2').slice(0, 8), 2],
    [sha256('run 3'), 3],
  ])('finds %s', (text, day) => {
    expect(findRun(runs, text).runKey).toBe(sha256(`run ${day}`))
  })

  test.each([
    ['parcels-v3', 'Did you mean "parcels-v2"?'],
    ['latets', 'Did you mean "latest"?'],
    ['__proto__', 'The newest are'],
    ['', 'The newest are'],
    [sha256('run 2').slice(0, 3), 'The newest are'],
  ])('refuses %j, and says: %s', (text, remedy) => {
    expect(() => findRun(runs, text)).toThrow(expect.objectContaining({ remedy: expect.stringContaining(remedy) }))
  })

  test('lists the candidates of a prefix that several run keys begin with', () => {
    const alike = ['abcd1', 'abcd2'].map((start, day) => ran(day + 1, { runKey: start.padEnd(64, '0') }))
    const thrown = expect.objectContaining({
      code: 'runs/ambiguous',
      message: expect.stringMatching(/2 run keys begin with it; expected one\n {2}abcd20000000 .*\n {2}abcd10000000/),
    })
    expect(() => findRun(mergeRuns(alike, [], []), 'abcd')).toThrow(thrown)
  })

  test('leads to a first run where there is none', () => {
    expect(() => findRun([], 'latest')).toThrow(expect.objectContaining({ remedy: 'Nothing ran yet: plumbline run' }))
  })
})

describe('twoNewest()', () => {
  test('is the run before the newest, and the newest', () => {
    const runs = mergeRuns([ran(1), ran(2), ran(3)], [], [])
    expect(keysOf(twoNewest(runs))).toEqual([sha256('run 2'), sha256('run 3')])
    expect(() => twoNewest(runs.slice(0, 1))).toThrow('there is one run alone')
    expect(() => twoNewest([])).toThrow('there is no run')
  })
})

describe('listRuns()', () => {
  const metric = (value: number | null) => [{ name: 'roc_auc', value, better: 'higher', rows: 10 }] as const
  const prices = { perMinute: { local: 0.6 } }

  test('shows the newest, counts the rest, and draws all that have a value, oldest first', () => {
    const records = [1, 2, 3, 4].map((day) => ran(day, { metrics: metric(day === 3 ? null : day / 10) }))
    const runs = mergeRuns(records, [], [])
    const listed = listRuns(runs, { limit: 2, metric: chooseMetric(runs, undefined), prices })

    expect(listed.runs.map(({ record }) => record.startedAt)).toEqual([at(4), at(3)])
    expect(listed.total).toBe(4)
    expect(listed.line.map(({ value }) => value)).toEqual([0.1, 0.2, 0.4])
  })

  test('adds up what every execution of a run took', () => {
    const twice = [ran(1), ran(1, { startedAt: at(2), finishedAt: at(2, 7) })]
    const [run] = listRuns(mergeRuns(twice, [], []), { limit: 9, metric: null, prices }).runs
    expect(run?.executions).toBe(2)
    expect(run?.spent.localMinutes).toBeCloseTo((4 * 6.1) / 60, 10)
    expect(run?.spent.money).toBeCloseTo(0.6 * ((4 * 6.1) / 60), 10)
  })
})

describe('chooseMetric()', () => {
  const runs = mergeRuns([ran(2, { metrics: [], gates: [] }), ran(1)], [], [])

  test('is that of the first gate of the newest judged run', () => {
    expect(chooseMetric(runs, undefined)).toBe('roc_auc')
    expect(chooseMetric([], undefined)).toBeNull()
  })

  test('names the one that was meant', () => {
    expect(chooseMetric(runs, 'roc_auc')).toBe('roc_auc')
    expect(() => chooseMetric(runs, 'roc-auc')).toThrow(expect.objectContaining({ remedy: 'Did you mean "roc_auc"?' }))
    expect(() => chooseMetric([], 'roc_auc')).toThrow(expect.objectContaining({ code: 'runs/unknown-metric' }))
  })
})
