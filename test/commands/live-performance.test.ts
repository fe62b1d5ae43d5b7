import { describe, expect, test } from 'vitest'

import { inputsBeside } from '../../action/commands/live-performance.ts'
import { performanceCommand } from '../../action/commands/performance.ts'
import { register } from '../../action/commands/register.ts'
import { rolloutStart } from '../../action/commands/rollout-start.ts'
import { score } from '../../action/commands/score.ts'
import type { DriftFinding } from '../../action/drift/drift-finding.ts'
import { openGitHubClient } from '../../action/github/client.ts'
import { readLedger } from '../../action/registry/ledger.ts'
import { recordDrift } from '../../action/registry/record-drift.ts'
import { performanceIn } from '../../action/registry/record-performance.ts'
import { type Proposing, proposing } from '../support/proposing.ts'
import { rerun } from '../support/registered-project.ts'
import { tinyRows } from '../support/tiny-project.ts'

const dayMs = 86_400_000

async function release(world: Proposing): Promise<string> {
  await rerun(world)
  const outcome = await register.run({ param: [] }, world.context())
  if (outcome.kind === 'diagnosed' || outcome.result.kind !== 'registered') throw new Error(JSON.stringify(outcome))
  return outcome.result.tag
}

/** Rows that are to be answered, without what came of them. */
function asked(rows: number): string {
  return tinyRows(rows)
    .replace(/,late\n/, '\n')
    .replace(/,[01](?=\n)/g, '')
}

/** The same parcels where what was late is not, and the other way round. */
function turned(rows: number): string {
  return tinyRows(rows).replace(/,([01])(?=\n)/g, (_, late: string) => `,${1 - Number(late)}`)
}

const given = {
  ...{
    reference: undefined,
    current: 'log/*.parquet',
    labels: [],
    id: undefined,
    target: undefined,
    metric: 'roc_auc',
  },
  ...{ drop: 0.1, over: undefined, window: undefined, time: undefined, delay: undefined, coverage: undefined },
  ...{ positive: undefined, release: undefined, deployment: undefined, 'input-drift': undefined, record: true },
  metric: 'roc_auc' as const,
  ...{ 'metric-sql': undefined, better: undefined },
}

async function follow(world: Proposing, inputs: Partial<Parameters<typeof performanceCommand.run>[0]> = {}) {
  const context = { ...world.context(), now: () => new Date(Date.now() + 30 * dayMs) }
  const outcome = await performanceCommand.run({ ...given, ...inputs }, context)
  if (outcome.kind === 'diagnosed') throw new Error(JSON.stringify(outcome.diagnostics))
  return outcome.result
}

async function recordsOf({ github }: Proposing) {
  return (await readLedger(await openGitHubClient(github))).records
}

describe('performance of the live release', () => {
  test('judges its own answers by its stored judgement and the labels that came, and records each cohort once', async () => {
    const world = await proposing()
    await expect(follow(world)).rejects.toMatchObject({ code: 'serving/nothing-live' })
    const first = await release(world)
    const plain = { deployment: undefined, note: undefined, share: undefined }
    await rolloutStart.run({ ...plain, release: first }, world.context())
    world.write('today/rows.csv', asked(400))
    const rows = { rows: ['today/*.csv'], predictions: 'today.parquet', 'prediction-log': 'log', deployment: undefined }
    await score.run(rows, world.context())

    const own = { name: 'right', expression: 'avg(prediction)' }
    await expect(follow(world, { metric: undefined, 'metric-sql': own })).rejects.toThrow(/keeps no columns/)
    const good = await follow(world, { record: false })
    expect(good).toMatchObject({ model: 'parcels', release: first, recorded: null, metric: 'roc_auc' })
    expect(good.cohorts.map(({ predicted, labelled, state }) => [predicted, labelled, state])).toEqual([
      [400, 400, 'judged'],
    ])
    expect(good.verdict).toBe('no drop')
    expect(performanceIn(await recordsOf(world), 'parcels')).toBeUndefined()

    world.write('data/parcels.csv', turned(400))
    const bad = await follow(world)
    expect(bad).toMatchObject({ verdict: 'drop', cause: 'unknown', recorded: true })
    expect((await follow(world)).recorded).toBe(false)
    const records = await recordsOf(world)
    expect(records.filter(({ kind }) => kind === 'performance')).toHaveLength(1)
    const [cohort] = bad.cohorts
    expect(performanceIn(records, 'parcels', 'roc_auc')).toMatchObject({
      ...{ release: first, limit: 0.1, verdict: 'drop', cause: 'unknown', rows: 400 },
      ...{ drop: cohort?.stretch?.drop, interval: cohort?.stretch?.interval, until: cohort?.until },
    })
  })

  test('leaves the candidate’s answers out, and knows of the inputs what the ledger knows beside the release', async () => {
    const world = await proposing()
    const first = await release(world)
    const plain = { deployment: undefined, note: undefined, share: undefined }
    await rolloutStart.run({ ...plain, release: first }, world.context())
    await world.addRows(60)
    await world.propose()
    expect((await world.github.call('PUT', '/pulls/1/merge', { merge_method: 'squash' })).status).toBe(200)
    const credentials = Buffer.from(`x-access-token:${world.github.token}`).toString('base64')
    const header = `http.extraHeader=Authorization: Basic ${credentials}`
    await world.git('-c', header, 'pull', '--quiet', '--ff-only', world.github.gitUrl, 'main')
    const second = await release(world)
    await rolloutStart.run({ ...plain, share: 40, release: second }, world.context())
    world.write('today/rows.csv', asked(400))
    const rows = { rows: ['today/*.csv'], predictions: 'today.parquet', 'prediction-log': 'log', deployment: undefined }
    const scored = await score.run(rows, world.context())
    const answered = scored.kind === 'done' ? scored.result.answered : []
    const byStable = answered.find(({ tag }) => tag === first)?.rows ?? 0
    expect(byStable).toBeGreaterThan(100)
    expect(byStable).toBeLessThan(400)

    world.write('data/parcels.csv', turned(400))
    const finding: DriftFinding = {
      ...{ release: first, until: new Date(Date.now() + 20 * dayMs).toISOString(), verdict: 'no drift' },
      ...{ confirmedShare: 0, effect: 0.1, windowMs: 7 * dayMs, persist: { need: 2, of: 3 }, columns: [] },
    }
    const window = { sinceMs: Date.now(), untilMs: Date.parse(finding.until), rows: 400, columns: [] }
    const stamp = { at: new Date().toISOString(), actor: 'ada' }
    await recordDrift(await openGitHubClient(world.github), 'parcels', { finding, windows: [window] }, stamp)
    const found = await follow(world)
    expect(found.cohorts.map(({ predicted }) => predicted)).toEqual([byStable])
    expect(found).toMatchObject({ release: first, verdict: 'drop', cause: 'concept', recorded: true })
    expect(performanceIn(await recordsOf(world), 'parcels')?.cause).toBe('concept')
  })
})

describe('inputsBeside()', () => {
  const stretch = { since: '2025-03-03T00:00:00.000Z', until: '2025-03-17T00:00:00.000Z' }
  const finding: DriftFinding = {
    ...{ release: 'parcels-v1', until: '2025-03-17T00:00:00Z', verdict: 'no drift', confirmedShare: 0, effect: 0.1 },
    ...{ windowMs: 7 * dayMs, persist: { need: 2, of: 3 }, columns: [] },
  }
  const column = {
    ...{ name: 'carrier', effect: 0.3, drifted: 2, windows: 3, isAtOnce: false, rows: [7, 7] },
    ...{ smallestEffect: 0.06, before: [], now: [] },
  }

  test.each<[string, DriftFinding | undefined, object]>([
    ['nothing where drift was never judged', undefined, { kind: 'unknown' }],
    ['nothing of another release', { ...finding, release: 'parcels-v2' }, { kind: 'unknown' }],
    ['nothing of before the stretch', { ...finding, until: '2025-03-03T00:00:00Z' }, { kind: 'unknown' }],
    ['nothing of too little data', { ...finding, verdict: 'insufficient data' }, { kind: 'unknown' }],
    ['that no input drifts', finding, { kind: 'none' }],
    ['that a suspicion is no drift', { ...finding, columns: [{ ...column, standing: 'suspected' }] }, { kind: 'none' }],
    [
      'nothing of what the model answers',
      { ...finding, verdict: 'drift', columns: [{ ...column, isPrediction: true, standing: 'confirmed' }] },
      { kind: 'none' },
    ],
    [
      'the confirmed columns',
      { ...finding, verdict: 'drift', columns: [{ ...column, standing: 'confirmed' }] },
      { kind: 'drift', columns: ['carrier'] },
    ],
  ])('says %s', (_, known, expected) => {
    expect(inputsBeside(known, 'parcels-v1', stretch)).toMatchObject(expected)
  })
})
