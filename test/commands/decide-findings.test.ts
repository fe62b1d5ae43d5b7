import { expect, test } from 'vitest'

import { decide } from '../../action/commands/decide.ts'
import { propose } from '../../action/commands/propose.ts'
import { runCommand, settle } from '../../action/commands/settle.ts'
import { whyProposed } from '../../action/commands/why-proposed.ts'
import type { DriftFinding } from '../../action/drift/drift-finding.ts'
import { openGitHubClient } from '../../action/github/client.ts'
import { readLocalRuns } from '../../action/pipeline/run-history.ts'
import { appendToLedger, readLedger } from '../../action/registry/ledger.ts'
import { recordDrift } from '../../action/registry/record-drift.ts'
import { type JudgedCohort, type Performance, recordPerformance } from '../../action/registry/record-performance.ts'
import { proposedIn } from '../../action/registry/record-proposed.ts'
import { jsonEnding } from '../../action/report/word-ending.ts'
import { day, type Proposing, proposeInputs, proposing } from '../support/proposing.ts'
import { schemaOf } from '../support/result-schema.ts'
import { tinyYaml } from '../support/tiny-project.ts'

const stamp = { at: '2025-02-20T04:23:00.000Z', actor: 'ada' }
const tagOf = (version: number) => `parcels-v${version}-g${'1'.repeat(8)}-d${'a'.repeat(8)}`

/** A project that retrains for what was found, with a release that was followed since. */
async function followed(triggers: string): Promise<Proposing> {
  const retrain = `retrain: { any: [ ${triggers} ], limits: { cool-down: 0s } }\n`
  const world = await proposing({ files: { 'plumbline.yaml': `${tinyYaml}${retrain}` } })
  await publish(world, 1)
  return world
}

/** The ledger alone knows of it, which is all that deciding asks. */
async function publish({ github }: Proposing, version: number): Promise<void> {
  const ids = { runKey: 'c'.repeat(64), commit: '1'.repeat(40), dataDigest: 'a'.repeat(64), tag: tagOf(version) }
  const body = { version, ...ids, publishedAt: `2025-01-2${version}T00:00:00.000Z`, assets: {} }
  await appendToLedger(await openGitHubClient(github), () => ({
    kind: 'append',
    record: { kind: 'published', model: 'parcels', ...stamp, body },
    value: true,
  }))
}

async function measure({ github }: Proposing, until: string, more: Partial<JudgedCohort> = {}): Promise<void> {
  const since = new Date(Date.parse(until) - 14 * day).toISOString()
  const found = { drop: 0.049, interval: { low: 0.02, high: 0.078 }, verdict: 'drop' } as const
  const cohort = { cohortSince: since, since, until, ...found, rows: 2300, predicted: 2400, labelled: 2300, ...more }
  const performance: Performance = {
    ...{ model: 'parcels', release: tagOf(1), metric: 'roc_auc', limit: 0.03, overMs: 14 * day, windowMs: 7 * day },
    ...{ reference: { value: 0.861, standardError: 0.006, rows: 3540 }, cohorts: [cohort], cause: 'concept' },
    ...{ better: 'higher', sql: null, columns: [] },
  }
  expect(await recordPerformance(await openGitHubClient(github), performance, stamp)).toBe(true)
}

async function judge({ github }: Proposing, until: string, more: Partial<DriftFinding> = {}): Promise<void> {
  const numbers = { drifted: 2, windows: 3, isAtOnce: false, rows: [826, 811], smallestEffect: 0.06 }
  const carrier = { name: 'carrier `x`', standing: 'confirmed', effect: 0.31, ...numbers } as const
  const region = { ...carrier, name: 'region', effect: 0.12, standing: 'suspected', drifted: 1 } as const
  const finding: DriftFinding = {
    ...{ release: tagOf(1), until, verdict: 'drift', confirmedShare: 0.25, effect: 0.1, windowMs: 7 * day },
    ...{ persist: { need: 2, of: 3 } },
    columns: [
      { ...carrier, before: [0.7, 0.3, 0.1], now: [0.2, 0.3, 0.8] },
      { ...region, before: [], now: [] },
    ],
    ...more,
  }
  const untilMs = Date.parse(until)
  const windows = [{ sinceMs: untilMs - 7 * day, untilMs, rows: 811, columns: [] }]
  expect(await recordDrift(await openGitHubClient(github), 'parcels', { finding, windows }, stamp)).toBe(true)
}

/** What a rollback leaves in the ledger. */
async function deployed({ github }: Proposing, did: string, version: number): Promise<void> {
  await appendToLedger(await openGitHubClient(github), () => ({
    kind: 'append',
    record: {
      kind: 'deployed',
      model: 'parcels',
      ...stamp,
      body: { environment: 'production', did, tag: tagOf(version) },
    },
    value: true,
  }))
}

const close = async ({ github }: Proposing, pull: number) => {
  expect((await github.call('PATCH', `/pulls/${pull}`, { state: 'closed' })).status).toBe(200)
}

async function proposals({ github }: Proposing) {
  return proposedIn((await readLedger(await openGitHubClient(github))).records, 'parcels')
}

test('a fall of a metric opens a pull request that says so, once, and the run of its merge was started by it', async () => {
  const world = await followed('{ metric: roc_auc, drop: 0.03, over: 14d }')
  await world.addRows(20)
  expect((await world.propose()).report.outputs['reason']).toBe(
    'no trigger fires: roc_auc over 14 d is not known: nothing was judged yet',
  )
  await measure(world, '2025-02-17T00:00:00.000Z', { drop: 0.01, interval: { low: -0.01, high: 0.03 } })
  expect((await world.propose()).report.text).toMatch(
    /^WAIT {2}parcels · no trigger fires: roc_auc 0\.851 beside 0\.861 at the release: worse by 0\.01 \(−0\.01 … 0\.03\), limit 0\.03, over 14 d\n/,
  )
  await measure(world, '2025-02-24T00:00:00.000Z')
  expect(await world.propose()).toMatchObject({ did: ['write-branch', 'open', 'record'] })
  const [pull] = await world.pulls()
  expect(pull?.title).toBe('Retrain parcels: it predicts worse, 20 new rows')
  const why =
    '**Why now.** roc_auc fell from 0.861 to 0.812: worse by 0.049 (0.02 … 0.078), limit 0.03, over 14 d; no input drifted: concept, not data (2,300 predictions whose labels came in'
  expect(pull?.body).toContain(why)

  const [proposed] = await proposals(world)
  const finding = { kind: 'metric', subject: 'roc_auc', release: tagOf(1), until: '2025-02-24T00:00:00.000Z' }
  expect(proposed).toMatchObject({ trigger: 'performance', findings: [finding] })
  const { dataDigest = '' } = proposed ?? {}
  expect(await whyProposed(world.context(), ['parcels', dataDigest, 'd'.repeat(64)])).toMatchObject({
    trigger: 'performance',
    reason: expect.stringMatching(/^roc_auc fell from 0\.861 to 0\.812: /),
    pull: 1,
  })

  // Open it stays, though it is not proposed twice; closed, it takes a newer finding.
  expect(await world.propose()).toMatchObject({ did: [], state: 'open-clean' })
  await close(world, 1)
  await world.addRows(5)
  expect((await world.propose()).report.outputs['reason']).toBe(
    'this fall was proposed on 2025-03-01: a newer one has to say so, too',
  )
  await measure(world, '2025-03-01T00:00:00.000Z')
  expect(await world.propose()).toMatchObject({ did: ['write-branch', 'open', 'record'] })
  await close(world, 2)

  // A release that followed has yet to be measured.
  await publish(world, 2)
  await world.addRows(5)
  expect((await world.propose()).report.outputs['reason']).toMatch(
    /^no trigger fires: roc_auc over 14 d is not known: what was judged until 2025-03-01 is of parcels-v1-g\S+, whose place another release took$/,
  )
  expect(await world.pulls()).toHaveLength(2)
})

test('confirmed drift opens a pull request that names each column with its numbers, and is proposed once', async () => {
  const world = await followed('{ drift: confirmed }')
  const reasonOf = async () => (await world.propose()).report.outputs['reason']
  await world.addRows(20)
  expect(await reasonOf()).toBe('no trigger fires: drift is not known: nothing was judged yet')
  await judge(world, '2025-02-10T00:00:00.000Z', { verdict: 'notable', columns: [], confirmedShare: 0 })
  expect(await reasonOf()).toBe(
    'no trigger fires: drift is not confirmed: no column drifts in the windows until 2025-02-10',
  )
  await judge(world, '2025-02-17T00:00:00.000Z')
  const table = '| `region` | 0.12 | 0.1 | 1 of 3, suspected |  |'
  const decided = await decide.run(proposeInputs, world.context())
  if (decided.kind !== 'done') throw new Error(JSON.stringify(decided))
  expect((await decide.report(decided.result)).markdown).toContain(table)
  expect(await world.propose()).toMatchObject({ did: ['write-branch', 'open', 'record'] })
  const [pull] = await world.pulls()
  expect(pull?.title).toBe('Retrain parcels: 1 column drifted, 20 new rows')
  expect(pull?.body).toContain(
    '**Why now.** <code>carrier \\`x\\`</code> drifted: effect 0.31, limit 0.1, confirmed in 2 of 3 weekly windows (n = 826 and 811; the smallest effect that they could have shown: 0.06). Drifted columns have 25 % of the weight of all.',
  )
  expect(pull?.body).toContain(
    [
      '| column | effect | limit | windows | before → now |',
      '| --- | ---: | ---: | --- | --- |',
      '| <code>carrier \\`x\\`</code> | 0.31 | 0.1 | 2 of 3 | `▇▃▂` → `▃▃█` |',
      table,
    ].join('\n'),
  )
  expect(await proposals(world)).toMatchObject([
    {
      trigger: 'drift',
      reason: 'carrier `x` drifted: effect 0.31 (limit 0.1), confirmed in 2 of 3 windows',
      findings: [{ kind: 'drift', subject: '', release: tagOf(1), until: '2025-02-17T00:00:00.000Z' }],
    },
  ])

  await close(world, 1)
  await world.addRows(5)
  expect(await reasonOf()).toBe('the drift of this window was proposed on 2025-03-01: a newer one has to say so, too')
  await publish(world, 2)
  expect(await reasonOf()).toMatch(
    /drift is not known: what was judged until 2025-02-17 is of parcels-v1-g\S+, whose place/,
  )
  // Taken back, it has taken no place.
  await deployed(world, 'restored', 2)
  await judge(world, '2025-02-24T00:00:00.000Z')
  expect(await world.propose()).toMatchObject({ did: ['write-branch', 'open', 'record'] })
  expect((await world.pulls())[1]?.title).toBe('Retrain parcels: 1 column drifted, 25 new rows')
})

test('what waits trains nothing, starts nothing and writes nothing', async () => {
  const world = await followed('{ all: [ { metric: roc_auc, drop: 0.03, over: 14d }, { new-rows: 10 } ] }')
  await measure(world, '2025-02-24T00:00:00.000Z')
  await world.addRows(9)
  const { records } = await readLedger(await openGitHubClient(world.github))
  expect(await world.decide()).toBe('wait')
  const { did, report } = await world.propose({
    environment: { GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'schedule' },
  })
  expect(did).toEqual([])
  expect(report.outputs).toMatchObject({ verdict: 'wait', proposal: 'nothing' })
  expect(report.outputs['reason']).toMatch(/^no trigger fires: .* · 9 new labelled rows \(limit 10\)$/)
  expect((await readLocalRuns(world.folder)).records).toEqual([])
  expect((await world.github.call('GET', '/actions/runs')).body.total_count).toBe(0)
  expect((await readLedger(await openGitHubClient(world.github))).records).toHaveLength(records.length)
  await world.addRows(1)
  expect(await world.decide()).toBe('retrain')
})

test('findings are what the schemas of decide and propose describe', async () => {
  const world = await followed('{ metric: roc_auc, drop: 0.03, over: 14d }')
  await measure(world, '2025-02-24T00:00:00.000Z')
  await world.addRows(20)
  const context = world.context()
  for (const [name, command] of [
    ['decide', decide],
    ['propose', propose],
    ['decide', decide],
  ] as const) {
    const isValid = schemaOf(name)
    const ending = await settle(() => runCommand(command, proposeInputs, context), context.signal)
    isValid(JSON.parse(jsonEnding(name, ending)))
    expect(isValid.errors ?? []).toEqual([])
  }
})
