import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Command } from '../../action/commands/define-command.ts'
import { run } from '../../action/commands/run.ts'
import { runCommand } from '../../action/commands/settle.ts'
import { snapshot } from '../../action/commands/snapshot.ts'
import { validate } from '../../action/commands/validate.ts'
import { contextIn } from '../support/command-context.ts'
import { readParquet } from '../support/read-parquet.ts'
import { tinyProject, tinyYaml } from '../support/tiny-project.ts'

const head = 'apiVersion: v3.1.0\nkind: DataContract\nid: regions\nversion: 1.0.0\nstatus: active\n'
const regions = `${head}schema:
  - name: regions
    properties:
      - { name: region, logicalType: string, required: true }
      - { name: speed, logicalType: number, logicalTypeOptions: { minimum: 1 } }
`
const parcels = (more: string) => `${head}schema:
  - name: parcels
    properties:
      - { name: parcel, logicalType: string, required: true, unique: true }
      - { name: shipped_at, logicalType: timestamp, required: true }
      - { name: region, logicalType: string${more} }
      - { name: distance_km, logicalType: number }
      - { name: late, logicalType: integer, required: true }
`
const files = {
  'plumbline.yaml': tinyYaml.replace(
    'source: data/*.csv',
    'source: { parcels: { from: data/*.csv }, regions: { from: regions/*.csv, contract: regions.yaml, on: region } }',
  ),
  'contract.yaml': parcels(', relationships: [{ to: regions.region }]'),
  'regions.yaml': regions,
  'regions/all.csv': 'region,speed\nN,50\nS,60\nE,70\nW,80\n',
  'features.sql': 'select parcel, region, distance_km, distance_km / speed as hours from data\n',
}
const asked = { 'accept-rename': [], junit: undefined, 'failing-rows': undefined }

async function end(command: Command, inputs: object, folder: string) {
  return await runCommand(command, inputs as Readonly<Record<string, unknown>>, contextIn(folder))
}

async function messages(changed: Readonly<Record<string, string>>): Promise<string[]> {
  const { folder } = await tinyProject({ files: { ...files, ...changed } })
  const ending = await end(validate, asked, folder)
  return ending.kind === 'diagnosed' ? ending.diagnostics.map((one) => `${one.file}:${one.line} ${one.message}`) : []
}

describe('named sources', () => {
  test('are pinned a section each, checked, and joined into one view for the features', async () => {
    const project = await tinyProject({ files })
    await expect(end(validate as Command, asked, project.folder)).resolves.toMatchObject({ kind: 'done' })
    await expect(end(snapshot as Command, { check: false }, project.folder)).resolves.toMatchObject({ kind: 'done' })
    const lock = readFileSync(join(project.folder, 'data.lock.yaml'), 'utf8')
    expect(lock.split('\n').filter((line) => line.endsWith(':'))).toEqual(['parcels:', 'regions:'])

    await project.git('add', '--all')
    await project.git('commit', '-qm', 'data')
    await expect(end(run as Command, { job: 'prepare' }, project.folder)).resolves.toMatchObject({ kind: 'done' })
    const stage = join(project.folder, '.plumbline/stages/features')
    const rows = await readParquet(join(stage, readdirSync(stage)[0] ?? '', 'out/features.parquet'))
    expect(rows).toHaveLength(400)
    expect(rows.find(({ parcel }) => parcel === 'p1')).toEqual({
      parcel: 'p1',
      region: 'S',
      distance_km: 919,
      hours: 919 / 60,
    })
  }, 60_000)

  test('a row that finds no partner is told where the contract says that it must', async () => {
    expect(await messages({ 'regions/all.csv': 'region,speed\nN,50\nS,60\nE,70\n' })).toEqual([
      'contract.yaml:11 Cannot accept "region": not in regions.region: 100 rows (25 %), limit 0; data/parcels.csv row 4: W · row 8: W · row 12: W',
    ])
  })

  test('rows that find no partner are among the failing rows that are written', async () => {
    const { folder } = await tinyProject({ files: { ...files, 'regions/all.csv': 'region,speed\nN,50\nS,60\nE,70\n' } })
    await end(validate, { ...asked, 'failing-rows': 'failing.parquet' }, folder)
    const rows = await readParquet(join(folder, 'failing.parquet'))
    expect(rows).toHaveLength(100)
    expect(rows[0]).toMatchObject({ _check: 'region references', _line: 11, _row: 4, region: 'W', speed: null })
  })

  test('a key of two rows, and what a joined table promises itself, are told at its own contract', async () => {
    expect(await messages({ 'regions/all.csv': 'region,speed\nN,50\nS,60\nE,70\nW,0\nW,80\n' })).toEqual([
      expect.stringContaining('regions.yaml:10 Cannot accept "speed": below 1: 1 row'),
      expect.stringContaining('regions.yaml:9 Cannot accept "regions": not unique together (region): 1 row'),
    ])
  })

  test('a key that its contract calls unique is told once', async () => {
    const unique = regions.replace('required: true }', 'required: true, unique: true }')
    const changed = { 'regions.yaml': unique, 'regions/all.csv': 'region,speed\nN,50\nS,60\nE,70\nW,80\nW,80\n' }
    expect(await messages(changed)).toEqual([
      expect.stringContaining('regions.yaml:9 Cannot accept "region": not unique: 1 row'),
    ])
  })

  test.each([
    [
      'a key that one side lacks',
      { 'plumbline.yaml': files['plumbline.yaml'].replace('on: region', 'on: regin') },
      'Cannot join source "regions" on "regin": contract.yaml has no such column',
    ],
    [
      'a key of two types',
      { 'regions.yaml': regions.replace('region, logicalType: string', 'region, logicalType: integer') },
      'it is string in contract.yaml and integer in regions.yaml',
    ],
    [
      'a name in both tables',
      { 'regions.yaml': regions.replace('name: speed', 'name: Late') },
      'Cannot join "Late": contract.yaml has a column of that name too',
    ],
    [
      'a table that no source holds',
      { 'contract.yaml': parcels(', relationships: [{ to: region.region }]') },
      'no source holds that table',
    ],
    [
      'a column that the table lacks',
      { 'contract.yaml': parcels(', relationships: [{ to: regions.name }]') },
      'it has no column "name"',
    ],
    ['no files', { 'regions.yaml': '' }, 'regions.yaml'],
  ])('refuses %s', async (_, changed, message) => {
    expect(await messages(changed)).toEqual([expect.stringContaining(message)])
  })

  test('the age of rows is counted back from now', async () => {
    const sla = (value: string) => ({ 'contract.yaml': `${parcels('')}slaProperties:\n  - ${value}\n` })
    expect(await messages(sla('{ property: freshness, value: 2, unit: d, element: parcels.shipped_at }'))).toEqual([
      'contract.yaml:15 Cannot accept "shipped_at": its newest row is of 2025-01-17T15:00:00Z, expected at most 2 days old',
    ])
    expect(await messages(sla('{ property: freshness, value: 200, unit: y, element: parcels.shipped_at }'))).toEqual([])
    expect(await messages(sla('{ property: retention, value: 1, unit: h, element: parcels.shipped_at }'))).toEqual([
      expect.stringContaining('older than 1 hour: 400 rows (100 %), limit 0'),
    ])
  })
})
