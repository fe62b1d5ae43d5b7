import { mkdirSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'
import { Fault } from '../../action/base/fault.ts'
import { silent } from '../../action/base/progress.ts'
import { cost } from '../../action/commands/cost.ts'
import { register } from '../../action/commands/register.ts'
import { runsDiff } from '../../action/commands/runs-diff.ts'
import { runsList } from '../../action/commands/runs-list.ts'
import { runsShow } from '../../action/commands/runs-show.ts'
import { commitAll, contextOf, rerun, runProject } from '../support/registered-project.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { tinyPredict, tinyTrain, tinyYaml } from '../support/tiny-project.ts'

type Change = Parameters<typeof contextOf>[1]

async function listed(folder: string, inputs: Partial<Parameters<typeof runsList.run>[0]> = {}, change: Change = {}) {
  const warnings: string[] = []
  const progress = { ...silent, warn: (text: string) => void warnings.push(text) }
  const given = { limit: undefined, metric: undefined, local: false, ...inputs }
  const outcome = await runsList.run(given, contextOf(folder, { progress, ...change }))
  if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome))
  return { ...outcome.result, ...(await runsList.report(outcome.result)), warnings }
}

const unreachable = async () => {
  throw new Fault('github/unreachable', 'Cannot reach "https://api.github.com": no network', { remedy: 'Wait.' })
}

describe('runs list', () => {
  test('shows failed, refused, passed and released runs, of this folder and of the ledger', async () => {
    const project = await runProject()
    const { folder } = project
    await register.run({ param: [] }, contextOf(folder))
    project.write('plumbline.yaml', tinyYaml.replace('min: 0.7 }', 'min: 0.999 }'))
    project.write('train.mjs', `${tinyTrain}\n// slower\n`)
    await rerun(project)
    project.write('train.mjs', 'throw new Error("no memory")')
    await expect(rerun(project)).rejects.toThrow('code 1')

    const { text, markdown, outputs, next, runs, warnings } = await listed(folder)

    expect(warnings).toEqual([])
    expect(runs.map(({ record, tag }) => [record.outcome, tag !== null])).toEqual([
      ['failed', false],
      ['refused', false],
      ['passed', true],
    ])
    const [headline, , header, ...rows] = text.split('\n')
    expect(headline).toBe('3 runs here and in the ledger')
    expect(header?.trim().split(/ {2,}/)).toEqual([
      'when (UTC)',
      'run',
      'trigger',
      'outcome',
      'roc_auc',
      'took',
      'release',
    ])
    expect(rows[0]).toMatch(/manual by Ada +✗ failed +– +\d/)
    expect(rows[2]).toMatch(
      /✓ passed {3}0\.\d+ \(0\.\d+–[\d.]+\) +[\d.]+ s here +parcels-v1-g[0-9a-f]{8}-d[0-9a-f]{8}$/,
    )
    expect(text).toMatch(/roc_auc {2}▅▅ {2}0\.\d+ → 0\.\d+ · between .* · 2 runs/)
    expect(markdown).toContain('| when (UTC) | run | trigger |')
    expect(outputs).toEqual({ runs: '3' })
    expect(next).toMatch(/^plumbline runs show [0-9a-f]{8}$/)

    const short = await listed(folder, { limit: 1 })
    expect(short.text).toContain('3 runs here and in the ledger · 2 older not shown: --limit 3')

    await rm(join(folder, '.plumbline/runs'), { recursive: true })
    await rm(join(folder, '.plumbline/history'), { recursive: true })
    const remembered = await listed(folder)
    expect(remembered.runs.map(({ record }) => record.outcome)).toEqual(['passed'])
    expect((await listed(folder, { local: true })).text).toBe('No run is known here')
  })

  test('goes on without the ledger, and says what it cannot see', async () => {
    const { folder } = await runProject()

    const { text, warnings, markdown, sources } = await listed(folder, {}, { openGitHub: unreachable })

    expect(text).toMatch(/^1 run here; the ledger cannot be seen\n/)
    expect(warnings).toEqual([
      'cannot see the runs of the ledger, only those of this folder: Cannot reach "https://api.github.com": no network [github/unreachable]',
    ])
    expect(markdown).toContain('⚠ cannot see the runs of the ledger')
    expect(sources.ledger).toMatchObject({ kind: 'cannot see', code: 'github/unreachable' })
    expect((await listed(folder, { local: true }, { openGitHub: unreachable })).warnings).toEqual([])
  })

  test('needs no project, and names records that it cannot read', async () => {
    const folder = tempFolder({ 'plumbline.yaml': 'version: 99' })
    const place = join(folder, '.plumbline/runs/0123')
    mkdirSync(place, { recursive: true })
    writeFileSync(join(place, 'run.json'), '{"schema":"plumbline/run/v1","model":')

    const { text, warnings } = await listed(folder, { local: true })

    expect(text).toBe('No run is known here')
    expect(warnings).toEqual(['left out .plumbline/runs/0123/run.json: it is cut off, or no JSON'])
  })
})

/** Two runs, the first released; in the second a parameter, a file and what training tells of itself are others. */
async function twoRuns() {
  const yaml = tinyYaml
    .replace('out: { model: model.json }', 'out: { model: model.json, metrics: told.json }\n    runner: gpu')
    .replace('split:', 'params: { depth: 6 }\ncost: { per-minute: { local: 60 }, budget: { minutes: 600 } }\nsplit:')
  const train = (loss: number) => `${tinyTrain}\nwriteFileSync(process.env.PLUMBLINE_OUT_METRICS, '{"loss":${loss}}')\n`
  const project = await runProject({
    files: {
      'plumbline.yaml': yaml,
      'train.mjs': train(0.5),
      'predict.mjs': tinyPredict.replace(
        'process.env.PLUMBLINE_IN_TRAIN',
        "process.env.PLUMBLINE_IN_TRAIN + '/model.json'",
      ),
    },
  })
  await register.run({ param: [] }, contextOf(project.folder))
  project.write('plumbline.yaml', yaml.replace('depth: 6', 'depth: 8'))
  project.write('train.mjs', train(0.25))
  await commitAll(project, 'Deeper')
  await rerun(project)
  return project
}

describe('runs show, runs diff and cost', () => {
  test('tell all of a run, of two side by side, and what they took', async () => {
    const { folder } = await twoRuns()

    const shown = await runsShow.run({ run: 'parcels-v1', local: false }, contextOf(folder))
    if (shown.kind !== 'done') throw new Error(JSON.stringify(shown))
    const { text, markdown, next } = await runsShow.report(shown.result)
    expect(text.split('\n')[0]).toMatch(/^parcels · run [0-9a-f]{8} · ✓ passed$/)
    expect(text).toMatch(/^ {2}release {7}parcels-v1-g[0-9a-f]{8}-d[0-9a-f]{8} · published /m)
    expect(text).toMatch(/^ {2}roc_auc {7}0\.\d+ \(.+\) · higher is better · 100 rows$/m)
    expect(text).toMatch(/^ {2}self-reported loss 0\.5 · by the stages, never judged$/m)
    expect(text).toMatch(/^ {2}train +✓ ran on gpu +[\d.]+ s +1/m)
    expect(text).toMatch(/^ {2}floor +pass +0\.\d+ ≥ 0\.7$/m)
    expect(markdown).toContain('| stage | state | time | attempts | cpu | peak memory | disk |')
    expect(next).toMatch(/^plumbline lineage parcels-v1-g/)

    const compared = await runsDiff.run({ a: undefined, b: undefined, all: false, local: false }, contextOf(folder))
    if (compared.kind !== 'done') throw new Error(JSON.stringify(compared))
    const difference = await runsDiff.report(compared.result)
    expect(difference.text).toMatch(/^parcels-v1 → [0-9a-f]{8} · made of other things$/m)
    expect(difference.text).toMatch(/^ {2}code files +~plumbline\.yaml ~train\.mjs$/m)
    expect(difference.text).toMatch(/^ {2}depth +6 +8$/m)
    expect(difference.text).toMatch(/^ {2}loss +0\.5 +0\.25 +−0\.25$/m)
    expect(difference.text).not.toMatch(/^ {2}(roc_auc|seed|data) /m)
    expect(difference.outputs).toEqual({ differs: 'true' })
    const whole = await runsDiff.report({ ...compared.result, isAll: true })
    expect(whole.text).toMatch(/^ {2}roc_auc +0\.\d+ \(.+\) +0\.\d+ \(.+\) +0 · intervals overlap$/m)

    const inputs = { by: undefined, since: undefined, until: undefined, local: false }
    const spent = await cost.run(inputs, contextOf(folder))
    if (spent.kind !== 'done') throw new Error(JSON.stringify(spent))
    expect(spent.result.total).toMatchObject({ runs: 2, trained: 2, billedMinutes: 0 })
    expect(spent.result.total.money).toBeCloseTo(60 * spent.result.total.localMinutes, 6)
    const bill = await cost.report(spent.result)
    expect(bill.text).toMatch(/Budget of parcels ✓ within {2}\d{4}-\d\d: 0 of 600 minutes · 600 minutes left until/)
    expect(bill.outputs).toMatchObject({ minutes: '0', budget: 'within' })
    const local = await cost.run({ ...inputs, local: true }, contextOf(folder))
    expect(local.kind === 'done' && (await cost.report(local.result)).outputs).toMatchObject({ budget: 'cannot see' })

    const same = runsDiff.run({ a: 'parcels-v1', b: 'parcels-v1', all: false, local: false }, contextOf(folder))
    await expect(same).rejects.toMatchObject({ code: 'runs/unknown', message: expect.stringContaining('with itself') })
  })
})
