import { describe, expect, test } from 'vitest'

import { silent } from '../../action/base/progress.ts'
import { sha256 } from '../../action/base/sha256.ts'
import { openGitHubClient } from '../../action/github/client.ts'
import { createDraft } from '../../action/github/releases.ts'
import type { Interrupt } from '../../action/local-github/answer-request.ts'
import { applyClean, planClean } from '../../action/registry/clean-registry.ts'
import { draftMarker } from '../../action/registry/plan-janitor.ts'
import { registerCandidate } from '../../action/registry/register-candidate.ts'
import { readRegistry } from '../../action/registry/registry.ts'
import { setAlias } from '../../action/registry/set-alias.ts'
import { runRecord, testCandidate } from '../support/candidate.ts'
import { deploy } from '../support/deploy.ts'
import { type TestGitHub, testGitHub } from '../support/local-github.ts'

const stamp = { at: '2025-03-04T06:12:00.000Z', actor: 'ada' }
const terms = { model: 'parcels', keepNewest: 2, olderThanMs: 0, nowMs: Date.parse('2100-01-01T00:00:00Z') }

async function register(github: TestGitHub, run: number, bytes = `bytes ${run}`) {
  const candidate = testCandidate(runRecord({ runKey: sha256(`run ${run}`) }), bytes)
  return registerCandidate(await openGitHubClient(github), { ...candidate, commit: github.head, stamp }, silent)
}

async function releases(github: TestGitHub, count: number): Promise<readonly string[]> {
  const tags: string[] = []
  for (let run = 1; run <= count; run++) tags.push((await register(github, run)).allocation.tag)
  return tags
}

async function clean(github: TestGitHub, between: () => Promise<unknown> = async () => {}) {
  const client = await openGitHubClient(github)
  const registry = await readRegistry(client)
  const plan = planClean(registry, terms)
  await between()
  return {
    plan,
    ...(await applyClean(client, registry, plan, {
      stamp: { ...stamp, at: new Date().toISOString() },
      progress: silent,
    })),
  }
}

/** State of each release by version, tags, and the kinds of records. */
async function held(github: TestGitHub) {
  const { entries, ledger, releases: listed } = await readRegistry(await openGitHubClient(github))
  const refs: { ref: string }[] = (await github.call('GET', '/git/matching-refs/tags/')).body
  return {
    states: entries.map(({ release, cleaned }) => (release ? 'there' : cleaned ? 'cleaned' : 'gone')),
    tags: refs.length,
    cleaned: ledger.records.filter(({ kind }) => kind === 'cleaned').length,
    drafts: listed.filter(({ isDraft }) => isDraft).length,
  }
}

describe('applyClean()', () => {
  test('deletes the old, keeps what is needed, every tag and every record, and does nothing twice', async () => {
    await using github = await testGitHub()
    const [one, two] = await releases(github, 6)
    if (one === undefined || two === undefined) throw new Error('no releases')
    const client = await openGitHubClient(github)
    await deploy(github, 'production', { model: 'parcels', stable: { tag: one }, previous: null, candidate: null })
    await setAlias(client, { alias: 'champion', version: 'parcels-v2' }, stamp)
    await createDraft(client, { tag: one, commit: github.head, name: 'x', body: `${draftMarker}aa -->` })
    await createDraft(client, { tag: 'v1', commit: github.head, name: 'somebody else’s', body: '' })

    const first = await clean(github)
    expect(first.removed).toHaveLength(2)
    expect(first.plan.leftovers).toHaveLength(1)
    const expected = {
      states: ['there', 'there', 'cleaned', 'cleaned', 'there', 'there'],
      tags: 6,
      cleaned: 2,
      drafts: 1,
    }
    expect(await held(github)).toEqual(expected)
    expect((await clean(github)).removed).toEqual([])
    expect(await held(github)).toEqual(expected)
  })

  test('ends the same wherever it was killed', async () => {
    const state = { writes: 0, breakAt: 0, moment: 'before' as 'before' | 'after' }
    const interrupt: Interrupt = (moment, { method }) => {
      if (method === 'GET') return 'serve'
      if (moment === 'before') state.writes++
      return state.writes === state.breakAt && moment === state.moment ? 'drop' : 'serve'
    }
    const expected = { states: ['cleaned', 'there', 'there'], tags: 3, cleaned: 1, drafts: 0 }
    for (let breakAt = 1; breakAt <= 4; breakAt++) {
      for (const moment of ['before', 'after'] as const) {
        await using github = await testGitHub({ interrupt })
        await releases(github, 3)
        Object.assign(state, { writes: 0, breakAt, moment })
        await clean(github).catch(() => undefined)
        expect(state.writes, 'every break is met').toBeGreaterThanOrEqual(breakAt)
        state.breakAt = 0
        await clean(github)
        expect({ breakAt, moment, ...(await held(github)) }).toEqual({ breakAt, moment, ...expected })
      }
    }
  })

  test('spares what became live or got a name since it was planned', async () => {
    await using github = await testGitHub()
    const [one, two] = await releases(github, 4)
    if (one === undefined || two === undefined) throw new Error('no releases')
    const { removed, spared } = await clean(github, async () => {
      await deploy(github, 'production', {
        model: 'parcels',
        stable: { tag: two },
        previous: { tag: one },
        candidate: null,
      })
    })
    expect(removed).toEqual([])
    expect(spared.map(({ reason }) => reason).toSorted()).toEqual(['live in production', 'previous in production'])
    expect(await held(github)).toMatchObject({ states: ['there', 'there', 'there', 'there'], cleaned: 0 })

    await using other = await testGitHub()
    await releases(other, 3)
    const named = await clean(other, async () =>
      setAlias(await openGitHubClient(other), { alias: 'champion', version: 'parcels-v1' }, stamp),
    )
    expect(named.spared.map(({ reason }) => reason)).toEqual(['alias champion'])
    expect(await held(other)).toMatchObject({ states: ['there', 'there', 'there'], cleaned: 0 })
  })

  test('deletes nothing where nobody knows what is live', async () => {
    await using github = await testGitHub()
    await releases(github, 3)
    await deploy(github, 'production', { model: 'parcels', stable: 'v1' })
    await expect(clean(github)).rejects.toMatchObject({ code: 'registry/unreadable-state' })
    expect(await held(github)).toMatchObject({ states: ['there', 'there', 'there'], cleaned: 0 })
  })

  test('comes to the same with two at once', async () => {
    await using github = await testGitHub()
    await releases(github, 4)
    await Promise.all([clean(github), clean(github)])
    expect(await held(github)).toEqual({
      states: ['cleaned', 'cleaned', 'there', 'there'],
      tags: 4,
      cleaned: 2,
      drafts: 0,
    })
  })
})

describe('registerCandidate() after a release went', () => {
  test('publishes the same bytes again under the same tag, and no others', async () => {
    await using github = await testGitHub()
    const [tag] = await releases(github, 3)
    await clean(github)
    await expect(register(github, 1, 'other bytes')).rejects.toMatchObject({
      code: 'registry/bytes-differ',
      message: expect.stringContaining('its release is gone, and "model.skops" has other bytes'),
    })
    expect((await held(github)).states).toEqual(['cleaned', 'there', 'there'])
    const again = await register(github, 1)
    expect(again).toMatchObject({ isNew: true, allocation: { tag, version: 1 } })
    expect(await held(github)).toEqual({ states: ['there', 'there', 'there'], tags: 3, cleaned: 1, drafts: 0 })
  })

  test('does so, too, where somebody deleted it', async () => {
    await using github = await testGitHub()
    const { release } = await register(github, 1)
    await github.call('DELETE', `/releases/${release.id}`)
    expect((await held(github)).states).toEqual(['gone'])
    await expect(register(github, 1, 'other bytes')).rejects.toMatchObject({ code: 'registry/bytes-differ' })
    expect((await register(github, 1)).allocation.tag).toBe(release.tag)
    expect((await held(github)).states).toEqual(['there'])
  })
})
