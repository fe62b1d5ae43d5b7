import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'

import { contractDiff } from '../../action/commands/contract-diff.ts'
import { runCommand, settle } from '../../action/commands/settle.ts'
import { jsonEnding } from '../../action/report/word-ending.ts'
import { contextIn } from '../support/command-context.ts'
import { runMain } from '../support/run-main.ts'
import { tempFolder, writeFiles } from '../support/temp-folder.ts'

const project = `version: 1
model: { name: m, task: binary, target: y, positive: 1, id: id }
data: { source: data/*.csv, contract: contract.yaml }
stages:
  features: { sql: features.sql, contract: features.contract.yaml }
  train: { needs: [features], run: python train.py, out: { model: model.json } }
  predict: { needs: [features, train], run: python predict.py }
`
const contract = `apiVersion: v3.1.0
kind: DataContract
id: m
version: 1.0.0
status: active
schema:
  - name: rows
    properties:
      - { name: id, logicalType: string, required: true }
      - { name: w, logicalType: number, logicalTypeOptions: { maximum: 50 } }
      - { name: y, logicalType: integer }
`
const wider = contract.replace('maximum: 50', 'maximum: 60')
const narrower = contract.replace('maximum: 50', 'maximum: 40')

function git(folder: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com']
  return execFileSync('git', [...identity, ...args], { cwd: folder, encoding: 'utf8' }).trim()
}

function repository(place = '.'): string {
  const folder = tempFolder()
  const files = { 'plumbline.yaml': project, 'contract.yaml': contract, 'features.contract.yaml': contract }
  writeFiles(join(folder, place), files)
  git(folder, 'init', '-q', '-b', 'main')
  commit(folder)
  return folder
}

function commit(folder: string): void {
  git(folder, 'add', '.')
  git(folder, 'commit', '-q', '-m', 'a change')
}

async function diff(folder: string, from?: string, to?: string, environment = {}) {
  const context = { ...contextIn(folder), environment }
  const ending = await settle(() => runCommand(contractDiff, { older: from, newer: to }, context), context.signal)
  const report = ending.kind === 'fault' ? undefined : ending.report
  const json: unknown = JSON.parse(jsonEnding('contract diff', ending))
  const isValid = validator(json)
  expect(isValid ? [] : validator.errors).toEqual([])
  return { ending, text: report?.text ?? '', markdown: report?.markdown ?? '', outputs: report?.outputs ?? {} }
}

const schema = new URL('../../schema/contract-diff-result.schema.json', import.meta.url)
const validator = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false }).compile(
  JSON.parse(readFileSync(schema, 'utf8')) as object,
)

describe('contractDiff', () => {
  it('compares every contract of HEAD with the working tree, and says no where a change is breaking', async () => {
    const folder = repository()
    expect((await diff(folder)).text).toBe(
      'PASS  no breaking change\n\nHEAD:contract.yaml → contract.yaml: no change\n\nHEAD:features.contract.yaml → features.contract.yaml: no change',
    )
    writeFiles(folder, { 'contract.yaml': wider, 'features.contract.yaml': `# Words.\n${contract}` })
    const { ending, text, markdown, outputs } = await diff(folder)
    expect(ending.kind).toBe('no')
    expect(outputs).toEqual({ verdict: 'no', breaking: '1', compatible: '0' })
    expect(text).toContain('✗ w  loosened: at most 50 → at most 60   contract.yaml:10')
    expect(text).toContain('breaking: Data that was kept out may now come in.')
    expect(text).toContain('only words or layout differ; neutral')
    expect(markdown).toContain('| **breaking** | `w` | loosened: at most 50 → at most 60 |')
  })

  it('takes branches, tags, commits, files and REVISION:path', async () => {
    const folder = repository()
    git(folder, 'tag', 'v1')
    writeFiles(folder, { 'contract.yaml': narrower })
    commit(folder)
    writeFiles(folder, { 'old.yaml': wider })
    const impactOf = async (from?: string, to?: string) => {
      const { outputs } = await diff(folder, from, to)
      return `${outputs['breaking']} ${outputs['compatible']}`
    }
    expect(await impactOf('HEAD~1')).toBe('0 1')
    expect(await impactOf('v1', 'main')).toBe('0 1')
    expect(await impactOf('main', 'v1')).toBe('1 0')
    expect(await impactOf(git(folder, 'rev-parse', 'v1'), 'HEAD')).toBe('0 1')
    expect(await impactOf('old.yaml')).toBe('0 1')
    expect(await impactOf('v1', 'old.yaml')).toBe('1 0')
    expect(await impactOf('v1:contract.yaml', 'old.yaml')).toBe('1 0')
    expect(await impactOf('v1:contract.yaml', './contract.yaml')).toBe('0 1')
  })

  it('needs no project between two files', async () => {
    const folder = tempFolder({ 'a.yaml': contract, 'b.yaml': wider })
    expect((await diff(folder, 'a.yaml', 'b.yaml')).text).toContain('a.yaml → b.yaml')
  })

  it('reads a project that lies in a folder of its repository', async () => {
    const folder = repository('models/m')
    writeFiles(folder, { 'models/m/contract.yaml': wider })
    expect((await diff(join(folder, 'models/m'))).outputs['breaking']).toBe('1')
  })

  it('takes the contract that a revision named, where the project names another now', async () => {
    const folder = repository()
    rmSync(join(folder, 'contract.yaml'))
    writeFiles(folder, {
      'plumbline.yaml': project.replace('contract: contract.yaml', 'contract: data.contract.yaml'),
      'data.contract.yaml': wider,
    })
    expect((await diff(folder)).text).toContain('HEAD:contract.yaml → data.contract.yaml\n✗ w')
  })

  it('calls a new contract compatible, and one that is gone breaking', async () => {
    const folder = repository()
    writeFiles(folder, { 'plumbline.yaml': project.replace(', contract: features.contract.yaml', '') })
    expect((await diff(folder)).text).toContain('HEAD:features.contract.yaml: the contract is gone; breaking')
    commit(folder)
    writeFiles(folder, { 'plumbline.yaml': project })
    const { text, outputs } = await diff(folder)
    expect(text).toContain('features.contract.yaml: a new contract; compatible')
    expect(outputs).toMatchObject({ verdict: 'pass', breaking: '0', compatible: '1' })
  })

  it('compares a pull request with what it started from', async () => {
    const folder = repository()
    git(folder, 'checkout', '-q', '-b', 'topic')
    writeFiles(folder, { 'contract.yaml': narrower })
    commit(folder)
    git(folder, 'checkout', '-q', 'main')
    writeFiles(folder, { 'contract.yaml': wider })
    commit(folder)
    git(folder, 'checkout', '-q', 'topic')
    const { text, outputs } = await diff(folder, undefined, undefined, { GITHUB_BASE_REF: 'main' })
    expect(text).toContain('main:contract.yaml → contract.yaml')
    expect(outputs).toMatchObject({ breaking: '0', compatible: '1' })
    const lost = await diff(folder, undefined, undefined, { GITHUB_BASE_REF: 'release' })
    expect(lost.ending).toMatchObject({ fault: { code: 'cli/bad-input', remedy: /fetch-depth: 0/ } })
  })

  it.each([
    ['mian', undefined, 'Did you mean "main"?'],
    ['nowhere-at-all', undefined, 'Name a file, a branch'],
    ['main:nothing.yaml', undefined, 'Name a file, a branch'],
    ['--output=x', undefined, 'Name a file, a branch'],
    ['main', 'v9', 'Name a file, a branch'],
  ])('refuses %s', async (from, to, remedy) => {
    const { ending } = await diff(repository(), from, to)
    expect(ending).toMatchObject({ fault: { code: 'cli/bad-input', remedy: expect.stringContaining(remedy) } })
  })

  it('refuses what is a file and a revision, and a folder without a commit', async () => {
    const folder = repository()
    writeFiles(folder, { main: contract })
    const { ending } = await diff(folder, 'main')
    expect(ending).toMatchObject({ fault: { message: expect.stringContaining('it is a file and a revision') } })
    expect((await diff(tempFolder({ 'plumbline.yaml': project }))).ending).toMatchObject({
      fault: { code: 'project/no-git' },
    })
  })

  it('shows all that is wrong with either contract', async () => {
    const folder = repository()
    writeFiles(folder, { 'contract.yaml': `${contract}      - { nam: z }\n` })
    const { ending } = await diff(folder)
    expect(ending).toMatchObject({
      kind: 'diagnosed',
      diagnostics: [{ file: 'contract.yaml', line: 12 }, { line: 12 }, { remedy: 'Did you mean "name"?' }],
    })
  })

  it('is a workflow step of two words', async () => {
    const folder = repository()
    writeFiles(folder, { 'contract.yaml': wider })
    const { code, outputs, summary } = await runMain({ inputs: { command: 'contract diff', older: 'HEAD' }, folder })
    expect(code).toBe(2)
    expect(outputs).toMatchObject({ verdict: 'no', breaking: '1' })
    expect(summary).toContain('1 breaking change')
  })

  it('tells how many values a classified column may hold, and none of them', async () => {
    const folder = repository()
    const of = (values: string) => {
      const allowed = `quality: [{ metric: invalidValues, arguments: { validValues: [${values}] }, mustBe: 0 }]`
      return contract.replace('name: id,', `name: id, classification: restricted, ${allowed},`)
    }
    writeFiles(folder, { 'contract.yaml': of('canary-a, canary-b') })
    commit(folder)
    writeFiles(folder, { 'contract.yaml': of('canary-a') })
    const { ending, text, markdown } = await diff(folder)
    expect(text).toContain(
      '+ id  tightened: one of 2 values (not shown) → one of 1 value (not shown)   contract.yaml:9',
    )
    expect(text + markdown + jsonEnding('contract diff', ending)).not.toContain('canary')
  })
})
