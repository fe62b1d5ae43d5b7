import { describe, expect, test } from 'vitest'

import { mayDeploy } from '../../action/local-github/deployment-state.ts'
import { deploymentRoutes } from '../../action/local-github/platform-routes.table.ts'
import { firstPlatform } from '../../action/local-github/platform-state.ts'
import { userIdOf } from '../../action/local-github/resources.ts'
import type { StoredEnvironment } from '../../action/local-github/stored-deployments.ts'
import { unanswered } from '../support/github-schema.ts'
import { type Call, caller, type TestGitHub, testGitHub } from '../support/local-github.ts'

const grace = { type: 'User', id: userIdOf('acme', 'grace') }

async function asUser(github: TestGitHub, login: string): Promise<Call> {
  return caller(github, await github.issueToken({ kind: 'user', login, role: 'write' }))
}

async function states(call: Call, id: number): Promise<readonly string[]> {
  return (await call('GET', `/deployments/${id}/statuses`)).body.map(({ state }: { state: string }) => state)
}

describe('createDeployment()', () => {
  test('makes its environment, and is listed by what is asked for', async () => {
    await using github = await testGitHub()
    const { call, head } = github
    const { body: made } = await call('POST', '/deployments', { ref: 'main', payload: { model: 'parcels' } })
    await call('POST', '/deployments', { ref: head, environment: 'staging', task: 'score' })
    expect(made).toMatchObject({ sha: head, environment: 'production', production_environment: true, task: 'deploy' })
    expect((await call('GET', `/deployments/${made.id}`)).body).toMatchObject({ payload: { model: 'parcels' } })
    const list = async (query: string) => (await call('GET', `/deployments${query}`)).body
    expect(await list('')).toHaveLength(2)
    expect(await list('?environment=staging&task=score')).toMatchObject([{ production_environment: false }])
    expect(await list('?ref=other')).toEqual([])
    expect((await call('GET', '/environments')).body).toMatchObject({
      total_count: 2,
      environments: [{ name: 'production' }, { name: 'staging' }],
    })
  })

  test.each([
    ['no such ref', { ref: 'none' }, 422, 'No ref found for: none'],
    [
      'a required context that nobody reported',
      { ref: 'main', required_contexts: ['ci'] },
      409,
      'Commit status checks failed',
    ],
    ['no ref', {}, 422, '"ref" wasn\'t supplied'],
  ])('refuses %s', async (_, body, status, message) => {
    await using github = await testGitHub()
    const refused = await github.call('POST', '/deployments', body)
    expect({ status: refused.status, message: refused.body.message }).toEqual({
      status,
      message: expect.stringContaining(message),
    })
  })

  test('asks for every context that was reported, unless told which', async () => {
    await using github = await testGitHub()
    const { call, head } = github
    await call('POST', `/statuses/${head}`, { state: 'failure', context: 'ci' })
    expect((await call('POST', '/deployments', { ref: 'main' })).status).toBe(409)
    expect((await call('POST', '/deployments', { ref: 'main', required_contexts: [] })).status).toBe(201)
    await call('POST', `/statuses/${head}`, { state: 'success', context: 'ci' })
    expect((await call('POST', '/deployments', { ref: 'main' })).status).toBe(201)
  })

  test('does not merge into a branch that is behind, and says so', async () => {
    await using github = await testGitHub()
    const { call, head } = github
    await call('POST', '/git/refs', { ref: 'refs/heads/x', sha: head })
    const { tree } = (await call('GET', `/git/commits/${head}`)).body
    const { sha } = (await call('POST', '/git/commits', { message: 'm', tree: tree.sha, parents: [head] })).body
    await call('PATCH', '/git/refs/heads/main', { sha })
    expect((await call('POST', '/deployments', { ref: 'x' })).status).toBe(501)
    expect((await call('POST', '/deployments', { ref: 'x', auto_merge: false })).status).toBe(201)
  })
})

describe('createDeploymentStatus()', () => {
  test.each([
    [{ environment: 'staging' }, {}, ['inactive', 'success']],
    [{ environment: 'staging' }, { auto_inactive: false }, ['success']],
    [{ environment: 'staging', transient_environment: true }, {}, ['success']],
    [{ environment: 'production' }, {}, ['success']],
  ])('a success after one of %o, %o leaves the older %o (P30)', async (body, status, expected) => {
    await using github = await testGitHub()
    const { call } = github
    const older = (await call('POST', '/deployments', { ref: 'main', ...body })).body
    const newer = (await call('POST', '/deployments', { ref: 'main', ...body })).body
    await call('POST', `/deployments/${older.id}/statuses`, { state: 'success' })
    const { body: made } = await call('POST', `/deployments/${newer.id}/statuses`, {
      state: 'success',
      environment_url: 'https://example.org',
      ...status,
    })
    expect(await states(call, older.id)).toEqual(expected)
    expect((await call('GET', `/deployments/${newer.id}/statuses/${made.id}`)).body.environment_url).toBe(
      'https://example.org',
    )
  })

  test('an active deployment is deleted only where it is alone', async () => {
    await using github = await testGitHub()
    const { call } = github
    const one = (await call('POST', '/deployments', { ref: 'main' })).body
    const other = (await call('POST', '/deployments', { ref: 'main' })).body
    await call('POST', `/deployments/${one.id}/statuses`, { state: 'success' })
    expect((await call('DELETE', `/deployments/${one.id}`)).status).toBe(422)
    expect((await call('DELETE', `/deployments/${other.id}`)).status).toBe(204)
    expect((await call('DELETE', `/deployments/${one.id}`)).status).toBe(204)
    expect((await call('POST', `/deployments/${one.id}/statuses`, { state: 'success' })).status).toBe(404)
  })

  test('refuses an unknown state', async () => {
    await using github = await testGitHub()
    const { id } = (await github.call('POST', '/deployments', { ref: 'main' })).body
    expect((await github.call('POST', `/deployments/${id}/statuses`, { state: 'done' })).status).toBe(422)
  })
})

describe('putEnvironment()', () => {
  test('sets its rules; what is left out is taken away', async () => {
    await using github = await testGitHub()
    const { call } = github
    await asUser(github, 'grace')
    const policy = { protected_branches: false, custom_branch_policies: true }
    const rules = { wait_timer: 30, reviewers: [grace], prevent_self_review: true, deployment_branch_policy: policy }
    await call('PUT', '/environments/a%2Fb', rules)
    expect((await call('GET', '/environments/a%2Fb')).body).toMatchObject({
      name: 'a/b',
      deployment_branch_policy: policy,
      protection_rules: [
        { type: 'wait_timer', wait_timer: 30 },
        { type: 'required_reviewers', prevent_self_review: true, reviewers: [{ reviewer: { login: 'grace' } }] },
        { type: 'branch_policy' },
      ],
    })
    const path = '/environments/a%2Fb/deployment-branch-policies'
    const { body: made } = await call('POST', path, { name: 'release/*' })
    expect((await call('POST', path, { name: 'release/*' })).body.id).toBe(made.id)
    expect((await call('GET', path)).body).toMatchObject({ total_count: 1, branch_policies: [{ name: 'release/*' }] })
    expect((await call('DELETE', `${path}/${made.id}`)).status).toBe(204)
    expect((await call('PUT', '/environments/a%2Fb')).body).toMatchObject({
      protection_rules: [],
      deployment_branch_policy: null,
    })
    expect((await call('POST', path, { name: 'x' })).status).toBe(404)
    expect((await call('DELETE', '/environments/a%2Fb')).status).toBe(204)
    expect((await call('GET', '/environments/a%2Fb')).status).toBe(404)
  })

  const protectedBranches = { deployment_branch_policy: { protected_branches: true, custom_branch_policies: false } }

  test.each([
    ['free', { reviewers: [grace] }],
    ['free', { wait_timer: 1 }],
    ['free', protectedBranches],
    ['team', { reviewers: [grace] }],
  ] as const)('a private repository of the plan %s lacks %o (P29)', async (plan, rules) => {
    await using github = await testGitHub()
    await asUser(github, 'grace')
    await github.configure({ isPrivate: true, plan })
    expect(await github.call('PUT', '/environments/production', rules)).toMatchObject({
      status: 422,
      body: { message: expect.stringMatching(/^Failed to create the environment protection rule/) },
    })
  })

  test.each([
    ['free', {}],
    ['team', protectedBranches],
    ['enterprise', { reviewers: [grace], wait_timer: 1 }],
  ] as const)('a private repository of the plan %s has %o', async (plan, rules) => {
    await using github = await testGitHub()
    await asUser(github, 'grace')
    await github.configure({ isPrivate: true, plan })
    expect((await github.call('PUT', '/environments/production', rules)).status).toBe(200)
  })

  test.each([
    ['seven reviewers', { reviewers: Array.from({ length: 7 }, () => grace) }],
    ['somebody unknown', { reviewers: [{ type: 'User', id: 7 }] }],
    [
      'both kinds of branches',
      { deployment_branch_policy: { protected_branches: true, custom_branch_policies: true } },
    ],
    ['a wait over thirty days', { wait_timer: 43_201 }],
  ])('refuses %s', async (_, rules) => {
    await using github = await testGitHub()
    await asUser(github, 'grace')
    expect((await github.call('PUT', '/environments/production', rules)).status).toBe(422)
  })
})

describe('mayDeploy()', () => {
  const environment: StoredEnvironment = {
    id: 1,
    name: 'production',
    waitMinutes: 0,
    reviewers: [],
    isSelfReviewBarred: false,
    branches: 'custom',
    policies: [
      { id: 2, name: 'release/*', type: 'branch' },
      { id: 3, name: 'v*', type: 'tag' },
    ],
    createdAt: '',
    updatedAt: '',
  }

  test.each([
    ['refs/heads/release/1', true],
    ['refs/heads/release/1/2', false],
    ['refs/heads/main', false],
    ['refs/tags/v1', true],
    ['refs/pull/1/merge', false],
  ])('%s: %s', (ref, expected) => {
    expect(mayDeploy(firstPlatform, environment, ref)).toBe(expected)
    expect(mayDeploy(firstPlatform, { ...environment, branches: null }, ref)).toBe(true)
  })
})

describe('reviewPendingDeployments()', () => {
  const run = { workflow: '.github/workflows/deploy.yml', event: 'push', branch: 'main', waitsFor: ['production'] }

  async function waiting(rules: object) {
    const github = await testGitHub()
    const reviewer = await asUser(github, 'grace')
    const { body: environment } = await github.call('PUT', '/environments/production', rules)
    const id = await github.recordRun({ ...run, actor: 'grace' })
    const path = `/actions/runs/${id}/pending_deployments`
    const review = (state: string) => ({ environment_ids: [environment.id], state, comment: 'c' })
    return { github, reviewer, id, path, review }
  }

  test('lets one of the reviewers approve, and nobody else', async () => {
    const { github, reviewer, id, path, review } = await waiting({ reviewers: [grace] })
    await using _ = github
    const job = await github.issueToken({ kind: 'job', permissions: { deployments: 'write', actions: 'read' } })
    expect((await github.call('GET', `/actions/runs/${id}`)).body.status).toBe('waiting')
    expect((await reviewer('GET', path)).body).toMatchObject([
      { environment: { name: 'production' }, current_user_can_approve: true, reviewers: [{ type: 'User' }] },
    ])
    expect((await github.call('GET', path)).body).toMatchObject([{ current_user_can_approve: false }])
    for (const call of [github.call, caller(github, job)])
      expect((await call('POST', path, review('approved'))).status).toBe(403)

    expect((await reviewer('POST', path, review('approved'))).body).toMatchObject([{ environment: 'production' }])
    expect((await github.call('GET', `/actions/runs/${id}`)).body.status).toBe('queued')
    expect((await github.call('GET', path)).body).toEqual([])
    expect((await github.call('GET', `/actions/runs/${id}/approvals`)).body).toMatchObject([
      { state: 'approved', user: { login: 'grace' }, comment: 'c', environments: [{ name: 'production' }] },
    ])
    expect((await reviewer('POST', path, review('approved'))).status).toBe(422)
  })

  test('ends a run that is rejected', async () => {
    const { github, reviewer, id, path, review } = await waiting({ reviewers: [grace] })
    await using _ = github
    expect((await reviewer('POST', path, review('rejected'))).body).toEqual([])
    expect((await github.call('GET', `/actions/runs/${id}`)).body).toMatchObject({ conclusion: 'failure' })
    expect((await github.call('GET', '/deployments')).body).toEqual([])
  })

  test('bars who caused the run, where the environment says so', async () => {
    const { github, reviewer, path, review } = await waiting({ reviewers: [grace], prevent_self_review: true })
    await using _ = github
    expect((await reviewer('POST', path, review('approved'))).status).toBe(403)
  })

  test('a run does not wait where the environment asks for nothing, and fails where its branch may not go', async () => {
    const { github, id } = await waiting({})
    await using _ = github
    expect((await github.call('GET', `/actions/runs/${id}`)).body.status).toBe('queued')
    const policy = { protected_branches: true, custom_branch_policies: false }
    await github.call('PUT', '/environments/production', { deployment_branch_policy: policy })
    const other = await github.recordRun(run)
    expect((await github.call('GET', `/actions/runs/${other}`)).body).toMatchObject({ conclusion: 'failure' })
  })
})

test('deploymentRoutes are asked for by the tests above', () => {
  expect(unanswered(deploymentRoutes)).toEqual([])
})
