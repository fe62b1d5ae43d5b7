import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { commitFile } from '../support/branches.ts'
import { caller, git, type TestGitHub, testGitHub } from '../support/local-github.ts'

/** Two commits on `retrain`, one more on `main` since. */
async function diverged(github: TestGitHub): Promise<{ readonly base: string; readonly head: string }> {
  await commitFile(github, 'retrain', { a: 'a\n' }, { message: 'First\n\nWhy' })
  const head = await commitFile(github, 'retrain', { b: 'b\n' }, { message: 'Second' })
  const base = await commitFile(github, 'main', { c: 'c\n' })
  await github.call('POST', '/pulls', { title: 'Retrain', head: 'retrain', base: 'main' })
  return { base, head }
}

async function log(github: TestGitHub, ...words: string[]): Promise<string> {
  return git(join(github.folder, 'github/repository.git'), 'log', ...words)
}

describe('merge()', () => {
  test('joins head and base in a commit', async () => {
    await using github = await testGitHub()
    const { base, head } = await diverged(github)
    const merged = await github.call('PUT', '/pulls/1/merge', { sha: head })

    expect(merged.body).toMatchObject({ merged: true, message: 'Pull Request successfully merged' })
    expect(await log(github, '-1', '--format=%H %P|%B|%an|%cn', 'main')).toBe(
      `${merged.body.sha} ${base} ${head}|Merge pull request #1 from acme/retrain\n\nRetrain\n|acme|GitHub`,
    )
    expect((await github.call('GET', '/pulls/1')).body).toMatchObject({
      state: 'closed',
      merged: true,
      merged_by: { login: 'acme' },
      merge_commit_sha: merged.body.sha,
      base: { sha: base },
      head: { sha: head },
      commits: 2,
      changed_files: 2,
    })
    expect((await github.call('GET', '/issues/1')).body).toMatchObject({
      state: 'closed',
      closed_by: { login: 'acme' },
    })
    await expect(
      git(join(github.folder, 'github/repository.git'), 'rev-parse', '--verify', 'refs/pull/1/merge'),
    ).rejects.toThrow('single revision')
  })

  test('squashes into one commit, in the words of the form', async () => {
    await using github = await testGitHub()
    const { base } = await diverged(github)
    const { body } = await github.call('PUT', '/pulls/1/merge', { merge_method: 'squash' })

    expect(await log(github, '-1', '--format=%H %P|%B', 'main')).toBe(
      `${body.sha} ${base}|Retrain (#1)\n\n* First\n\nWhy\n\n* Second`,
    )
    expect(await log(github, '-1', '--name-only', '--format=', 'main')).toBe('a\nb')
  })

  test('squashes a single commit under its own words, or under those that are given', async () => {
    await using github = await testGitHub()
    await commitFile(github, 'one', { a: 'a' }, { message: 'Retrain parcels\n\nWhy' })
    await commitFile(github, 'two', { b: 'b' })
    for (const head of ['one', 'two']) await github.call('POST', '/pulls', { title: 'T', head, base: 'main' })
    await github.call('PUT', '/pulls/1/merge', { merge_method: 'squash' })
    const words = { merge_method: 'squash', commit_title: 'Title', commit_message: 'Message' }
    await github.call('PUT', '/pulls/2/merge', words)
    expect(await log(github, '-2', '--format=%B|', 'main')).toBe('Title\n\nMessage\n|\nRetrain parcels (#1)\n\nWhy\n|')
  })

  test('puts every commit anew on top of the base', async () => {
    await using github = await testGitHub()
    const { base, head } = await diverged(github)
    const { body } = await github.call('PUT', '/pulls/1/merge', { merge_method: 'rebase' })

    expect(await log(github, '-3', '--format=%s by %an with %cn', 'main')).toBe(
      'Second by Ada with acme\nFirst by Ada with acme\nChange c by Ada with Ada',
    )
    expect(await log(github, '-1', '--format=%H', 'main')).toBe(body.sha)
    expect(await log(github, '-1', '--format=%H', 'main~2')).toBe(base)
    expect((await github.call('GET', '/pulls/1')).body).toMatchObject({
      merged: true,
      merge_commit_sha: body.sha,
      head: { sha: head },
    })
  })

  test('is done as far as it came, where it was killed before it was noted', async () => {
    await using github = await testGitHub()
    const { base } = await diverged(github)
    // What a merge leaves that ended between moving the base and closing the pull request.
    const file = join(github.folder, 'github/state.json')
    const state = JSON.parse(await readFile(file, 'utf8'))
    const repository = join(github.folder, 'github/repository.git')
    const tree = await git(repository, 'merge-tree', '--write-tree', base, 'retrain')
    const landing = await git(repository, 'commit-tree', tree, '-p', base, '-m', 'Retrain (#1)')
    state.discussion.issues[0].pull.landing = landing
    await writeFile(file, JSON.stringify(state))
    expect((await github.call('GET', '/pulls/1')).body.merged).toBe(false)
    await git(repository, 'update-ref', 'refs/heads/main', landing, base)

    expect((await github.call('GET', '/pulls/1')).body).toMatchObject({ merged: true, merge_commit_sha: landing })
    expect((await github.call('PUT', '/pulls/1/merge', { merge_method: 'squash' })).status).toBe(405)
  })

  test('needs contents: write of a job', async () => {
    await using github = await testGitHub()
    await diverged(github)
    const reads = await github.issueToken({ kind: 'job', permissions: { contents: 'read', pull_requests: 'write' } })
    const writes = await github.issueToken({ kind: 'job', permissions: { contents: 'write' } })
    expect((await caller(github, reads)('PUT', '/pulls/1/merge', {})).status).toBe(403)
    expect((await caller(github, writes)('PUT', '/pulls/1/merge', {})).status).toBe(200)
    expect((await github.call('GET', '/pulls/1')).body.merged_by.login).toBe('github-actions[bot]')
  })
})

describe('updateBranch()', () => {
  test('merges the base into the head', async () => {
    await using github = await testGitHub()
    const { base, head } = await diverged(github)
    const answer = await github.call('PUT', '/pulls/1/update-branch', { expected_head_sha: head })
    expect(answer).toMatchObject({ status: 202, body: { message: 'Updating pull request branch.' } })
    expect(await log(github, '-1', '--format=%P|%s|%cn', 'retrain')).toBe(
      `${head} ${base}|Merge branch 'main' into retrain|GitHub`,
    )
    expect((await github.call('GET', '/pulls/1')).body.commits).toBe(3)
  })
})
