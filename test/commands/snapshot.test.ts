import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { snapshot } from '../../action/commands/snapshot.ts'
import { compareWithLock } from '../../action/data/compare-with-lock.ts'
import { dataDigest, readDataLock } from '../../action/project/data-lock.ts'
import { readContract } from '../../action/project/read-contract.ts'
import { readProject } from '../../action/project/read-project.ts'
import type { SnapshotSummary } from '../../action/report/report-snapshot.ts'
import { contextIn } from '../support/command-context.ts'
import { snapshotInputs } from '../support/snapshot-inputs.ts'
import { tinyProject, tinyRows, tinyYaml } from '../support/tiny-project.ts'

async function take(folder: string, check = false): Promise<{ kind: string; result: SnapshotSummary; text: string }> {
  const outcome = await snapshot.run({ ...snapshotInputs, check }, contextIn(folder))
  if (outcome.kind === 'diagnosed') throw new Error(JSON.stringify(outcome.diagnostics))
  const { text } = await snapshot.report(outcome.result)
  return { ...outcome, text }
}

describe('snapshot', () => {
  test('writes a lock that pins the files, and says so', async () => {
    const { folder } = await tinyProject()
    const { kind, result, text } = await take(folder)
    const lock = readDataLock('data.lock.yaml', readFileSync(join(folder, 'data.lock.yaml'), 'utf8'))
    if (!lock.ok) throw new Error('unreadable lock')
    expect(kind).toBe('done')
    expect(dataDigest(lock.value)).toBe(result.digest)
    expect(lock.value.until).toBe(new Date(Date.UTC(2025, 0, 1) + 399 * 3_600_000).toISOString().replace('.000', ''))
    expect(text).toContain(`PINNED  data ${result.digest.slice(0, 8)}\n  1 file (`)
    expect(text).toContain('400 rows · 2025-01-01T00:00:00Z … 2025-01-17T15:00:00Z')
    expect(text).toContain('! Not committed yet: data/parcels.csv.')
  })

  test('says that nothing is new, and leaves the lock as it is', async () => {
    const { folder, git } = await tinyProject()
    await take(folder)
    await git('add', '-A')
    await git('commit', '-qm', 'data')
    const before = readFileSync(join(folder, 'data.lock.yaml'), 'utf8')
    const { text } = await take(folder)
    expect(text).toMatch(
      /^UNCHANGED {2}data [0-9a-f]{8}: nothing new, the same bytes as the pinned snapshot\n.*rows.*$/,
    )
    expect(readFileSync(join(folder, 'data.lock.yaml'), 'utf8')).toBe(before)
  })

  test('names the files that came and went', async () => {
    const { folder, write } = await tinyProject()
    await take(folder)
    write('data/b.csv', tinyRows(3))
    const { text, result } = await take(folder)
    expect(result.added.map(({ path }) => path)).toEqual(['data/b.csv'])
    expect(text).toMatch(
      /^PINNED {2}data [0-9a-f]{8} \(was [0-9a-f]{8}: \+1 file: 3 new rows, 2025-01-01T00:00:00Z … 2025-01-01T02:00:00Z\)/,
    )
    expect(text).toContain('\n  + data/b.csv  ')
  })

  test('says which columns came, and that ingest wrote an old file again', async () => {
    const { folder, write } = await tinyProject()
    await take(folder)
    write('data/again.csv', tinyRows(400))
    write(
      'data/z.csv',
      tinyRows(30)
        .replace('late', 'late,state')
        .replaceAll(/,([01])$/gm, ',$1,x'),
    )
    const { result, text } = await take(folder)
    expect(text).toContain('\n  columns of features: +state\n')
    expect(result.oddities).toEqual([
      { kind: 'same bytes', path: 'data/again.csv', as: 'data/parcels.csv' },
      { kind: 'older', path: 'data/z.csv', until: '2025-01-02T05:00:00Z', newest: '2025-01-17T15:00:00Z' },
      { kind: 'not newer', files: 2, until: '2025-01-17T15:00:00Z' },
    ])
    expect(text).toContain('! data/again.csv holds the same bytes as data/parcels.csv: its rows count twice.')
    expect(text).toContain('! data/z.csv is new, but its newest row (2025-01-02T05:00:00Z) is older')
    expect(text).toContain('! The newest row is still of 2025-01-17T15:00:00Z, though 2 files are new or changed.')
    rmSync(join(folder, 'data/z.csv'))
    expect((await take(folder)).text).toContain('−1 file: 30 rows, 2025-01-01T00:00:00Z … 2025-01-02T05:00:00Z')
  })

  test('tells rows that stand in two files of other bytes, but not those of one sensor and another', async () => {
    const { folder, write } = await tinyProject()
    await take(folder)
    write('data/again.csv', tinyRows(400).replaceAll('\n', '\r\n'))
    const { result } = await take(folder)
    expect(result.oddities[0]).toEqual({ kind: 'same rows', path: 'data/again.csv', as: 'data/parcels.csv', rows: 400 })
    write('data/more.csv', tinyRows(400).replaceAll('p1', 'q1'))
    expect((await take(folder)).result.oddities.map(({ kind }) => kind)).toEqual(['not newer'])
  })

  test('leaves files older than the window out of the lock, and moves with it', async () => {
    const yaml = tinyYaml.replace('split: { test: 0.25 }', 'split: { test: 0.25, window: 10d }')
    const months = (days: number) => tinyRows(24 * days)
    const { folder, write } = await tinyProject({ files: { 'plumbline.yaml': yaml, 'data/old.csv': months(2) } })
    const { result, text } = await take(folder)
    expect(result.leftOut).toEqual({ files: 1, rows: 48, before: '2025-01-07T15:00:00.000Z' })
    expect(text).toContain('\n  left out: 1 file (48 rows), all older than split.window reaches back (2025-01-07)\n')
    expect(readFileSync(join(folder, 'data.lock.yaml'), 'utf8')).not.toContain('old.csv')
    expect(await take(folder, true)).toMatchObject({ kind: 'done' })
    const project = await readProject(folder)
    const lock = readDataLock('data.lock.yaml', readFileSync(join(folder, 'data.lock.yaml'), 'utf8'))
    if (!project.ok || !lock.ok) throw new Error('unreadable')
    rmSync(join(folder, '.plumbline'), { recursive: true })
    const contract = await readContract(project.value)
    expect(await compareWithLock(project.value, lock.value, contract.ok ? contract.value : undefined)).toBeUndefined()
    write('data/next.csv', tinyRows(700).replaceAll(/^(?!.*2025-01-2[5-9]).*T.*\n/gm, ''))
    const next = await take(folder)
    expect(next.text).toMatch(/\+1 file: 120 new rows, .*; −1 file: 400 rows/)
  })

  test('only looks with check', async () => {
    const { folder, write } = await tinyProject()
    expect(await take(folder, true)).toMatchObject({ kind: 'no' })
    expect(existsSync(join(folder, 'data.lock.yaml'))).toBe(false)
    await take(folder)
    expect(await take(folder, true)).toMatchObject({ kind: 'done', text: expect.stringMatching(/^PASS/) })
    write('data/parcels.csv', tinyRows(10))
    expect(await take(folder, true)).toMatchObject({ kind: 'no', text: expect.stringContaining('~ data/parcels.csv') })
  })

  test('keeps the bytes where the store is a folder', async () => {
    const yaml = tinyYaml.replace('data/*.csv }', 'data/*.csv, store: { file: kept } }')
    const { folder } = await tinyProject({ files: { 'plumbline.yaml': yaml } })
    const { result } = await take(folder)
    const { sha256 } = result.added[0]!
    expect(readFileSync(join(folder, 'kept', sha256.slice(0, 2), sha256), 'utf8')).toBe(tinyRows(400))
  })

  test('writes a lock with the marks of a merge conflict anew, but not with check', async () => {
    const { folder, write } = await tinyProject()
    write('data.lock.yaml', '<<<<<<< HEAD\n')
    const outcome = await snapshot.run({ ...snapshotInputs, check: true }, contextIn(folder))
    expect(outcome).toMatchObject({ kind: 'diagnosed', diagnostics: [{ code: 'lock/merge-conflict' }] })
    const { text } = await take(folder)
    expect(text).toContain('! data.lock.yaml could not be read, so it was written anew.')
    expect(await take(folder, true)).toMatchObject({ kind: 'done' })
  })

  test('warns of data that git ignores', async () => {
    const { folder } = await tinyProject({ files: { '.gitignore': '.plumbline/\ndata/\n' } })
    expect((await take(folder)).text).toContain('! git ignores data/parcels.csv')
  })

  test('writes nothing where a file cannot be read', async () => {
    const { folder, write } = await tinyProject()
    write('data/z.csv', '')
    const outcome = await snapshot.run(snapshotInputs, contextIn(folder))
    expect(outcome).toMatchObject({ kind: 'diagnosed', diagnostics: [{ code: 'data/empty-file', file: 'data/z.csv' }] })
    expect(existsSync(join(folder, 'data.lock.yaml'))).toBe(false)
  })
})
