import { describe, expect, test } from 'vitest'

import { codeRoutes } from '../../action/local-github/code-routes.table.ts'
import { commitFile } from '../support/branches.ts'
import { unanswered } from '../support/github-schema.ts'
import { testGitHub } from '../support/local-github.ts'

const encoded = (text: string) => Buffer.from(text).toString('base64')

describe('compareCommits()', () => {
  test('tells what is ahead, what is behind, and what changed since both were one', async () => {
    await using github = await testGitHub()
    const { call, head: first } = github
    const ahead = await commitFile(github, 'feature/a', { a: 'a\n' })
    const same = await call('GET', '/compare/main...main')
    expect(same.body).toMatchObject({ status: 'identical', ahead_by: 0, behind_by: 0, commits: [], files: [] })
    expect((await call('GET', '/compare/main...feature%2Fa')).body).toMatchObject({
      status: 'ahead',
      ahead_by: 1,
      total_commits: 1,
      commits: [{ sha: ahead }],
      base_commit: { sha: first },
      merge_base_commit: { sha: first },
      files: [{ filename: 'a', status: 'added', patch: '@@ -0,0 +1 @@\n+a' }],
    })
    expect((await call('GET', '/compare/feature/a...main')).body).toMatchObject({ status: 'behind', behind_by: 1 })
    await commitFile(github, 'main', { b: 'b\n' })
    const apart = (await call('GET', `/compare/acme:main...${ahead}`)).body
    expect(apart).toMatchObject({ status: 'diverged', ahead_by: 1, behind_by: 1, files: [{ filename: 'a' }] })
  })

  test('pages its commits, and tells files on the first page alone', async () => {
    await using github = await testGitHub()
    const { call } = github
    for (const name of ['a', 'b', 'c']) await commitFile(github, 'feature', { [name]: name })
    const first = await call('GET', '/compare/main...feature?per_page=2')
    expect(first.body.commits).toHaveLength(2)
    expect(first.body.files).toHaveLength(3)
    expect(first.headers.get('link')).toContain('page=2>; rel="next"')
    const second = await call('GET', '/compare/main...feature?per_page=2&page=2')
    expect(second.body).toMatchObject({ total_commits: 3, files: [] })
    expect(second.body.commits).toHaveLength(1)
  })
})

describe('putFile()', () => {
  test('creates, replaces what it has seen, and removes', async () => {
    await using github = await testGitHub()
    const { call, head } = github
    await call('POST', '/git/refs', { ref: 'refs/heads/work', sha: head })
    const made = await call('PUT', '/contents/data/a%20b.csv', {
      message: 'Add',
      content: encoded('1\n'),
      branch: 'work',
    })
    expect(made).toMatchObject({
      status: 201,
      body: { content: { path: 'data/a b.csv', size: 2 }, commit: { message: 'Add' } },
    })
    const { sha } = made.body.content
    const words = { message: 'Change', branch: 'work', content: encoded('2\n'), sha }
    const author = { name: 'Ada', email: 'ada@example.org' }
    const changed = await call('PUT', '/contents/data/a%20b.csv', { ...words, author })
    expect(changed).toMatchObject({
      status: 200,
      body: { commit: { author: { name: 'Ada' }, committer: { name: 'acme' } } },
    })
    expect((await call('PUT', '/contents/data/a%20b.csv', words)).status).toBe(409)
    const file = (await call('GET', '/contents/data/a%20b.csv?ref=work')).body
    expect(Buffer.from(file.content, 'base64').toString()).toBe('2\n')
    const removed = await call('DELETE', '/contents/data/a%20b.csv', {
      message: 'Remove',
      branch: 'work',
      sha: file.sha,
    })
    expect(removed).toMatchObject({ status: 200, body: { content: null, commit: { message: 'Remove' } } })
    expect((await call('GET', '/contents/data/a%20b.csv?ref=work')).status).toBe(404)
  })

  test('lets one of several writers win', async () => {
    await using github = await testGitHub()
    const { call } = github
    const write = (text: string) => call('PUT', '/contents/new.txt', { message: text, content: encoded(text) })
    const statuses = (await Promise.all(['a', 'b', 'c', 'd'].map(write))).map(({ status }) => status)
    expect(statuses.toSorted((one, other) => one - other)).toEqual([201, 422, 422, 422])
  })

  test('moves an open pull request on', async () => {
    await using github = await testGitHub()
    const { call } = github
    await commitFile(github, 'retrain', { a: 'a' })
    await call('POST', '/pulls', { title: 'Retrain', head: 'retrain', base: 'main' })
    const { body } = await call('PUT', '/contents/b', { message: 'Edit', content: encoded('b'), branch: 'retrain' })
    expect((await call('GET', '/pulls/1')).body.head.sha).toBe(body.commit.sha)
  })
})

describe('listTags()', () => {
  test('names the commits of tags', async () => {
    await using github = await testGitHub()
    const { call, head } = github
    for (const name of ['v1', 'v2']) await call('POST', '/git/refs', { ref: `refs/tags/${name}`, sha: head })
    expect((await call('GET', '/tags')).body).toMatchObject([{ name: 'v2', commit: { sha: head } }, { name: 'v1' }])
  })
})

describe('mergeBranch()', () => {
  test('merges without a pull request, and does nothing twice', async () => {
    await using github = await testGitHub()
    const { call } = github
    const head = await commitFile(github, 'retrain', { a: 'a' })
    const base = await commitFile(github, 'main', { b: 'b' })
    await call('POST', '/pulls', { title: 'Retrain', head: 'retrain', base: 'main' })
    const merged = await call('POST', '/merges', { base: 'main', head: 'retrain', commit_message: 'Join' })
    expect(merged).toMatchObject({
      status: 201,
      body: { commit: { message: 'Join' }, parents: [{ sha: base }, { sha: head }] },
    })
    expect((await call('POST', '/merges', { base: 'main', head: 'retrain' })).status).toBe(204)
    expect((await call('GET', '/pulls/1')).body.merged).toBe(true)
  })
})

describe('codeRoutes', () => {
  test('are all asked for by the tests above', () => {
    expect(unanswered(codeRoutes)).toEqual([])
  })
})
