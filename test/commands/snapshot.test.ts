import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { snapshot } from '../../action/commands/snapshot.ts'
import { dataDigest, readDataLock } from '../../action/project/data-lock.ts'
import type { SnapshotSummary } from '../../action/report/report-snapshot.ts'
import { contextIn } from '../support/command-context.ts'
import { tinyProject, tinyRows, tinyYaml } from '../support/tiny-project.ts'

async function take(folder: string, check = false): Promise<{ kind: string; result: SnapshotSummary; text: string }> {
  const outcome = await snapshot.run({ check }, contextIn(folder))
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
    expect(text).toMatch(/^PINNED {2}data [0-9a-f]{8} \(was [0-9a-f]{8}: \+1 file\)/)
    expect(text).toContain('\n  + data/b.csv  ')
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
    const outcome = await snapshot.run({ check: true }, contextIn(folder))
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
    const outcome = await snapshot.run({ check: false }, contextIn(folder))
    expect(outcome).toMatchObject({ kind: 'diagnosed', diagnostics: [{ code: 'data/empty-file', file: 'data/z.csv' }] })
    expect(existsSync(join(folder, 'data.lock.yaml'))).toBe(false)
  })
})
