import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { snapshot } from '../../action/commands/snapshot.ts'
import { recallSnapshot } from '../../action/data/recall-snapshot.ts'
import type { SnapshotSummary } from '../../action/report/report-snapshot.ts'
import { contextIn } from '../support/command-context.ts'
import { snapshotInputs } from '../support/snapshot-inputs.ts'
import { tinyProject, tinyRows } from '../support/tiny-project.ts'

/** So late that what was just written is settled. */
const later = () => new Date(Date.now() + 3_600_000)

async function take(folder: string, now = later): Promise<SnapshotSummary> {
  const outcome = await snapshot.run(snapshotInputs, { ...contextIn(folder), now })
  if (outcome.kind === 'diagnosed') throw new Error(JSON.stringify(outcome.diagnostics))
  return outcome.result
}

/** A committed project with two files, whose snapshot is remembered. */
async function remembered() {
  const project = await tinyProject()
  project.write('data/b.csv', tinyRows(3))
  await take(project.folder)
  await project.git('add', '-A')
  await project.git('commit', '-qm', 'data')
  const unchanged = await take(project.folder)
  return { ...project, unchanged }
}

describe('recallSnapshot()', () => {
  test('says what a look at the files says', async () => {
    const { folder, unchanged } = await remembered()
    const { digest, files, bytes, rows, since, until, leftOut, git } = unchanged
    expect(await recallSnapshot(folder)).toEqual({ digest, files, bytes, rows, since, until, leftOut, git })
    expect(await take(folder)).toEqual(unchanged)
  })

  test('reads no file of settings or data', async () => {
    const { folder, unchanged } = await remembered()
    const facts = join(folder, '.plumbline/facts.json')
    writeFileSync(facts, 'broken')
    expect(await take(folder)).toEqual(unchanged)
    expect(readFileSync(facts, 'utf8')).toBe('broken')
  })

  test('says anew what git holds', async () => {
    const { folder, git } = await remembered()
    await git('rm', '--cached', '-q', 'data/b.csv')
    expect((await recallSnapshot(folder))?.git).toEqual({
      isRepository: true,
      uncommitted: ['data/b.csv'],
      ignored: [],
    })
  })

  test.each<[what: string, touch: (folder: string) => void]>([
    ['a row more', (folder) => appendFileSync(join(folder, 'data/b.csv'), 'p9,2025-02-01T00:00:00.000Z,N,1,0\n')],
    ['the same bytes anew', (folder) => writeFileSync(join(folder, 'data/b.csv'), tinyRows(3))],
    ['another file', (folder) => writeFileSync(join(folder, 'data/c.csv'), tinyRows(4))],
    ['a file less', (folder) => rmSync(join(folder, 'data/b.csv'))],
    ['a file under another name', (folder) => renameSync(join(folder, 'data/b.csv'), join(folder, 'data/c.csv'))],
    ['the project', (folder) => appendFileSync(join(folder, 'plumbline.yaml'), '\n')],
    ['the contract', (folder) => appendFileSync(join(folder, 'contract.yaml'), '\n')],
    ['the features', (folder) => rmSync(join(folder, 'features.sql'))],
    ['the lock', (folder) => appendFileSync(join(folder, 'data.lock.yaml'), '# checked\n')],
    ['no lock', (folder) => rmSync(join(folder, 'data.lock.yaml'))],
    ['what is remembered', (folder) => writeFileSync(join(folder, '.plumbline/unchanged.json'), '{"version":"0.0.0"}')],
    ['half of it', (folder) => writeFileSync(join(folder, '.plumbline/unchanged.json'), '{"vers')],
  ])('knows nothing after a touch of %s', async (_what, touch) => {
    const { folder } = await remembered()
    touch(folder)
    expect(await recallSnapshot(folder)).toBeUndefined()
  })

  test('knows nothing where a setting is a link now, or .plumbline is committed', async () => {
    const linked = await remembered()
    renameSync(join(linked.folder, 'contract.yaml'), join(linked.folder, 'own.yaml'))
    symlinkSync('own.yaml', join(linked.folder, 'contract.yaml'))
    expect(await recallSnapshot(linked.folder)).toBeUndefined()

    const committed = await remembered()
    execFileSync('git', ['-C', committed.folder, 'add', '-f', '.plumbline/unchanged.json'])
    expect(await recallSnapshot(committed.folder)).toBeUndefined()
  })
})

describe('rememberSnapshot()', () => {
  test('keeps nothing of files that were written just now', async () => {
    const { folder } = await tinyProject()
    const now = () => new Date()
    await take(folder, now)
    await take(folder, now)
    expect(existsSync(join(folder, '.plumbline/unchanged.json'))).toBe(false)
  })

  test('keeps nothing of a store that has bytes of its own', async () => {
    const { folder, write } = await tinyProject()
    write(
      'plumbline.yaml',
      readFileSync(join(folder, 'plumbline.yaml'), 'utf8').replace('data: {', 'data: { store: file,'),
    )
    await take(folder)
    await take(folder)
    expect(existsSync(join(folder, '.plumbline/unchanged.json'))).toBe(false)
  })
})
