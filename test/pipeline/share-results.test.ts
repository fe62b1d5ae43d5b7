import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
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
import { sha256 } from '../../action/base/sha256.ts'
import { actionsSharedCache } from '../../action/github/runner/actions-shared-cache.ts'
import type { SharedCache } from '../../action/github/runner/shared-cache.ts'
import { runPipeline } from '../../action/pipeline/run-pipeline.ts'
import type { Job } from '../../action/pipeline/run-session.ts'
import { openSharedResults } from '../../action/pipeline/share-results.ts'
import { makeResult } from '../../action/pipeline/stage-result.ts'
import { pinData } from '../support/pin-data.ts'
import { type ResultsServices, type StoredCache, startResultsServices } from '../support/results-services.ts'
import { tempFolder, writeFiles } from '../support/temp-folder.ts'
import { tinyProject, tinyYaml } from '../support/tiny-project.ts'

const { signal } = new AbortController()

/** A repository with its data pinned, and the service behind its workflow runs. */
async function repository(yaml = tinyYaml) {
  const { folder } = await tinyProject({ files: { 'plumbline.yaml': yaml } })
  await pinData(folder)
  const services = await startResultsServices()
  const run = async (job?: Job, event: object = { repository: { private: true } }) => {
    const machine = tempFolder()
    cpSync(folder, machine, { recursive: true })
    return { machine, ...(await runOn(machine, services, job, event)) }
  }
  return { services, run, [Symbol.asyncDispose]: async () => await services[Symbol.asyncDispose]() }
}

/** As every machine of the workflow sees it. */
function cacheOf(services: ResultsServices): SharedCache {
  const cache = actionsSharedCache({
    PATH: process.env['PATH'],
    RUNNER_TEMP: tempFolder(),
    ACTIONS_CACHE_SERVICE_V2: 'true',
    ACTIONS_RESULTS_URL: services.url,
    ACTIONS_RUNTIME_TOKEN: services.tokenFor('run'),
    GITHUB_SERVER_URL: 'http://gh.localhost',
  })
  if (!cache) throw new Error('no cache')
  return cache
}

async function runOn(machine: string, services: ResultsServices, job: Job | undefined, event: object) {
  const said: string[] = []
  const environment = {
    PATH: process.env['PATH'],
    GITHUB_ACTIONS: 'true',
    GITHUB_EVENT_PATH: join(tempFolder({ 'event.json': JSON.stringify(event) }), 'event.json'),
  }
  const end = await runPipeline({
    folder: machine,
    environment,
    progress: { ...silent, note: (text) => said.push(text), warn: (text) => said.push(`! ${text}`) },
    signal,
    now: () => new Date(),
    sharedCache: cacheOf(services),
    ...(job && { job }),
  })
  if (end.kind !== 'passed') throw new Error(JSON.stringify(end))
  const stages = Object.fromEntries(end.record.stages.map((stage) => [stage.name, stage.outcome]))
  const outputs = Object.fromEntries(end.record.stages.map((stage) => [stage.name, stage.outputs]))
  return { stages, outputs, said: said.filter((line) => /cache/.test(line)) }
}

function entryOf(services: ResultsServices, stage: string): StoredCache {
  const found = services.caches().find(({ key }) => key.startsWith(`plumbline-stage-v1-${stage}-`))
  if (!found) throw new Error(`nothing of ${stage} is stored`)
  return found
}

/** Changes what an entry holds, as somebody who may write caches could. */
function repack(entry: StoredCache, change: (folder: string) => void): void {
  const folder = tempFolder({ 'old.tzst': entry.bytes, 'in/x': '' })
  const inside = join(folder, 'in')
  execFileSync('tar', ['-xf', '../old.tzst', '--use-compress-program', 'unzstd'], { cwd: inside })
  change(inside)
  const pack = ['-cf', '../new.tzst', '--posix', '--use-compress-program', 'zstdmt', 'result.json', 'out']
  execFileSync('tar', pack, { cwd: inside })
  entry.bytes = readFileSync(join(folder, 'new.tzst'))
}

describe('runPipeline() with the cache of a repository', () => {
  test('takes on an empty machine what an earlier run of the workflow made, and leaves that as it is', async () => {
    await using at = await repository()
    const first = await at.run()
    expect(first.stages).toMatchObject({ train: 'done', predict: 'done', refit: 'done' })
    const stored = at.services
      .caches()
      .map(({ key }) => key.replace(/-[0-9a-f]{64}$/, ''))
      .sort()
    expect(stored).toEqual(['predict', 'refit', 'train'].map((stage) => `plumbline-stage-v1-${stage}`))

    const second = await at.run()

    expect(second.stages).toMatchObject({ features: 'done', train: 'cached', predict: 'cached', refit: 'cached' })
    expect(second.outputs).toEqual(first.outputs)
    expect(second.said[0]).toMatch(/^train was made by an earlier run of this workflow, \d{4}-/)
    expect(at.services.calls.filter((name) => name === 'CreateCacheEntry')).toHaveLength(3)

    at.services.evict(entryOf(at.services, 'train').key)
    expect((await at.run()).stages).toMatchObject({ train: 'done', predict: 'cached' })
  })

  test('goes on where the service fails or an entry is cut, and says so', async () => {
    await using at = await repository()
    await at.run()
    const entry = entryOf(at.services, 'train')
    entry.bytes = entry.bytes.subarray(0, entry.bytes.length - 9)

    const second = await at.run()
    at.services.breakWith(400)
    const third = await at.run()

    expect(second.stages).toMatchObject({ train: 'done', predict: 'cached' })
    expect(second.said[0]).toMatch(
      /^cache of the repository: cannot look for train there \(.*tar.*\); the run goes on$/,
    )
    expect(third.stages).toMatchObject({ train: 'done', predict: 'done', refit: 'done' })
    expect(third.said.filter((line) => /cannot look for/.test(line))).toHaveLength(3)
  })

  test('shares no rows that everybody could read, and the model all the same', async () => {
    const yaml = tinyYaml.replace('data/*.csv }', 'data/*.csv, store: { file: kept } }')
    await using at = await repository(yaml)

    await at.run(undefined, { repository: { private: false } })

    const stages = at.services.caches().map(({ key }) => String(key.split('-')[3]))
    expect(stages.sort()).toEqual(['refit', 'train'])
  })

  test('neither asks nor leaves anything in a job that runs no program of the user', async () => {
    await using at = await repository()

    await at.run('prepare')

    expect(at.services.calls).toEqual([])
  })
})

describe('openSharedResults()', () => {
  async function made(bytes = 1) {
    const folder = tempFolder()
    const result = await makeResult(folder, {
      stage: 'train',
      key: sha256('k'),
      parts: {},
      cacheKey: sha256('k'),
      now: () => new Date(),
      work: async (work) => {
        writeFiles(join(work, 'out'), { 'model.bin': 'x' })
        return { ok: true, value: { detail: '', outputs: { model: 'model.bin' } } }
      },
    })
    if (!result.ok) throw new Error('nothing was made')
    if (bytes > 1)
      truncateSync(join(folder, '.plumbline/stages/train', sha256('k').slice(0, 16), 'out/model.bin'), bytes)
    return { folder, result: result.value }
  }

  test.each([
    ['another model', (at: string) => writeFileSync(join(at, 'out/model.bin'), 'y'), 'its bytes changed'],
    ['a cut model', (at: string) => truncateSync(join(at, 'out/model.bin'), 0), 'its bytes changed'],
    ['a link', (at: string) => link('/etc/passwd', join(at, 'out/model.bin')), 'it holds a link or a device'],
    ['a link for its outputs', (at: string) => link('/etc', join(at, 'out')), 'it holds a link or a device'],
    ['a hostile record', (at: string) => writeFileSync(join(at, 'result.json'), '{"schema":"v9"}'), 'it is no result'],
    ['another stage’s record', (at: string) => edit(join(at, 'result.json'), '"train"', '"tune"'), 'of another stage'],
  ])('refuses an entry with %s, and says so', async (_, change, why) => {
    await using services = await startResultsServices()
    const { folder, result } = await made()
    const cache = cacheOf(services)
    const left = openSharedResults({ folder, cache, progress: silent, mayHandOnRows: async () => true, signal })
    left.keep(result)
    await left.settle()
    const [entry] = services.caches()
    if (!entry) throw new Error('nothing was left')
    repack(entry, () => undefined)
    await openSharedResults({
      folder: tempFolder(),
      cache,
      progress: { ...silent, warn: () => expect.unreachable() },
      mayHandOnRows: async () => true,
      signal,
    }).find('train', result.cacheKey)
    repack(entry, change)
    const said: string[] = []
    const elsewhere = tempFolder()
    const progress = { ...silent, note: (text: string) => said.push(text), warn: (text: string) => said.push(text) }

    await openSharedResults({ folder: elsewhere, cache, progress, mayHandOnRows: async () => true, signal }).find(
      'train',
      result.cacheKey,
    )

    expect(said).toEqual([expect.stringContaining('train in the cache of the repository: ')])
    expect(said[0]).toContain(why)
    expect(readdirSync(join(elsewhere, '.plumbline'), { recursive: true })).toEqual(['drafts'])
  })

  test('leaves no result that would push out all others, and says why', async () => {
    const { folder, result } = await made(3 * 1024 ** 3)
    const notes: string[] = []
    const cache: SharedCache = { restore: neverAsked, save: neverAsked }
    const progress = { ...silent, note: (text: string) => notes.push(text) }
    const shared = openSharedResults({ folder, cache, progress, mayHandOnRows: async () => true, signal })

    shared.keep(result)
    await shared.settle()

    expect(notes).toEqual([expect.stringMatching(/^train is not left for later runs: 3\.\d GB, above the 2\.\d GB/)])
  })

  test('asks a service no more that does not answer', async () => {
    const { folder, result } = await made()
    const asked: string[] = []
    const down = async (key: string) => {
      asked.push(key)
      return { kind: 'failed', why: 'out of order', isUnreachable: true } as const
    }
    const shared = openSharedResults({
      folder,
      cache: { restore: down, save: down },
      progress: silent,
      mayHandOnRows: async () => true,
      signal,
    })

    await shared.find('train', sha256('other'))
    await shared.find('predict', sha256('other'))
    shared.keep(result)
    await shared.settle()

    expect(asked).toHaveLength(1)
    expect(existsSync(join(folder, '.plumbline/drafts'))).toBe(true)
    expect(readdirSync(join(folder, '.plumbline/drafts'))).toEqual([])
  })
})

/** Puts a link in a file's or folder's place. */
function link(target: string, path: string): void {
  rmSync(path, { recursive: true })
  symlinkSync(target, path)
}

function edit(file: string, from: string, to: string): void {
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(from, to))
}

async function neverAsked(): Promise<never> {
  throw new Error('nothing is asked here')
}
