import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'

import type { Ask } from '../../action/base/ask.ts'
import type { Command } from '../../action/commands/define-command.ts'
import { init } from '../../action/commands/init.ts'
import { run } from '../../action/commands/run.ts'
import { runCommand } from '../../action/commands/settle.ts'
import { snapshot } from '../../action/commands/snapshot.ts'
import { validate } from '../../action/commands/validate.ts'
import { openEngine } from '../../action/data/engine.ts'
import { readProject } from '../../action/project/read-project.ts'
import { contextIn } from '../support/command-context.ts'
import { initInputs } from '../support/init-inputs.ts'
import { readParquet } from '../support/read-parquet.ts'
import { printed } from '../support/result-schema.ts'
import { snapshotInputs } from '../support/snapshot-inputs.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { tinyProject } from '../support/tiny-project.ts'
import { validateInputs } from '../support/validate-inputs.ts'

const nothing = {
  ...initInputs,
  data: ['data/parcels/*.csv'],
  join: ['carriers=data/carriers.csv'],
  name: 'parcels',
  yes: false,
}
type Given = Partial<Parameters<typeof init.run>[0]>

async function infer(folder: string, given: Given = {}, ask?: Ask) {
  const outcome = await init.run({ ...nothing, ...given }, { ...contextIn(folder), ...(ask && { ask }) })
  if (outcome.kind === 'diagnosed') throw new Error(JSON.stringify(outcome.diagnostics))
  return { ...outcome.result, text: (await init.report(outcome.result)).text }
}

async function end(command: unknown, inputs: object, folder: string) {
  return await runCommand(command as Command, inputs as Readonly<Record<string, unknown>>, contextIn(folder))
}

function csv(header: string, rows: number, row: (i: number) => readonly unknown[]): string {
  return `${header}\n${Array.from({ length: rows }, (_, i) => row(i).join(',')).join('\n')}\n`
}

/** 400 parcels over 66 days; those of slow carriers are late, mostly. */
const parcels = csv('parcel,shipped_at,carrier,zone,weight,name,late', 400, (i) => {
  const at = new Date(Date.UTC(2024, 0, 1, i * 4)).toISOString()
  const weight = (i * 37) % 31
  const late = weight + (i % 4) * 6 > 24 ? 1 : 0
  return [`P${i}`, at, 'ABCD'[i % 4], `z${i % 3}`, weight, ['x', 'y'][i % 2], late]
})
const carriers = 'carrier,name,hours,founded\nA,Alpha,10,2001-02-03\nB,Beta,12,1999-01-01\nC,Ceta,18,\nD,Delta,24,\n'
const tariffs = csv('zone,carrier,tariff', 12, (i) => [`z${i % 3}`, 'ABCD'[Math.floor(i / 3)], i * 1.5])
const files = { 'data/parcels/a.csv': parcels, 'data/carriers.csv': carriers }
const read = (folder: string, path: string) => readFileSync(join(folder, path), 'utf8')

describe('init --join', () => {
  it('writes a project whose joined columns are features, from snapshot to the features themselves', async () => {
    const project = await tinyProject({ files: { ...files, 'data/tariffs/a.csv': tariffs } })
    const { text, written } = await infer(project.folder, {
      join: ['carriers=data/carriers.csv', 'tariffs=data/tariffs'],
      force: true,
    })
    expect(text).toMatch(/joined +carriers +4 rows of data\/carriers\.csv, by carrier; 100 % of rows find one +sure/)
    expect(text).toMatch(/joined +tariffs +12 rows of data\/tariffs\/a\.csv, by carrier, zone; 100 % .* +sure/)
    expect(text).toMatch(/left out +founded +a moment/)
    expect(written).toEqual(expect.arrayContaining(['carriers.contract.yaml', 'tariffs.contract.yaml']))
    expect(await readProject(project.folder)).toMatchObject({
      ok: true,
      value: {
        data: {
          contract: 'contract.yaml',
          sources: [
            { name: 'rows', on: [] },
            { name: 'carriers', contract: 'carriers.contract.yaml', on: ['carrier'] },
            { name: 'tariffs', contract: 'tariffs.contract.yaml', on: ['carrier', 'zone'] },
          ],
        },
      },
    })
    await expect(end(snapshot, snapshotInputs, project.folder)).resolves.toMatchObject({ kind: 'done' })
    await expect(end(validate, validateInputs, project.folder)).resolves.toMatchObject({ kind: 'done' })
    await project.git('add', '--all')
    await project.git('commit', '-qm', 'data')
    await expect(end(run, { job: 'prepare' }, project.folder)).resolves.toMatchObject({ kind: 'done' })
    const stage = join(project.folder, '.plumbline/stages/features')
    const rows = await readParquet(join(stage, readdirSync(stage)[0] ?? '', 'out/features.parquet'))
    expect(rows).toHaveLength(400)
    expect(rows.find(({ parcel }) => parcel === 'P5')).toMatchObject({
      parcel: 'P5',
      name: 'y',
      carriers_name: 'Beta',
      hours: 12,
      tariff: 7.5,
    })
  }, 60_000)

  it('prints as JSON what its schema says', async () => {
    const { json, errors } = await printed(init, 'init', tempFolder(files), nothing)
    expect(errors).toEqual([])
    expect(json).toMatchObject({ outcome: 'done', result: { model: { joined: [{ name: 'carriers' }] } } })
  })

  it('writes what each table promises into a contract of its own, and that every row finds its partner', async () => {
    const folder = tempFolder(files)
    await infer(folder)
    const rows = read(folder, 'contract.yaml')
    expect(rows).toContain('  - name: rows\n')
    expect(rows).toMatch(/- name: carrier\n[^-]*(- \{ metric.*\n *)?relationships: \[\{ to: carriers\.carrier \}\]\n/)
    expect(rows).not.toContain('hours')
    const own = read(folder, 'carriers.contract.yaml')
    expect(own).toMatch(/- name: carrier\n +logicalType: string\n +required: true\n +unique: true\n/)
    expect(own).toMatch(/- name: carriers_name\n +physicalName: name\n/)
    expect(own).toContain('  - name: carriers\n')
  })

  it('promises no partner where a row has none, and counts its columns over the rows', async () => {
    const lacking = carriers.replace('D,Delta,24,\n', '')
    const folder = tempFolder({ ...files, 'data/carriers.csv': lacking })
    const { model, text } = await infer(folder, { on: ['carriers=carrier'] })
    expect(text).toMatch(/by carrier; 75 % of rows find one +check this/)
    expect(text).toMatch(/feature +hours +10–18; 25 % empty/)
    expect(model.joined).toMatchObject([{ rows: 3, foundShare: 0.75, isWhole: false }])
    expect(model.columns.find(({ name }) => name === 'hours')).toMatchObject({
      source: 'carriers',
      rows: 400,
      nulls: 100,
      distinct: 3,
    })
    expect(read(folder, 'contract.yaml')).not.toContain('relationships')
    await expect(end(validate, validateInputs, folder)).resolves.toMatchObject({ kind: 'done' })
  })

  it('finds leaks among joined columns, and keeps a key that the model must not see', async () => {
    const outcomes = csv('parcel,verdict,shift', 400, (i) => {
      const isLate = ((i * 37) % 31) + (i % 4) * 6 > 24
      return [`P${i}`, isLate ? 'slow' : 'fine', i % 5]
    })
    const folder = tempFolder({ ...files, 'data/outcomes.csv': outcomes })
    const { model } = await infer(folder, {
      join: ['carriers=data/carriers.csv', 'outcomes=data/outcomes.csv'],
      exclude: ['carrier'],
    })
    expect(model.leftOut.map(({ column, reason }) => `${column.name} ${reason.kind}`)).toEqual([
      'carrier excluded',
      'founded moment',
      'verdict tells-target',
    ])
    expect(read(folder, 'plumbline.yaml')).toContain('  ignore: [verdict]')
    expect(read(folder, 'features.sql')).not.toContain('"carrier"')
    expect(read(folder, 'contract.yaml')).toContain('- name: carrier\n')
    await expect(end(validate, validateInputs, folder)).resolves.toMatchObject({ kind: 'done' })
  })

  it('asks by which column where several would do, and says so where nobody is asked', async () => {
    const numbered = {
      'data/parcels/a.csv': csv('id,lane,dock,late', 120, (i) => [i, i % 5, (i * 7) % 5, i % 3 ? 0 : 1]),
    }
    const lanes = { 'data/lanes.csv': csv('lane,dock,length', 5, (i) => [i, 4 - i, i * 100]) }
    const given = { join: ['lanes=data/lanes.csv'] }
    const folder = tempFolder({ ...numbered, ...lanes })
    const { text } = await infer(folder, given)
    expect(text).toMatch(/by lane, or dock: --on lanes=dock; 100 % of rows find one +check this/)
    expect(read(folder, 'plumbline.yaml')).toContain('on: lane } # check this: dock would do as well\n')

    const asked: string[] = []
    const answered = await infer(
      tempFolder({ ...numbered, ...lanes }),
      given,
      async ({ text: question, choices, guess }) => {
        asked.push(question)
        return choices.find(({ value }) => value === 'dock')?.value ?? guess
      },
    )
    expect(asked[0]).toBe('By which column are rows joined with lanes? Each would do.')
    expect(asked.filter((question) => question.startsWith('By which'))).toHaveLength(1)
    expect(answered.model.joined).toMatchObject([{ key: { columns: ['dock'], isSure: true } }])
  })

  it('joins beside labels of their own, out of gz and Parquet, whatever type the key has there', async () => {
    const unlabelled = csv('parcel,customer,weight', 300, (i) => [`P${i}`, i % 60, (i * 37) % 31])
    const labels = csv('parcel,late', 280, (i) => [`P${i}`, ((i * 37) % 31) + (i % 4) * 6 > 24 ? 'yes' : 'no'])
    const folder = tempFolder({
      'data/parcels/a.csv': unlabelled,
      'labels/a.csv': labels,
      'data/late.csv.gz': gzipSync(csv('customer,late', 60, (i) => [i, i % 7])),
    })
    await using engine = await openEngine({ threads: 1 })
    await engine.run(
      `COPY (SELECT CAST(i AS VARCHAR) AS customer, i * 2 AS age FROM range(60) t(i) UNION ALL SELECT 'guest', 0) TO '${join(folder, 'ages.parquet')}' (FORMAT parquet)`,
    )
    const { model } = await infer(folder, {
      labels: ['labels/*.csv'],
      join: ['past=data/late.csv.gz', 'ages=ages.parquet'],
    })
    expect(model.features.map(({ name }) => name)).toEqual(['customer', 'weight', 'past_late', 'age'])
    expect(model.columns.find(({ name }) => name === 'customer')?.type).toBe('string')
    await expect(end(validate, validateInputs, folder)).resolves.toMatchObject({ kind: 'done' })
  })

  it('samples many rows with their partners', async () => {
    const rows = csv('customer,weight,late', 250_000, (i) => [i % 500, (i * 37) % 31, i % 500 > 350 ? 1 : 0])
    const customers = csv('customer,age', 500, (i) => [i, (i * 7) % 90])
    const folder = tempFolder({ 'data/parcels/a.csv': rows, 'customers.csv': customers })
    const { model } = await infer(folder, { join: ['customers=customers.csv'], 'dry-run': true })
    expect(model).toMatchObject({ rows: 250_000, joined: [{ foundShare: 1, isWhole: true }] })
    expect(model.features.map(({ name }) => name)).toContain('age')
  })

  it('joins by a key that the table calls otherwise, and its contract tells the name in the files', async () => {
    const coded = carriers.replace('carrier,', 'code,')
    const project = await tinyProject({ files: { ...files, 'data/carriers.csv': coded } })
    await expect(infer(project.folder, { force: true })).rejects.toMatchObject({
      code: 'init/cannot-join',
      remedy: expect.stringContaining('COLUMN=ITS_COLUMN'),
    })
    const { text } = await infer(project.folder, { on: ['carriers=carrier=code'], force: true })
    expect(text).toMatch(/joined +carriers +4 rows of data\/carriers\.csv, by carrier; 100 % of rows find one +sure/)
    expect(read(project.folder, 'plumbline.yaml')).toContain('on: carrier')
    expect(read(project.folder, 'carriers.contract.yaml')).toMatch(/- name: carrier\n +physicalName: code\n/)
    expect(read(project.folder, 'contract.yaml')).toContain('relationships: [{ to: carriers.carrier }]')
    await expect(end(validate, validateInputs, project.folder)).resolves.toMatchObject({ kind: 'done' })
    await expect(end(snapshot, snapshotInputs, project.folder)).resolves.toMatchObject({ kind: 'done' })
    await project.git('add', '--all')
    await project.git('commit', '-qm', 'data')
    await expect(end(run, { job: 'prepare' }, project.folder)).resolves.toMatchObject({ kind: 'done' })
  }, 60_000)

  it('joins by several columns of which the table calls some otherwise', async () => {
    const other = tariffs.replace('zone,carrier', 'area,carrier')
    const folder = tempFolder({ ...files, 'data/tariffs.csv': other })
    const { model } = await infer(folder, { join: ['tariffs=data/tariffs.csv'], on: ['tariffs=carrier, zone = area'] })
    expect(model.joined).toMatchObject([{ key: { columns: ['carrier', 'zone'] }, foundShare: 1 }])
    await expect(end(validate, validateInputs, folder)).resolves.toMatchObject({ kind: 'done' })
  })

  it.each([
    ['a column that it lacks', 'code,', 'carriers=carrier=cod', 'it has no column "cod"', 'Did you mean "code"?'],
    [
      'a name that it has besides',
      'code,Carrier,',
      'carriers=carrier=code',
      'it has a column "Carrier", too',
      '--on carriers=carrier',
    ],
    ['a column that the rows lack', 'code,', 'carriers=carier=code', 'the rows have no such column', '"carrier"'],
    ['a half', 'code,', 'carriers=carrier=', 'expected each column once', '--on carriers=COLUMN=ITS_COLUMN'],
    ['a column twice', 'code,', 'carriers=carrier=code,zone=code', 'expected each column once', 'COLUMN'],
    ['the target', 'code,', 'carriers=late=code', 'expected other columns than the target', 'no other part'],
  ])('refuses a key of two names that names %s', async (_what, names, on, message, remedy) => {
    const coded = carriers
      .replace('carrier,', names)
      .replaceAll(/^([ABCD]),/gm, names.includes('Carrier') ? '$1,$1,' : '$1,')
    await expect(infer(tempFolder({ ...files, 'data/carriers.csv': coded }), { on: [on] })).rejects.toMatchObject({
      message: expect.stringContaining(message),
      remedy: expect.stringContaining(remedy),
    })
  })

  it('writes nothing in a dry run, and overwrites no contract of a joined table', async () => {
    const folder = tempFolder({ ...files })
    const { text } = await infer(folder, { 'dry-run': true })
    expect(text).toMatch(/Would write plumbline\.yaml, contract\.yaml, carriers\.contract\.yaml, /)
    expect(existsSync(join(folder, 'carriers.contract.yaml'))).toBe(false)
    const taken = tempFolder({ ...files, 'carriers.contract.yaml': 'mine' })
    await expect(infer(taken)).rejects.toMatchObject({
      code: 'init/exists',
      message: expect.stringContaining('carriers.contract.yaml'),
    })
  })

  it.each<[string, Given]>([
    ['time', { time: 'founded' }],
    ['id', { id: 'hours' }],
    ['group', { group: 'hours' }],
    ['target', { target: 'hours' }],
  ])('takes no %s from a joined table', async (_what, given) => {
    await expect(infer(tempFolder(files), given)).rejects.toMatchObject({
      message: expect.stringMatching(/it is a column of "carriers", which is joined; expected a column of the rows/),
    })
  })

  it('reads a joined column in the format that is said', async () => {
    const dated = csv('carrier,day,hours', 4, (i) => ['ABCD'[i], `0${i + 1}/02/2024`, i])
    const { model } = await infer(tempFolder({ ...files, 'data/carriers.csv': dated }), { format: ['day=MM/dd/yyyy'] })
    expect(model.columns.find(({ name }) => name === 'day')?.spelling).toMatchObject({ pattern: 'MM/dd/yyyy' })
  })

  it('shows no value of a joined table that fewer than 20 rows find', async () => {
    const rare = parcels.replace(/,A,/, ',R,')
    const named = `${carriers}R,Atlantis,30,\n`
    const { text } = await infer(tempFolder({ 'data/parcels/a.csv': rare, 'data/carriers.csv': named }))
    expect(text).toMatch(/feature +carriers_name +\{.*\} and 1 rare/)
    expect(text).not.toContain('Atlantis')
  })
})
