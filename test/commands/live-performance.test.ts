import { describe, expect, test } from 'vitest'
import { decide } from '../../action/commands/decide.ts'
import { inputsBeside } from '../../action/commands/live-performance.ts'
import { performanceCommand } from '../../action/commands/performance.ts'
import { register } from '../../action/commands/register.ts'
import { rolloutStart } from '../../action/commands/rollout-start.ts'
import { score } from '../../action/commands/score.ts'
import type { DriftFinding } from '../../action/drift/drift-finding.ts'
import { openGitHubClient } from '../../action/github/client.ts'
import { readLedger } from '../../action/registry/ledger.ts'
import { pushHead } from '../../action/registry/local-git.ts'
import { recordDrift } from '../../action/registry/record-drift.ts'
import { performanceIn } from '../../action/registry/record-performance.ts'
import { type Proposing, proposeInputs, proposing } from '../support/proposing.ts'
import { commitAll, rerun } from '../support/registered-project.ts'
import { tinyRows, tinyYaml } from '../support/tiny-project.ts'

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

async function run(world: Proposing, inputs: Partial<Parameters<typeof performanceCommand.run>[0]> = {}) {
  const context = { ...world.context(), now: () => new Date(Date.now() + 30 * dayMs) }
  const outcome = await performanceCommand.run({ ...given, ...inputs }, context)
  if (outcome.kind === 'diagnosed') throw new Error(JSON.stringify(outcome.diagnostics))
  return outcome.result
}

async function decided(world: Proposing) {
  const outcome = await decide.run({ ...proposeInputs }, world.context())
  if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome))
  return outcome.result
}

async function follow(world: Proposing, inputs: Parameters<typeof run>[1] = {}) {
  const result = await run(world, inputs)
  const [one] = result.followed
  if (!one) throw new Error('nothing was followed')
  return { ...result, ...one }
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

  test('counts windows from the release’s first deployment, whether its first answers are still at hand or not', async () => {
    const world = await proposing()
    const first = await release(world)
    const plain = { deployment: undefined, note: undefined, share: undefined }
    await rolloutStart.run({ ...plain, release: first }, world.context())
    await answerAs('early', 0, 100)
    world.now = new Date(world.now.getTime() + 8 * 7 * dayMs)
    await answerAs('late', 100, 400)

    const whole = (await follow(world, { current: '*-log/*.parquet', record: false })).cohorts
    expect(whole.map(({ predicted }) => predicted)).toEqual([100, 300])
    const kept = (await follow(world, { current: 'late-log/*.parquet', record: false })).cohorts
    expect(kept.map(({ predicted, state }) => [predicted, state])).toEqual([[300, 'judged']])
    expect(kept[0]?.stretch).toEqual(whole[1]?.stretch)

    async function answerAs(name: string, from: number, until: number) {
      const [header, ...lines] = asked(400).trim().split('\n')
      world.write(`${name}/rows.csv`, `${[header, ...lines.slice(from, until)].join('\n')}\n`)
      const files = { rows: [`${name}/*.csv`], predictions: `${name}.parquet`, 'prediction-log': `${name}-log` }
      await score.run({ ...files, deployment: undefined }, world.context())
    }
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

const watching = `${tinyYaml}metrics:
  profit: { sql: "sum(case when prediction = late then 1 else -2 end)", better: higher }
  miss: { sql: avg(abs(probability - late)), better: lower }
  missed_km: { sql: avg(distance_km * abs(prediction - late)), better: lower }
  precision: { sql: sum(prediction * late) / sum(prediction), better: higher }
retrain:
  any:
    - { metric: profit, drop: 0.9, over: 14d }
    - { all: [ { metric: miss, drop: 0.1, over: 7d }, { metric: roc_auc, drop: 0.1, over: 14d } ] }
    - { metric: roc_auc, drop: 0.1, over: 14d }
  limits: { cool-down: 0s }
`

describe('performance of metrics in SQL', () => {
  test('follows what retrain: watches beside what the live release was judged by, and what it records makes decide fire', async () => {
    const world = await proposing({ files: { 'plumbline.yaml': watching } })
    const first = await release(world)
    await rolloutStart.run(
      { deployment: undefined, note: undefined, share: undefined, release: first },
      world.context(),
    )
    world.write('today/rows.csv', asked(400))
    const rows = { rows: ['today/*.csv'], predictions: 'today.parquet', 'prediction-log': 'log', deployment: undefined }
    await score.run(rows, world.context())
    const byPolicy = { metric: undefined, drop: undefined, record: false }

    const good = await run(world, byPolicy)
    const [profit, miss, area] = good.followed
    expect(
      good.followed.map(({ metric, better, sql, rule, verdict }) => [
        metric,
        better,
        sql?.form,
        rule.limit,
        rule.overMs / dayMs,
        verdict,
      ]),
    ).toEqual([
      ['profit', 'higher', 'sum', 0.9, 14, 'no drop'],
      ['miss', 'lower', 'avg', 0.1, 7, 'no drop'],
      ['roc_auc', 'higher', undefined, 0.1, 14, 'no drop'],
    ])
    expect(good.followed.map(({ fromPolicy }) => fromPolicy.join(' '))).toEqual(Array(3).fill('metric drop over'))
    const accuracy = await follow(world, { ...byPolicy, metric: 'accuracy', drop: 0.1 })
    expect(profit?.reference.value).toBeCloseTo(3 * accuracy.reference.value - 2, 12)
    expect(profit?.reference.standardError).toBeCloseTo(3 * accuracy.reference.standardError, 12)
    expect(profit?.cohorts[0]?.value).toBeCloseTo(3 * (accuracy.cohorts[0]?.value ?? 0) - 2, 12)
    expect(miss?.reference.rows).toBe(area?.reference.rows)
    const other = await run(world, { ...byPolicy, metric: 'profit', over: 28 * dayMs })
    expect(other.followed.map(({ rule, fromPolicy }) => [rule.limit, rule.overMs / dayMs, fromPolicy])).toEqual([
      [0.9, 28, ['drop']],
    ])
    const { text } = await performanceCommand.report(other)
    expect(text).toContain('drop from retrain: in plumbline.yaml')

    await expect(run(world, { ...byPolicy, metric: 'proffit', drop: 0.1 })).rejects.toMatchObject({
      ...{ code: 'cli/bad-input', remedy: 'Did you mean profit?' },
    })
    const km = await follow(world, { ...byPolicy, metric: 'missed_km', drop: 200 })
    // The judged fit learned the first 300 rows, the released one all: each calls late what is farther than their mean.
    const parcels = tinyRows(400)
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',').slice(-2).map(Number))
    const meanOf = (values: readonly number[]) => values.reduce((all, value) => all + value, 0) / values.length
    const missed = (since: number, learned: number) => {
      const far = meanOf(parcels.slice(0, learned).map(([distance = 0]) => distance))
      return meanOf(
        parcels.slice(since).map(([distance = 0, late]) => distance * Number(Number(distance > far) !== late)),
      )
    }
    expect(km.cohorts[0]?.value).toBeCloseTo(missed(0, 400), 9)
    expect(km.reference.value).toBeCloseTo(missed(300, 300), 9)
    const few = { metric: undefined, 'metric-sql': { name: 'far', expression: 'avg(distnce_km)' }, drop: 0.1 }
    await expect(run(world, few)).rejects.toThrow(
      /"distnce_km\\" is no column of judged rows and log both; expected one of prediction, late, probability, shipped_at, region, distance_km.*Did you mean \\"distance_km/,
    )
    await expect(run(world, { ...byPolicy, metric: 'precision', drop: 0.1 })).rejects.toThrow(
      /plumbline\.yaml.*the reference has no precision: too few rows for the error of what is no sum and no mean of rows: 100 of 200/,
    )

    world.write('data/parcels.csv', turned(400))
    const bad = await run(world, { ...byPolicy, record: true })
    expect(bad).toMatchObject({ verdict: 'drop', recorded: true })
    expect(bad.followed.map(({ verdict }) => verdict)).toEqual(['drop', 'drop', 'drop'])
    expect((await run(world, { ...byPolicy, record: true })).recorded).toBe(false)
    const records = await recordsOf(world)
    expect(records.filter(({ kind }) => kind === 'performance')).toHaveLength(3)
    expect(performanceIn(records, 'parcels', 'miss')).toMatchObject({
      better: 'lower',
      sql: { form: 'avg' },
      rows: 400,
    })

    await commitAll(world, 'What came of them')
    await pushHead(world.github, world.folder)
    world.now = new Date(Date.now() + 30 * dayMs)
    const proposed = await world.propose()
    expect(proposed.report.text).toMatch(/profit per row fell from 0\.\d+ to −1\.\d+: worse by/)
    const [pull] = await world.pulls()
    expect(pull?.body).toMatch(/profit per row fell from .*the interval holds however often one looks/)
    expect(pull?.body).toMatch(/miss rose from/)

    world.write('plumbline.yaml', watching.replace('else -2', 'else -1'))
    const { facts } = await decided(world)
    expect(facts.performance.map(({ metric }) => metric).sort()).toEqual(['miss', 'roc_auc'])
  })
})

test('performance of a project that watches no metric says so, ends well and records nothing', async () => {
  const world = await proposing()
  const quiet = { metric: undefined, drop: undefined, current: 'log/*.parquet' }
  const result = await run(world, quiet)
  expect(result).toMatchObject({ verdict: 'not followed', followed: [], recorded: null })
  const { text, outputs } = await performanceCommand.report(result)
  expect(text).toMatch(/^NOT FOLLOWED {2}plumbline.yaml watches no metric\n.*retrain: .*--metric/)
  expect(outputs).toEqual({
    ...{ verdict: 'not followed', reason: 'plumbline.yaml watches no metric' },
    ...{ cause: 'unknown', drop: '', recorded: 'false' },
  })
  await expect(run(world, { ...quiet, drop: 0.1 })).rejects.toThrow(/plumbline.yaml watches none; expected --metric/)
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
