import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { dataGc } from '../../action/commands/data-gc.ts'
import { dataList } from '../../action/commands/data-list.ts'
import { dataPull } from '../../action/commands/data-pull.ts'
import type { Command } from '../../action/commands/define-command.ts'
import { snapshot } from '../../action/commands/snapshot.ts'
import { contextIn } from '../support/command-context.ts'
import { snapshotInputs } from '../support/snapshot-inputs.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { tinyProject, tinyRows, tinyYaml } from '../support/tiny-project.ts'

const inFolder = tinyYaml.replace('data/*.csv }', 'data/*.csv, store: { file: kept } }\nkeep: { data: 2 }')

async function end(
  command: Command,
  folder: string,
  inputs: Readonly<Record<string, unknown>>,
): Promise<{ text: string; outputs: Readonly<Record<string, string>> }> {
  const outcome = await command.run(inputs, contextIn(folder))
  if (outcome.kind === 'diagnosed') throw new Error(JSON.stringify(outcome.diagnostics))
  return await command.report(outcome.result)
}

const list = async (folder: string, data?: string, sums = false) => await end(dataList, folder, { data, sums })
const pull = async (folder: string, more: { data?: string; force?: boolean; link?: boolean } = {}) =>
  await end(dataPull, folder, { data: undefined, force: false, link: false, ...more })
const gc = async (folder: string, isDryRun = false, shared = false) =>
  await end(dataGc, folder, { 'dry-run': isDryRun, shared })
const pin = async (folder: string, name?: string) => await end(snapshot, folder, { ...snapshotInputs, as: name })

function stored(folder: string): string[] {
  return readdirSync(join(folder, 'kept'), { recursive: true, encoding: 'utf8' }).filter((path) =>
    /[0-9a-f]{64}/.test(path),
  )
}

/** As if everything stored had been stored long ago, as the clock of the tests has it. */
function age(folder: string): void {
  for (const path of stored(folder)) utimesSync(join(folder, 'kept', path), 1, 1)
}

async function commitLock(project: { git(...args: string[]): Promise<string> }, message: string): Promise<void> {
  await project.git('add', 'data.lock.yaml', 'plumbline.yaml', '.gitignore')
  await project.git('commit', '-qm', message)
}

const files = { 'plumbline.yaml': inFolder, '.gitignore': '.plumbline/\nkept/\ndata/\n' }

describe('data list', () => {
  test('shows sections, where their bytes are, and the other snapshots', async () => {
    const project = await tinyProject({ files })
    await pin(project.folder, 'first')
    await commitLock(project, 'one')
    const first = (await list(project.folder)).outputs['data-digest'] ?? ''
    project.write('data/b.csv', tinyRows(3))
    await pin(project.folder)
    rmSync(join(project.folder, 'data/parcels.csv'))
    const { text, outputs } = await list(project.folder)
    expect(outputs['missing']).toBe('0')
    expect(text).toMatch(/^data [0-9a-f]{8} \(data\.lock\.yaml\): 2 files \(.* kB\) until 2025-01-17T15:00:00Z\n/)
    expect(text).toContain('  features  2 files')
    expect(text).toContain('403 rows · 2025-01-01T00:00:00Z … 2025-01-17T15:00:00Z  1 here, 2 stored')
    const pinned = '\\d{4}-\\d\\d-\\d\\d by [0-9a-f]{8}'
    expect(text).toMatch(new RegExp(`\\n  first +${first.slice(0, 8)}  1 file until 2025-01-17T15:00:00Z +${pinned}$`))
    rmSync(join(project.folder, 'kept'), { recursive: true })
    const lost = await list(project.folder)
    expect(lost.outputs['missing']).toBe('1')
    expect(lost.text).toContain('! Neither here nor in the store: data/parcels.csv. Run plumbline snapshot')
    writeFileSync(join(project.folder, 'data/b.csv'), 'mine')
    expect((await list(project.folder)).text).toMatch(
      /Other bytes than the pinned ones: data\/b\.csv\. To pin them: plumbline snapshot\. To overwrite them: plumbline data pull --force$/,
    )
  })

  test('prints sums that sha256sum checks', async () => {
    const { folder, git } = await tinyProject({ files: { ...files, 'data/ä b.csv': tinyRows(2) } })
    await pin(folder)
    const { text } = await list(folder, undefined, true)
    writeFileSync(join(folder, 'sums'), `${text}\n`)
    // git's own shell: sh is on every machine that has git.
    const checked = await git('-c', 'alias.check=!sha256sum -c sums', 'check')
    expect(checked).toBe('data/parcels.csv: OK\ndata/ä b.csv: OK')
  })

  test('knows files of git by history, though they are gone', async () => {
    const project = await tinyProject({ files: { 'plumbline.yaml': tinyYaml } })
    await pin(project.folder)
    await project.git('add', '-A')
    await project.git('commit', '-qm', 'data')
    rmSync(join(project.folder, 'data/parcels.csv'))
    expect((await list(project.folder)).text).toContain('0 here, 1 stored')
  })
})

describe('data pull', () => {
  test('brings files back, goes on where it was, and never overwrites unasked', async () => {
    const project = await tinyProject({ files: { ...files, 'data/b.csv': tinyRows(5) } })
    const { folder } = project
    await pin(folder)
    rmSync(join(folder, 'data/parcels.csv'))
    expect((await pull(folder)).text).toMatch(/^PULLED {2}data [0-9a-f]{8}: 1 file \(.*\), 1 was here$/)
    expect(readFileSync(join(folder, 'data/parcels.csv'), 'utf8')).toBe(tinyRows(400))
    expect((await pull(folder)).text).toMatch(/^UNCHANGED/)

    project.write('data/b.csv', 'mine')
    rmSync(join(folder, 'data/parcels.csv'))
    await expect(pull(folder)).rejects.toMatchObject({
      code: 'data/would-overwrite',
      message: expect.stringContaining('"data/b.csv"'),
    })
    expect(existsSync(join(folder, 'data/parcels.csv'))).toBe(false)
    expect(readFileSync(join(folder, 'data/b.csv'), 'utf8')).toBe('mine')
    expect((await pull(folder, { force: true })).text).toContain('overwritten: data/b.csv')
    expect(readFileSync(join(folder, 'data/b.csv'), 'utf8')).toBe(tinyRows(5))
  })

  test('links read-only only where asked, and an edit of a link is noticed', async () => {
    const { folder } = await tinyProject({ files })
    await pin(folder)
    const data = join(folder, 'data/parcels.csv')
    rmSync(data)
    await pull(folder)
    expect(statSync(data)).toMatchObject({ nlink: 1 })
    expect(statSync(data).mode & 0o222).not.toBe(0)
    rmSync(data)
    expect((await pull(folder, { link: true })).text).toContain('1 linked, read-only')
    expect(statSync(data)).toMatchObject({ nlink: 2 })
    expect(statSync(data).mode & 0o222).toBe(0)
    rmSync(join(folder, 'data'), { recursive: true })
    const [kept = ''] = stored(folder)
    rmSync(join(folder, 'kept', kept))
    writeFileSync(join(folder, 'kept', kept), tinyRows(400).replace('p0', 'p9'))
    await expect(pull(folder)).rejects.toMatchObject({ code: 'store/damaged' })
  })

  test('brings another snapshot, by name and by digest, from git too', async () => {
    const project = await tinyProject({ files: { 'plumbline.yaml': tinyYaml } })
    const { folder } = project
    await pin(folder, 'early')
    const early = (await list(folder)).outputs['data-digest'] ?? ''
    await project.git('add', '-A')
    await project.git('commit', '-qm', 'early')
    project.write('data/parcels.csv', tinyRows(500))
    await pin(folder)
    await project.git('add', '-A')
    await project.git('commit', '-qm', 'late')
    await pull(folder, { data: 'early', force: true })
    expect(readFileSync(join(folder, 'data/parcels.csv'), 'utf8')).toBe(tinyRows(400))
    await pull(folder, { force: true })
    await pull(folder, { data: early.slice(0, 10), force: true })
    expect(readFileSync(join(folder, 'data/parcels.csv'), 'utf8')).toBe(tinyRows(400))
    await expect(pull(folder, { data: 'erly' })).rejects.toMatchObject({
      code: 'data/unknown-snapshot',
      remedy: 'Did you mean "early"?',
    })
    await expect(pull(folder, { data: '00000000' })).rejects.toMatchObject({ code: 'data/unknown-snapshot' })
    await expect(pull(folder, { data: early.slice(0, 7) })).rejects.toMatchObject({ code: 'data/unknown-snapshot' })
  })

  test('writes nothing through a link that leads out of the folder', async () => {
    const { folder } = await tinyProject({ files })
    const outside = tempFolder()
    await pin(folder)
    rmSync(join(folder, 'data'), { recursive: true })
    symlinkSync(outside, join(folder, 'data'))
    await expect(pull(folder)).rejects.toMatchObject({ code: 'data/outside-folder' })
    expect(readdirSync(outside)).toEqual([])
  })
})

describe('data gc', () => {
  test('removes what no lock needs, and says so first', async () => {
    const project = await tinyProject({ files })
    const { folder } = project
    for (const rows of [100, 200, 300, 400, 500]) {
      project.write('data/parcels.csv', tinyRows(rows))
      await pin(folder, rows === 100 ? 'hundred' : undefined)
      await commitLock(project, `${rows} rows`)
      if (rows === 200) await project.git('branch', 'kept-branch')
    }
    expect(stored(folder)).toHaveLength(5)
    expect((await gc(folder)).text).toContain('1 file that no lock needs, younger than an hour')
    age(folder)
    const dry = await gc(folder, true)
    expect(dry.text).toMatch(/^WOULD REMOVE {2}1 file /)
    expect(stored(folder)).toHaveLength(5)
    expect((await gc(folder)).outputs['removed']).toBe('1')
    expect(stored(folder)).toHaveLength(4)
    // 500 is pinned, 400 is the one before, 100 has a name, 200 is at a branch's tip: only 300 is needed by nobody.
    await project.git('branch', '-D', 'kept-branch')
    expect((await gc(folder)).outputs['removed']).toBe('1')
    expect((await gc(folder)).text).toMatch(/^UNCHANGED/)
    await pull(folder, { data: 'hundred', force: true })
    expect(readFileSync(join(folder, 'data/parcels.csv'), 'utf8')).toBe(tinyRows(100))
  })

  test.each([
    ['in the working tree', (folder: string) => writeFileSync(join(folder, 'data.lock.yaml'), '<<<<<<< HEAD\n')],
    [
      'with a name',
      (folder: string) => {
        mkdirSync(join(folder, 'snapshots'))
        writeFileSync(join(folder, 'snapshots/x.lock.yaml'), 'version: 2\n')
      },
    ],
  ])('removes nothing while a lock %s cannot be read', async (_, spoil) => {
    const project = await tinyProject({ files })
    await pin(project.folder)
    await commitLock(project, 'one')
    age(project.folder)
    spoil(project.folder)
    await expect(gc(project.folder)).rejects.toMatchObject({ code: 'store/unreadable-lock' })
    expect(stored(project.folder)).toHaveLength(1)
  })

  test('leaves a store alone that lies outside, and what is not its own', async () => {
    const outside = tempFolder({ 'aa/readme': 'mine', 'notes.txt': 'mine' })
    const yaml = inFolder.replace('file: kept', `file: ${JSON.stringify(outside)}`)
    const project = await tinyProject({ files: { ...files, 'plumbline.yaml': yaml } })
    await pin(project.folder)
    await expect(gc(project.folder)).rejects.toMatchObject({ code: 'store/shared' })
    await gc(project.folder, false, true)
    expect(existsSync(join(outside, 'aa/readme')) && existsSync(join(outside, 'notes.txt'))).toBe(true)
  })
})

describe('snapshot --as', () => {
  test.each(['Before', 'deadbeef', 'a b', '../x', ''])('refuses the name %j', async (name) => {
    const { folder } = await tinyProject({ files })
    await expect(pin(folder, name)).rejects.toMatchObject({ code: 'cli/bad-input' })
    expect(existsSync(join(folder, 'data.lock.yaml'))).toBe(false)
  })

  test('keeps a name for the snapshot that has it', async () => {
    const project = await tinyProject({ files })
    expect((await pin(project.folder, 'one')).text).toContain('kept as snapshots/one.lock.yaml')
    await pin(project.folder, 'one')
    project.write('data/parcels.csv', tinyRows(9))
    const lock = readFileSync(join(project.folder, 'data.lock.yaml'), 'utf8')
    await expect(pin(project.folder, 'one')).rejects.toMatchObject({ code: 'data/name-taken' })
    expect(readFileSync(join(project.folder, 'data.lock.yaml'), 'utf8')).toBe(lock)
  })
})
