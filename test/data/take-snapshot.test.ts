import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sha256 } from '../../action/base/sha256.ts'
import { fetchSnapshot } from '../../action/data/fetch-snapshot.ts'
import { factsFile } from '../../action/data/file-facts.ts'
import { openStore } from '../../action/data/stores/store.ts'
import { uncommittedFiles } from '../../action/data/stores/uncommitted-files.ts'
import { takeSnapshot } from '../../action/data/take-snapshot.ts'
import type { DataLock } from '../../action/project/data-lock.ts'
import type { Project } from '../../action/project/project.ts'
import { contractOf } from '../support/contract.ts'
import { projectOf } from '../support/project.ts'
import { tempFolder, writeFiles } from '../support/temp-folder.ts'

const january = 'ts,y\n2024-01-01 10:00:00,1\n2024-01-31 23:30:00.25,2\n'
const february = 'ts,y\n2024-02-01 00:00:00,3\n'

async function snapshotOf(project: Project, previous?: DataLock) {
  const read = await takeSnapshot(project, undefined, previous)
  if (!read.ok) throw new Error(JSON.stringify(read.diagnostics))
  return read.value
}

function gitIn(folder: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.invalid']
  return execFileSync('git', [...identity, ...args], { cwd: folder, encoding: 'utf8' })
}

function repository(files: Record<string, string>): string {
  const folder = tempFolder(files)
  gitIn(folder, 'init', '-q')
  gitIn(folder, 'add', '-A')
  gitIn(folder, 'commit', '-qm', 'data')
  return folder
}

describe('takeSnapshot()', () => {
  test('pins what the globs find, with rows and the newest moment', async () => {
    const folder = tempFolder({ 'data/b.csv': february, 'data/a.csv': january })
    const snapshot = await snapshotOf(projectOf(folder, { model: { time: 'ts' } }))
    expect(snapshot).toMatchObject({ rows: 3, since: '2024-01-01T10:00:00Z', until: '2024-02-01T00:00:00Z' })
    expect(snapshot.lock).toEqual({
      version: 1,
      until: '2024-02-01T00:00:00Z',
      sections: {
        features: [
          { path: 'data/a.csv', bytes: january.length, sha256: sha256(january) },
          { path: 'data/b.csv', bytes: february.length, sha256: sha256(february) },
        ],
      },
    })
    expect(snapshot.added.map(({ path }) => path)).toEqual(['data/a.csv', 'data/b.csv'])
  })

  test.each([
    ['year\n2018\n2019\n', '2019'],
    ['year\n2018-01-01\n2018-12-31\n', '2018-12-31'],
    ['year\n2018-01-01T00:00:00.5+01:00\n', '2017-12-31T23:00:00.5Z'],
  ])('writes the newest moment of %j as its type has it', async (text, until) => {
    const folder = tempFolder({ 'data/a.csv': text })
    expect((await snapshotOf(projectOf(folder, { model: { time: 'year' } }))).until).toBe(until)
  })

  test('says what changed since the earlier lock', async () => {
    const folder = tempFolder({ 'data/a.csv': january, 'data/b.csv': february, 'data/c.csv': january })
    const project = projectOf(folder)
    const { lock } = await snapshotOf(project)
    writeFiles(folder, { 'data/a.csv': `${january}2024-01-31 23:45:00,3\n`, 'data/d.csv': january })
    rmSync(join(folder, 'data/b.csv'))
    const later = await snapshotOf(project, lock)
    const names = { added: later.added, removed: later.removed, changed: later.changed }
    expect(Object.values(names).map((files) => files.map(({ path }) => path))).toEqual([
      ['data/d.csv'],
      ['data/b.csv'],
      ['data/a.csv'],
    ])
  })

  test('refuses a file without the time column, with the name that is like it', async () => {
    const folder = tempFolder({ 'data/a.csv': january.replace('ts,', 'tss,') })
    const read = await takeSnapshot(projectOf(folder, { model: { time: 'ts' } }), undefined, undefined)
    expect(read).toMatchObject({ ok: false, diagnostics: [{ code: 'data/no-time', file: 'data/a.csv' }] })
  })

  test('refuses a time that the contract calls a string', async () => {
    const project = projectOf(tempFolder({ 'data/a.csv': january }), { model: { time: 'ts' } })
    const read = await takeSnapshot(project, contractOf({ ts: 'string' }), undefined)
    expect(read).toMatchObject({ ok: false, diagnostics: [{ code: 'data/time-type', file: 'contract.yaml', line: 1 }] })
  })

  test('names the row of a ragged file', async () => {
    const project = projectOf(tempFolder({ 'data/a.csv': `${january}1,2,3\n` }), { model: { time: 'ts' } })
    const read = await takeSnapshot(project, undefined, undefined)
    expect(read).toMatchObject({ ok: false, diagnostics: [{ code: 'data/ragged-row', file: 'data/a.csv', line: 4 }] })
  })

  test('refuses a Git LFS pointer', async () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 5\n`
    const read = await takeSnapshot(projectOf(tempFolder({ 'data/a.csv': pointer })), undefined, undefined)
    expect(read).toMatchObject({ ok: false, diagnostics: [{ code: 'data/lfs-pointer', file: 'data/a.csv' }] })
  })

  test.each([
    ['../*.csv', 'data/outside-folder'],
    ['/etc/*.csv', 'data/outside-folder'],
    ['linked/*.csv', 'data/outside-folder'],
    ['data/*.txt', 'data/unknown-format'],
    ['dta/*.csv', 'data/no-files'],
  ])('refuses the source %s', async (source, code) => {
    const outside = tempFolder({ 'x.csv': january })
    const folder = tempFolder({ 'data/a.txt': january })
    symlinkSync(outside, join(folder, 'linked'))
    await expect(snapshotOf(projectOf(folder, { data: { source: [source] } }))).rejects.toMatchObject({ code })
  })

  test('proposes the folder that is there for a misspelt one', async () => {
    const project = projectOf(tempFolder({ 'data/a.csv': january }), { data: { source: ['dta/*.csv'] } })
    await expect(snapshotOf(project)).rejects.toMatchObject({ remedy: expect.stringContaining('data/*.csv') })
  })
})

describe('fetchSnapshot()', () => {
  test('finds old bytes in the history of git', async () => {
    const folder = repository({ 'data/a.csv': january, 'data/b.csv': february })
    const project = projectOf(folder)
    const { lock } = await snapshotOf(project)
    writeFiles(folder, { 'data/a.csv': february })
    rmSync(join(folder, 'data/b.csv'))
    gitIn(folder, 'commit', '-qam', 'other data')
    const { features } = await fetchSnapshot(project, lock)
    expect(features.map(({ absolutePath }) => readFileSync(absolutePath, 'utf8'))).toEqual([january, february])
  })

  test('asks for the whole history in a shallow clone', async () => {
    const origin = repository({ 'data/a.csv': january })
    const { lock } = await snapshotOf(projectOf(origin))
    writeFiles(origin, { 'data/a.csv': february })
    gitIn(origin, 'commit', '-qam', 'other data')
    const clone = join(tempFolder(), 'clone')
    gitIn(origin, 'clone', '-q', '--depth', '1', `file://${origin}`, clone)
    await expect(fetchSnapshot(projectOf(clone), lock)).rejects.toMatchObject({
      code: 'store/shallow-clone',
      remedy: expect.stringContaining('fetch-depth: 0'),
    })
  })

  test('refuses bytes that are nowhere', async () => {
    const folder = repository({ 'data/a.csv': january })
    const { lock } = await snapshotOf(projectOf(folder))
    const entry = { ...lock.sections['features']![0]!, sha256: 'f'.repeat(64) }
    const other: DataLock = { ...lock, sections: { features: [entry] } }
    await expect(fetchSnapshot(projectOf(folder), other)).rejects.toMatchObject({ code: 'store/missing' })
  })

  test('reads from a folder as store, and refuses bytes that were damaged there', async () => {
    const folder = tempFolder({ 'data/a.csv': january })
    const project = projectOf(folder, { data: { store: { kind: 'file', path: 'kept' } } })
    const { lock, files } = await snapshotOf(project)
    await openStore(project).put(files.features[0]!.absolutePath, lock.sections['features']![0]!)
    rmSync(join(folder, 'data/a.csv'))
    const { features } = await fetchSnapshot(project, lock)
    expect(readFileSync(features[0]!.absolutePath, 'utf8')).toBe(january)
    writeFiles(folder, { [`kept/${sha256(january).slice(0, 2)}/${sha256(january)}`]: 'other' })
    await expect(fetchSnapshot(project, lock)).rejects.toMatchObject({ code: 'store/damaged' })
  })

  test('does not store a file that changed meanwhile', async () => {
    const folder = tempFolder({ 'data/a.csv': january })
    const project = projectOf(folder, { data: { store: { kind: 'file', path: 'kept' } } })
    const { lock, files } = await snapshotOf(project)
    writeFiles(folder, { 'data/a.csv': february })
    const put = openStore(project).put(files.features[0]!.absolutePath, lock.sections['features']![0]!)
    await expect(put).rejects.toMatchObject({ code: 'store/changed' })
  })
})

describe('takeSnapshot(), again', () => {
  test('measures no file twice, and again once a file or the contract changed', async () => {
    const folder = tempFolder({ 'data/a.csv': january })
    const project = projectOf(folder, { model: { time: 'ts' } })
    const take = async (time: 'timestamp' | 'date') => {
      const taken = await takeSnapshot(project, contractOf({ ts: time }), undefined)
      return taken.ok ? taken.value : undefined
    }
    await take('timestamp')
    const kept = join(folder, factsFile)
    writeFileSync(kept, readFileSync(kept, 'utf8').replace(':[2,', ':[77,'))
    // What was hashed just now is hashed again, and then found among what is known.
    writeFileSync(join(folder, 'data/a.csv'), january)
    expect((await take('timestamp'))?.rows).toBe(77)
    writeFiles(folder, { 'data/b.csv': february })
    expect(await take('timestamp')).toMatchObject({ rows: 78, until: '2024-02-01T00:00:00Z' })
    rmSync(join(folder, 'data/b.csv'))
    expect(await take('date')).toMatchObject({ rows: 2, until: '2024-01-31' })
    writeFileSync(kept, '{')
    expect(await take('date')).toMatchObject({ rows: 2, until: '2024-01-31' })
  })
})

describe('uncommittedFiles()', () => {
  test('tells files that no commit holds, also in a folder below the repository’s', async () => {
    const root = repository({ 'm/data/a.csv': january, 'm/data/b.csv': january, '.gitignore': 'hidden/\n' })
    writeFiles(root, { 'm/data/b.csv': february, 'm/data/c.csv': january, 'm/hidden/d.csv': january })
    const paths = ['data/a.csv', 'data/b.csv', 'data/c.csv', 'hidden/d.csv']
    const entries = paths.map((path) => ({ path, bytes: 1, sha256: '' }))
    expect(await uncommittedFiles(join(root, 'm'), entries)).toEqual({
      isRepository: true,
      uncommitted: ['data/b.csv', 'data/c.csv'],
      ignored: ['hidden/d.csv'],
    })
  })

  test('says that there is no repository', async () => {
    const folder = tempFolder()
    mkdirSync(join(folder, 'data'))
    const found = await uncommittedFiles(folder, [{ path: 'data/a.csv' }])
    expect(found).toMatchObject({ isRepository: false, uncommitted: ['data/a.csv'] })
  })
})
