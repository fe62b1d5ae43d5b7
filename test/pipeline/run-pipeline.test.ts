import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import type { Progress } from '../../action/base/progress.ts'
import { findCandidate } from '../../action/pipeline/find-candidate.ts'
import { type RunEnd, runPipeline } from '../../action/pipeline/run-pipeline.ts'
import type { RunRecord } from '../../action/pipeline/run-record.ts'
import type { Job } from '../../action/pipeline/run-session.ts'
import { pinData } from '../support/pin-data.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { tinyPredict, tinyProject, tinyRows, tinyTrain, tinyYaml } from '../support/tiny-project.ts'

interface Heard {
  readonly end: RunEnd
  readonly notes: readonly string[]
  readonly warnings: readonly string[]
  /** As a door shows it: `done train`. */
  readonly finished: readonly string[]
}

async function run(folder: string, job?: Job, workflow: Readonly<Record<string, string>> = {}): Promise<Heard> {
  const [notes, warnings, finished]: [string[], string[], string[]] = [[], [], []]
  const progress: Progress = {
    started() {},
    update() {},
    finished: (step, outcome) => finished.push(`${outcome} ${step}`),
    note: (text) => notes.push(text),
    warn: (text) => warnings.push(text),
  }
  const end = await runPipeline({
    folder,
    environment: { ...process.env, GITHUB_ACTIONS: undefined, SECRET_TOKEN: 'hunter22', PIN: '123', ...workflow },
    progress,
    signal: new AbortController().signal,
    now: () => new Date(),
    ...(job && { job }),
  })
  return { end, notes, warnings, finished }
}

function recordOf({ end }: Heard): RunRecord {
  if (end.kind === 'diagnosed') throw new Error(JSON.stringify(end.diagnostics, null, 2))
  return end.record
}

function outcomes(record: RunRecord): Record<string, string> {
  return Object.fromEntries(record.stages.map(({ name, outcome }) => [name, outcome]))
}

function storedRecord(folder: string): RunRecord {
  const runs = join(folder, '.plumbline/runs')
  const [name = ''] = readdirSync(runs)
  return JSON.parse(readFileSync(join(runs, name, 'run.json'), 'utf8')) as RunRecord
}

describe('runPipeline()', () => {
  test('goes from the pinned data to a judged and a refitted model', async () => {
    const { folder } = await tinyProject()
    await pinData(folder)

    const record = recordOf(await run(folder))

    expect(record.outcome).toBe('passed')
    expect(record.split).toMatchObject({ train: 300, test: 100, whole: 400 })
    expect(record.metrics.find(({ name }) => name === 'roc_auc')?.value).toBeGreaterThan(0.8)
    expect(record.gates.map(({ gate, kind }) => `${gate} ${kind}`)).toEqual(['floor pass', 'regions pass'])
    expect(Object.keys(outcomes(record))).toEqual([
      'validate',
      'features',
      'split',
      'train',
      'predict',
      'smoke',
      'evaluate',
      'gate',
      'refit',
      'refit-smoke',
    ])
  })

  test('takes every stage from the cache when nothing changed', async () => {
    const { folder } = await tinyProject()
    await pinData(folder)
    const first = recordOf(await run(folder))

    const second = recordOf(await run(folder))

    expect(new Set(Object.values(outcomes(second)))).toEqual(new Set(['cached']))
    expect(second.runKey).toBe(first.runKey)
  })

  test('runs what a changed file touches, and says why', async () => {
    const project = await tinyProject()
    await pinData(project.folder)
    await run(project.folder)
    project.write('train.mjs', `${tinyTrain}// edited\n`)
    project.write('README.md', 'Prose changes no key.\n')

    const heard = await run(project.folder)

    expect(heard.notes).toContain('train runs: train.mjs changed')
    expect(outcomes(recordOf(heard))).toMatchObject({ features: 'cached', split: 'cached', train: 'done' })
  })

  test('says that files lie there which the snapshot does not pin', async () => {
    const project = await tinyProject()
    await pinData(project.folder)
    expect((await run(project.folder)).warnings).toEqual([])
    project.write('data/more.csv', tinyRows(10))

    const heard = await run(project.folder)

    expect(heard.end.kind).toBe('passed')
    expect(heard.warnings).toEqual([
      'data.lock.yaml does not pin the files as they are now (1 new): this run is of what it pins; plumbline snapshot takes them in',
    ])
  })

  test('stops at a gate that says no, without a second fit', async () => {
    const { folder } = await tinyProject({
      files: { 'plumbline.yaml': tinyYaml.replace('min: 0.7 }', 'min: 0.999 }') },
    })
    await pinData(folder)

    const heard = await run(folder)

    expect(heard.end.kind).toBe('refused')
    expect(heard.finished.at(-1)).toBe('failed gate')
    expect(outcomes(recordOf(heard))).not.toHaveProperty('refit')
    const found = await findCandidate(folder)
    expect(found.ok && found.value.kind).toBe('not passed')
  })

  test('judges anew, and trains nothing, when only a gate changed', async () => {
    const project = await tinyProject()
    await pinData(project.folder)
    await run(project.folder)
    project.write('plumbline.yaml', tinyYaml.replace('min: 0.7 }', 'min: 0.6 }'))

    expect(outcomes(recordOf(await run(project.folder)))).toMatchObject({
      train: 'cached',
      evaluate: 'cached',
      gate: 'done',
      refit: 'cached',
    })
  })

  test('does the four jobs one after the other as one run does', async () => {
    const { folder } = await tinyProject()
    await pinData(folder)

    for (const job of ['prepare', 'train', 'judge'] as const) await run(folder, job)
    const record = recordOf(await run(folder, 'refit'))

    expect(record.outcome).toBe('passed')
    expect(record.gates).toHaveLength(2)
    expect(record.stages.at(-1)?.name).toBe('refit-smoke')
    const found = await findCandidate(folder)
    expect(found.ok && found.value.kind).toBe('ready')
  })

  test('refuses a job whose forerunner left nothing', async () => {
    const { folder } = await tinyProject()
    await pinData(folder)

    await expect(run(folder, 'train')).rejects.toMatchObject({ code: 'pipeline/missing-result' })
  })

  test('keeps truth, test rows and tokens away from training', async () => {
    const dump = `${tinyTrain}
import { readdirSync } from 'node:fs'
const seen = { env: process.env, files: readdirSync('..', { recursive: true }), rows: [] }
seen.rows = (await connection.runAndReadAll('select * from read_parquet($1)', [features])).getRowObjectsJson()
writeFileSync(process.env.DUMP, JSON.stringify(seen))
`
    const file = join(tempFolder(), 'dump.json')
    const yaml = tinyYaml.replace('env: { MODULES', `env: { DUMP: ${JSON.stringify(file)}, MODULES`)
    const { folder } = await tinyProject({ files: { 'train.mjs': dump, 'plumbline.yaml': yaml } })
    await pinData(folder)

    const record = recordOf(await run(folder, 'prepare').then(() => run(folder, 'train')))

    expect(record.outcome).toBe('passed')
    const seen = JSON.parse(readFileSync(file, 'utf8')) as {
      env: Record<string, string>
      files: string[]
      rows: unknown[]
    }
    expect(Object.keys(seen.env).filter((name) => /TOKEN|GITHUB|ACTIONS|INPUT_/.test(name))).toEqual([])
    expect(seen.files.filter((name) => /test|truth|whole|landing|data\//.test(name))).toEqual([])
    expect(seen.rows).toHaveLength(300)
    expect(seen.env['HOME']).not.toBe(process.env['HOME'])
  })

  test.each([
    ['a stage that fails', "console.error('no luck'); process.exit(3)", 'stage/failed', /code 3[\s\S]*no luck/],
    ['a stage that writes nothing', "console.log('done')", 'stage/no-output', /wrote no "model"/],
  ])('records %s, keeps its log, and leaves no result', async (_, program, code, message) => {
    const { folder } = await tinyProject({ files: { 'train.mjs': program } })
    await pinData(folder)

    await expect(run(folder)).rejects.toMatchObject({ code, message: expect.stringMatching(message) })

    expect(storedRecord(folder)).toMatchObject({
      outcome: 'failed',
      stages: expect.arrayContaining([expect.objectContaining({ name: 'train', outcome: 'failed' })]),
    })
    expect(existsSync(join(folder, '.plumbline/stages/train'))).toBe(false)
    expect(readdirSync(join(folder, '.plumbline/drafts'))).toEqual([])
  })

  test.each([
    ['a link', "symlinkSync('/etc/passwd', out)", 'model.json'],
    [
      'a link in a folder',
      "mkdirSync(out); writeFileSync(out + '/a', 'a'); symlinkSync('/etc', out + '/b')",
      'model.json/b',
    ],
    ['a link on the way', "rmSync('m', { recursive: true }); symlinkSync('/etc', 'm')", 'm/passwd'],
  ])('refuses an output that is %s', async (_, program, place) => {
    const code = `import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'\nconst out = process.env.PLUMBLINE_OUT_MODEL\n${program}`
    const yaml = tinyYaml.replace(
      'out: { model: model.json }',
      `out: { model: ${place.startsWith('m/') ? place : 'model.json'} }`,
    )
    const { folder } = await tinyProject({ files: { 'train.mjs': code, 'plumbline.yaml': yaml } })
    await pinData(folder)

    await expect(run(folder)).rejects.toMatchObject({
      code: 'stage/linked-output',
      message: expect.stringContaining(`"${place}" is a link`),
    })

    expect(existsSync(join(folder, '.plumbline/stages/train'))).toBe(false)
  })

  test('refuses a secret that no log could hide', async () => {
    const yaml = tinyYaml.replace('run: node train.mjs', 'run: node train.mjs\n    secrets: [PIN]')
    const { folder } = await tinyProject({ files: { 'plumbline.yaml': yaml } })
    await pinData(folder)

    await expect(run(folder)).rejects.toMatchObject({
      code: 'pipeline/no-secret',
      message: expect.stringMatching(/^(?!.*123).*fewer than 4/),
    })
  })

  test.each([
    ['NaN', "'nan'::double as probability", '', /a probability that is missing, .* for 10 training rows/],
    ['a null', 'null::double as probability', '', /null|missing/i],
    ['a probability above 1', '2.0 as probability', '', /between 0 and 1|0 … 1|range|outside/i],
    ['missing ids', '0.5 as probability', "where parcel <> 'p399'", /p399/],
    ['duplicate ids', '0.5 as probability', 'cross join range(2)', /twice|more than on|duplicate/i],
    ['no prediction', '0.5 as probability', '', /prediction/],
  ])('diagnoses predictions with %s', async (name, probability, filter, message) => {
    const prediction = name === 'no prediction' ? 'other' : 'prediction'
    const program = tinyPredict
      .replace('as prediction', `as ${prediction}`)
      .replace(/least\(1.0.*as probability/, probability)
      .replace('order by parcel', `${filter} order by parcel`)
    const { folder } = await tinyProject({ files: { 'predict.mjs': program } })
    await pinData(folder)

    const { end } = await run(folder)

    expect(end).toMatchObject({
      kind: 'diagnosed',
      diagnostics: [expect.objectContaining({ message: expect.stringMatching(message) })],
    })
    expect(existsSync(join(folder, '.plumbline/stages/evaluate'))).toBe(false)
  })

  test.each([
    ['a public repository', { repository: { private: false } }, false],
    ['an event that says nothing of it', {}, false],
    ['a private repository', { repository: { private: true } }, true],
  ])('shows rows in a workflow of %s: %s %s', async (_, event, isShown) => {
    const files = tempFolder({ 'event.json': JSON.stringify(event) })
    const workflow = { GITHUB_ACTIONS: 'true', GITHUB_EVENT_PATH: join(files, 'event.json') }
    const broken = await tinyProject({ files: { 'data/parcels.csv': tinyRows(50).replace('p7,', 'p8,') } })
    await pinData(broken.folder)
    const program = tinyPredict.replace('order by parcel', "where parcel <> 'p399' order by parcel")
    const lacking = await tinyProject({ files: { 'predict.mjs': program } })
    await pinData(lacking.folder)

    const said = [await run(broken.folder, undefined, workflow), await run(lacking.folder, undefined, workflow)]

    for (const [index, id] of ['p8', 'p399'].entries()) {
      const { end } = said[index]!
      expect(end.kind).toBe('diagnosed')
      expect(JSON.stringify(end).includes(id)).toBe(isShown)
    }
  })

  test('diagnoses data that breaks its contract before anything is trained', async () => {
    const broken = tinyRows(50).replace('p7,', 'p8,')
    const { folder } = await tinyProject({ files: { 'data/parcels.csv': broken } })
    await pinData(folder)

    const { end } = await run(folder)

    expect(end).toMatchObject({ kind: 'diagnosed', diagnostics: [{ file: 'contract.yaml', line: 9 }] })
    expect(storedRecord(folder).outcome).toBe('failed')
  })

  test('asks for a snapshot where none is pinned', async () => {
    const { folder } = await tinyProject()

    const { end } = await run(folder)

    expect(end).toMatchObject({ kind: 'diagnosed', diagnostics: [{ remedy: 'Pin it: plumbline snapshot' }] })
  })
})
