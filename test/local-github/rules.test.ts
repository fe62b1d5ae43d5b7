import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { ruleRoutes, settingRoutes } from '../../action/local-github/platform-routes.table.ts'
import { unanswered } from '../support/github-schema.ts'
import { caller, git, push, type TestGitHub, testGitHub } from '../support/local-github.ts'

function ruleset(target: 'branch' | 'tag', rules: readonly unknown[], include = ['~ALL'], extra: object = {}) {
  const conditions = { ref_name: { include, exclude: [] } }
  return { name: 'guard', target, enforcement: 'active', conditions, rules, ...extra }
}

function checks(...contexts: readonly string[]) {
  const required_status_checks = contexts.map((context) => ({ context }))
  return { type: 'required_status_checks', parameters: { required_status_checks } }
}

const found = (text: string) => `Repository rule violations found\n\n${text}\n\n`

async function commitIn(github: TestGitHub, message: string): Promise<string> {
  const work = join(github.folder, 'work')
  await git(work, 'commit', '--quiet', '--allow-empty', '-m', message)
  return git(work, 'rev-parse', 'HEAD')
}

describe('violationsOf()', () => {
  test.each([
    ['creation', { type: 'creation' }, 'tag', 'Cannot create ref due to creations being restricted.'],
    ['creation of branches', { type: 'creation' }, 'branch', 'Cannot create ref due to creations being restricted.'],
    ['required checks', checks('ci'), 'branch', 'Required status check "ci" is expected.'],
    ['several required checks', checks('ci', 'plumbline'), 'branch', '2 of 2 required status checks are expected.'],
    ['pull requests', { type: 'pull_request' }, 'branch', 'Changes must be made through a pull request.'],
  ] as const)('refuses a new ref by %s', async (_, rule, target, message) => {
    await using github = await testGitHub()
    const { call, head } = github
    expect((await call('POST', '/rulesets', ruleset(target, [rule]))).status).toBe(201)

    const ref = target === 'tag' ? 'refs/tags/v1' : 'refs/heads/x'
    expect(await call('POST', '/git/refs', { ref, sha: head })).toMatchObject({
      status: 422,
      body: { message: found(message) },
    })
    const pushed = push(github, join(github.folder, 'work'), `HEAD:${ref}`)
    await expect(pushed).rejects.toThrow(
      new RegExp(`GH013: Repository rule violations found for ${ref}[^]*${message}[^]*push declined due to repository`),
    )
    expect((await call('GET', `/git/ref/${ref.slice('refs/'.length)}`)).status).toBe(404)
  })

  test.each([
    ['update', { type: 'update' }, 'Cannot update this protected ref.'],
    ['pull requests', { type: 'pull_request' }, 'Changes must be made through a pull request.'],
  ])('refuses to move a branch by %s', async (_, rule, message) => {
    await using github = await testGitHub()
    const { call, head } = github
    await commitIn(github, 'more')
    await push(github, join(github.folder, 'work'), 'HEAD:refs/heads/other')
    const sha = await git(join(github.folder, 'work'), 'rev-parse', 'HEAD')
    await call('POST', '/rulesets', ruleset('branch', [rule], ['~DEFAULT_BRANCH']))

    expect((await call('PATCH', '/git/refs/heads/main', { sha })).body.message).toBe(found(message))
    await expect(push(github, join(github.folder, 'work'), 'HEAD:main')).rejects.toThrow('GH013')
    expect((await call('GET', '/git/ref/heads/main')).body.object.sha).toBe(head)
  })

  test('refuses to delete and to force, and nothing else', async () => {
    await using github = await testGitHub()
    const { call } = github
    const work = join(github.folder, 'work')
    await call('POST', '/rulesets', ruleset('branch', [{ type: 'deletion' }, { type: 'non_fast_forward' }]))

    expect((await call('DELETE', '/git/refs/heads/main')).body.message).toBe(found('Cannot delete this protected ref.'))
    await expect(push(github, work, ':main')).rejects.toThrow('GH013')
    await commitIn(github, 'more')
    await push(github, work, 'HEAD:main')
    await git(work, 'commit', '--quiet', '--allow-empty', '--amend', '-m', 'other')
    await expect(push(github, work, '+HEAD:main')).rejects.toThrow('non-fast-forward')
    const { sha } = (await call('GET', '/commits/main')).body
    const { tree } = (await call('GET', `/git/commits/${sha}`)).body
    const root = (await call('POST', '/git/commits', { message: 'm', tree: tree.sha, parents: [] })).body.sha
    expect((await call('PATCH', '/git/refs/heads/main', { sha: root, force: true })).body.message).toBe(
      found('Cannot force-push to this branch'),
    )
  })

  test('lets through who is on the bypass list, patterns that do not fit, and what is only evaluated', async () => {
    await using github = await testGitHub()
    const { call, head } = github
    const rule = [{ type: 'creation' }]
    const admins = { bypass_actors: [{ actor_id: 5, actor_type: 'RepositoryRole', bypass_mode: 'always' }] }
    const grace = caller(github, await github.issueToken({ kind: 'user', login: 'grace', role: 'write' }))
    const { body: made } = await call('POST', '/rulesets', ruleset('branch', rule, ['refs/heads/release/**/*'], admins))

    expect((await call('POST', '/git/refs', { ref: 'refs/heads/release/1', sha: head })).status).toBe(201)
    expect((await grace('POST', '/git/refs', { ref: 'refs/heads/release/2', sha: head })).status).toBe(422)
    expect((await grace('POST', '/git/refs', { ref: 'refs/heads/other', sha: head })).status).toBe(201)
    expect((await grace('GET', `/rulesets/${made.id}`)).body).toMatchObject({ current_user_can_bypass: 'never' })
    await call('PUT', `/rulesets/${made.id}`, { enforcement: 'evaluate' })
    expect((await grace('POST', '/git/refs', { ref: 'refs/heads/release/2', sha: head })).status).toBe(201)
  })

  test('refuses a push without the checks that a protected branch requires', async () => {
    await using github = await testGitHub()
    const { call } = github
    const work = join(github.folder, 'work')
    await call('PUT', '/branches/main/protection', {
      required_status_checks: { strict: false, contexts: ['ci'] },
      enforce_admins: true,
      required_pull_request_reviews: null,
      restrictions: null,
    })
    await commitIn(github, 'more')
    await expect(push(github, work, 'HEAD:main')).rejects.toThrow(
      /GH006: Protected branch update failed for refs\/heads\/main[^]*Required status check "ci" is expected[^]*protected branch hook declined/,
    )
  })

  test('binds admins only where the protection says so', async () => {
    await using github = await testGitHub()
    const { call } = github
    const work = join(github.folder, 'work')
    const protection = { required_pull_request_reviews: {}, required_status_checks: null, restrictions: null }
    const grace = await github.issueToken({ kind: 'user', login: 'grace', role: 'write' })
    await commitIn(github, 'more')

    await call('PUT', '/branches/main/protection', { ...protection, enforce_admins: false })
    await expect(push(github, work, 'HEAD:main', grace)).rejects.toThrow('GH006')
    await push(github, work, 'HEAD:main')
    await call('PUT', '/branches/main/protection', { ...protection, enforce_admins: true })
    await commitIn(github, 'again')
    await expect(push(github, work, 'HEAD:main')).rejects.toThrow('GH006')
  })
})

describe('a merge', () => {
  const review = (required_approving_review_count: number) => ({
    type: 'pull_request',
    parameters: { required_approving_review_count },
  })
  const strict = {
    type: 'required_status_checks',
    parameters: { ...checks().parameters, strict_required_status_checks_policy: true },
  }

  test.each([
    ['a pull request without reviews', review(0), 200, 'successfully merged'],
    ['a review', review(1), 405, 'At least 1 approving review is required'],
    ['checks', checks('ci'), 405, 'Required status check "ci" is expected.'],
    ['a head that is up to date', strict, 405, 'not up to date'],
  ] as const)('where the base asks for %s', async (_, rule, status, message) => {
    await using github = await testGitHub()
    const { call, head } = github
    const work = join(github.folder, 'work')
    await commitIn(github, 'base')
    await push(github, work, 'HEAD:main')
    await git(work, 'reset', '--hard', '--quiet', head)
    await commitIn(github, 'more')
    await push(github, work, 'HEAD:refs/heads/x')
    await call('POST', '/rulesets', ruleset('branch', [rule], ['~DEFAULT_BRANCH']))
    const { number } = (await call('POST', '/pulls', { title: 't', head: 'x', base: 'main' })).body

    expect(await call('PUT', `/pulls/${number}/merge`)).toMatchObject({
      status,
      body: { message: expect.stringContaining(message) },
    })
  })
})

describe('rulesets and protections', () => {
  test('are listed, read, changed and deleted', async () => {
    await using github = await testGitHub()
    const { call } = github
    const rules = [{ type: 'deletion' }, checks('ci')]
    const { body: made } = await call('POST', '/rulesets', ruleset('branch', rules, ['~DEFAULT_BRANCH']))

    expect((await call('GET', '/rulesets')).body).toMatchObject([{ id: made.id, enforcement: 'active' }])
    expect((await call('GET', `/rulesets/${made.id}`)).body).toMatchObject({ rules, bypass_actors: [] })
    expect((await call('GET', '/rules/branches/main')).body).toMatchObject([
      { type: 'deletion', ruleset_id: made.id },
      { type: 'required_status_checks', ruleset_id: made.id },
    ])
    expect((await call('GET', '/rules/branches/a/b')).body).toEqual([])
    expect((await call('PUT', `/rulesets/${made.id}`, { enforcement: 'disabled' })).body).toMatchObject({ rules })
    expect((await call('GET', '/rules/branches/main')).body).toEqual([])
    expect((await call('POST', '/rulesets', ruleset('tag', []))).body.message).toContain('Name must be unique')
    expect((await call('DELETE', `/rulesets/${made.id}`)).status).toBe(204)
    expect((await call('GET', `/rulesets/${made.id}`)).status).toBe(404)
  })

  test('name the branches that they protect', async () => {
    await using github = await testGitHub()
    const { call, head } = github
    await call('POST', '/git/refs', { ref: 'refs/heads/a/b', sha: head })
    const put = { required_status_checks: { strict: true, contexts: ['ci'] }, enforce_admins: false }

    expect((await call('GET', '/branches/a/b/protection')).body.message).toBe('Branch not protected')
    expect((await call('GET', '/branches/none/protection')).body.message).toBe('Branch not found')
    await call('PUT', '/branches/a/b/protection', { ...put, required_pull_request_reviews: null, restrictions: null })
    expect((await call('GET', '/branches/a/b/protection')).body.required_status_checks).toMatchObject({
      strict: true,
      contexts: ['ci'],
    })
    expect((await call('GET', '/branches/a/b')).body).toMatchObject({
      name: 'a/b',
      protected: true,
      protection: { required_status_checks: { enforcement_level: 'non_admins', contexts: ['ci'] } },
    })
    expect((await call('GET', '/branches?protected=true')).body.map(({ name }: { name: string }) => name)).toEqual([
      'a/b',
    ])
    expect((await call('GET', '/branches')).body).toHaveLength(2)
    expect((await call('DELETE', '/branches/a/b/protection')).status).toBe(204)
    expect((await call('GET', '/branches/a/b')).body.protected).toBe(false)
  })

  test('a private repository of the Free plan has neither', async () => {
    await using github = await testGitHub()
    await github.configure({ isPrivate: true, plan: 'free' })
    const { call } = github
    expect(await call('POST', '/rulesets', ruleset('tag', []))).toMatchObject({ status: 403 })
    expect((await call('GET', '/branches/main/protection')).body.message).toMatch(/^Upgrade to GitHub Pro/)
  })

  test.each([
    ['a rule that is not enforced', ruleset('branch', [{ type: 'required_signatures' }]), 501],
    ['an unknown target', { ...ruleset('branch', []), target: 'repository' }, 422],
    ['rules that are no list', { ...ruleset('branch', []), rules: 'all' }, 422],
    ['no name', { ...ruleset('branch', []), name: null }, 422],
  ])('refuses %s', async (_, body, status) => {
    await using github = await testGitHub()
    expect((await github.call('POST', '/rulesets', body)).status).toBe(status)
    expect((await github.call('GET', '/rulesets')).body).toEqual([])
  })
})

describe('settings of Actions', () => {
  test('are read and set', async () => {
    await using github = await testGitHub()
    const { call } = github
    expect((await call('GET', '/actions/permissions')).body).toMatchObject({ enabled: true, allowed_actions: 'all' })
    await call('PUT', '/actions/permissions', { enabled: true, allowed_actions: 'selected' })
    expect((await call('GET', '/actions/permissions')).body).toMatchObject({ allowed_actions: 'selected' })
    await call('PUT', '/actions/permissions', { enabled: false })
    expect((await call('GET', '/actions/permissions')).body).toEqual({ enabled: false })
    expect((await call('GET', '/actions/permissions/workflow')).body).toEqual({
      default_workflow_permissions: 'read',
      can_approve_pull_request_reviews: false,
    })
    await call('PUT', '/actions/permissions/workflow', { can_approve_pull_request_reviews: true })
    expect((await call('GET', '/actions/permissions/workflow')).body).toEqual({
      default_workflow_permissions: 'read',
      can_approve_pull_request_reviews: true,
    })
    expect((await call('PUT', '/actions/permissions/workflow', { default_workflow_permissions: 'all' })).status).toBe(
      422,
    )
  })

  test('name variables with their values, and secrets without', async () => {
    await using github = await testGitHub()
    await github.configure({ variables: { STORE: 's3' }, secrets: ['SLACK_WEBHOOK'] })
    expect((await github.call('GET', '/actions/variables')).body).toMatchObject({
      total_count: 1,
      variables: [{ name: 'STORE', value: 's3' }],
    })
    expect((await github.call('GET', '/actions/secrets')).body).toMatchObject({
      total_count: 1,
      secrets: [{ name: 'SLACK_WEBHOOK' }],
    })
  })

  test('of immutable releases are read and set', async () => {
    await using github = await testGitHub()
    const { call } = github
    expect((await call('GET', '/immutable-releases')).status).toBe(404)
    await call('PUT', '/immutable-releases')
    expect((await call('GET', '/immutable-releases')).body).toEqual({ enabled: true, enforced_by_owner: false })
    await call('DELETE', '/immutable-releases')
    expect((await call('GET', '/immutable-releases')).status).toBe(404)
  })
})

test('ruleRoutes and settingRoutes are asked for by the tests above', () => {
  expect(unanswered([...ruleRoutes, ...settingRoutes])).toEqual([])
})
