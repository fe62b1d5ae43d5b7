import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dataFetch } from '../../action/commands/data-fetch.ts'
import type { Command } from '../../action/commands/define-command.ts'
import { runCommand, settle } from '../../action/commands/settle.ts'
import { snapshot } from '../../action/commands/snapshot.ts'
import { validate } from '../../action/commands/validate.ts'
import { jsonEnding } from '../../action/report/word-ending.ts'
import { contextIn } from '../support/command-context.ts'
import { schemaOf } from '../support/result-schema.ts'
import { snapshotInputs } from '../support/snapshot-inputs.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { validateInputs } from '../support/validate-inputs.ts'

const project = `version: 1
model: { name: m, task: binary, target: y, positive: 1, id: id }
data: { source: data/*.csv, contract: contract.yaml }
stages:
  features: { sql: features.sql }
  train: { needs: [features], run: python train.py, out: { model: model.json } }
  predict: { needs: [features, train], run: python predict.py }
`

const ofProgram = (run: string) => project.replace('data/*.csv', `{ rows: { run: ${JSON.stringify(run)} } }`)

const contract = `apiVersion: v3.1.0
kind: DataContract
id: m
version: 1.0.0
status: active
schema:
  - name: rows
    properties:
      - { name: id, logicalType: string, required: true, unique: true, classification: restricted }
      - { name: region, logicalType: string, required: true }
      - { name: y, logicalType: integer, logicalTypeOptions: { maximum: 1 } }
`

const rows = (header: string, y: number) =>
  `${header}\n${Array.from({ length: 60 }, (_, i) => `r${y}-${header.length}-${i},${'NSEW'[i % 4]},${i % 2 === 0 ? y : 0}`).join('\n')}\n`

const good = { 'plumbline.yaml': project, 'contract.yaml': contract, 'data/1.csv': rows('id,region,y', 1) }
const inputs = {
  validate: validateInputs,
  snapshot: snapshotInputs,
  'data fetch': { source: [] },
}

/** What `--json` prints. */
async function jsonOf(
  name: 'validate' | 'snapshot' | 'data fetch',
  folder: string,
  more: object = {},
): Promise<Record<string, unknown>> {
  const commands: Record<typeof name, Command> = { validate, snapshot, 'data fetch': dataFetch }
  const context = contextIn(folder)
  const ending = await settle(() => runCommand(commands[name], { ...inputs[name], ...more }, context), context.signal)
  return JSON.parse(jsonEnding(name, ending))
}

describe('schema/<command>-result.schema.json', () => {
  it.each([
    ['validate', 'done', good],
    ['validate', 'diagnosed', { ...good, 'data/2.csv': rows('id,state,y', 7) }],
    ['validate', 'diagnosed', { ...good, 'data/2.csv': '' }],
    ['validate', 'diagnosed', { 'plumbline.yaml': 'version: 2' }],
    ['validate', 'fault', { 'plumbline.yaml': project, 'contract.yaml': contract }],
    ['data fetch', 'done', good],
    ['data fetch', 'done', { ...good, 'plumbline.yaml': ofProgram("echo 'id,y' > $PLUMBLINE_OUT_DATA/a.csv") }],
    ['data fetch', 'diagnosed', { 'plumbline.yaml': 'version: 2' }],
    ['data fetch', 'fault', { ...good, 'plumbline.yaml': ofProgram('exit 1') }],
    ['snapshot', 'done', good],
    ['snapshot', 'diagnosed', { ...good, 'data/2.csv': '' }],
    ['snapshot', 'fault', { 'plumbline.yaml': project, 'contract.yaml': contract }],
  ] as const)('describes what %s prints when it is %s', async (name, outcome, files) => {
    const printed = await jsonOf(name, tempFolder(files))
    const isValid = schemaOf(name)
    expect(printed['outcome']).toBe(outcome)
    expect(isValid(printed) ? [] : isValid.errors).toEqual([])
  })

  it('describes a second snapshot that says no', async () => {
    const folder = tempFolder(good)
    await jsonOf('snapshot', folder)
    const { writeFileSync } = await import('node:fs')
    writeFileSync(join(folder, 'data/2.csv'), rows('id,region,y', 0))
    const printed = await jsonOf('snapshot', folder, { check: true })
    const isValid = schemaOf('snapshot')
    expect(printed['outcome']).toBe('no')
    expect(isValid(printed) ? [] : isValid.errors).toEqual([])
  })

  it.each([
    { 'data/2.csv': rows('id,state,y', 7) },
    { 'data/2.csv': rows('id,region,y,more', 1).replaceAll(/(\n.+)/g, '$1,a') },
  ])('describes a suggestion for %j', async (files) => {
    const printed = await jsonOf('validate', tempFolder({ ...good, ...files }), { suggest: true })
    const isValid = schemaOf('validate')
    expect(printed['result']).toHaveProperty('suggestion.patch')
    expect(isValid(printed) ? [] : isValid.errors).toEqual([])
  })

  it('refuses keys that it does not describe', async () => {
    const printed = await jsonOf('validate', tempFolder(good))
    const isValid = schemaOf('validate')
    expect(isValid({ ...printed, more: 1 })).toBe(false)
    expect(isValid({ ...printed, result: { ...(printed['result'] as object), rows: '60' } })).toBe(false)
  })
})
