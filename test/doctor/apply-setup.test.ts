import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { applySetup, readPresent } from '../../action/doctor/apply-setup.ts'
import { planSetup } from '../../action/doctor/plan-setup.ts'
import { openGitHubClient } from '../../action/github/client.ts'
import type { Interrupt } from '../../action/local-github/answer-request.ts'
import { configure } from '../../action/local-github/settings.ts'
import { openState } from '../../action/local-github/state.ts'
import { issueToken } from '../../action/local-github/tokens.ts'
import { settingsSchema } from '../../action/project/settings-file.ts'
import { type TestGitHub, testGitHub } from '../support/local-github.ts'

const wanted = settingsSchema.parse({
  version: 1,
  labels: {
    retrain: { color: '0E8A16', description: 'Opened by Plumbline' },
    bug: { color: 'd73a4a', description: 'Ours' },
  },
  environments: { production: { reviewers: ['acme'], 'wait-minutes': 5 }, staging: {} },
  actions: { 'pull-requests': true, 'default-permissions': 'read' },
})

/** Everything that setup could have touched, without times. */
async function held(github: TestGitHub) {
  const present = await readPresent(await openGitHubClient(github))
  return JSON.parse(
    JSON.stringify({ ...present, page: '' }, (key, value) => (key === 'id' || key === 'page' ? undefined : value)),
  )
}

async function apply(github: TestGitHub, token = github.token) {
  return applySetup(await openGitHubClient({ ...github, token }), wanted, ['parcels'])
}

async function stateOf(github: TestGitHub) {
  return openState(join(github.folder, 'github'), github.owner, github.repository)
}

describe('applySetup()', () => {
  test('makes what the file asks for, leaves the rest alone, and has nothing to do again', async () => {
    await using github = await testGitHub()
    const before = await held(github)
    const { planned, left } = await apply(github)
    expect(left).toEqual([])
    expect(planned.map(({ thing, kind }) => [thing, kind])).toEqual([
      ['label retrain', 'create'],
      ['label bug', 'change'],
      ['environment production', 'create'],
      ['environment staging', 'create'],
      ['ruleset Plumbline: ledger and deployments', 'create'],
      ['ruleset Plumbline: released models', 'create'],
      ['workflow permissions', 'change'],
    ])
    const after = await held(github)
    expect(after.labels.value).toHaveLength(before.labels.value.length + 1)
    expect(after.environments.value[0]).toMatchObject({ name: 'production', reviewers: ['acme'], waitMinutes: 5 })
    expect(after.defaults.value).toEqual({ jobsMay: 'read', mayOpenPulls: true })

    const again = await apply(github)
    expect(again.planned.map(({ kind }) => kind)).toEqual(Array(7).fill('nothing'))
    expect(await held(github)).toEqual(after)
  })

  test('lets Plumbline push to the branches that it keeps from being rewritten and deleted', async () => {
    await using github = await testGitHub()
    await apply(github)
    const { call, head } = github
    expect((await call('POST', '/git/refs', { ref: 'refs/heads/plumbline/ledger', sha: head })).status).toBe(201)
    const { tree } = (await call('GET', `/git/commits/${head}`)).body
    const next = (await call('POST', '/git/commits', { message: 'record', tree: tree.sha, parents: [head] })).body.sha
    expect((await call('PATCH', '/git/refs/heads/plumbline/ledger', { sha: next })).status).toBe(200)
    expect((await call('PATCH', '/git/refs/heads/plumbline/ledger', { sha: head, force: true })).status).toBe(422)
    expect((await call('DELETE', '/git/refs/heads/plumbline/ledger')).status).toBe(422)
    const tag = 'refs/tags/parcels-v1-g01234567-d01234567'
    expect((await call('POST', '/git/refs', { ref: tag, sha: head })).status).toBe(201)
    expect((await call('PATCH', `/git/${tag}`, { sha: next, force: true })).status).toBe(422)
  })

  test('changes what somebody changed, and keeps what the file does not name', async () => {
    await using github = await testGitHub()
    await apply(github)
    const { call } = github
    const put = {
      wait_timer: 9,
      reviewers: [],
      prevent_self_review: true,
      deployment_branch_policy: { protected_branches: true, custom_branch_policies: false },
    }
    expect((await call('PUT', '/environments/staging', put)).status).toBe(200)
    const rulesets: { id: number; name: string }[] = (await call('GET', '/rulesets')).body
    const own = rulesets.find(({ name }) => name.endsWith('deployments'))
    const bypass = [{ actor_id: 15368, actor_type: 'Integration', bypass_mode: 'always' }]
    await call('PUT', `/rulesets/${own?.id}`, { enforcement: 'disabled', bypass_actors: bypass })
    const { planned, left } = await apply(github)
    expect({ left, changed: planned.filter(({ kind }) => kind !== 'nothing').map(({ thing }) => thing) }).toEqual({
      left: [],
      changed: ['ruleset Plumbline: ledger and deployments'],
    })
    const now = await held(github)
    expect(now.environments.value[1]).toMatchObject({ name: 'staging', waitMinutes: 9, branches: 'protected' })
    expect(now.rulesets.value.rulesets.find(({ name }: { name: string }) => name === own?.name)).toMatchObject({
      enforcement: 'active',
      bypass: [{ actorType: 'Integration' }],
    })
  })

  test('killed before or after every write and run again, it ends the same', async () => {
    await using whole = await testGitHub()
    await apply(whole)
    const expected = await held(whole)
    const writes = 7
    for (const moment of ['before', 'after'] as const) {
      for (let nth = 1; nth <= writes; nth++) {
        let [seen, hits] = [0, 0]
        const interrupt: Interrupt = (at, { method }) => {
          if (at !== moment || method === 'GET' || method === 'HEAD' || ++seen < nth) return 'serve'
          hits++
          return 'drop'
        }
        let isOn = false
        await using github = await testGitHub({
          interrupt: (at, request) => (isOn ? interrupt(at, request) : 'serve'),
        })
        isOn = true
        await expect(apply(github)).rejects.toThrow(/Cannot /)
        expect(hits).toBeGreaterThan(0)
        isOn = false
        expect((await apply(github)).left).toEqual([])
        expect(await held(github)).toEqual(expected)
      }
    }
  })

  test.each([2, 8])('%i at once end as one does', async (count) => {
    await using alone = await testGitHub()
    await apply(alone)
    await using github = await testGitHub()
    const all = await Promise.all(Array.from({ length: count }, () => apply(github)))
    expect(all.flatMap(({ left }) => left)).toEqual([])
    const sorted = (value: {
      rulesets: { value: { rulesets: { name: string }[] } }
      labels: { value: { name: string }[] }
      environments: { value: { name: string }[] }
    }) => {
      for (const list of [value.rulesets.value.rulesets, value.labels.value, value.environments.value])
        list.sort((a, b) => (a.name < b.name ? -1 : 1))
      return value
    }
    expect(sorted(await held(github))).toEqual(sorted(await held(alone)))
  })

  test('says what a token that does not administer leaves for a person, and where', async () => {
    await using github = await testGitHub()
    const permissions = { contents: 'write', issues: 'write', actions: 'write', pull_requests: 'write' } as const
    const token = await issueToken(await stateOf(github), { kind: 'job', permissions })
    const { left } = await apply(github, token)
    expect(left.map(({ thing }) => thing)).toEqual([
      'environment production',
      'environment staging',
      'ruleset Plumbline: ledger and deployments',
      'ruleset Plumbline: released models',
      'workflow permissions',
    ])
    expect(left.every(({ where }) => where.includes('/acme/parcels/settings/'))).toBe(true)
    expect(left.map(({ why }) => /administration|may not/.test(why))).toEqual(Array(5).fill(true))
    expect((await held(github)).labels.value.some(({ name }: { name: string }) => name === 'retrain')).toBe(true)
  })

  test('says what the plan of a private repository lacks', async () => {
    await using github = await testGitHub()
    await configure(await stateOf(github), { isPrivate: true, plan: 'free' })
    const { left } = await apply(github)
    expect(left.map(({ thing, why }) => `${thing}: ${why}`)).toEqual([
      expect.stringMatching(/^environment production: .*billing plan/),
      'ruleset Plumbline: ledger and deployments: private repositories of this plan have no rulesets',
      'ruleset Plumbline: released models: private repositories of this plan have no rulesets',
    ])
  })
})

describe('planSetup()', () => {
  test('plans by what is seen alone', async () => {
    await using github = await testGitHub()
    const present = await readPresent(await openGitHubClient(github))
    const plain = settingsSchema.parse({ version: 1 })
    expect(planSetup(plain, present, ['b', 'a']).map(({ thing, what }) => `${thing}: ${what}`)).toEqual([
      'ruleset Plumbline: ledger and deployments: refs/heads/plumbline/deploy/*, refs/heads/plumbline/ledger: no deletion, no non_fast_forward',
      'ruleset Plumbline: released models: refs/tags/a-v*, refs/tags/b-v*: no update',
    ])
  })
})
