import { describe, expect, test } from 'vitest'

import { silent } from '../../action/base/progress.ts'
import { sha256 } from '../../action/base/sha256.ts'
import { openGitHubClient } from '../../action/github/client.ts'
import type { GitHubConnection } from '../../action/github/connection.ts'
import { unwatched } from '../../action/github/watch.ts'
import type { Interrupt } from '../../action/local-github/answer-request.ts'
import { readLedger } from '../../action/registry/ledger.ts'
import { type Registered, registerCandidate } from '../../action/registry/register-candidate.ts'
import { runRecord, testCandidate } from '../support/candidate.ts'
import { eachFault } from '../support/each-fault.ts'
import { type TestGitHub, testGitHub } from '../support/local-github.ts'

const model = 'a tree, and another. '.repeat(1200)
/** The model is cut into three, and nothing else is. */
const limits = { assetBytes: 10_000, assets: 1000 }
const largest = { assetBytes: 2_000_000_000, assets: 1000 }
const stamp = { at: '2025-03-04T06:12:00.000Z', actor: 'ada' }

interface Attempt {
  readonly number?: number
  readonly at?: string
  readonly isCut?: boolean
  readonly connection?: Partial<GitHubConnection>
}

/** Registers run `number`: each has a key, and so a version, of its own. */
async function register(github: TestGitHub, attempt: Attempt = {}): Promise<Registered> {
  const { number = 1, at = stamp.at, isCut = true, connection = {} } = attempt
  const client = await openGitHubClient({ ...github, ...connection })
  const subject = testCandidate(runRecord({ runKey: sha256(`run ${number}`) }), model)
  const asked = { ...subject, commit: github.head, stamp: { ...stamp, at }, limits: isCut ? limits : largest }
  return await registerCandidate(client, asked, silent)
}

interface Held {
  readonly tag_name: string
  readonly draft: boolean
  readonly assets: readonly { readonly name: string; readonly state: string; readonly digest: string }[]
}

/** What there is of a tag: one release, whole, and its records. */
async function heldOf(github: TestGitHub, tag: string) {
  const all: Held[] = []
  for (let page = 1; ; page += 1) {
    const { body } = await github.call('GET', `/releases?per_page=100&page=${page}`)
    all.push(...body)
    if (body.length < 100) break
  }
  const releases = all.filter((release) => release.tag_name === tag)
  const refs = (await github.call('GET', `/git/matching-refs/tags/${tag}`)).body
  const { records } = await readLedger(await openGitHubClient(github))
  return {
    releases: releases.map(({ draft, assets }) => ({
      draft,
      assets: assets.map(({ name, state }) => `${name} ${state}`).toSorted(),
    })),
    commits: refs.map(({ object }: { object: { sha: string } }) => object.sha),
    records: records.filter(({ body }) => body['tag'] === tag).map(({ kind }) => kind),
  }
}

/** The caller is dead from a moment of a write on: nothing more is heard of it. */
function killer() {
  const state = { writes: 0, killAt: 0, moment: 'before' as 'before' | 'after', isDead: false }
  const interrupt: Interrupt = (moment, { method }) => {
    if (method !== 'GET' && moment === 'before') state.writes += 1
    if (method !== 'GET' && state.writes === state.killAt && moment === state.moment) state.isDead = true
    return state.isDead ? 'drop' : 'serve'
  }
  const arm = (killAt: number, moment: 'before' | 'after') =>
    Object.assign(state, { writes: 0, killAt, moment, isDead: false })
  return { state, interrupt, arm }
}

describe('registerCandidate() with a model in parts', () => {
  test('ends in the same release whatever fault befalls a call of whichever route', { timeout: 900_000 }, async () => {
    const quick = { slowMs: 5, retryAfterSeconds: 0 }
    const options = { limits: { assetBytes: limits.assetBytes + 1, assetsOfRelease: 1000, ...quick } }
    await using github = await testGitHub(options)
    await register(github)
    const start = github.calls().length
    const whole = await register(github, { number: 2 })
    const calls = github.calls().slice(start)
    const faults = eachFault(calls, ({ name }, index) => calls.findIndex((call) => call.name === name) === index)
    const expected = await heldOf(github, whole.allocation.tag)
    expect(expected).toMatchObject({ releases: [{ draft: false }], commits: [github.head] })
    expect(expected.releases[0]?.assets.filter((name) => name.startsWith('model.'))).toHaveLength(3)
    expect(faults.length).toBeGreaterThan(90)

    let fragile = await testGitHub(options)
    for (const [index, fault] of faults.entries()) {
      if (index % 40 === 0) {
        await fragile[Symbol.asyncDispose]()
        fragile = await testGitHub(options)
        await register(fragile)
      }
      const number = index + 10
      fragile.fault(fault)
      const failed = await register(fragile, { number }).then(
        () => 'none',
        (error: { code?: string }) => error.code,
      )
      expect(failed, `${fault.kind}@${fault.at}`).toMatch(/^(none|github\/.*|registry\/not-settled)$/)
      fragile.faultless()
      const { allocation } = await register(fragile, { number })
      expect(await heldOf(fragile, allocation.tag), `${fault.kind}@${fault.at}`).toEqual({
        ...expected,
        commits: [fragile.head],
      })
    }
    await fragile[Symbol.asyncDispose]()
  })

  test('ends in the same release wherever its caller died', { timeout: 600_000 }, async () => {
    const { state, interrupt, arm } = killer()
    await using github = await testGitHub({ interrupt })
    await register(github)
    arm(0, 'before')
    const whole = await register(github, { number: 2 })
    const { writes } = state
    const expected = await heldOf(github, whole.allocation.tag)
    expect(2 * writes).toBeGreaterThan(35)
    let number = 2
    for (let killAt = 1; killAt <= writes; killAt += 1) {
      for (const moment of ['before', 'after'] as const) {
        number += 1
        arm(killAt, moment)
        await register(github, { number }).catch(() => undefined)
        arm(0, 'before')
        const { allocation } = await register(github, { number })
        expect(await heldOf(github, allocation.tag), `killed ${moment} write ${killAt}`).toEqual(expected)
      }
    }
  })

  test.each([2, 8])('%i at once leave one release', { timeout: 120_000 }, async (many) => {
    await using github = await testGitHub()
    const later = (one: number) => new Date(Date.parse(stamp.at) + one).toISOString()
    const all = await Promise.all(Array.from({ length: many }, (_, one) => register(github, { at: later(one) })))
    expect(all.filter(({ isNew }) => isNew)).toHaveLength(1)
    expect(new Set(all.map(({ release }) => release.id)).size).toBe(1)
    const tag = all[0]?.allocation.tag ?? ''
    const names = [
      'contract.yaml',
      'judged.skops',
      'sums.txt',
      ...[1, 2, 3].map((part) => `model.skops.part-000${part}`),
    ]
    const [commits, records] = [[github.head], ['allocate', 'published']]
    const held = await heldOf(github, tag)
    expect(held).toMatchObject({ releases: [{ draft: false }], commits, records })
    expect(held.releases[0]?.assets).toEqual(expect.arrayContaining(names.map((name) => `${name} uploaded`)))
  })
})

describe('registerCandidate() where the world changes', () => {
  test.each([true, false])(
    'asks GitHub once an asset, and eighteen times beside, once more for what is in parts: %s',
    async (isCut) => {
      await using github = await testGitHub()
      await register(github, { isCut })
      const start = github.calls().length
      const { release } = await register(github, { number: 2, isCut })
      expect(github.calls().length - start - release.assets.length).toBe(isCut ? 19 : 18)
    },
  )

  test('says how far it came where the token dies in the middle, and goes on with a new one', async () => {
    let uploads = 0
    let isDead = false
    const interrupt: Interrupt = (moment, { method, url }) => {
      if (moment === 'before' && method === 'POST' && url?.includes('/assets?')) uploads += 1
      isDead ||= uploads > 5
      return isDead ? { status: 401, json: { message: 'Bad credentials', documentation_url: '' } } : 'serve'
    }
    await using github = await testGitHub({ interrupt })
    await expect(register(github)).rejects.toMatchObject({
      code: 'github/unauthorized',
      owner: 'user',
      remedy: expect.stringContaining('it goes on where it stopped'),
    })
    isDead = false
    uploads = Number.NEGATIVE_INFINITY
    const { allocation } = await register(github)
    expect(await heldOf(github, allocation.tag)).toMatchObject({ releases: [{ draft: false }] })
  })

  test('follows a repository that was renamed, and publishes under its new name', async () => {
    const interrupt: Interrupt = (moment, request) => {
      const { method, url = '' } = request
      if (moment === 'after') return 'serve'
      const to = (path: string) => `http://${request.headers.host}/api/v3${path}`
      const moved = (location: string) => ({ status: method === 'GET' ? 301 : 307, json: {}, headers: { location } })
      const old = /^\/api\/v3\/repos\/acme\/old-parcels(.*)$/.exec(url)?.[1]
      if (old !== undefined) return moved(to(`/repositories/7${old}`))
      if (url.endsWith('/repositories/7')) return { status: 200, json: { full_name: 'acme/parcels' } }
      const byNumber = /^\/api\/v3\/repositories\/7(.*)$/.exec(url)?.[1]
      if (byNumber !== undefined) return moved(to(`/repos/acme/parcels${byNumber}`))
      return 'serve'
    }
    await using github = await testGitHub({ interrupt })
    const names: string[] = []
    const watch = { ...unwatched(), onRenamed: ({ now }: { now: string }) => void names.push(now) }
    const { release } = await register(github, { connection: { repository: 'old-parcels', watch } })
    expect(names).toEqual(['acme/parcels'])
    expect(await heldOf(github, release.tag)).toMatchObject({ releases: [{ draft: false }] })
  })

  test('sends an upload to where it is told to', async () => {
    const moved: string[] = []
    const interrupt: Interrupt = (moment, request) => {
      const { method, url = '' } = request
      if (moment === 'after' || method !== 'POST' || !url.includes('/assets?') || url.includes('moved')) return 'serve'
      moved.push(url)
      return { status: 307, json: {}, headers: { location: `http://${request.headers.host}${url}&moved=1` } }
    }
    await using github = await testGitHub({ interrupt })
    const { release } = await register(github)
    expect(moved.length).toBe(release.assets.length)
    expect(release.assets.find(({ name }) => name === 'model.skops.part-0001')?.sha256).toBe(
      sha256(model.slice(0, 10_000)),
    )
  })

  test('says that a ruleset refuses the tag, and publishes the same draft once it does not', async () => {
    await using github = await testGitHub()
    const conditions = { ref_name: { include: ['~ALL'], exclude: [] } }
    const rules = [{ type: 'creation' }]
    const rule = await github.call('POST', '/rulesets', {
      name: 'g',
      target: 'tag',
      enforcement: 'active',
      conditions,
      rules,
    })
    await expect(register(github)).rejects.toMatchObject({
      code: 'registry/tag-refused',
      message: expect.stringContaining('a ruleset of the repository refuses the tag'),
    })
    const [draft] = (await github.call('GET', '/releases')).body
    expect(draft.draft).toBe(true)
    await github.call('DELETE', `/rulesets/${rule.body.id}`)
    expect((await register(github)).release.id).toBe(draft.id)
  })

  test('says that a tag is burned where its immutable release was deleted', async () => {
    await using github = await testGitHub()
    await github.call('PUT', '/immutable-releases')
    const { release } = await register(github)
    await github.call('DELETE', `/releases/${release.id}`)
    await github.call('DELETE', `/git/refs/tags/${release.tag}`)
    await expect(register(github)).rejects.toMatchObject({
      code: 'registry/tag-refused',
      message: expect.stringContaining('gives such a tag to nobody again'),
    })
  })

  test('is the same by clocks that are years apart', async () => {
    await using github = await testGitHub()
    const first = await register(github, { at: '2099-01-01T00:00:00.000Z' })
    const again = await register(github, { at: '1970-01-01T00:00:00.000Z' })
    expect(again).toMatchObject({ isNew: false, release: { id: first.release.id } })
    expect((await heldOf(github, first.release.tag)).records).toEqual(['allocate', 'published'])
  })

  test('publishes again what somebody deleted in the middle', async () => {
    let isDeleted = false
    const holder: { delete?: () => Promise<unknown> } = {}
    const interrupt: Interrupt = (moment, { method }) => {
      if (method === 'PATCH' && moment === 'before' && !isDeleted) {
        isDeleted = true
        void holder.delete?.()
        return { status: 404, json: { message: 'Not Found', documentation_url: '' } }
      }
      return 'serve'
    }
    await using github = await testGitHub({ interrupt })
    holder.delete = async () => {
      const [draft] = (await github.call('GET', '/releases')).body
      await github.call('DELETE', `/releases/${draft.id}`)
    }
    const { release } = await register(github)
    expect(await heldOf(github, release.tag)).toMatchObject({ releases: [{ draft: false }] })
  })
})
