import { randomBytes } from 'node:crypto'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { byBytes } from '../../action/base/byte-order.ts'
import { sha256 } from '../../action/base/sha256.ts'
import { parseRunRecord } from '../../action/pipeline/parse-run-record.ts'
import type { LedgerRecord, NewRecord } from '../../action/registry/ledger-record.ts'
import { mirrorToMlflow } from '../../action/registry/mirror-to-mlflow.ts'
import { openMlflow } from '../../action/registry/mlflow-client.ts'
import { type MlflowWishes, mlflowWishes } from '../../action/registry/mlflow-wishes.ts'
import { runBody } from '../../action/registry/run-body.ts'
import { runRecord } from '../support/candidate.ts'
import { chainWith } from '../support/ledger.ts'
import { type FakeMlflow, fakeMlflow } from '../support/mlflow-fake.ts'
import { mlflowGate } from '../support/mlflow-gate.ts'

/** A real server, where one is given: `npm run peers -- mlflow`. */
const real = process.env['PLUMBLINE_TEST_MLFLOW']
let fake: FakeMlflow | undefined
let server = real ?? ''

beforeAll(async () => {
  if (real !== undefined) return
  fake = await fakeMlflow()
  server = fake.url
})
afterAll(() => fake?.[Symbol.asyncDispose]())

const stamp = { model: 'parcels', at: '2025-03-04T06:12:00.000Z', actor: 'ada' }
const tagOf = (version: number) => `parcels-v${version}-g${'1'.repeat(8)}-d${sha256('data 1').slice(0, 8)}`

function published(version: number): NewRecord {
  const run = runRecord({
    runKey: sha256(`run ${version}`),
    params: { 'max-depth': version, 'odd (name)': 'x'.repeat(900) },
  })
  const body = {
    version,
    runKey: run.runKey,
    commit: '1'.repeat(40),
    dataDigest: sha256('data 1'),
    tag: tagOf(version),
  }
  const assets = { 'model.skops': sha256(`model ${version}`) }
  return { kind: 'published', ...stamp, body: { ...body, publishedAt: stamp.at, assets, run: runBody(run) } }
}

function alias(name: string, version: number): NewRecord {
  return { kind: 'alias', ...stamp, body: { name, tag: tagOf(version), was: null } }
}

const refused: NewRecord = { kind: 'run', ...stamp, body: runBody(runRecord({ outcome: 'refused' })) }
const failed: NewRecord = {
  ...{ kind: 'run', ...stamp },
  body: runBody(runRecord({ runKey: sha256('run f'), outcome: 'failed', metrics: [], failure: 'no luck' })),
}
const ledger = [refused, published(2), alias('champion', 2), failed, published(3)]

function wishesOf(records: readonly NewRecord[]): MlflowWishes {
  const held: readonly LedgerRecord[] = chainWith(records).records
  return mlflowWishes(held, 'parcels', 'newest', (value) => {
    const parsed = parseRunRecord(value)
    return parsed.ok ? parsed.record : undefined
  })
}

interface Place {
  readonly name: string
  readonly mirror: (records?: readonly NewRecord[], url?: string) => ReturnType<typeof mirrorToMlflow>
  /** All of it, without what the server chooses. */
  readonly held: () => Promise<object>
}

/** An experiment and a model of their own. */
function place(): Place {
  const name = `parcels-${randomBytes(6).toString('hex')}`
  const open = (url: string) =>
    openMlflow({ url, token: undefined, environment: {}, signal: new AbortController().signal })
  return {
    name,
    mirror: (records = ledger, url = server) =>
      mirrorToMlflow(open(url), { experiment: name }, name, wishesOf(records)),
    held: () => heldBy(open(server), name),
  }
}

interface ShownPair {
  readonly key: string
  readonly value: string | number
}

// oxlint-disable-next-line typescript/no-explicit-any -- what a server answers
type Shown = any

async function heldBy(client: ReturnType<typeof openMlflow>, name: string): Promise<object> {
  const { experiment } = (await client.get('experiments/get-by-name', { experiment_name: name })) as Shown
  const { answer } = (await client.post('runs/search', {
    ...{ experiment_ids: [experiment.experiment_id], max_results: 1000, run_view_type: 'ALL' },
  })) as Shown
  const model = (await client.get('registered-models/get', { name })) as Shown
  const { model_versions: versions = [] } = (await client.get('model-versions/search', {
    filter: `name='${name}'`,
  })) as Shown
  const texts = (pairs: readonly ShownPair[] = []) =>
    Object.fromEntries(pairs.filter(({ key }) => !key.startsWith('mlflow.')).map(({ key, value }) => [key, value]))
  const tagOfVersion = new Map(versions.map((one: Shown) => [one.version, texts(one.tags)['plumbline.tag']]))
  return {
    runs: (answer.runs ?? [])
      .map(({ info, data }: Shown) => ({
        ...{ name: info.run_name, status: info.status, start: info.start_time, end: info.end_time },
        ...{ tags: texts(data.tags), params: texts(data.params), metrics: texts(data.metrics) },
        metricCount: (data.metrics ?? []).length,
      }))
      .sort((one: Shown, other: Shown) => (one.tags['plumbline.run'] < other.tags['plumbline.run'] ? -1 : 1)),
    versions: versions
      .map((one: Shown) => texts(one.tags))
      .sort((one: Shown, other: Shown) => (one['plumbline.tag'] < other['plumbline.tag'] ? -1 : 1)),
    aliases: Object.fromEntries(
      (model?.registered_model.aliases ?? [])
        .map(({ alias: called, version }: Shown) => [called, tagOfVersion.get(version)])
        .sort(([one]: Shown, [other]: Shown) => (one < other ? -1 : 1)),
    ),
  }
}

describe('mirrorToMlflow()', () => {
  test('tells runs, releases and aliases, and nothing the second time', async () => {
    const there = place()
    expect(await there.mirror()).toEqual({ runs: 4, versions: 2, aliases: 2 })
    const held = await there.held()
    expect(held).toMatchObject({
      versions: [
        { 'plumbline.tag': tagOf(2), 'plumbline.version': '2', 'plumbline.model-sha256': sha256('model 2') },
        { 'plumbline.tag': tagOf(3) },
      ],
      aliases: { champion: tagOf(2), newest: tagOf(3) },
    })
    const { runs } = held as { readonly runs: readonly Shown[] }
    expect(runs.map(({ status, metricCount }) => `${status} ${metricCount}`).toSorted(byBytes)).toEqual([
      'FAILED 0',
      'FINISHED 1',
      'FINISHED 1',
      'FINISHED 1',
    ])
    expect(runs.find(({ name }) => name === tagOf(2))).toMatchObject({
      ...{ start: Date.parse('2025-03-04T06:00:00.000Z'), end: Date.parse('2025-03-04T06:00:20.000Z') },
      tags: { 'plumbline.outcome': 'passed', 'plumbline.trigger': 'manual by ada: on a terminal' },
      params: { 'max-depth': '2', 'odd _name_': expect.stringMatching(/^x{499}…$/) },
      metrics: { roc_auc: 0.861 },
    })
    expect(await there.mirror()).toEqual({ runs: 0, versions: 0, aliases: 0 })
    expect(await there.held()).toEqual(held)
  })

  test('tells what it missed, moves the aliases, and asks four times where nothing is new', async () => {
    const there = place()
    await there.mirror([published(2), alias('champion', 2)])
    expect(await there.mirror([published(2), alias('champion', 2), published(3), alias('champion', 3)])).toEqual({
      runs: 1,
      versions: 1,
      aliases: 2,
    })
    expect(await there.held()).toMatchObject({ aliases: { champion: tagOf(3), newest: tagOf(3) } })
    await using gate = await mlflowGate(server)
    await there.mirror([published(2), published(3), alias('champion', 3)], gate.url)
    expect(gate.calls()).toEqual([
      'GET experiments/get-by-name',
      'POST runs/search',
      'GET registered-models/get',
      'GET model-versions/search',
    ])
  })

  test('ends the same wherever it was killed: one of everything', async () => {
    const whole = place()
    await using counter = await mlflowGate(server)
    await whole.mirror(ledger, counter.url)
    const expected = await whole.held()
    const count = counter.calls().length
    expect(count).toBeGreaterThan(20)
    for (let call = 1; call <= count; call++) {
      for (const moment of ['before', 'after'] as const) {
        const there = place()
        await using gate = await mlflowGate(server)
        gate.breakAt = { call, moment }
        await expect(there.mirror(ledger, gate.url)).rejects.toMatchObject({ code: 'mlflow/unreachable' })
        await there.mirror()
        expect(await there.held(), `${moment} call ${call}, ${counter.calls()[call - 1]}`).toEqual(expected)
      }
    }
  }, 600_000)

  test('leaves a run deleted that somebody deleted there', async () => {
    const there = place()
    const client = openMlflow({ url: server, token: undefined, environment: {}, signal: new AbortController().signal })
    await there.mirror([refused])
    const { experiment } = (await client.get('experiments/get-by-name', { experiment_name: there.name })) as Shown
    const { answer } = (await client.post('runs/search', {
      experiment_ids: [experiment.experiment_id],
      max_results: 1,
    })) as Shown
    await client.post('runs/delete', { run_id: answer.runs[0].info.run_id })
    expect(await there.mirror([refused])).toEqual({ runs: 0, versions: 0, aliases: 0 })
  })
})

test('openMlflow() sends a token, or a user with a password, and says what is wrong with it', async () => {
  for (const [token, expected] of [
    ['t0ken-value', 'Bearer t0ken-value'],
    ['ada:secret-word', `Basic ${Buffer.from('ada:secret-word').toString('base64')}`],
  ] as const) {
    await using guarded = await fakeMlflow(expected)
    const open = (given: string | undefined) =>
      openMlflow({ url: guarded.url, token: given, environment: {}, signal: new AbortController().signal })
    expect(await open(token).get('registered-models/get', { name: 'x' })).toBeUndefined()
    const denied = await open('wrong-one')
      .get('registered-models/get', { name: 'x' })
      .catch((error: unknown) => error)
    expect(denied).toMatchObject({ code: 'mlflow/denied', owner: 'user' })
    expect(JSON.stringify(denied)).not.toContain('wrong-one')
  }
  const nowhere = openMlflow({
    url: 'http://127.0.0.1:9',
    token: undefined,
    environment: {},
    signal: new AbortController().signal,
  })
  await expect(nowhere.get('x', {})).rejects.toMatchObject({ code: 'mlflow/unreachable', owner: 'remote' })
})
