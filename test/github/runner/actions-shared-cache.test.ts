import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { actionsSharedCache } from '../../../action/github/runner/actions-shared-cache.ts'
import type { SharedCache } from '../../../action/github/runner/shared-cache.ts'
import { type ResultsServices, startResultsServices } from '../../support/results-services.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const { signal } = new AbortController()

/** The cache as a job of that branch sees it, on a machine of its own. */
function cacheOf(services: ResultsServices, ref?: string, base?: string): SharedCache {
  const cache = actionsSharedCache({
    PATH: process.env['PATH'],
    RUNNER_TEMP: tempFolder(),
    ACTIONS_CACHE_SERVICE_V2: 'true',
    ACTIONS_RESULTS_URL: services.url,
    ACTIONS_RUNTIME_TOKEN: services.tokenFor('run-1', ref, base),
    GITHUB_SERVER_URL: 'http://gh.localhost',
  })
  if (!cache) throw new Error('no cache')
  return cache
}

const entry = () => tempFolder({ 'result.json': '{}', 'out/model/a.json': 'a', 'log.txt': 'stays' })

async function restored(cache: SharedCache, key: string): Promise<string | undefined> {
  const folder = tempFolder()
  const { kind } = await cache.restore(key, folder, signal)
  return kind === 'restored' ? readFileSync(join(folder, 'out/model/a.json'), 'utf8') : undefined
}

describe('actionsSharedCache()', () => {
  test('brings back on an empty machine what was left, and nothing else', async () => {
    await using services = await startResultsServices()
    expect(await cacheOf(services).restore('k', tempFolder(), signal)).toEqual({ kind: 'none' })

    expect(await cacheOf(services).save('k', entry(), signal)).toEqual({ kind: 'saved' })

    const folder = tempFolder()
    expect(await cacheOf(services).restore('k', folder, signal)).toEqual({ kind: 'restored' })
    expect(readFileSync(join(folder, 'out/model/a.json'), 'utf8')).toBe('a')
    expect(existsSync(join(folder, 'log.txt'))).toBe(false)
    expect(await restored(cacheOf(services), 'other')).toBeUndefined()
  })

  test('never changes an entry, and calls that no failure', async () => {
    await using services = await startResultsServices()
    await cacheOf(services).save('k', entry(), signal)
    const other = entry()
    writeFileSync(join(other, 'out/model/a.json'), 'b')

    expect(await cacheOf(services).save('k', other, signal)).toEqual({ kind: 'there already' })
    expect(await restored(cacheOf(services), 'k')).toBe('a')
    services.evict('k')
    expect(await restored(cacheOf(services), 'k')).toBeUndefined()
    expect(await cacheOf(services).save('k', other, signal)).toEqual({ kind: 'saved' })
  })

  test('takes no entry whose key only begins so', async () => {
    await using services = await startResultsServices()
    await cacheOf(services).save('key-long', entry(), signal)

    expect(await cacheOf(services).restore('key', tempFolder(), signal)).toEqual({ kind: 'none' })
  })

  test('sees the caches of its own branch, its base and the default one', async () => {
    await using services = await startResultsServices()
    const pull = 'refs/pull/7/merge'
    await cacheOf(services).save('main', entry(), signal)
    await cacheOf(services, 'refs/heads/next').save('next', entry(), signal)
    await cacheOf(services, pull, 'refs/heads/next').save('pull', entry(), signal)

    const seen = async (ref?: string, base?: string) => {
      const cache = cacheOf(services, ref, base)
      const found = []
      for (const key of ['main', 'next', 'pull']) if ((await restored(cache, key)) !== undefined) found.push(key)
      return found
    }
    expect(await seen()).toEqual(['main'])
    expect(await seen('refs/heads/next')).toEqual(['main', 'next'])
    expect(await seen(pull, 'refs/heads/next')).toEqual(['main', 'next', 'pull'])
    expect(await seen('refs/pull/8/merge', 'refs/heads/next')).toEqual(['main', 'next'])
  })

  test('says why an entry that was cut on the way cannot be unpacked', async () => {
    await using services = await startResultsServices()
    const folder = tempFolder({ 'result.json': '{}', 'out/a.bin': Buffer.alloc(1 << 16, Math.random().toString()) })
    await cacheOf(services).save('k', folder, signal)
    const [stored] = services.caches()
    if (!stored) throw new Error('nothing is stored')
    stored.bytes = stored.bytes.subarray(0, stored.bytes.length - 20)

    const end = await cacheOf(services).restore('k', tempFolder(), signal)

    expect(end).toMatchObject({ kind: 'failed', isUnreachable: false, why: expect.stringMatching(/tar/) })
  })

  test('hands the stage’s secrets and the repository’s token to nobody', async () => {
    await using services = await startResultsServices()
    const tools = tempFolder()
    const seen = join(tools, 'seen')
    const tar = execFileSync('which', ['tar'], { encoding: 'utf8' }).trim()
    writeFileSync(join(tools, 'tar'), `#!/bin/sh\nenv >> ${seen}\nexec ${tar} "$@"\n`, { mode: 0o755 })
    const cache = actionsSharedCache({
      PATH: `${tools}:${process.env['PATH']}`,
      API_KEY: 'hunter22',
      GITHUB_TOKEN: 'ghs_x',
      INPUT_TOKEN: 'ghs_x',
      ACTIONS_CACHE_SERVICE_V2: 'true',
      ACTIONS_RESULTS_URL: services.url,
      ACTIONS_RUNTIME_TOKEN: services.tokenFor('run-1'),
      GITHUB_SERVER_URL: 'http://gh.localhost',
    })

    expect(await cache?.save('k', entry(), signal)).toEqual({ kind: 'saved' })

    expect(readFileSync(seen, 'utf8')).toContain('PATH=')
    expect(readFileSync(seen, 'utf8')).not.toMatch(/hunter22|ghs_x/)
  })

  test('ends with a signal while it waits for a service that is out of order', async () => {
    await using services = await startResultsServices()
    services.breakWith(503)
    const controller = new AbortController()
    const asked = cacheOf(services).restore('k', tempFolder(), controller.signal)
    await expect.poll(() => services.refused(), { timeout: 60_000 }).toBeGreaterThan(0)
    controller.abort()

    await expect(asked).rejects.toThrow(/abort/i)
  })

  test.each([
    ['nothing', {}],
    ['no token', { ACTIONS_CACHE_SERVICE_V2: 'true', ACTIONS_RESULTS_URL: 'http://127.0.0.1:1/' }],
    ['a token alone', { ACTIONS_RUNTIME_TOKEN: 't' }],
  ])('is undefined where the runner offers %s', (_, environment) => {
    expect(actionsSharedCache(environment)).toBeUndefined()
  })
})
