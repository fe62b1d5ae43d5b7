import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

import { describe, expect, test } from 'vitest'

import { packageFolder } from '../../action/base/package-folder.ts'
import { silent } from '../../action/base/progress.ts'
import { keepExecution, readLocalRuns } from '../../action/pipeline/run-history.ts'
import { runPipeline } from '../../action/pipeline/run-pipeline.ts'
import type { RunRecord } from '../../action/pipeline/run-record.ts'
import { runRecord } from '../support/candidate.ts'
import { pinData } from '../support/pin-data.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { tinyProject, tinyTrain, tinyYaml } from '../support/tiny-project.ts'

function request(folder: string, environment: Readonly<Record<string, string>> = {}) {
  return {
    folder,
    environment: { ...process.env, GITHUB_ACTIONS: undefined, ...environment },
    progress: silent,
    signal: new AbortController().signal,
    now: () => new Date(),
  }
}

function history(folder: string): readonly string[] {
  const place = join(folder, '.plumbline/history')
  return existsSync(place) ? readdirSync(place) : []
}

const outcomes = (records: readonly RunRecord[]) => records.map(({ outcome }) => outcome)

describe('runPipeline()', () => {
  test('leaves a record of every run that took something: failed, refused, passed; none of one from the cache', async () => {
    const project = await tinyProject({ files: { 'train.mjs': 'process.exit(3)' } })
    const { folder } = project
    await pinData(folder)

    await expect(runPipeline(request(folder))).rejects.toThrow('code 3')
    project.write('train.mjs', tinyTrain)
    project.write('plumbline.yaml', tinyYaml.replace('min: 0.7 }', 'min: 0.999 }'))
    expect(await runPipeline(request(folder))).toMatchObject({ kind: 'refused' })
    project.write('plumbline.yaml', tinyYaml)
    const passed = await runPipeline(request(folder))
    const files = history(folder)
    await runPipeline(request(folder))

    expect(passed).toMatchObject({
      kind: 'passed',
      record: { jobs: [{ job: 'run', ran: ['gate', 'refit', 'refit-smoke'] }] },
    })
    expect(files).toHaveLength(3)
    expect(history(folder)).toEqual(files)
    const { records, problems } = await readLocalRuns(folder)
    expect(problems).toEqual([])
    expect(outcomes(records).sort()).toEqual(['failed', 'failed', 'passed', 'passed', 'refused'])
    const spent = records.filter(({ jobs = [] }) => jobs.some(({ workSeconds }) => workSeconds > 0))
    expect(new Set(spent.map(({ startedAt }) => startedAt)).size).toBe(3)
  })

  test('leaves a record of data that breaks its contract', async () => {
    const project = await tinyProject()
    await pinData(project.folder)
    project.write('contract.yaml', 'kind: DataContract\n')
    await runPipeline(request(project.folder))
    expect(history(project.folder)).toEqual([])

    const broken = await tinyProject()
    broken.write('data/parcels.csv', 'parcel,shipped_at,region,distance_km,late\np1,2025-01-01T00:00:00Z,N,-4,1\n')
    await pinData(broken.folder)
    expect(await runPipeline(request(broken.folder))).toMatchObject({ kind: 'diagnosed' })
    expect(outcomes((await readLocalRuns(broken.folder)).records)).toEqual(['failed', 'failed'])
  })

  test('adds up the jobs of one run, and names the runner of each', async () => {
    const { folder } = await tinyProject({
      files: {
        'plumbline.yaml': tinyYaml.replace(
          'out: { model: model.json }',
          'out: { model: model.json }\n    runner: [gpu]',
        ),
      },
    })
    await pinData(folder)
    const workflow = { GITHUB_ACTIONS: 'true', RUNNER_OS: 'Linux', GITHUB_RUN_ID: '7' }
    for (const job of ['prepare', 'train', 'judge'] as const) await runPipeline({ ...request(folder, workflow), job })
    const end = await runPipeline({ ...request(folder, workflow), job: 'refit' })

    if (end.kind === 'diagnosed') throw new Error(JSON.stringify(end))
    expect(end.record.jobs?.map(({ job, ran, runner }) => ({ job, ran, runner }))).toEqual([
      { job: 'prepare', ran: ['validate', 'features', 'split'], runner: ['ubuntu-latest'] },
      { job: 'train', ran: ['train', 'predict', 'smoke'], runner: ['gpu', 'ubuntu-latest'] },
      { job: 'judge', ran: ['evaluate', 'gate'], runner: ['ubuntu-latest'] },
      { job: 'refit', ran: ['refit', 'refit-smoke'], runner: ['gpu', 'ubuntu-latest'] },
    ])
    expect(end.record.stages.flatMap(({ name, runner }) => (runner ? [name] : []))).toEqual(['train', 'refit'])
  })

  test('is seen as interrupted after a SIGKILL, with the stages that it came to', async () => {
    const project = await tinyProject({ files: { 'predict.mjs': 'console.log("here"); setInterval(() => {}, 1000)' } })
    await pinData(project.folder)
    const words = [join(packageFolder(), 'dist/cli.js'), 'run', '--log', 'json']
    const child = spawn(process.execPath, words, { cwd: project.folder })
    let stderr = ''
    child.stderr.on('data', (chunk) => (stderr += String(chunk)))
    const ended = new Promise((resolve) => child.on('close', resolve))
    while (!/"stage":"predict",.*"detail":"here"/.test(stderr) && child.exitCode === null) await wait(50)

    child.kill('SIGKILL')
    await ended

    const { records } = await readLocalRuns(project.folder)
    expect(outcomes(records)).toEqual(['interrupted', 'interrupted'])
    expect(records[0]?.jobs).toMatchObject([{ ran: ['validate', 'features', 'split', 'train'] }])
    expect(records[0]?.jobs?.[0]?.workSeconds).toBeGreaterThan(0)
  })

  test.each(['SIGINT', 'SIGTERM'] as const)('is recorded as interrupted by %s', async (signal) => {
    const project = await tinyProject({ files: { 'train.mjs': 'console.log("here"); setInterval(() => {}, 1000)' } })
    await pinData(project.folder)
    const words = [join(packageFolder(), 'dist/cli.js'), 'run', '--log', 'json']
    const child = spawn(process.execPath, words, { cwd: project.folder })
    let stderr = ''
    child.stderr.on('data', (chunk) => (stderr += String(chunk)))
    const ended = new Promise((resolve) => child.on('close', resolve))
    while (!stderr.includes('"detail":"here"') && child.exitCode === null) await wait(50)

    child.kill(signal)

    expect(await ended, stderr).toBe(130)
    const { records } = await readLocalRuns(project.folder)
    expect(outcomes(records)).toEqual(['interrupted', 'interrupted'])
    expect(records[0]?.stages.at(-1)).toMatchObject({ name: 'train', outcome: 'failed' })
    expect(stderr).toMatch(/"event":"ended","outcome":"fault","code":"interrupted"/)
  })
})

describe('readLocalRuns()', () => {
  test('names what is cut, newer, foreign or no file, and reads the rest', async () => {
    const folder = tempFolder()
    const record = runRecord()
    const place = join(folder, '.plumbline/history')
    mkdirSync(place, { recursive: true })
    const text = JSON.stringify(record)
    const write = (name: string, content: string) => writeFileSync(join(place, name), content)
    write('good.json', text)
    write('cut.json', text.slice(0, 900))
    write('empty.json', '')
    write('newer.json', JSON.stringify({ schema: 'plumbline/run/v2', anything: 1 }))
    write('foreign.json', JSON.stringify({ ...record, stages: [{ name: 'train', seconds: -1 }] }))
    write('ansi.json', JSON.stringify({ ...record, startedAt: '\u001b[2J' }))
    write('20250304.json.77.draft', text.slice(0, 10))
    mkdirSync(join(place, 'folder.json'))
    symlinkSync(join(place, 'good.json'), join(place, 'link.json'))

    const { records, problems } = await readLocalRuns(folder)

    expect(records).toEqual([record])
    const byName = Object.fromEntries(problems.map(({ file, ...rest }) => [file.split('/').at(-1), rest]))
    expect(byName).toEqual({
      'cut.json': { problem: 'cut' },
      'empty.json': { problem: 'cut' },
      'newer.json': { problem: 'newer' },
      'foreign.json': { problem: 'no record', where: 'record.stages[0].key' },
      'ansi.json': { problem: 'no record', where: 'record.startedAt' },
      'folder.json': { problem: 'no file' },
      'link.json': { problem: 'no file' },
    })
  })

  test('finds nothing where nothing ran', async () => {
    expect(await readLocalRuns(tempFolder())).toEqual({ records: [], problems: [] })
  })
})

describe('keepExecution()', () => {
  test('takes back the start of a run in which nothing ran', async () => {
    const folder = tempFolder()
    const jobs = [{ job: 'run' as const, startedAt: '2025-03-04T06:00:00.000Z', seconds: 1, ran: [], workSeconds: 0 }]
    const started = runRecord({ outcome: 'interrupted', jobs })
    await keepExecution(folder, started, '{}')
    expect(history(folder)).toHaveLength(1)
    await keepExecution(folder, { ...started, outcome: 'passed' }, '{}')
    expect(history(folder)).toEqual([])
  })
})
