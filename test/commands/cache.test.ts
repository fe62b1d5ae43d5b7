import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { afterAll, describe, expect, test } from 'vitest'

import { cacheGc } from '../../action/commands/cache-gc.ts'
import { cacheList } from '../../action/commands/cache-list.ts'
import type { CommandContext } from '../../action/commands/define-command.ts'
import { findCandidate } from '../../action/pipeline/find-candidate.ts'
import { runPipeline } from '../../action/pipeline/run-pipeline.ts'
import type { CacheClearing, CacheListing } from '../../action/report/report-cache.ts'
import { contextIn } from '../support/command-context.ts'
import { plumbline } from '../support/command-line.ts'
import { pinData } from '../support/pin-data.ts'
import { printed } from '../support/result-schema.ts'
import { tempFolder, writeFiles } from '../support/temp-folder.ts'
import { tinyProject, tinyTrain, tinyYaml } from '../support/tiny-project.ts'

const gone = 2 ** 22 - 1

async function run(folder: string): Promise<readonly string[]> {
  const end = await runPipeline({
    ...contextIn(folder),
    environment: { PATH: process.env['PATH'] },
    now: () => new Date(),
  })
  if (end.kind !== 'passed') throw new Error(JSON.stringify(end))
  return end.record.stages.filter(({ outcome }) => outcome !== 'cached').map(({ name }) => name)
}

const prepared = mkdtempSync(join(tmpdir(), 'plumbline-'))
afterAll(() => rmSync(prepared, { recursive: true }))

/** A project that ran, was edited and ran again; made once, as it takes a while. */
async function ranTwice() {
  if (readdirSync(prepared).length === 0) {
    const project = await tinyProject()
    await pinData(project.folder)
    await run(project.folder)
    project.write('train.mjs', `${tinyTrain}// edited\n`)
    await run(project.folder)
    cpSync(project.folder, prepared, { recursive: true, preserveTimestamps: true })
  }
  const folder = tempFolder()
  cpSync(prepared, folder, { recursive: true, preserveTimestamps: true })
  return { folder, write: (path: string, text: string) => writeFiles(folder, { [path]: text }) }
}

async function list(folder: string, change: Partial<CommandContext> = {}, all = false): Promise<CacheListing> {
  const outcome = await cacheList.run({ environments: all }, { ...contextIn(folder), ...change })
  if (outcome.kind === 'diagnosed') throw new Error(JSON.stringify(outcome.diagnostics))
  return outcome.result
}

async function gc(
  folder: string,
  inputs: { budget?: string; 'dry-run'?: boolean; environments?: boolean } = {},
  change: Partial<CommandContext> = {},
): Promise<CacheClearing> {
  const given = { budget: '1 B', 'dry-run': false, environments: false, ...inputs }
  const outcome = await cacheGc.run(given, { ...contextIn(folder), ...change })
  if (outcome.kind === 'diagnosed') throw new Error(JSON.stringify(outcome.diagnostics))
  return outcome.result
}

function namesOf(entries: CacheListing['entries']): string[] {
  return entries.map(({ kind, name }) => (kind === 'stage' ? name : kind)).sort()
}

describe('cache list', () => {
  test('shows each result with its size, who used it, and why it stays', async () => {
    const { folder } = await ranTwice()

    const { entries } = await list(folder)

    const trains = entries.filter(({ name }) => name === 'train')
    expect(trains.map(({ need, runs }) => [need, runs.length])).toEqual([
      ['current run', 1],
      [null, 1],
    ])
    expect(entries.find(({ name }) => name === 'features')).toMatchObject({ need: 'current run', kind: 'stage' })
    expect(entries.find(({ name }) => name === 'features')?.runs).toHaveLength(2)
    expect(entries.every(({ bytes, madeMs }) => bytes > 0 && madeMs !== null)).toBe(true)
    const { text } = await cacheList.report({ entries, budgetBytes: 1, withEnvironments: false })
    expect(text).toMatch(/entries, .*: above the budget of 1 B\n/)
    expect(text).toMatch(/ {2}train +[0-9a-f]{8} +\d/)
  })

  test('says that nothing is kept', async () => {
    const { folder } = await tinyProject()

    expect((await cacheList.report(await list(folder))).text).toContain('Nothing is kept')
  })

  test('lists what is cut off or hostile as what can go, and follows no link', async () => {
    const { folder } = await tinyProject()
    const elsewhere = tempFolder({ 'a/result.json': '{}' })
    writeFiles(folder, { '.plumbline/stages/train/0123456789abcdef/result.json': '{"schema":"plumbline/stage/v9"}' })
    symlinkSync(elsewhere, join(folder, '.plumbline/stages/linked'))

    expect((await list(folder)).entries).toMatchObject([{ name: 'train', isDead: true, need: null }])
    await gc(folder)
    expect(existsSync(join(elsewhere, 'a/result.json'))).toBe(true)
  })
})

describe('cache gc', () => {
  test('removes what neither the current nor the newest passed run needs, and all goes on as before', async () => {
    const { folder } = await ranTwice()

    expect(namesOf((await gc(folder, { 'dry-run': true })).removed)).toContain('train')
    expect((await list(folder)).entries.filter(({ name }) => name === 'train')).toHaveLength(2)
    const { removed, kept, isOver } = await gc(folder)

    expect(removed.every(({ need }) => need === null)).toBe(true)
    expect(namesOf(removed)).toContain('train')
    expect(isOver).toBe(true)
    expect(kept.every(({ path }) => existsSync(path))).toBe(true)
    expect(removed.some(({ path }) => existsSync(path))).toBe(false)
    expect(await run(folder)).toEqual([])
    expect(await findCandidate(folder)).toMatchObject({ ok: true, value: { kind: 'ready' } })
    expect((await gc(folder)).removed).toEqual([])
  })

  test('keeps what the newest passed run needs while the project is edited', async () => {
    const project = await ranTwice()
    project.write('train.mjs', `${tinyTrain}// edited again\n`)

    await gc(project.folder)

    project.write('train.mjs', `${tinyTrain}// edited\n`)
    expect(await findCandidate(project.folder)).toMatchObject({ ok: true, value: { kind: 'ready' } })
    expect(await run(project.folder)).toEqual([])
  })

  test('removes nothing within the budget but what processes left behind', async () => {
    const { folder } = await ranTwice()
    const drafts = join(folder, '.plumbline/drafts')
    for (const name of [`train-${gone}-0a0a0a0a`, `train-${process.pid}-0a0a0a0a`]) mkdirSync(join(drafts, name))

    const { removed } = await gc(folder, { budget: '1 GB' })

    expect(namesOf(removed)).toEqual(['draft'])
    expect(readdirSync(drafts)).toEqual([`train-${process.pid}-0a0a0a0a`])
  })

  test('keeps the newest checkpoint of each stage', async () => {
    const { folder } = await ranTwice()
    const place = (key: string) => join(folder, '.plumbline/checkpoints/train', key.repeat(16))
    for (const [at, key] of ['a', 'b'].entries()) {
      writeFiles(place(key), { 'epoch-1': 'x' })
      utimesSync(place(key), at + 1, at + 1)
    }

    await gc(folder)

    expect([existsSync(place('a')), existsSync(place('b'))]).toEqual([false, true])
  })

  test('leaves all alone while a run goes on', async () => {
    const { folder } = await ranTwice()
    const holder = { token: 't', pid: process.ppid, host: hostname() }
    writeFileSync(join(folder, '.plumbline/run.lock'), JSON.stringify(holder))

    await expect(gc(folder)).rejects.toMatchObject({ code: 'locked' })
    expect((await gc(folder, { 'dry-run': true })).removed.length).toBeGreaterThan(0)
  })

  test('clears environments where asked, but none that may be in use or is this project’s', async () => {
    const project = await tinyProject({ files: { 'requirements.txt': 'a==1 --hash=sha256:00\n' } })
    await pinData(project.folder)
    const cache = tempFolder()
    const environment = { PLUMBLINE_CACHE: cache }
    const add = (digit: string, files: Readonly<Record<string, string>>, daysAgo: number) => {
      const place = join(cache, 'environments', digit.repeat(16))
      writeFiles(place, { 'bin/python': 'x', ...files })
      const at = contextIn('/').now().getTime() / 1000 - daysAgo * 86_400
      for (const name of Object.keys(files)) utimesSync(join(place, name), at, at)
    }
    add('a', { 'plumbline-complete': '{}', 'plumbline-requirements.txt': 'old' }, 9)
    add('b', { 'plumbline-complete': '{}', 'plumbline-requirements.txt': 'other' }, 0)
    add('c', {}, 9)
    utimesSync(join(cache, 'environments', 'c'.repeat(16)), 1, 1)
    mkdirSync(join(cache, 'environments/mine'))

    expect((await gc(project.folder, {}, { environment })).removed).toEqual([])
    const { removed } = await gc(project.folder, { environments: true }, { environment })

    expect(removed.map(({ name }) => name.slice(0, 1)).sort()).toEqual(['a', 'c'])
    expect(readdirSync(join(cache, 'environments')).sort()).toEqual(['b'.repeat(16), 'mine'])
  })

  test.each(['5', 'GB', '-1 GB', '0 B', ''])('refuses the budget %j', async (budget) => {
    await expect(gc(tempFolder(), { budget })).rejects.toMatchObject({ code: 'cli/bad-input' })
  })

  test('takes its budget from keep.cache, and diagnoses one that is none', async () => {
    const { folder, write } = await tinyProject()
    const yaml = (size: string) => `${tinyYaml}keep: { cache: ${size} }\n`
    write('plumbline.yaml', yaml('3 GB'))
    expect((await list(folder)).budgetBytes).toBe(3e9)
    write('plumbline.yaml', yaml('many'))

    const outcome = await cacheList.run({ environments: false }, contextIn(folder))

    expect(outcome).toMatchObject({
      kind: 'diagnosed',
      diagnostics: [{ message: expect.stringContaining('keep.cache') }],
    })
  })

  test('killed anywhere and run again, comes to the same', async () => {
    const kill = fileURLToPath(new URL('../support/kill-at-write.mjs', import.meta.url))
    const ends = new Set<string>()
    const keptIn = async (folder: string) =>
      (await list(folder)).entries
        .map(({ path }) => path.slice(folder.length))
        .sort()
        .join('\n')
    for (let at = 1, isOver = false; !isOver; at += 2) {
      const { folder } = await ranTwice()
      const environment = { NODE_OPTIONS: `--import ${kill}`, KILL_AT: String(at) }
      const { code } = await plumbline(folder, ['cache', 'gc', '--budget', '1B'], { environment })
      isOver = code === 0
      await gc(folder)
      ends.add(`${await keptIn(folder)}\n${readdirSync(join(folder, '.plumbline/drafts')).join('\n')}`)
    }

    const undisturbed = await ranTwice()
    await gc(undisturbed.folder)
    expect([...ends]).toEqual([`${await keptIn(undisturbed.folder)}\n`])
  })
})

describe('schema/cache-*-result.schema.json', () => {
  test('describes what is printed', async () => {
    const { folder } = await ranTwice()
    writeFiles(folder, { [`.plumbline/drafts/train-${gone}-00/a`]: '' })
    for (const [command, inputs] of [
      [cacheList, { environments: true }],
      [cacheGc, { budget: '1 B', 'dry-run': true, environments: true }],
      [cacheGc, { budget: undefined, 'dry-run': false, environments: false }],
      [cacheGc, { budget: 'x', 'dry-run': false, environments: false }],
    ] as const) {
      expect((await printed(command, command.name, folder, inputs)).errors, command.name).toEqual([])
    }
    rmSync(join(folder, 'plumbline.yaml'))
    const { json, errors } = await printed(cacheList, 'cache list', folder, { environments: false })
    expect([json['outcome'], errors]).toEqual(['diagnosed', []])
  })
})
