import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'

import { once } from '../../action/base/once.ts'
import { register } from '../../action/commands/register.ts'
import { openGitHubClient } from '../../action/github/client.ts'
import { openLocalGitHub } from '../../action/local-github/open-local-github.ts'
import { readLedger } from '../../action/registry/ledger.ts'
import { git } from '../support/local-github.ts'
import { commitAll, contextOf, rerun, runProject } from '../support/registered-project.ts'
import { tempFolder, writeFiles } from '../support/temp-folder.ts'
import { type TinyProject, tinyYaml } from '../support/tiny-project.ts'

const stricter = tinyYaml.replace('min: 0.7 }', 'min: 0.71 }')
const tooStrict = tinyYaml.replace('min: 0.7 }', 'min: 0.999 }')

/** Run projects outlive the test that made them. */
const kept = mkdtempSync(join(tmpdir(), 'plumbline-'))
afterAll(() => rmSync(kept, { recursive: true, force: true }))

const ranWith = (name: string, yaml: string) =>
  once(async () => {
    const { folder } = await runProject({ files: { 'plumbline.yaml': yaml } })
    cpSync(folder, join(kept, name), { recursive: true, preserveTimestamps: true })
    return join(kept, name)
  })
const passed = ranWith('passed', tinyYaml)
const refused = ranWith('refused', tooStrict)

/** The run was judged by what lay there; then somebody committed other files, and ran nothing. */
async function edited(files: Readonly<Record<string, string>>, ran = passed): Promise<TinyProject> {
  const folder = tempFolder()
  cpSync(await ran(), folder, { recursive: true, preserveTimestamps: true })
  const project = {
    folder,
    write: (path: string, text: string) => writeFiles(folder, { [path]: text }),
    git: (...args: string[]) => git(folder, ...args),
  }
  for (const [path, text] of Object.entries(files)) project.write(path, text)
  await commitAll(project, 'Other policy')
  return project
}

const regated = (after: string, ran = passed) => edited({ 'plumbline.yaml': after }, ran)

const registered = ({ folder }: TinyProject, change = {}) => register.run({ param: [] }, contextOf(folder, change))

async function recordsOf({ folder }: TinyProject) {
  await using github = await openLocalGitHub(folder)
  return (await readLedger(await openGitHubClient(github))).records
}

const gatesOf = (record: { body: Record<string, unknown> } | undefined) => {
  const run = (record?.body['run'] ?? record?.body) as { gates: { gate: string; kind: string; min?: number }[] }
  return run.gates.map(({ gate, kind, min }) => [gate, kind, min])
}

/** All results of a stage in the cache. */
const resultsOf = ({ folder }: TinyProject, stage: string) =>
  readdirSync(join(folder, '.plumbline/stages', stage)).map((name) => join(folder, '.plumbline/stages', stage, name))

const times = (project: TinyProject) =>
  ['train', 'predict'].flatMap((stage) => resultsOf(project, stage)).map((path) => statSync(path).mtimeMs)

describe('register, where the gates were edited after the run', () => {
  test('judges again by those of now, trains nothing, and publishes what they say', async () => {
    const project = await regated(stricter)
    const before = times(project)
    const outcome = await registered(project)
    expect(outcome).toMatchObject({ kind: 'done', result: { kind: 'registered', isNew: true, version: 1 } })
    expect(times(project)).toEqual(before)
    const published = (await recordsOf(project)).find(({ kind }) => kind === 'published')
    expect(gatesOf(published)).toEqual([
      ['floor', 'pass', 0.71],
      ['regions', 'pass', 0.5],
    ])
    const { run } = (published?.body ?? {}) as { run: { stages: { name: string }[]; jobs: { job: string }[] } }
    expect(run.stages.map(({ name }) => name)).toEqual(expect.arrayContaining(['train', 'gate', 'refit', 'smoke']))
    expect(run.stages.filter(({ name }) => name === 'gate')).toHaveLength(1)
    expect(run.jobs.map(({ job }) => job)).toEqual(['run', 'judge'])
    expect(await registered(project)).toMatchObject({ kind: 'done', result: { isNew: false } })
  })

  test('publishes nothing that they refuse, and records that', async () => {
    const project = await regated(tooStrict)
    expect(await registered(project)).toMatchObject({
      kind: 'no',
      result: { kind: 'recorded', record: { outcome: 'refused', gates: [{ gate: 'floor', kind: 'fail' }, {}] } },
    })
    expect((await recordsOf(project)).map(({ kind }) => kind)).toEqual(['run'])
  })

  test.each([
    ['the truth is gone', 'split'],
    ['the predictions are gone', 'predict'],
  ])('refuses where %s', async (_, stage) => {
    const project = await regated(stricter)
    for (const folder of resultsOf(project, stage)) rmSync(join(folder, 'out'), { recursive: true })
    await expect(registered(project)).rejects.toMatchObject({
      code: 'pipeline/judged-otherwise',
      message: expect.stringContaining('the gates changed after its run was judged'),
      remedy: expect.stringContaining('plumbline run'),
    })
    expect(existsSync(join(project.folder, '.plumbline/github/releases'))).toBe(false)
  })

  test('refuses a run that the gates of before refused, for it made no model to release', async () => {
    const project = await regated(tinyYaml, refused)
    await expect(registered(project)).rejects.toMatchObject({ code: 'pipeline/judged-otherwise' })
    await rerun(project)
    expect(await registered(project)).toMatchObject({ kind: 'done', result: { isNew: true } })
  })

  test('refuses in a workflow, whose judging job is the one that judges', async () => {
    const project = await regated(stricter)
    const artifacts = { upload: async () => undefined, download: async () => false }
    await expect(registered(project, { artifacts })).rejects.toMatchObject({
      code: 'pipeline/judged-otherwise',
      remedy: 'Run all jobs of the workflow again.',
    })
  })

  test('asks for a commit before it judges again', async () => {
    const project = await edited({ 'README.md': 'Words' })
    project.write('plumbline.yaml', stricter)
    const record = () => readFileSync(runFile(project), 'utf8')
    const before = record()
    await expect(registered(project)).rejects.toMatchObject({ code: 'registry/uncommitted' })
    expect(record()).toBe(before)
  })
})

test('register refuses a run whose data was held against another contract', async () => {
  const contract = readFileSync(join(await passed(), 'contract.yaml'), 'utf8')
  const project = await edited({ 'contract.yaml': contract.replace('minimum: 0', 'minimum: -1') })
  await expect(registered(project)).rejects.toMatchObject({
    code: 'pipeline/judged-otherwise',
    message: expect.stringContaining('the contract changed'),
  })
})

test('register refuses a run whose features had no contract, or another', async () => {
  const yaml = tinyYaml.replace('features.sql }', 'features.sql, contract: features.contract.yaml }')
  const contract = 'features.contract.yaml'
  const project = await edited({ 'plumbline.yaml': yaml, [contract]: featureContract(0) })
  await expect(registered(project)).rejects.toMatchObject({ code: 'pipeline/judged-otherwise' })
  await rerun(project)
  project.write(contract, featureContract(-1))
  await commitAll(project, 'Another contract of features')
  await expect(registered(project)).rejects.toMatchObject({ code: 'pipeline/judged-otherwise' })
  await rerun(project)
  expect(await registered(project)).toMatchObject({ kind: 'done', result: { isNew: true } })
})

function featureContract(minimum: number): string {
  return `apiVersion: v3.1.0
kind: DataContract
id: features
version: 1.0.0
status: active
schema:
  - name: features
    properties:
      - { name: parcel, logicalType: string }
      - { name: region, logicalType: string }
      - { name: distance_km, logicalType: number, logicalTypeOptions: { minimum: ${minimum} } }
`
}

function runFile({ folder }: TinyProject): string {
  const [run = ''] = readdirSync(join(folder, '.plumbline/runs'))
  return join(folder, '.plumbline/runs', run, 'run.json')
}
