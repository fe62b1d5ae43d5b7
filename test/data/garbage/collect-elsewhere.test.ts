import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { dataGc } from '../../../action/commands/data-gc.ts'
import type { Interrupt } from '../../../action/local-github/answer-request.ts'
import { type DataWorld, dataWorld } from '../../support/data-world.ts'

const day = 86_400_000
const stores = ['s3', 'releases'] as const

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2027, 0, 1) })
})

afterEach(() => {
  vi.useRealTimers()
})

function wait(days: number): void {
  vi.setSystemTime(Date.now() + days * day)
}

async function openPull(world: DataWorld, head: string): Promise<number> {
  const { body } = await world.github.call('POST', '/pulls', { title: head, head, base: 'main' })
  return body.number
}

/**
 * As from a fork: no branch here holds its head. Answers what puts that head back, for the embedded GitHub, which has no forks,
 * takes that of a branch each time the base moves.
 */
async function openForkPull(world: DataWorld, lock: string): Promise<() => Promise<void>> {
  const name = `fork-${Math.random().toString(36).slice(2)}`
  await world.land(name, 'fork', 'readme.txt')
  const number = await openPull(world, name)
  const head = await world.land('gone', lock)
  await world.deleteBranch('gone')
  const point = async () => {
    await world.github.call('GET', `/pulls/${number}`)
    bare(world, 'update-ref', `refs/pull/${number}/head`, head)
  }
  await point()
  return point
}

function bare(world: DataWorld, ...args: string[]): void {
  execFileSync('git', ['-C', join(world.github.folder, 'github/repository.git'), ...args])
}

describe.each(stores)('data gc of %s', (kind) => {
  test('removes what no lock on any branch, tag, release or open pull request needs', async () => {
    await using world = await dataWorld(kind)
    const { github } = world
    const lock: Record<string, string> = {}
    for (const name of [
      'main',
      'elsewhere',
      'tagged',
      'released',
      'forked',
      'closed',
      'model',
      'old',
      'older',
      'lost',
    ]) {
      lock[name] = await world.pushData([`id\n${name}\n`])
    }
    const of = (name: string) => lock[name] ?? ''
    await world.land('main', of('lost'))
    await world.land('main', of('older'))
    await world.land('main', of('old'))
    await world.land('main', of('main'))
    await world.land('elsewhere', of('elsewhere'))
    await world.land('models', of('model'), 'models/quotes/data.lock.yaml')
    const tagged = await world.land('away', of('tagged'))
    await github.call('POST', '/git/refs', { ref: 'refs/tags/v1', sha: tagged })
    await world.deleteBranch('away')
    await world.land('closed', of('closed'))
    await github.call('PATCH', `/pulls/${await openPull(world, 'closed')}`, { state: 'closed' })
    await world.deleteBranch('closed')
    await openForkPull(world, of('forked'))
    const { body } = await github.call('POST', '/releases', { tag_name: 'parcels-v1', draft: true })
    const asset = `/releases/${body.id}/assets?name=data.lock.yaml`
    await github.call('POST', asset, Buffer.from(of('released')), { 'content-type': 'text/plain' })

    expect((await world.gc()).elsewhere).toMatchObject({
      removed: [],
      kept: { needed: { files: 7 }, young: { files: 3 } },
    })
    wait(15)
    const planned = await world.gc({ 'dry-run': true })
    expect(await world.missing(of('lost'))).toEqual([])
    const done = await world.gc()
    expect(done.elsewhere).toMatchObject({ removed: planned.elsewhere?.removed, kept: { needed: { files: 7 } } })
    const lost: string[] = []
    for (const [name, text] of Object.entries(lock)) if ((await world.missing(text)).length > 0) lost.push(name)
    expect(lost).toEqual(['closed', 'older', 'lost'])
    expect((await world.gc()).elsewhere?.removed).toEqual([])
    const said = await dataGc.report(done)
    expect(said.text).toMatch(/^REMOVED {2}3 files /)
    expect(said.text).toContain('open pull requests')
  })

  test.each([
    ['a merge conflict', '<<<<<<< HEAD\nversion: 1\n'],
    ['a newer version', 'version: 2\nuntil: null\ndata:\n'],
  ])('refuses a lock with %s by the name of its branch, and removes nothing', async (_, text) => {
    await using world = await dataWorld(kind)
    const lock = await world.pushData(['id\n1\n'])
    await world.land('ada/fix', text)
    wait(30)
    await expect(world.gc()).rejects.toMatchObject({
      code: 'store/unreadable-lock',
      message: expect.stringContaining('data.lock.yaml of branch ada/fix'),
      stays: 'nothing was removed',
    })
    expect(await world.missing(lock)).toEqual([])
  })

  test('refuses where it cannot see every branch or pull request', async () => {
    await using world = await dataWorld(kind)
    await world.pushData(['id\n1\n'])
    wait(30)
    const { github, project } = world
    const git = (...args: string[]) => execFileSync('git', ['-C', project.folder, ...args])
    git('remote', 'add', 'origin', 'git@github.com:acme/parcels.git')
    await expect(world.gc()).rejects.toMatchObject({
      code: 'store/unseen-branches',
      message: expect.stringContaining('"origin"'),
      remedy: expect.stringContaining('--github https://api.github.com'),
    })
    git('remote', 'set-url', 'origin', github.gitUrl)
    await github.configure({ isPrivate: true })
    const token = await github.issueToken({ kind: 'job', permissions: { contents: 'write' } })
    const openGitHub = async () => ({ ...github, token, [Symbol.asyncDispose]: async () => {} })
    await expect(world.gc({}, { openGitHub })).rejects.toMatchObject({ code: 'github/forbidden' })
    const pull = await world.land('one', 'one', 'readme.txt').then(() => openPull(world, 'one'))
    bare(world, 'update-ref', '-d', `refs/pull/${pull}/head`)
    await expect(world.gc()).rejects.toMatchObject({ code: 'store/unseen-branches' })
    expect((await world.github.call('PATCH', `/pulls/${pull}`, { state: 'closed' })).status).toBe(200)
    await world.deleteBranch('one')
    expect((await world.gc()).elsewhere?.removed).toHaveLength(1)
  })

  test('keeps what a push relies on, though no lock names it yet', async () => {
    await using world = await dataWorld(kind)
    const lock = await world.pushData(['id\n1\n'])
    wait(30)
    expect(await world.pushData(['id\n1\n'])).toBe(lock)
    expect((await world.gc()).elsewhere).toMatchObject({ removed: [], kept: { claimed: { files: 1 } } })
    wait(15)
    expect((await world.gc()).elsewhere?.removed).toHaveLength(1)
    // And it can be brought there again.
    await world.pushData(['id\n1\n'])
    expect(await world.missing(lock)).toEqual([])
  })

  test('random histories: what any lock names can be had', { timeout: 300_000 }, async () => {
    const contents = fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 })
    const branch = fc.constantFrom('main', 'one', 'two')
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('land' as const), branch, contents }) },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant('delete' as const), branch: fc.constantFrom('one', 'two') }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('pull' as const), contents }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('release' as const), contents }) },
      {
        weight: 2,
        arbitrary: fc.record({ kind: fc.constant('wait' as const), days: fc.integer({ min: 5, max: 20 }) }),
      },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('gc' as const) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('race' as const), branch, contents }) },
    )
    let removed = 0
    const history = fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 9 }), async (steps) => {
      await using world = await dataWorld(kind)
      const locks = new Map<string, string>()
      const pushed = async (of: readonly number[]) => await world.pushData(of.map((one) => `id\n${one}\n`))
      const lost: string[] = []
      const look = async (when: string) => {
        for (const [name, lock] of locks) if ((await world.missing(lock)).length > 0) lost.push(`${when}: ${name}`)
      }
      const forks: (() => Promise<void>)[] = []
      const gc = async () => {
        for (const point of forks) await point()
        removed += (await world.gc()).elsewhere?.removed.length ?? 0
      }
      for (const [at, one] of steps.entries()) {
        if (one.kind === 'land' || one.kind === 'race') {
          const [lock] = await Promise.all([pushed(one.contents), one.kind === 'race' ? gc() : undefined])
          await world.land(one.branch, lock)
          locks.set(one.branch, lock)
        } else if (one.kind === 'delete') {
          if (locks.delete(one.branch)) await world.deleteBranch(one.branch)
        } else if (one.kind === 'wait') wait(one.days)
        else if (one.kind === 'gc') await gc()
        else if (one.kind === 'pull') {
          const lock = await pushed(one.contents)
          forks.push(await openForkPull(world, lock))
          locks.set(`pull-${at}`, lock)
        } else {
          const lock = await pushed(one.contents)
          const { body } = await world.github.call('POST', '/releases', {
            tag_name: `parcels-${at}`,
            draft: at % 2 === 0,
          })
          const asset = `/releases/${body.id}/assets?name=data.lock.yaml`
          await world.github.call('POST', asset, Buffer.from(lock), { 'content-type': 'text/plain' })
          locks.set(`release-${at}`, lock)
        }
        if (one.kind === 'gc' || one.kind === 'race') await look(`${at} ${one.kind}`)
      }
      wait(40)
      await gc()
      await look('end')
      expect(lost).toEqual([])
    })
    // So few histories remove something or not as chance has it: these do.
    await fc.assert(history, { numRuns: 4, seed: 11, endOnFailure: true })
    expect(removed).toBeGreaterThan(0)
  })
})

describe('data gc of releases', () => {
  test('an immutable release burns its tag: the same data is published under another', async () => {
    await using world = await dataWorld('releases')
    await world.github.configure({ areReleasesImmutable: true })
    const lock = await world.pushData(['id\n1\n'])
    wait(30)
    const [gone] = (await world.gc()).elsewhere?.removed ?? []
    const { body: tags } = await world.github.call('GET', '/git/matching-refs/tags/plumbline-data-')
    expect(tags).toEqual([])
    await world.pushData(['id\n1\n'])
    const { body } = await world.github.call('GET', '/releases')
    expect(body.map(({ tag_name: tag, draft }: { tag_name: string; draft: boolean }) => [tag, draft])).toEqual([
      [`${gone?.name}-2`, false],
    ])
    expect(await world.missing(lock)).toEqual([])
  })

  test('killed at each of its writes and run again, it ends the same', { timeout: 600_000 }, async () => {
    const state = { writes: 0, breakAt: 0, moment: 'before' }
    const interrupt: Interrupt = (moment, { method, url }) => {
      if (method === 'GET' || url?.includes('git-upload-pack')) return 'serve'
      if (moment === 'before') state.writes += 1
      return state.breakAt > 0 &&
        state.writes >= state.breakAt &&
        (moment === state.moment || state.writes > state.breakAt)
        ? 'drop'
        : 'serve'
    }
    let points = 0
    for (const [areReleasesImmutable, moment] of [
      [false, 'before'],
      [true, 'after'],
    ] as const) {
      for (let breakAt = 1, isOver = false; !isOver; breakAt += 1) {
        state.breakAt = 0
        await using world = await dataWorld('releases', { interrupt })
        await world.github.configure({ areReleasesImmutable })
        const needed = await world.pushData(['id\n1\n'])
        await world.land('main', needed)
        await world.pushData(['id\n2\n'])
        wait(30)
        Object.assign(state, { writes: 0, breakAt, moment })
        isOver = await world.gc().then(
          () => true,
          () => false,
        )
        state.breakAt = 0
        if (!isOver) points += 1
        wait(1)
        await world.gc()
        for (const path of ['/releases', '/git/matching-refs/tags/plumbline-data-']) {
          const { body } = await world.github.call('GET', path)
          expect(body, `${moment} write ${breakAt}: ${path}`).toHaveLength(1)
        }
        expect(await world.missing(needed)).toEqual([])
      }
    }
    console.log(`data gc of releases: ${points} points`)
    expect(points).toBeGreaterThan(15)
  })
})

describe('data gc of s3', () => {
  test('asks first whether nobody else uses the bucket, and touches nothing that is not its own', async () => {
    await using world = await dataWorld('s3')
    const foreign = [
      'acme/parcels/readme.txt',
      'acme/parcels/aa/notes',
      'acme/other/x',
      `acme/parcels/ab/${'c'.repeat(64)}`,
    ]
    for (const key of foreign) world.s3.objects.set(key, Buffer.from('mine'))
    await world.pushData(['id\n1\n'])
    wait(30)
    await expect(world.gc({ shared: false })).rejects.toMatchObject({ code: 'store/shared' })
    expect((await world.gc()).elsewhere?.removed).toHaveLength(1)
    expect([...world.s3.objects.keys()]).toEqual(foreign)
  })

  test('ends uploads that broke off long ago', async () => {
    await using world = await dataWorld('s3')
    const digest = 'ab'.repeat(32)
    for (const key of [`ab/${digest}`, 'theirs']) {
      await fetch(`${world.s3.url}/acme/parcels/${key}?uploads`, { method: 'POST' })
    }
    expect((await world.gc()).elsewhere?.leftovers).toBe(0)
    wait(15)
    expect((await world.gc({ 'dry-run': true })).elsewhere?.leftovers).toBe(1)
    expect((await world.gc()).elsewhere?.leftovers).toBe(1)
    expect([...world.s3.uploads().values()]).toEqual(['acme/parcels/theirs'])
  })
})
