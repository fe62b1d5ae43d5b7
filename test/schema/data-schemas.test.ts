import { readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dataGc } from '../../action/commands/data-gc.ts'
import { dataList } from '../../action/commands/data-list.ts'
import { dataPull } from '../../action/commands/data-pull.ts'
import type { Command } from '../../action/commands/define-command.ts'
import { init } from '../../action/commands/init.ts'
import { snapshot } from '../../action/commands/snapshot.ts'
import { initInputs } from '../support/init-inputs.ts'
import { printed, schemaOf } from '../support/result-schema.ts'
import { snapshotInputs } from '../support/snapshot-inputs.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { type TinyProject, tinyProject, tinyRows, tinyYaml } from '../support/tiny-project.ts'

const commands = {
  'data list': { command: dataList, inputs: { data: undefined, sums: false } },
  'data pull': { command: dataPull, inputs: { data: undefined, force: false, link: false } },
  'data gc': { command: dataGc, inputs: { 'dry-run': false, shared: false } },
  snapshot: { command: snapshot, inputs: snapshotInputs },
  init: { command: init, inputs: initInputs },
} as const satisfies Readonly<Record<string, { command: Command; inputs: object }>>

const yaml = tinyYaml.replace('data/*.csv }', 'data/*.csv, store: { file: kept } }')
const withStore = { 'plumbline.yaml': yaml, '.gitignore': '.plumbline/\nkept/\ndata/\n' }

async function jsonOf(name: keyof typeof commands, folder: string, more: object = {}) {
  const { command, inputs } = commands[name]
  const { json, errors } = await printed(command, name, folder, { ...inputs, ...more })
  expect(errors).toEqual([])
  return json
}

/** Pins, names and commits one snapshot, then pins another. */
async function pinnedTwice(): Promise<TinyProject> {
  const project = await tinyProject({ files: withStore })
  await jsonOf('snapshot', project.folder, { as: 'first' })
  await project.git('add', '--all')
  await project.git('commit', '--quiet', '--message', 'First')
  project.write('data/more.csv', tinyRows(3))
  await jsonOf('snapshot', project.folder)
  return project
}

function ageStore(folder: string): void {
  const kept = join(folder, 'kept')
  for (const path of readdirSync(kept, { recursive: true, encoding: 'utf8' })) utimesSync(join(kept, path), 1, 1)
}

describe('schema/data-list-result.schema.json', () => {
  it('describes a listing: the current snapshot, another one, sums, and files that are gone or other ones', async () => {
    const { folder } = await pinnedTwice()
    expect(await jsonOf('data list', folder)).toMatchObject({
      outcome: 'done',
      result: { snapshots: [{ kind: 'current' }, { kind: 'named', name: 'first' }, { kind: 'history' }] },
    })
    expect(await jsonOf('data list', folder, { data: 'first' })).toMatchObject({ result: { asked: 'first' } })
    expect(await jsonOf('data list', folder, { sums: true })).toMatchObject({ result: { snapshots: [] } })
    for (const gone of ['.plumbline', 'kept', 'data/more.csv', 'snapshots']) {
      rmSync(join(folder, gone), { recursive: true })
    }
    writeFileSync(join(folder, 'data/parcels.csv'), 'mine')
    const files = [{ tree: 'missing' }, { tree: 'other bytes' }]
    expect(await jsonOf('data list', folder)).toMatchObject({ result: { files, sections: [{ rows: null }] } })
    const { result } = (await jsonOf('data list', folder)) as { result: { snapshots: { digest: string }[] } }
    const early = result.snapshots.at(-1)?.digest.slice(0, 8)
    expect(await jsonOf('data list', folder, { data: early })).toHaveProperty('result.commit')
  })
})

describe('schema/data-pull-result.schema.json', () => {
  it('describes a pull: nothing to do, copies, links and what was overwritten', async () => {
    const { folder } = await pinnedTwice()
    expect(await jsonOf('data pull', folder)).toMatchObject({ outcome: 'done', result: { there: 2, copied: 0 } })
    writeFileSync(join(folder, 'data/more.csv'), 'mine')
    const replaced = ['data/more.csv']
    expect(await jsonOf('data pull', folder, { force: true })).toMatchObject({ result: { copied: 1, replaced } })
    rmSync(join(folder, 'data'), { recursive: true })
    expect(await jsonOf('data pull', folder, { link: true })).toMatchObject({ result: { withLinks: true } })
  })
})

describe('schema/data-gc-result.schema.json', () => {
  it('describes what is kept, what would go and what went', async () => {
    const { folder } = await pinnedTwice()
    writeFileSync(join(folder, 'data/more.csv'), tinyRows(4))
    await jsonOf('snapshot', folder)
    expect(await jsonOf('data gc', folder)).toMatchObject({ result: { young: 1, removed: [] } })
    ageStore(folder)
    expect(await jsonOf('data gc', folder, { 'dry-run': true })).toMatchObject({ result: { isDryRun: true, young: 0 } })
    expect(await jsonOf('data gc', folder)).toMatchObject({ outputs: { removed: '1' } })
  })
})

describe('schema/<command>-result.schema.json', () => {
  it.each([
    ['data list', 'diagnosed'],
    ['data pull', 'diagnosed'],
    ['data gc', 'fault'],
  ] as const)('describes how %s fails', async (name, ofWrongLock) => {
    expect(await jsonOf(name, tempFolder({ 'plumbline.yaml': 'version: 2' }))).toMatchObject({ outcome: 'diagnosed' })
    const { folder } = await pinnedTwice()
    writeFileSync(join(folder, 'data.lock.yaml'), 'version: 2\n')
    expect(await jsonOf(name, folder)).toMatchObject({ outcome: ofWrongLock })
  })

  it.each(['data list', 'data pull'] as const)('describes that %s knows no such snapshot', async (name) => {
    const { folder } = await pinnedTwice()
    expect(await jsonOf(name, folder, { data: 'no-such' })).toMatchObject({ outcome: 'fault' })
  })

  it.each(Object.keys(commands))('refuses keys of %s that it does not describe', async (name) => {
    const fault = { code: 'a/b', owner: 'user', message: 'm', remedy: 'r' }
    const isValid = schemaOf(name)
    expect(isValid({ command: name, outcome: 'fault', fault })).toBe(true)
    expect(isValid({ command: name, outcome: 'fault', fault: { ...fault, more: 1 } })).toBe(false)
    expect(isValid({ command: name, outcome: 'done', result: {}, outputs: {} })).toBe(false)
  })
})

describe('schema/snapshot-result.schema.json', () => {
  it('describes a name, warnings, columns that came, and files that the window leaves out', async () => {
    const windowed = yaml.replace('split: { test: 0.25 }', 'split: { test: 0.25, window: 10d }')
    const files = { ...withStore, 'plumbline.yaml': windowed, 'data/old.csv': tinyRows(48) }
    const { folder, write } = await tinyProject({ files })
    const first = await jsonOf('snapshot', folder, { as: 'first' })
    expect(first).toMatchObject({ result: { leftOut: { files: 1 }, namedFile: 'snapshots/first.lock.yaml' } })
    const rows = tinyRows(300).replaceAll(/^p\d+,2025-01-0[1-7].*\n/gm, '')
    write('data/again.csv', tinyRows(400))
    write('data/late.csv', rows.replace('late', 'late,state').replaceAll(/,([01])$/gm, ',$1,x'))
    const { result } = await jsonOf('snapshot', folder)
    expect(result).toMatchObject({
      oddities: [{ kind: 'same bytes' }, { kind: 'older' }, { kind: 'not newer' }],
      schema: [{ added: ['state'], gone: [] }],
    })
    rmSync(join(folder, 'data/again.csv'))
    await jsonOf('snapshot', folder)
    write('data/again.csv', tinyRows(400).replaceAll('\n', '\r\n'))
    const again = await jsonOf('snapshot', folder)
    expect(again).toMatchObject({ result: { oddities: [{ kind: 'same rows' }, { kind: 'not newer' }] } })
  })

  it('describes packed files, and a lock that nobody could read', async () => {
    const { folder } = await tinyProject()
    writeFileSync(join(folder, 'data.lock.yaml'), '<<<<<<<\n')
    const { result } = await jsonOf('snapshot', folder, { pack: true })
    expect(result).toMatchObject({ isPacked: true, wasUnreadable: true, git: { isRepository: true } })
    expect(await jsonOf('snapshot', folder, { pack: true, check: true })).toMatchObject({ outcome: 'fault' })
  })
})

describe('schema/init-result.schema.json', () => {
  const header = 'parcel,shipped_at,delivered_at,day,price,postcode,sex,same,one,none,note,weight,late\n'
  const odd = (rows: number) =>
    header +
    Array.from({ length: rows }, (_, i) =>
      [
        `p${i}`,
        new Date(Date.UTC(2024, 0, 1, i * 4)).toISOString(),
        new Date(Date.UTC(2024, 0, 2, i * 4)).toISOString(),
        `${String((i % 28) + 1).padStart(2, '0')}.02.2024`,
        `"${i % 97},${String(i % 10)}5"`,
        `0${1000 + (i % 90)}`,
        'mf'[i % 2],
        'mf'[i % 2],
        'x',
        '',
        `some words ${i} of ${i * 7}`,
        i === 7 ? '9 or so' : (i * 37) % 31,
        (i * 37) % 31 > 20 ? 1 : 0,
      ].join(','),
    ).join('\n')

  it('describes a model of every role and reason, written or not', async () => {
    const folder = tempFolder({ 'data/1.csv': odd(400) })
    const given = { exclude: ['sex'], time: 'shipped_at', group: 'postcode', format: ['day=dd.MM.yyyy'] }
    const dry = await jsonOf('init', folder, { ...given, 'dry-run': true })
    expect(dry).toMatchObject({ outcome: 'done', result: { isDryRun: true, startedGit: false } })
    const { result } = (await jsonOf('init', folder, given)) as { result: { model: { leftOut: object[] } } }
    const reasons = result.model.leftOut.map((left) => (left as { reason: { kind: string } }).reason.kind)
    const kinds = ['excluded', 'same-as', 'constant', 'empty', 'id-like', 'after-time', 'tells-target']
    expect(reasons).toEqual(expect.arrayContaining(kinds))
    expect(await jsonOf('init', folder, given)).toMatchObject({ outcome: 'fault' })
  })

  it.each([
    ['regression', 'a number', { target: 'distance_km' }],
    ['multiclass', 'one of several', { target: 'region', id: 'parcel' }],
  ])('describes a model that is a %s: %s', async (task, _, given) => {
    expect(await jsonOf('init', tempFolder({ 'data/1.csv': tinyRows(300) }), given)).toMatchObject({
      outcome: 'done',
      outputs: { task },
    })
  })

  it('describes labels that arrive later, and data that is wrong', async () => {
    const labels = `parcel,late\n${Array.from({ length: 300 }, (_, i) => `p${i},${i % 3 === 0 ? 1 : 0}`).join('\n')}\n`
    const rows = tinyRows(300).replaceAll(/,[^,\n]*$/gm, '')
    const folder = tempFolder({ 'data/1.csv': rows, 'labels/1.csv': labels })
    const { result } = await jsonOf('init', folder, { labels: ['labels/*.csv'] })
    expect(result).toHaveProperty('model.labels.files', ['labels/1.csv'])
    expect(await jsonOf('init', tempFolder({ 'data/1.csv': '' }))).toMatchObject({ outcome: 'diagnosed' })
  })
})
