import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { discussionRoutes } from '../../action/local-github/discussion-routes.table.ts'
import { startLocalGitHub } from '../../action/local-github/start-local-github.ts'
import { commitFile } from '../support/branches.ts'
import { unanswered } from '../support/github-schema.ts'
import { caller, git, push, type TestGitHub, testGitHub } from '../support/local-github.ts'

const numbers = ({ body }: { body: readonly { number: number }[] }) => body.map(({ number }) => number)

async function openPull({ call }: TestGitHub, head: string, more: object = {}): Promise<number> {
  const { status, body } = await call('POST', '/pulls', { title: `Change ${head}`, head, base: 'main', ...more })
  expect(status).toBe(201)
  return body.number
}

/** A pull request's mergeability is there when it is asked for the second time. */
async function settled({ call }: TestGitHub, number: number) {
  await call('GET', `/pulls/${number}`)
  return (await call('GET', `/pulls/${number}`)).body
}

async function tip(github: TestGitHub, ref: string): Promise<string> {
  return git(join(github.folder, 'github/repository.git'), 'rev-parse', '--verify', ref)
}

describe('createPull()', () => {
  test('opens one that follows its branches', async () => {
    await using github = await testGitHub()
    const { call, head: base } = github
    const sha = await commitFile(github, 'retrain', { 'a.txt': 'a\n' })

    const made = await call('POST', '/pulls', { title: 'Retrain', head: 'acme:retrain', base: 'main', body: 'Why' })
    expect(made.headers.get('location')).toBe(made.body.url)
    expect(made.body).toMatchObject({
      number: 1,
      state: 'open',
      mergeable: null,
      mergeable_state: 'unknown',
      merged: false,
      merge_commit_sha: null,
      head: { sha, ref: 'retrain', label: 'acme:retrain' },
      base: { sha: base },
      commits: 1,
      changed_files: 1,
      additions: 1,
      deletions: 0,
      user: { login: 'acme' },
    })
    const next = await commitFile(github, 'retrain', { 'b.txt': 'b\n' })
    expect((await call('GET', '/pulls/1')).body).toMatchObject({ head: { sha: next }, commits: 2, changed_files: 2 })
    expect(await tip(github, 'refs/pull/1/head')).toBe(next)
    await call('PATCH', '/git/refs/heads/retrain', { sha, force: true })
    expect((await call('GET', '/pulls/1')).body).toMatchObject({ head: { sha }, commits: 1 })
  })

  test('lets nobody push to what is its own', async () => {
    await using github = await testGitHub()
    await commitFile(github, 'retrain', { 'a.txt': 'a\n' })
    const number = await openPull(github, 'retrain')
    await expect(push(github, join(github.folder, 'work'), `+main:refs/pull/${number}/head`)).rejects.toThrow('hidden')
  })
})

describe('listPulls()', () => {
  test('filters, sorts and pages', async () => {
    await using github = await testGitHub()
    const { call } = github
    await push(github, join(github.folder, 'work'), 'main:refs/heads/other')
    for (const head of ['a', 'b', 'c']) await commitFile(github, head, { [head]: head })
    await openPull(github, 'a')
    await openPull(github, 'b', { base: 'other' })
    await openPull(github, 'c')
    await call('PATCH', '/pulls/1', { state: 'closed' })
    await call('POST', '/issues/2/comments', { body: 'Look' })

    expect(numbers(await call('GET', '/pulls'))).toEqual([3, 2])
    expect(numbers(await call('GET', '/pulls?state=closed'))).toEqual([1])
    expect(numbers(await call('GET', '/pulls?state=all&direction=asc'))).toEqual([1, 2, 3])
    expect(numbers(await call('GET', '/pulls?base=other'))).toEqual([2])
    expect(numbers(await call('GET', '/pulls?head=acme:c'))).toEqual([3])
    expect(numbers(await call('GET', '/pulls?head=eve:c'))).toEqual([])
    expect(numbers(await call('GET', '/pulls?head=c'))).toEqual([3, 2])
    expect(numbers(await call('GET', '/pulls?sort=popularity&direction=desc'))).toEqual([2, 3])
    const page = await call('GET', '/pulls?state=all&per_page=2&page=2')
    expect(numbers(page)).toEqual([1])
    expect(page.headers.get('link')).toContain('rel="prev"')
  })
})

describe('getPull()', () => {
  test('says that it does not know yet, right after a push, and then whether it can be merged', async () => {
    await using github = await testGitHub()
    const { call } = github
    const base = await commitFile(github, 'main', { shared: 'one\n' })
    const head = await commitFile(github, 'retrain', { mine: 'x\n' }, { from: base })
    const number = await openPull(github, 'retrain')

    expect((await call('GET', '/pulls/1')).body).toMatchObject({ mergeable: null, mergeable_state: 'unknown' })
    const clean = (await call('GET', '/pulls/1')).body
    expect(clean).toMatchObject({ mergeable: true, rebaseable: true, mergeable_state: 'clean' })
    const trial = await tip(github, 'refs/pull/1/merge')
    expect(clean.merge_commit_sha).toBe(trial)
    expect((await call('GET', `/git/commits/${trial}`)).body.parents).toMatchObject([{ sha: base }, { sha: head }])

    await commitFile(github, 'retrain', { shared: 'theirs\n' })
    await commitFile(github, 'main', { shared: 'ours\n' })
    expect((await call('GET', '/pulls/1')).body.mergeable).toBeNull()
    expect(await settled(github, number)).toMatchObject({
      mergeable: false,
      mergeable_state: 'dirty',
      rebaseable: false,
    })
    expect(await tip(github, 'refs/pull/1/merge')).toBe(trial)
  })

  test.each([
    ['draft', { draft: true }, undefined],
    ['unstable', {}, 'pending'],
    ['clean', {}, 'success'],
  ] as const)('calls it %s', async (state, more, status) => {
    await using github = await testGitHub()
    const sha = await commitFile(github, 'retrain', { a: 'a' })
    const number = await openPull(github, 'retrain', more)
    if (status) await github.call('POST', `/statuses/${sha}`, { state: status, context: 'gate' })
    expect((await settled(github, number)).mergeable_state).toBe(state)
  })

  test('calls it blocked where a rule is against it, and refuses to merge', async () => {
    await using github = await testGitHub()
    const { call } = github
    const sha = await commitFile(github, 'retrain', { a: 'a' })
    await call('POST', '/rulesets', {
      name: 'main',
      target: 'branch',
      enforcement: 'active',
      conditions: { ref_name: { include: ['~DEFAULT_BRANCH'], exclude: [] } },
      rules: [
        { type: 'pull_request' },
        { type: 'required_status_checks', parameters: { required_status_checks: [{ context: 'gate' }] } },
      ],
    })
    const number = await openPull(github, 'retrain')

    expect((await settled(github, number)).mergeable_state).toBe('blocked')
    const refused = await call('PUT', '/pulls/1/merge', {})
    expect(refused.status).toBe(405)
    expect(refused.body.message).toContain('Required status check "gate" is expected.')
    await call('POST', `/statuses/${sha}`, { state: 'success', context: 'gate' })
    expect((await call('GET', '/pulls/1')).body.mergeable_state).toBe('clean')
    expect((await call('PUT', '/pulls/1/merge', {})).status).toBe(200)
  })
})

describe('updatePull()', () => {
  test('changes words and base, closes and opens again', async () => {
    await using github = await testGitHub()
    const { call } = github
    const other = await commitFile(github, 'other', { o: 'o' })
    const sha = await commitFile(github, 'retrain', { a: 'a' })
    await openPull(github, 'retrain', { body: 'Why' })

    expect((await call('PATCH', '/pulls/1', { title: 'New' })).body).toMatchObject({ title: 'New', body: 'Why' })
    expect((await call('PATCH', '/pulls/1', { body: null })).body.body).toBeNull()
    expect((await call('PATCH', '/pulls/1', { body: 'x'.repeat(65_536) })).status).toBe(200)
    expect((await call('PATCH', '/pulls/1', { base: 'other' })).body.base).toMatchObject({ ref: 'other', sha: other })
    const closed = (await call('PATCH', '/pulls/1', { state: 'closed' })).body
    expect(closed).toMatchObject({ state: 'closed', merged: false, mergeable: null })
    expect(closed.closed_at).not.toBeNull()

    const later = await commitFile(github, 'retrain', { b: 'b' })
    expect((await call('GET', '/pulls/1')).body.head.sha).toBe(sha)
    expect((await call('PATCH', '/pulls/1', { state: 'open' })).body).toMatchObject({
      state: 'open',
      closed_at: null,
      head: { sha: later },
    })
  })
})

describe('listPullFiles()', () => {
  test('tells every kind of change, from where the branch left its base', async () => {
    await using github = await testGitHub()
    const { call } = github
    const lines = Array.from({ length: 20 }, (_, index) => `line ${index}\n`).join('')
    const base = await commitFile(github, 'main', { 'ä b.txt': lines, gone: 'x\n', kept: 'one\n', bin: '\0one' })
    const work = join(github.folder, 'work')
    await git(work, 'checkout', '--quiet', '-b', 'retrain')
    await git(work, 'mv', 'ä b.txt', 'moved.txt')
    await git(work, 'rm', '--quiet', 'gone')
    const head = await commitFile(github, 'retrain', { kept: 'two\n', bin: '\0two', 'new/file': 'diff --git a b\n' })
    await commitFile(github, 'main', { elsewhere: 'x' }, { from: base })
    await openPull(github, 'retrain')

    const { body: files } = await call('GET', '/pulls/1/files')
    const told = Object.fromEntries(files.map((file: { filename: string }) => [file.filename, file]))
    expect(Object.keys(told)).toEqual(['bin', 'gone', 'kept', 'moved.txt', 'new/file'])
    expect(told['bin']).toMatchObject({ status: 'modified', changes: 0 })
    expect(told['bin'].patch).toBeUndefined()
    expect(told['gone']).toMatchObject({ status: 'removed', deletions: 1, patch: '@@ -1 +0,0 @@\n-x' })
    expect(told['kept']).toMatchObject({ status: 'modified', changes: 2, patch: '@@ -1 +1 @@\n-one\n+two' })
    expect(told['moved.txt']).toMatchObject({ status: 'renamed', previous_filename: 'ä b.txt' })
    expect(told['new/file']).toMatchObject({ status: 'added', patch: '@@ -0,0 +1 @@\n+diff --git a b' })
    expect(told['new/file'].contents_url).toContain(`/contents/new/file?ref=${head}`)
    expect((await call('GET', '/pulls/1/files?per_page=2&page=3')).body).toHaveLength(1)
    const { body: commits } = await call('GET', '/pulls/1/commits')
    expect(commits.map(({ sha }: { sha: string }) => sha)).toEqual([head])
    expect(numbers(await call('GET', `/commits/${head}/pulls`))).toEqual([1])
    expect(numbers(await call('GET', `/commits/${base}/pulls`))).toEqual([])
  })
})

describe('followRefs()', () => {
  test('closes what lost its branch, with the commit that it had', async () => {
    await using github = await testGitHub()
    const sha = await commitFile(github, 'retrain', { a: 'a' })
    await openPull(github, 'retrain')
    await github.call('DELETE', '/git/refs/heads/retrain')
    expect((await github.call('GET', '/pulls/1')).body).toMatchObject({ state: 'closed', merged: false, head: { sha } })
    expect(await tip(github, 'refs/pull/1/head')).toBe(sha)
  })

  test('closes what was reset to its base', async () => {
    await using github = await testGitHub()
    await commitFile(github, 'retrain', { a: 'a' })
    await openPull(github, 'retrain')
    await push(github, join(github.folder, 'work'), '+main:retrain')
    expect((await github.call('GET', '/pulls/1')).body).toMatchObject({ state: 'closed', merged: false })
  })

  test.each([
    ['as they are', ['merge', '--quiet', '--ff-only', 'retrain']],
    ['by a merge of their own', ['merge', '--quiet', '--no-ff', '-m', 'By hand', 'retrain']],
  ])('finds it merged where a push brings its commits to the base %s', async (_, words) => {
    await using github = await testGitHub()
    const { call } = github
    const work = join(github.folder, 'work')
    const sha = await commitFile(github, 'retrain', { a: 'a' })
    await openPull(github, 'retrain')
    await git(work, 'checkout', '--quiet', 'main')
    await git(work, ...words)
    await push(github, work, 'main')

    expect((await call('GET', '/pulls/1')).body).toMatchObject({
      state: 'closed',
      merged: true,
      mergeable: null,
      merge_commit_sha: await git(work, 'rev-parse', 'HEAD'),
      head: { sha },
      commits: 1,
    })
    expect((await call('GET', '/pulls/1/merge')).status).toBe(204)
  })

  test('is the same in every process over one state', async () => {
    await using github = await testGitHub()
    const folder = join(github.folder, 'github')
    await using other = await startLocalGitHub({ folder, owner: 'acme', repository: 'parcels' })
    const call = caller(other)
    await commitFile(github, 'retrain', { a: 'a' })
    await openPull(github, 'retrain')
    const sha = await commitFile(github, 'retrain', { b: 'b' })

    expect((await call('GET', '/pulls/1')).body.head.sha).toBe(sha)
    const [one, two] = await Promise.all([github.call('PUT', '/pulls/1/merge', {}), call('PUT', '/pulls/1/merge', {})])
    expect([one.status, two.status].toSorted((first, second) => first - second)).toEqual([200, 405])
    expect((await call('GET', '/pulls/1')).body.merged).toBe(true)
    expect((await call('GET', '/commits')).body).toHaveLength(4)
  })
})

describe('discussionRoutes', () => {
  test('are asked for every route of pull requests, but for what has its test in merge.test.ts and reviews.test.ts', () => {
    const elsewhere = /\/(update-branch|reviews|dismissals)$/
    const pulls = discussionRoutes.filter(({ path }) => path.includes('/pulls') && !elsewhere.test(path))
    expect(unanswered(pulls)).toEqual([])
  })
})
