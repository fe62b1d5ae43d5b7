import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { snapshot } from '../../action/commands/snapshot.ts'
import { findCandidate } from '../../action/pipeline/find-candidate.ts'
import { runPipeline } from '../../action/pipeline/run-pipeline.ts'
import type { RunRecord } from '../../action/pipeline/run-record.ts'
import { contextIn } from '../support/command-context.ts'
import { snapshotInputs } from '../support/snapshot-inputs.ts'
import { tinyProject, tinyRows } from '../support/tiny-project.ts'

async function run(folder: string, data?: string): Promise<{ record: RunRecord; notes: string[] }> {
  const notes: string[] = []
  const context = contextIn(folder)
  const progress = { ...context.progress, note: (text: string) => void notes.push(text) }
  const end = await runPipeline({
    ...context,
    environment: { PATH: process.env['PATH'] },
    progress,
    ...(data !== undefined && { data }),
  })
  if (end.kind === 'diagnosed') throw new Error(JSON.stringify(end.diagnostics))
  return { record: end.record, notes }
}

async function pinned(folder: string, name?: string): Promise<string> {
  const outcome = await snapshot.run({ ...snapshotInputs, as: name }, contextIn(folder))
  if (outcome.kind === 'diagnosed') throw new Error(JSON.stringify(outcome.diagnostics))
  return outcome.result.digest
}

describe('run --data', () => {
  test('trains on an older snapshot by name, digest and tag, and register takes only what the tree declares', {
    timeout: 120_000,
  }, async () => {
    const project = await tinyProject()
    const { folder, git } = project
    const early = await pinned(folder, 'early')
    await git('add', '-A')
    await git('commit', '-qm', 'early')
    const commit = await git('rev-parse', 'HEAD')
    project.write('data/parcels.csv', tinyRows(500))
    const late = await pinned(folder)
    await git('add', '-A')
    await git('commit', '-qm', 'late')
    const lock = readFileSync(join(folder, 'data.lock.yaml'), 'utf8')

    const byName = await run(folder, 'early')
    expect(byName.record.data).toMatchObject({ digest: early, asked: 'early', rows: 400 })
    expect(byName.notes[0]).toContain(`data ${early.slice(0, 8)} (early, not the pinned snapshot: 1 file)`)
    expect(readFileSync(join(folder, 'data.lock.yaml'), 'utf8')).toBe(lock)
    expect(readFileSync(join(folder, 'data/parcels.csv'), 'utf8')).toBe(tinyRows(500))
    await expect(findCandidate(folder)).rejects.toMatchObject({
      code: 'pipeline/no-candidate',
      remedy: expect.stringContaining('snapshot "early", which is not pinned'),
    })

    for (const asked of [early.slice(0, 8), `parcels-v1-g${commit.slice(0, 8)}-d${early.slice(0, 8)}`]) {
      const again = await run(folder, asked)
      expect(again.record).toMatchObject({ runKey: byName.record.runKey, data: { digest: early, asked } })
      expect(again.record.stages.every(({ outcome }) => outcome === 'cached')).toBe(true)
    }

    const current = await run(folder)
    expect(current.record.data).toMatchObject({ digest: late, rows: 500 })
    expect(current.record.runKey).not.toBe(byName.record.runKey)
    const found = await findCandidate(folder)
    expect(found).toMatchObject({
      ok: true,
      value: { kind: 'ready', candidate: { record: { data: { digest: late } } } },
    })
    // The pinned snapshot by its digest is the pinned snapshot.
    expect((await run(folder, late.slice(0, 12))).record.data).not.toHaveProperty('asked')
    await expect(run(folder, 'laet')).rejects.toMatchObject({ code: 'data/unknown-snapshot' })
  })

  test('refuses a snapshot that lacks a source which is declared now', async () => {
    const { folder } = await tinyProject()
    await pinned(folder, 'early')
    const lock = readFileSync(join(folder, 'snapshots/early.lock.yaml'), 'utf8').replace('features:', 'rows:')
    writeFileSync(join(folder, 'snapshots/early.lock.yaml'), lock)
    await expect(run(folder, 'early')).rejects.toThrow('features')
  })
})
