import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { silent } from '../../action/base/progress.ts'
import { runResumable } from '../../action/pipeline/run-resumable.ts'
import type { Project } from '../../action/project/project.ts'
import { parseProject } from '../../action/project/read-project.ts'
import { folderStore } from '../support/folder-store.ts'
import { projectOf } from '../support/project.ts'
import { tempFolder, writeFiles } from '../support/temp-folder.ts'
import { tinyYaml } from '../support/tiny-project.ts'

/** A stage that leaves a checkpoint and fails, in a workflow of a repository that everybody may read. */
async function failIn(parts: (folder: string) => Partial<Project>, written = '1', secrets: readonly string[] = []) {
  const [folder, root] = [tempFolder(), tempFolder()]
  writeFiles(folder, { 'event.json': '{"repository": {"private": false}}' })
  const notes: string[] = []
  const warnings: string[] = []
  const stage = {
    name: 'train',
    needs: [],
    run: `echo ${written} > "$PLUMBLINE_CHECKPOINT_DIR/epoch"; exit 1`,
    out: {},
    env: {},
    secrets,
    line: 1,
  }
  const run = {
    project: { ...projectOf(folder), ...parts(folder) },
    stage,
    name: 'train',
    reads: {},
    inputs: {},
    environment: undefined,
    caller: {
      PATH: process.env['PATH'],
      GITHUB_ACTIONS: 'true',
      GITHUB_EVENT_PATH: join(folder, 'event.json'),
      API_KEY: 'hunter22-hunter22',
    },
    logFile: join(folder, 'logs/train.log'),
    progress: {
      ...silent,
      note: (text: string) => void notes.push(text),
      warn: (text: string) => void warnings.push(text),
    },
    signal: new AbortController().signal,
  }
  const resumable = { run, cacheKey: 'a'.repeat(64), artifacts: folderStore(root), isFresh: false }
  await expect(runResumable(resumable, join(folder, 'work'))).rejects.toMatchObject({ code: 'stage/failed' })
  expect(existsSync(join(folder, '.plumbline/checkpoints/train', 'a'.repeat(16), 'epoch'))).toBe(true)
  return { sent: readdirSync(root), notes, warnings }
}

describe('runResumable()', () => {
  const store = (folder: string) => ({ kind: 'file', path: join(folder, 'store') }) as const

  test.each<[string, number, (folder: string) => Partial<Project>]>([
    [
      'hands no checkpoint on where it would be public',
      0,
      (folder) => ({ data: { ...projectOf(folder).data, store: store(folder) } }),
    ],
    ['hands it on where everybody has the data', 1, () => ({})],
    [
      'hands it on where everybody may have the data',
      1,
      (folder) => ({
        data: { ...projectOf(folder).data, store: store(folder) },
        privacy: { isPublic: true, minCount: 20 },
      }),
    ],
  ])('%s', async (_, artifacts, parts) => {
    const { sent, notes } = await failIn(parts)

    expect(sent).toHaveLength(artifacts)
    expect(notes.at(-1)).toBe(
      'train left a checkpoint (1 file, 2 B): the next run goes on from it; to begin anew: plumbline run --from train',
    )
  })

  test('hands none on that holds a secret, and says so', async () => {
    const { sent, warnings } = await failIn(() => ({}), '"$API_KEY"', ['API_KEY'])

    expect(sent).toEqual([])
    expect(warnings).toEqual([
      expect.stringMatching(
        /^train: its checkpoint cannot travel between machines: .*files\/1 holds its secret API_KEY/,
      ),
    ])
  })

  test.each([
    ['checkpoint: { every: 10ms }', /a duration of at least 1s is expected/],
    ['checkpoint: { every: often }', /a duration such as 90s, 6h or 30d is expected/],
    ['checkpoint: 10m', /stages\.train\.checkpoint/],
    ['checkpoint: { each: 10m }', /each/],
  ])('is never given %s', (line, message) => {
    const read = parseProject('/', tinyYaml.replace('run: node train.mjs', `run: node train.mjs\n    ${line}`))

    expect(read.ok || read.diagnostics.map((diagnostic) => diagnostic.message).join('\n')).toMatch(message)
  })
})
