import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { caller, git, type TestGitHub, testGitHub } from '../support/local-github.ts'
import { tempFolder } from '../support/temp-folder.ts'

const workflow = `name: Plumbline\non: [pull_request, push]\njobs:\n  run:\n    runs-on: ubuntu-latest\n    steps: [{ run: 'true' }]\n`

/** A clone of somebody else, with a commit that this repository has not. */
async function forked(github: TestGitHub): Promise<{ readonly clone: string; readonly sha: string }> {
  const clone = join(tempFolder({ 'clone/.github/workflows/plumbline.yml': workflow }), 'clone')
  await git(clone, 'init', '--quiet', '--initial-branch=main')
  await git(clone, 'pull', '--quiet', github.gitUrl, 'main')
  await git(clone, 'add', '--all')
  await git(clone, 'commit', '--quiet', '-m', 'Add a workflow')
  return { clone, sha: await git(clone, 'rev-parse', 'HEAD') }
}

const wanted = { title: 'From a fork', head: 'mallory:change', base: 'main' }

describe('pushToFork()', () => {
  test('lets its owner open a pull request, whose head is in another repository', async () => {
    await using github = await testGitHub()
    const { clone, sha } = await forked(github)
    expect(await github.pushToFork({ owner: 'mallory', branch: 'change', folder: clone })).toBe(sha)
    const call = caller(github, await github.issueToken({ kind: 'user', login: 'mallory', role: 'read' }))

    const made = await call('POST', '/pulls', wanted)

    expect(made).toMatchObject({
      status: 201,
      body: {
        user: { login: 'mallory' },
        head: {
          sha,
          ref: 'change',
          label: 'mallory:change',
          user: { login: 'mallory' },
          repo: { full_name: 'mallory/parcels', fork: true, owner: { login: 'mallory' } },
        },
        base: { label: 'acme:main', repo: { full_name: 'acme/parcels', fork: false } },
        commits: 1,
      },
    })
    expect(made.body.head.repo.id).not.toBe(made.body.base.repo.id)
    expect((await call('POST', '/pulls', wanted)).body.errors).toEqual([
      expect.objectContaining({ message: 'A pull request already exists for mallory:change.' }),
    ])
    expect((await call('GET', '/pulls?head=mallory:change')).body).toHaveLength(1)
    expect((await call('GET', '/pulls?head=acme:change')).body).toEqual([])
  })

  test('moves the pull request, starts a run that names no pull request, and merges as any other', async () => {
    await using github = await testGitHub()
    const { clone, sha } = await forked(github)
    await github.pushToFork({ owner: 'mallory', branch: 'change', folder: clone })
    await github.call('POST', '/pulls', wanted)
    await git(clone, 'commit', '--quiet', '--allow-empty', '-m', 'More')
    const next = await github.pushToFork({ owner: 'mallory', branch: 'change', folder: clone })

    expect((await github.call('GET', '/pulls/1')).body).toMatchObject({ head: { sha: next }, commits: 2 })
    const { body } = await github.call('GET', '/actions/runs')
    expect(body.workflow_runs).toMatchObject([
      { event: 'pull_request', head_sha: next, head_branch: 'change', pull_requests: [], actor: { login: 'mallory' } },
      { event: 'pull_request', head_sha: sha },
    ])
    for (const run of body.workflow_runs) {
      expect(run).toMatchObject({
        repository: { full_name: 'acme/parcels' },
        head_repository: { full_name: 'mallory/parcels' },
      })
    }
    expect((await github.call('PUT', '/pulls/1/update-branch', {})).status).toBe(501)
    expect((await github.call('PUT', '/pulls/1/merge', { merge_method: 'merge' })).status).toBe(200)
    const { commit } = (await github.call('GET', '/commits/main')).body
    expect(commit.message).toMatch(/^Merge pull request #1 from mallory\/change/)
  })

  test('keeps a fork’s branches apart: they are no branches here, and nobody fetches or pushes them', async () => {
    await using github = await testGitHub()
    const { clone } = await forked(github)
    await github.pushToFork({ owner: 'mallory', branch: 'change', folder: clone })

    expect((await github.call('GET', '/branches')).body.map(({ name }: { name: string }) => name)).toEqual(['main'])
    expect(await git(clone, 'ls-remote', github.gitUrl)).not.toContain('forks')
    expect((await github.call('POST', '/pulls', { ...wanted, head: 'change' })).status).toBe(422)
    await expect(github.pushToFork({ owner: 'acme', branch: 'x', folder: clone })).rejects.toThrow(RangeError)
  })
})
