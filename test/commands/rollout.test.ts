import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Outcome } from '../../action/commands/define-command.ts'
import { register } from '../../action/commands/register.ts'
import { rolloutPromote } from '../../action/commands/rollout-promote.ts'
import { rolloutRollback } from '../../action/commands/rollout-rollback.ts'
import { rolloutStart } from '../../action/commands/rollout-start.ts'
import { rolloutStatus } from '../../action/commands/rollout-status.ts'
import { score } from '../../action/commands/score.ts'
import { openEngine } from '../../action/data/engine.ts'
import { openGitHubClient } from '../../action/github/client.ts'
import { openLocalGitHub } from '../../action/local-github/open-local-github.ts'
import { readLedger } from '../../action/registry/ledger.ts'
import type { Report } from '../../action/report/report.ts'
import { isCandidates, routeTo } from '../../action/serving/route.ts'
import { git } from '../support/local-github.ts'
import { commitAll, contextOf, rerun, runProject } from '../support/registered-project.ts'
import { schemaOf } from '../support/result-schema.ts'
import { tinyPredict, tinyRows } from '../support/tiny-project.ts'

const nobody = { deployment: undefined, note: undefined, share: undefined }

/** Says the opposite, and cannot answer many rows at once. */
const otherPredict = `${tinyPredict
  .replace('> " + model.every', '<= " + model.every')
  .replace('coalesce(distance_km, 0.0) / 1000.0', '1 - coalesce(distance_km, 0.0) / 1000.0')}
const [{ n }] = (await connection.runAndReadAll('select count(*)::int as n from read_parquet($1)', [features])).getRowObjects()
if (n > 500) throw new Error('too many rows for me')
`

async function twoReleases() {
  const project = await runProject()
  const { folder } = project
  const first = await tagOf(folder)
  project.write('predict.mjs', otherPredict)
  project.write(
    'plumbline.yaml',
    readFileSync(join(folder, 'plumbline.yaml'), 'utf8').replace(/min: 0\.\d+/g, 'min: 0.0'),
  )
  await commitAll(project, 'The other way round')
  await rerun(project)
  const second = await tagOf(folder)
  const unlabelled = tinyRows(1000)
    .replace(/,late\n/, '\n')
    .replace(/,[01](?=\n)/g, '')
  project.write('data/today/rows.csv', unlabelled)
  return { folder, first, second }
}

async function tagOf(folder: string): Promise<string> {
  const outcome = await register.run({ param: [] }, contextOf(folder))
  if (outcome.kind === 'diagnosed' || outcome.result.kind !== 'registered') throw new Error(JSON.stringify(outcome))
  return outcome.result.tag
}

function resultOf<Result>(outcome: Outcome<Result>): Result {
  if (outcome.kind === 'diagnosed') throw new Error(JSON.stringify(outcome.diagnostics))
  return outcome.result
}

/** What `--json` prints. */
function ended(command: string, outcome: Outcome<unknown>, { outputs, next }: Report): unknown {
  const whole = { command, outcome: outcome.kind, result: resultOf(outcome), outputs, next }
  return JSON.parse(JSON.stringify(whole))
}

const asked = {
  rows: ['data/today/*.csv'],
  predictions: 'today.parquet',
  'prediction-log': 'log',
  deployment: undefined,
}

async function rowsIn(file: string): Promise<Record<string, unknown>[]> {
  await using engine = await openEngine()
  return await engine.query(`SELECT * FROM read_parquet('${file}') `)
}

describe('rollout and score', () => {
  test('the first release is live at once; a candidate answers its share of the rows, the same ones at a larger share; then all; then none', async () => {
    const { folder, first, second } = await twoReleases()
    const context = contextOf(folder)
    await expect(score.run(asked, context)).rejects.toMatchObject({ code: 'serving/nothing-live' })

    await rolloutStart.run({ ...nobody, release: 'parcels-v1' }, context)
    const started = await rolloutStart.run({ ...nobody, release: 'parcels-v2', note: 'newer data' }, context)
    expect(started).toMatchObject({
      kind: 'done',
      result: { isNew: true, state: { stable: { tag: first }, candidate: { tag: second, share: 5 } } },
    })

    const scored = await score.run(asked, context)
    if (scored.kind !== 'done') throw new Error(JSON.stringify(scored))
    const [isScore, isState] = [schemaOf('score'), schemaOf('rollout start')]
    const shown = [await score.report(scored.result), await rolloutStart.report(resultOf(started))] as const
    expect(isScore(ended('score', scored, shown[0])) ? [] : isScore.errors).toEqual([])
    expect(isState(ended('rollout start', started, shown[1])) ? [] : isState.errors).toEqual([])
    const answers = await rowsIn(join(folder, 'today.parquet'))
    const route = routeTo(second, 5)
    const expected = answers.filter(({ parcel }) => isCandidates(route, String(parcel)))
    expect(answers).toHaveLength(1000)
    expect(new Set(answers.map(({ parcel }) => parcel)).size).toBe(1000)
    expect(answers.filter(({ model }) => model === second)).toEqual(expected)
    expect(expected.length).toBeGreaterThan(20)
    expect(expected.length).toBeLessThan(90)
    expect(scored.result.answered).toEqual([
      { tag: first, rows: 1000 - expected.length },
      { tag: second, rows: expected.length },
    ])
    const [segment = ''] = readdirSync(join(folder, 'log'))
    expect(await rowsIn(join(folder, 'log', segment))).toHaveLength(1000)

    await rolloutPromote.run({ ...nobody, release: second, share: 25 }, context)
    await score.run({ ...asked, 'prediction-log': undefined }, context)
    const more = (await rowsIn(join(folder, 'today.parquet'))).filter(({ model }) => model === second)
    expect(more.length).toBeGreaterThan(180)
    expect(more).toEqual(expect.arrayContaining(expected))

    await rolloutPromote.run({ ...nobody, release: second }, context)
    await expect(score.run(asked, context)).rejects.toMatchObject({ code: 'serving/bad-answers' })

    await rolloutRollback.run({ ...nobody, release: undefined, note: 'it is the wrong way round' }, context)
    const status = await rolloutStatus.run({ deployment: undefined }, context)
    expect(status).toMatchObject({ result: { state: { stable: { tag: first }, previous: null, candidate: null } } })
    if (status.kind !== 'done') throw new Error(JSON.stringify(status))
    expect((await rolloutStatus.report(status.result)).text).toMatch(
      /back from parcels-v2 to parcels-v1 by Ada, .*: it is the wrong way round/,
    )

    await score.run({ ...asked, 'prediction-log': undefined }, context)
    expect((await rowsIn(join(folder, 'today.parquet'))).every(({ model }) => model === first)).toBe(true)

    await using github = await openLocalGitHub(folder)
    const { records } = await readLedger(await openGitHubClient(github))
    const deployed = records.filter(({ kind }) => kind === 'deployed')
    expect(deployed.map(({ body }) => [body['did'], body['share']])).toEqual([
      ['first', null],
      ['started', 5],
      ['shared', 25],
      ['promoted', null],
      ['restored', null],
    ])
    const log = await git(
      `${folder}/.plumbline/github/repository.git`,
      'log',
      '--format=%s',
      'plumbline/deploy/production',
    )
    expect(log.split('\n')).toHaveLength(5)
  })

  test('the same wish again writes nothing, and says so', async () => {
    const project = await runProject()
    await tagOf(project.folder)
    const context = contextOf(project.folder)
    const wish = { ...nobody, release: 'parcels-v1' }
    expect(await rolloutStart.run(wish, context)).toMatchObject({ result: { isNew: true } })
    const commits = () => git(`${project.folder}/.plumbline/github/repository.git`, 'rev-list', '--count', '--all')
    const before = await commits()
    expect(await rolloutStart.run(wish, context)).toMatchObject({ result: { isNew: false } })
    expect(await commits()).toBe(before)
  })

  test('a candidate that fails costs nobody an answer, and the log tells of it', async () => {
    const { folder, first, second } = await twoReleases()
    const context = contextOf(folder)
    await rolloutStart.run({ ...nobody, release: first }, context)
    await rolloutStart.run({ ...nobody, release: 'parcels-v2', share: 99 }, context)
    const outcome = await score.run(asked, context)
    if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome))
    expect(outcome.result).toMatchObject({ rows: 1000, answered: [{ tag: first, rows: 1000 }] })
    expect(outcome.result.failure).toMatch(/too many rows for me/)
    expect((await score.report(outcome.result)).outputs).toMatchObject({ 'candidate-failed': 'true' })
    const [segment = ''] = readdirSync(join(folder, 'log'))
    const log = await rowsIn(join(folder, 'log', segment))
    const failed = log.filter(({ failure }) => failure !== null)
    expect(failed.length).toBeGreaterThan(950)
    expect(failed.every(({ routed, model }) => routed === second && model === first)).toBe(true)
  })

  test('refuses what cannot be', async () => {
    const project = await runProject()
    await tagOf(project.folder)
    const context = contextOf(project.folder)
    await expect(rolloutStart.run({ ...nobody, release: 'parcels-v9' }, context)).rejects.toMatchObject({
      code: 'registry/unknown-version',
    })
    await expect(rolloutPromote.run({ ...nobody, release: 'parcels-v1' }, context)).rejects.toMatchObject({
      code: 'rollout/refused',
    })
    await expect(rolloutStart.run({ ...nobody, release: 'parcels-v1', share: 100 }, context)).rejects.toMatchObject({
      code: 'cli/bad-input',
    })
    await expect(
      rolloutStart.run({ ...nobody, release: 'parcels-v1', deployment: '../main' }, context),
    ).rejects.toMatchObject({ code: 'cli/bad-input' })
    await expect(score.run({ ...asked, predictions: 'out.txt' }, context)).rejects.toMatchObject({
      code: 'cli/bad-input',
    })
  })
})
