import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import type { Permissions } from '../../action/local-github/access.ts'
import { permissionRowFor } from '../../action/local-github/permissions.table.ts'
import type { TokenHolder } from '../../action/local-github/platform-state.ts'
import { apiRoutes } from '../../action/local-github/routes.table.ts'
import { caller, git, push, type TestGitHub, testGitHub } from '../support/local-github.ts'

const draft = { tag_name: 'v1', draft: true }

async function as(github: TestGitHub, holder: TokenHolder) {
  return caller(github, await github.issueToken(holder))
}

function job(permissions: Permissions, origin?: 'fork' | 'dependabot'): TokenHolder {
  return { kind: 'job', permissions, ...(origin && { origin }) }
}

describe('issueToken()', () => {
  test.each<[string, TokenHolder, string, string]>([
    ['a person', { kind: 'user', login: 'grace', role: 'write' }, 'grace', 'User'],
    ['an App', { kind: 'app', slug: 'plumbline', permissions: { contents: 'write' } }, 'plumbline[bot]', 'Bot'],
    ['a job', job({ contents: 'write' }), 'github-actions[bot]', 'Bot'],
  ])('makes what %s makes theirs', async (_, holder, login, type) => {
    await using github = await testGitHub()
    const call = await as(github, holder)
    const { body: release } = await call('POST', '/releases', draft)
    const { body: asset } = await call('POST', `/releases/${release.id}/assets?name=a`, Buffer.from('a'))
    const { tree } = (await call('GET', `/git/commits/${github.head}`)).body
    const { body: commit } = await call('POST', '/git/commits', { message: 'm', tree: tree.sha, parents: [] })

    expect(release.author).toMatchObject({ login, type })
    expect(asset.uploader).toMatchObject({ login, type })
    expect(commit.author.name).toBe(login)
  })

  test('is over when its time is, and when it is revoked', async () => {
    await using github = await testGitHub()
    const over = await github.issueToken(job({ contents: 'read' }), 0)
    const revoked = await github.issueToken(job({ contents: 'read' }))
    expect((await caller(github, revoked)('GET', '')).status).toBe(200)
    await github.revokeToken(revoked)

    for (const token of [over, revoked])
      expect(await caller(github, token)('GET', '')).toMatchObject({
        status: 401,
        body: { message: 'Bad credentials' },
      })
  })

  test('is not kept as it is', async () => {
    await using github = await testGitHub()
    const token = await github.issueToken(job({}))
    const text = await readFile(join(github.folder, 'github/state.json'), 'utf8')
    expect(text).not.toContain(token)
  })

  test('gives no job what no workflow can ask for', async () => {
    await using github = await testGitHub()
    await expect(github.issueToken(job({ administration: 'read' }))).rejects.toThrow('administration')
  })
})

describe('refuseAccess()', () => {
  test.each<[string, TokenHolder]>([
    ['a job without the permission', job({ contents: 'read' })],
    ['a job of a fork', job({ contents: 'write' }, 'fork')],
    ['a job that Dependabot started', job({ contents: 'write' }, 'dependabot')],
    ['an App without the permission', { kind: 'app', slug: 'plumbline', permissions: { issues: 'write' } }],
  ])('says to %s which permission is missing', async (_, holder) => {
    await using github = await testGitHub()
    const call = await as(github, holder)

    const refused = await call('POST', '/releases', draft)
    expect(refused).toMatchObject({ status: 403, body: { message: 'Resource not accessible by integration' } })
    expect(refused.headers.get('x-accepted-github-permissions')).toBe('contents=write')
    expect((await call('GET', '/releases')).status).toBe(200)
  })

  test('hides a private repository from those who have no access', async () => {
    await using github = await testGitHub()
    await github.configure({ isPrivate: true })
    const anonymous = caller(github, '')

    expect((await anonymous('GET', '')).status).toBe(404)
    expect((await anonymous('POST', '/releases', draft)).status).toBe(404)
    await expect(git(github.folder, 'clone', '--quiet', github.gitUrl, 'clone')).rejects.toThrow('could not read')
    expect((await (await as(github, job({})))('GET', '')).body).toMatchObject({ private: true, visibility: 'private' })
    expect((await (await as(github, job({})))('GET', '/releases')).status).toBe(403)
    expect((await (await as(github, job({ contents: 'read' })))('GET', '/releases')).status).toBe(200)
  })

  test('shows drafts to those who may push, and to nobody else', async () => {
    await using github = await testGitHub()
    const { id } = (await github.call('POST', '/releases', draft)).body
    const { body: asset } = await github.call('POST', `/releases/${id}/assets?name=a`, Buffer.from('a'))
    const blind = [
      caller(github, ''),
      await as(github, job({ contents: 'read' })),
      await as(github, { kind: 'user', login: 'eve', role: 'read' }),
    ]
    for (const call of blind) {
      expect((await call('GET', '/releases')).body).toEqual([])
      for (const path of [`/releases/${id}`, `/releases/${id}/assets`, `/releases/assets/${asset.id}`])
        expect((await call('GET', path)).status).toBe(404)
    }
    expect((await (await as(github, job({ contents: 'write' })))('GET', '/releases')).body).toHaveLength(1)
  })

  test('lets people with a role do what the role may', async () => {
    await using github = await testGitHub()
    const reader = await as(github, { kind: 'user', login: 'eve', role: 'read' })
    const writer = await as(github, { kind: 'user', login: 'grace', role: 'write' })

    expect((await reader('GET', '')).body.permissions).toMatchObject({ admin: false, push: false, pull: true })
    expect((await reader('POST', '/releases', draft)).status).toBe(404)
    expect((await writer('POST', '/releases', draft)).status).toBe(201)
    expect((await writer('GET', '')).body.permissions).toMatchObject({ admin: false, push: true })
  })
})

describe('refuseGit()', () => {
  test.each<[string, TokenHolder]>([
    ['a job that only reads', job({ contents: 'read' })],
    ['a job of a fork', job({ contents: 'write' }, 'fork')],
    ['a reader', { kind: 'user', login: 'eve', role: 'read' }],
    ['an App without contents', { kind: 'app', slug: 'plumbline', permissions: { pull_requests: 'write' } }],
  ])('refuses a push by %s', async (_, holder) => {
    await using github = await testGitHub()
    const token = await github.issueToken(holder)
    await expect(push(github, join(github.folder, 'work'), 'HEAD:refs/heads/x', token)).rejects.toThrow(
      /Permission to acme\/parcels\.git denied to .*403/s,
    )
  })

  test.each<[string, TokenHolder]>([
    ['a job that may write', job({ contents: 'write' })],
    ['an App with contents', { kind: 'app', slug: 'plumbline', permissions: { contents: 'write' } }],
    ['a writer', { kind: 'user', login: 'grace', role: 'write' }],
  ])('takes a push by %s', async (_, holder) => {
    await using github = await testGitHub()
    await push(github, join(github.folder, 'work'), 'HEAD:refs/heads/x', await github.issueToken(holder))
    expect((await github.call('GET', '/git/ref/heads/x')).status).toBe(200)
  })
})

describe('permissionRowFor()', () => {
  test('knows what every route of the table asks for', () => {
    const unknown = apiRoutes.filter(({ path }) => !permissionRowFor(path.replace('/repos/{owner}/{repo}', '')))
    expect(unknown).toEqual([])
  })

  test.each([
    ['/commits/{ref}', 'contents'],
    ['/commits/{ref}/status', 'statuses'],
    ['/pulls/{pull_number}/merge', 'contents'],
    ['/branches/{branch}/protection/required_status_checks', 'administration'],
    ['/actions/runs/{run_id}/pending_deployments', 'deployments'],
  ])('%s is written with %s: the longest row counts', (template, permission) => {
    expect(permissionRowFor(template)?.write).toEqual([permission])
  })
})
