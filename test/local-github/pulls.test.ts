import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { git, push, type TestGitHub, testGitHub } from '../support/local-github.ts'

describe('createPull()', () => {
  test('opens one that follows its branches, and lists it by what is asked for', async () => {
    await using github = await testGitHub()
    const { call, head: base } = github
    const sha = await commitFile(github, 'retrain', 'a.txt', 'a\n')

    const made = await call('POST', '/pulls', { title: 'Retrain', head: 'retrain', base: 'main', body: 'Why' })
    expect(made).toMatchObject({
      status: 201,
      body: {
        number: 1,
        state: 'open',
        mergeable: null,
        mergeable_state: 'unknown',
        head: { sha, ref: 'retrain', label: 'acme:retrain' },
        base: { sha: base },
        commits: 1,
        changed_files: 1,
        additions: 1,
        deletions: 0,
      },
    })
    expect((await call('GET', '/pulls/1')).body.mergeable).toBeNull()
    expect((await call('GET', '/pulls/1')).body).toMatchObject({ mergeable: true, mergeable_state: 'clean' })
    const next = await commitFile(github, 'retrain', 'b.txt', 'b\n')
    expect((await call('GET', '/pulls/1')).body).toMatchObject({ mergeable: null, head: { sha: next }, commits: 2 })
    expect((await call('GET', '/git/ref/pull/1/head')).body.object.sha).toBe(next)

    const changed = await call('PATCH', '/pulls/1', { title: 'Retrain parcels', body: null, state: 'closed' })
    expect(changed.body).toMatchObject({ title: 'Retrain parcels', body: null, state: 'closed', merged: false })
    expect((await call('GET', '/pulls')).body).toEqual([])
    expect((await call('GET', '/pulls?state=all&head=acme:retrain&base=main')).body).toHaveLength(1)
    expect((await call('GET', '/pulls?state=all&head=acme:other')).body).toEqual([])
  })
})

/** One more commit on a branch, which begins at `main` as it was first. */
async function commitFile(github: TestGitHub, branch: string, path: string, text: string): Promise<string> {
  const work = join(github.folder, 'work')
  await git(work, 'checkout', '--quiet', '-B', branch, await startOf(work, branch, github.head))
  await writeFile(join(work, path), text)
  await git(work, 'add', '.')
  await git(work, 'commit', '--quiet', '-m', `Change ${path}`)
  await push(github, work, `+HEAD:refs/heads/${branch}`)
  return git(work, 'rev-parse', 'HEAD')
}

async function startOf(work: string, branch: string, first: string): Promise<string> {
  return git(work, 'rev-parse', '--verify', '--quiet', `refs/heads/${branch}`).catch(() => first)
}
