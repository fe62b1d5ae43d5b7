import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { silent } from '../../action/base/progress.ts'
import { type RunEnd, runPipeline } from '../../action/pipeline/run-pipeline.ts'
import { pinData } from '../support/pin-data.ts'
import { type TinyProject, tinyProject, tinyRows, tinyYaml } from '../support/tiny-project.ts'

function run(folder: string): Promise<RunEnd> {
  const signal = new AbortController().signal
  return runPipeline({ folder, environment: process.env, progress: silent, signal, now: () => new Date() })
}

function contract(...properties: string[]): string {
  return `apiVersion: v3.1.0
kind: DataContract
id: features
version: 1.0.0
status: active
schema:
  - name: features
    properties:
${properties.map((property) => `      - ${property}\n`).join('')}`
}

const onFeatures = tinyYaml.replace('{ sql: features.sql }', '{ sql: features.sql, contract: features.contract.yaml }')
const keeps = contract(
  '{ name: distance_km, logicalType: number, required: true }',
  '{ name: region, logicalType: string, quality: [{ metric: nullValues, mustBeGreaterThan: 0, severity: info }] }',
)

async function projectWith(files: Readonly<Record<string, string>>): Promise<TinyProject> {
  const project = await tinyProject({
    files: { 'plumbline.yaml': onFeatures, 'features.contract.yaml': keeps, ...files },
  })
  await pinData(project.folder)
  return project
}

function messages(end: RunEnd): string[] {
  return end.kind === 'diagnosed'
    ? end.diagnostics.map(({ file, line, message, remedy }) => `${file}:${line} ${message} | ${remedy}`)
    : []
}

describe('takeOutputCheck()', () => {
  test('stops before the split, naming column, stage, rows of the data, and what makes the column', async () => {
    const { folder } = await projectWith({
      'features.sql':
        "select parcel,\n  region,\n  distance_km / (parcel <> 'p7')::int as distance_km,\n  nullif(distance_km, 0) as d\nfrom data\n",
      'features.contract.yaml': contract(
        '{ name: distance_km, logicalType: number }',
        '{ name: d, logicalType: number, required: true }',
        '{ name: gone, logicalType: string }',
      ),
    })
    const found = messages(await run(folder))
    expect(found[0]).toMatch(
      /^features\.contract\.yaml:9 Cannot accept "distance_km" of stage "features": infinite: 1 row \(0\.3 %\), limit 0; parcel p7: inf ← data\/parcels\.csv row 8 \| Mend what makes it, features\.sql:3,/,
    )
    expect(found[1]).toMatch(
      /^features\.contract\.yaml:10 .*"d" of stage "features": empty: 1 row .*parcel p0 ← data\/parcels\.csv row 1 \| .*features\.sql:4/,
    )
    expect(found[2]).toMatch(/:11 .*"gone" of stage "features": missing in features\.parquet/)
    expect(found).toHaveLength(3)
    expect(existsSync(join(folder, '.plumbline/stages/split'))).toBe(false)
  })

  test('runs as a stage of its own where all is kept, and its text is not in the run key', async () => {
    const project = await projectWith({})
    const first = await run(project.folder)
    if (first.kind !== 'passed') throw new Error(JSON.stringify(first))
    expect(first.record.stages.map(({ name }) => name).slice(0, 4)).toEqual([
      'validate',
      'features',
      'features.contract',
      'split',
    ])
    expect(first.record.stages[2]?.detail).toBe('7 checks, 1 warns')

    project.write('features.contract.yaml', `${keeps}# a comment\n`)
    const second = await run(project.folder)
    if (second.kind !== 'passed') throw new Error(JSON.stringify(second))
    expect(second.record.runKey).toBe(first.record.runKey)
    const ran = second.record.stages.filter(({ outcome }) => outcome !== 'cached').map(({ name }) => name)
    // What smoke makes keeps to the contract, so that it is asked anew.
    expect(ran).toEqual(['features.contract', 'smoke', 'refit-smoke'])
  })

  test('stands on the rows of a program too', async () => {
    const { folder } = await projectWith({
      'plumbline.yaml': tinyYaml.replace(
        'run: node predict.mjs',
        'run: node predict.mjs\n    contract: predictions.yaml',
      ),
      'predictions.yaml': contract('{ name: probability, logicalType: number, logicalTypeOptions: { maximum: 0.9 } }'),
    })
    const [found] = messages(await run(folder))
    expect(found).toMatch(
      /Cannot accept "probability" of stage "predict": above 0\.9: \d+ rows .*; parcel p\d+: 0\.9\d+ · /,
    )
    expect(found).toMatch(/what makes it, plumbline\.yaml:12,/)
  })

  test('shows no value of what is made of classified columns, nor a classified id', async () => {
    const secret = (text: string) => text.replace('logicalType: number', 'logicalType: number, classification: secret')
    const files = {
      'features.contract.yaml': contract(
        '{ name: distance_km, logicalType: number, logicalTypeOptions: { maximum: 990 } }',
      ),
    }
    const project = await projectWith(files)
    const data = contract(
      '{ name: parcel, logicalType: string, required: true }',
      '{ name: shipped_at, logicalType: timestamp }',
      '{ name: region, logicalType: string }',
      '{ name: distance_km, logicalType: number }',
      '{ name: late, logicalType: integer }',
    )
    project.write('contract.yaml', secret(data))
    const [hidden] = messages(await run(project.folder))
    expect(hidden).toMatch(/parcel p\d+ ← data/)
    expect(hidden).not.toMatch(/: 99\d/)
    project.write('contract.yaml', data.replace('required: true', 'classification: secret'))
    const [nameless] = messages(await run(project.folder))
    expect(nameless).toMatch(/; row \d+ · /)
    expect(nameless).not.toMatch(/parcel p/)
  })

  test('traces rows without an id by their file', async () => {
    const { folder } = await projectWith({
      'plumbline.yaml': onFeatures.replace(', id: parcel', ''),
      'features.sql': 'select _row, region, 1 / nullif(distance_km, 0) as distance_km from data\n',
      'data/parcels.csv': tinyRows(400),
    })
    expect(messages(await run(folder))[0]).toMatch(/empty: 1 row .*; row [0-9a-f]{12}:1 ← data\/parcels\.csv row 1/)
  })

  test('is read with the other files: a contract that is not there, or is none, stops everything', async () => {
    const { folder } = await projectWith({ 'features.contract.yaml': 'schema: 1\n' })
    expect(messages(await run(folder)).join('\n')).toMatch(/features\.contract\.yaml:1 /)
    const other = await projectWith({ 'plumbline.yaml': onFeatures.replace('features.contract.yaml', 'none.yaml') })
    expect(messages(await run(other.folder))[0]).toMatch(/none\.yaml.*stages\.features\.contract in plumbline\.yaml/)
  })
})
