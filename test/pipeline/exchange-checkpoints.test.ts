import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { silent } from '../../action/base/progress.ts'
import { checkpointFolder } from '../../action/pipeline/checkpoint-folder.ts'
import { type CheckpointExchange, receiveCheckpoint } from '../../action/pipeline/exchange-checkpoints.ts'
import { checkpointSender } from '../../action/pipeline/send-checkpoints.ts'
import { folderStore } from '../support/folder-store.ts'
import { tempFolder, writeFiles } from '../support/temp-folder.ts'

const cacheKey = 'c0ffee00'.repeat(8)
const prefix = `plumbline-parcels-checkpoint-train-${cacheKey.slice(0, 16)}-`

/** The runners of one workflow run, each with an empty disk. */
function workflowRun() {
  const root = tempFolder()
  const artifacts = folderStore(root)
  return {
    root,
    names: () => readdirSync(root).sort(),
    artifact: (name: string) => join(root, `${prefix}${name}`),
    runner(attempt: number, more: Partial<CheckpointExchange> = {}) {
      const warnings: string[] = []
      const place = { folder: tempFolder(), stage: 'train', cacheKey }
      const progress = { ...silent, warn: (text: string) => void warnings.push(text) }
      const exchange: CheckpointExchange = {
        artifacts,
        place,
        model: 'parcels',
        attempt,
        progress,
        refuse: async () => undefined,
        ...more,
      }
      const folder = checkpointFolder(exchange.place)
      mkdirSync(folder, { recursive: true })
      return {
        folder,
        warnings,
        write: (files: Readonly<Record<string, string>>) => writeFiles(folder, files),
        send: checkpointSender(exchange),
        receive: () => receiveCheckpoint(exchange),
        files: () => filesOf(folder),
        drafts: () => readdirSync(join(exchange.place.folder, '.plumbline/drafts')),
      }
    },
  }
}

function filesOf(folder: string): Readonly<Record<string, string>> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return Object.fromEntries(
    entries.map(({ parentPath, name }) => {
      const file = join(parentPath, name)
      return [file.slice(folder.length + 1), readFileSync(file, 'utf8')]
    }),
  )
}

/** A run whose first attempt sent two checkpoints. */
async function twoSent() {
  const run = workflowRun()
  const first = run.runner(1)
  first.write({ 'state.json': 'epoch 1' })
  await first.send()
  first.write({ 'state.json': 'epoch 2', 'more/optimizer': 'two' })
  await first.send()
  return run
}

describe('receiveCheckpoint()', () => {
  test('brings what was sent last to an empty runner, whatever its files are called', async () => {
    const run = workflowRun()
    const files = { 'state.json': 'epoch 1', 'a/b/epoch=03:loss?.bin': 'x', '.hidden': '', 'a/"*|<>': 'y' }
    const first = run.runner(1)
    first.write(files)
    expect(await first.send()).toBe(true)

    const second = run.runner(2)

    expect(await second.receive()).toBe(true)
    expect(second.files()).toEqual(files)
    expect([...first.drafts(), ...second.drafts()]).toEqual([])
    expect([...first.warnings, ...second.warnings]).toEqual([])
  })

  test('takes the newest of the newest attempt', async () => {
    const run = await twoSent()
    const second = run.runner(2)
    second.write({ 'state.json': 'epoch 9' })
    await second.send()
    const third = run.runner(3)
    await third.receive()
    expect(third.files()).toEqual({ 'state.json': 'epoch 9' })
  })

  test('finds nothing in a first attempt, of another key, or of another stage', async () => {
    const run = await twoSent()
    const folder = tempFolder()
    const others = [
      run.runner(1),
      run.runner(2, { place: { folder, stage: 'train', cacheKey: '0'.repeat(64) } }),
      run.runner(2, { place: { folder, stage: 'refit', cacheKey } }),
      run.runner(2, { model: 'letters' }),
    ]
    for (const other of others) {
      expect(await other.receive()).toBe(false)
      expect(other.warnings).toEqual([])
    }
  })

  test.each<[string, (artifact: string) => void, RegExp]>([
    ['cut', (at) => truncateSync(join(at, 'files/2'), 3), /its file "state\.json" has other bytes/],
    ['poisoned', (at) => writeFileSync(join(at, 'files/2'), 'epoch 7'), /its file "state\.json" has other bytes/],
    ['without a file', (at) => rmSync(join(at, 'files/1')), /its file "more\/optimizer" is missing/],
    ['without a manifest', (at) => rmSync(join(at, 'checkpoint.json')), /its manifest is none/],
    ['with half a manifest', (at) => truncateSync(join(at, 'checkpoint.json'), 80), /its manifest is none/],
    [
      'of another key, renamed',
      (at) => {
        const file = join(at, 'checkpoint.json')
        writeFileSync(file, readFileSync(file, 'utf8').replace(cacheKey, '0'.repeat(64)))
      },
      /of other code, data or parameters/,
    ],
    [
      'with a link',
      (at) => {
        rmSync(join(at, 'files/1'))
        symlinkSync('/etc/passwd', join(at, 'files/1'))
      },
      /is missing/,
    ],
  ])('says that the newest is %s, and takes the one before', async (_, spoil, why) => {
    const run = await twoSent()
    spoil(run.artifact('1-2'))
    const second = run.runner(2)

    expect(await second.receive()).toBe(true)

    expect(second.files()).toEqual({ 'state.json': 'epoch 1' })
    expect(second.warnings).toEqual([expect.stringMatching(why)])
    expect(second.drafts()).toEqual([])
  })

  test('begins anew where the service is not reached, and says so', async () => {
    const run = await twoSent()
    const broken = { ...folderStore(run.root), list: () => Promise.reject(new Error('no route')) }
    const second = run.runner(2, { artifacts: broken })

    expect(await second.receive()).toBe(false)
    expect(second.warnings).toEqual(['train: its checkpoint cannot travel between machines: no route'])
  })
})

describe('checkpointSender()', () => {
  test('sends only what changed, under names that no attempt used, and keeps the two newest', async () => {
    const run = await twoSent()
    expect(run.names()).toEqual([`${prefix}1-1`, `${prefix}1-2`])
    const second = run.runner(2)
    expect(await second.send()).toBe(false)
    await second.receive()
    expect(await second.send()).toBe(true)
    expect(await second.send()).toBe(false)
    second.write({ 'state.json': 'epoch 2' })
    expect(await second.send(), 'the same bytes, written again').toBe(false)
    second.write({ 'state.json': 'epoch 3' })
    expect(await second.send()).toBe(true)

    expect(run.names()).toEqual([`${prefix}2-1`, `${prefix}2-2`])
    const again = run.runner(2)
    again.write({ 'state.json': 'epoch 4' })
    await again.send()
    expect(run.names()).toEqual([`${prefix}2-2`, `${prefix}2-3`])
  })

  test('takes neither links nor pipes along, and says so once', async () => {
    const run = workflowRun()
    const first = run.runner(1)
    first.write({ 'state.json': 'epoch 1' })
    symlinkSync('/etc', join(first.folder, 'etc'))
    execFileSync('mkfifo', [join(first.folder, 'pipe')])
    await first.send()
    first.write({ 'state.json': 'epoch 2' })
    await first.send()

    const second = run.runner(2)
    await second.receive()
    expect(second.files()).toEqual({ 'state.json': 'epoch 2' })
    expect(first.warnings).toEqual([
      'train: "etc" and 1 more of its checkpoint is a link or no file: it does not go along',
    ])
  })

  test('sends one after the other, however often it is asked', async () => {
    const run = workflowRun()
    const first = run.runner(1)
    first.write({ 'state.json': 'epoch 1' })

    expect(await Promise.all([first.send(), first.send(), first.send()])).toEqual([true, false, false])
    expect(run.names()).toEqual([`${prefix}1-1`])
  })

  test('sends no half of a checkpoint that changes all the while', async () => {
    const run = workflowRun()
    const first = run.runner(1)
    let isWriting = true
    const writeOn = () => {
      first.write({ 'state.json': String(Math.random()) })
      if (isWriting) setImmediate(writeOn)
    }
    writeOn()
    expect(await first.send()).toBe(false)
    isWriting = false
    expect(run.names()).toEqual([])
    expect(first.warnings).toEqual([expect.stringContaining('it changed all the while')])
  })

  test('goes on where a sending fails, and sends the next time', async () => {
    const run = workflowRun()
    let isBroken = true
    const store = folderStore(run.root)
    const artifacts: typeof store = {
      ...store,
      upload: (...words) => (isBroken ? Promise.reject(new Error('no room')) : store.upload(...words)),
    }
    const first = run.runner(1, { artifacts })
    first.write({ 'state.json': 'epoch 1' })
    expect([await first.send(), await first.send()]).toEqual([false, false])
    isBroken = false
    expect(await first.send()).toBe(true)
    expect(first.warnings).toEqual(['train: its checkpoint cannot travel between machines: no room'])
  })

  test.skipIf(process.getuid?.() === 0)('says what cannot be read', async () => {
    const first = workflowRun().runner(1)
    first.write({ 'state.json': 'epoch 1' })
    chmodSync(join(first.folder, 'state.json'), 0)
    expect(await first.send()).toBe(false)
    expect(first.warnings).toEqual([expect.stringContaining('EACCES')])
  })
})
