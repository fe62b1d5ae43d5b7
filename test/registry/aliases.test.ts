import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { silent } from '../../action/base/progress.ts'
import { sha256 } from '../../action/base/sha256.ts'
import { openGitHubClient } from '../../action/github/client.ts'
import type { Interrupt } from '../../action/local-github/answer-request.ts'
import { aliasesIn, aliasMoves, requireAliasName } from '../../action/registry/aliases.ts'
import { findVersion, versionNamed } from '../../action/registry/find-version.ts'
import { readLedger } from '../../action/registry/ledger.ts'
import { publishedIn } from '../../action/registry/record-published.ts'
import { registerCandidate } from '../../action/registry/register-candidate.ts'
import { type AliasWish, setAlias } from '../../action/registry/set-alias.ts'
import { runRecord, testCandidate } from '../support/candidate.ts'
import { type TestGitHub, testGitHub } from '../support/local-github.ts'

const stamp = { at: '2025-03-04T06:12:00.000Z', actor: 'ada' }

/** Versions 1 to `count` of a model. */
async function releases(github: TestGitHub, count: number, model = 'parcels'): Promise<readonly string[]> {
  const client = await openGitHubClient(github)
  const tags: string[] = []
  for (let run = 1; run <= count; run++) {
    const candidate = testCandidate(runRecord({ model, runKey: sha256(`${model} ${run}`) }), `bytes ${run}`)
    const made = await registerCandidate(client, { ...candidate, commit: github.head, stamp }, silent)
    tags.push(made.allocation.tag)
  }
  return tags
}

async function change(github: TestGitHub, wish: AliasWish, actor = 'ada') {
  return setAlias(await openGitHubClient(github), wish, { ...stamp, actor })
}

async function recordsOf(github: TestGitHub) {
  return (await readLedger(await openGitHubClient(github))).records
}

describe('requireAliasName()', () => {
  test.each(['champion', 'stable', 'best-so-far', 'a', 'prod'])('takes %s', (name) => {
    expect(() => requireAliasName(name, ['parcels'])).not.toThrow()
  })

  test.each([
    'parcels',
    'latest',
    '12',
    'v12',
    'parcels-v12',
    'parcels-v12-g1a2b3c4d-d7f3a91c2',
    'best-2',
    'deadbeef',
    'Champion',
    'a b',
    '../x',
    '',
    'a'.repeat(41),
    '<script>',
    '@everyone',
  ])('refuses %s', (name) => {
    expect(() => requireAliasName(name, ['parcels'])).toThrow(/Cannot use .* as an alias/)
  })

  test('lets through nothing that means something else where a version is named', () => {
    const tag = `parcels-v3-g${'1'.repeat(8)}-d${'a'.repeat(8)}`
    const known = [{ tag, model: 'parcels', version: 3 }]
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9-]{1,30}$/), (name) => {
        try {
          requireAliasName(name, ['parcels'])
        } catch {
          return
        }
        expect(versionNamed(known, [], name)).toBeUndefined()
        expect(/^[0-9a-f]{4,}$/.test(name)).toBe(false)
      }),
    )
  })
})

describe('setAlias()', () => {
  test('sets, moves and removes a name, keeps its history, and adds nothing twice', async () => {
    await using github = await testGitHub()
    const [one, two] = await releases(github, 2)
    const wish = { alias: 'champion', version: 'parcels-v1' }
    expect(await change(github, wish)).toEqual({ model: 'parcels', name: 'champion', tag: one, was: null, isNew: true })
    expect(await change(github, wish)).toMatchObject({ tag: one, isNew: false })
    expect(await change(github, { alias: 'champion', version: 'parcels' }, 'grace')).toMatchObject({
      tag: two,
      was: one,
    })
    let records = await recordsOf(github)
    expect(findVersion(publishedIn(records), aliasesIn(records), 'champion').tag).toBe(two)
    expect(findVersion(publishedIn(records), aliasesIn(records), 'parcels@champion').tag).toBe(two)

    expect(await change(github, { alias: 'champion', version: undefined })).toMatchObject({ tag: null, was: two })
    records = await recordsOf(github)
    expect(aliasesIn(records)).toEqual([])
    expect(aliasMoves(records).map(({ tag, was, actor }) => ({ tag, was, actor }))).toEqual([
      { tag: one, was: null, actor: 'ada' },
      { tag: two, was: one, actor: 'grace' },
      { tag: null, was: two, actor: 'ada' },
    ])
    await expect(change(github, { alias: 'champion', version: undefined })).rejects.toMatchObject({
      code: 'registry/bad-alias',
    })
  })

  test('moves it only from where it is expected', async () => {
    await using github = await testGitHub()
    const [one] = await releases(github, 2)
    await change(github, { alias: 'champion', version: 'parcels-v1' })
    await expect(
      change(github, { alias: 'champion', version: 'parcels-v2', expected: 'parcels-v2' }),
    ).rejects.toMatchObject({ code: 'registry/alias-moved', message: expect.stringContaining(one ?? '') })
    expect(await change(github, { alias: 'champion', version: 'parcels-v2', expected: 'parcels-v1' })).toMatchObject({
      isNew: true,
    })
  })

  test('asks which model where several have the name', async () => {
    await using github = await testGitHub()
    const [parcel] = await releases(github, 1)
    const [quote] = await releases(github, 1, 'quotes')
    await change(github, { alias: 'champion', version: 'parcels' })
    await change(github, { alias: 'quotes@champion', version: 'quotes' })
    const records = await recordsOf(github)
    const find = (text: string) => findVersion(publishedIn(records), aliasesIn(records), text).tag
    expect(() => find('champion')).toThrow(/2 models have an alias of that name/)
    expect([find('parcels@champion'), find('quotes@champion')]).toEqual([parcel, quote])
    expect(() => find('quotes@champio')).toThrow(/no release is called so/)
    await expect(change(github, { alias: 'champion', version: undefined })).rejects.toMatchObject({
      code: 'registry/ambiguous-alias',
    })
    await expect(change(github, { alias: 'parcels@champion', version: 'quotes' })).rejects.toMatchObject({
      message: expect.stringContaining('it is of model "quotes"'),
    })
  })

  test('ends with one record wherever it was killed, and keeps the order of eight at once', async () => {
    const state = { writes: 0, breakAt: 0, moment: 'before' as 'before' | 'after' }
    const interrupt: Interrupt = (moment, { method }) => {
      if (method === 'GET') return 'serve'
      if (moment === 'before') state.writes++
      return state.writes === state.breakAt && moment === state.moment ? 'drop' : 'serve'
    }
    await using github = await testGitHub({ interrupt })
    await releases(github, 2)
    const before = (await recordsOf(github)).length
    state.writes = 0
    await change(github, { alias: 'counted', version: 'parcels-v1' })
    const writes = state.writes
    expect(writes).toBe(3)
    let added = 1
    for (let breakAt = 1; breakAt <= writes; breakAt++) {
      for (const moment of ['before', 'after'] as const) {
        const alias = `killed-${moment}-${'abc'[breakAt - 1]}`
        Object.assign(state, { writes: 0, breakAt, moment })
        await change(github, { alias, version: 'parcels-v1' }).catch(() => undefined)
        state.breakAt = 0
        await change(github, { alias, version: 'parcels-v1' })
        added += 1
        expect(await recordsOf(github)).toHaveLength(before + added)
      }
    }

    const changes = await Promise.all(
      Array.from({ length: 8 }, (_, at) =>
        change(github, { alias: 'champion', version: `parcels-v${(at % 2) + 1}` }, `ada-${at}`),
      ),
    )
    const records = await recordsOf(github)
    const moves = aliasMoves(records).filter(({ name }) => name === 'champion')
    expect(moves).toHaveLength(changes.filter(({ isNew }) => isNew).length)
    moves.forEach(({ was, tag }, at) => {
      expect(was).toBe(moves[at - 1]?.tag ?? null)
      expect(tag).not.toBe(was)
    })
  })
})
