import { describe, expect, test } from 'vitest'

import { discussionRoutes } from '../../action/local-github/discussion-routes.table.ts'
import { commitFile } from '../support/branches.ts'
import { unanswered } from '../support/github-schema.ts'
import { caller, testGitHub } from '../support/local-github.ts'

const named = ({ body }: { body: readonly { name: string }[] }) => body.map(({ name }) => name)
const numbers = ({ body }: { body: readonly { number: number }[] }) => body.map(({ number }) => number)

describe('createIssue()', () => {
  test('shares its numbers with pull requests', async () => {
    await using github = await testGitHub()
    const { call } = github
    await commitFile(github, 'retrain', { a: 'a' })
    expect((await call('POST', '/issues', { title: 'Late labels', body: 'Why?' })).body.number).toBe(1)
    expect((await call('POST', '/pulls', { title: 'Retrain', head: 'retrain', base: 'main' })).body.number).toBe(2)
    expect((await call('POST', '/issues', { title: 'Drift' })).body.number).toBe(3)

    const listed = await call('GET', '/issues')
    expect(numbers(listed)).toEqual([3, 2, 1])
    expect(listed.body[1].pull_request.url).toContain('/pulls/2')
    expect(listed.body[0].pull_request).toBeUndefined()
    expect((await call('GET', '/pulls')).body).toHaveLength(1)
    expect((await call('GET', '')).body.open_issues_count).toBe(3)
  })
})

describe('updateIssue()', () => {
  test('closes with a reason and opens again', async () => {
    await using github = await testGitHub()
    const { call } = github
    await call('POST', '/issues', { title: 'Late labels', body: 'Why?', labels: ['bug'] })
    const not = await call('PATCH', '/issues/1', { state: 'closed', state_reason: 'not_planned' })
    expect(not.body).toMatchObject({ state: 'closed', state_reason: 'not_planned', closed_by: { login: 'acme' } })
    expect((await call('PATCH', '/issues/1', { state: 'open' })).body).toMatchObject({
      state: 'open',
      state_reason: 'reopened',
      closed_at: null,
    })
    expect((await call('PATCH', '/issues/1', { state: 'closed' })).body.state_reason).toBe('completed')
    const told = await call('PATCH', '/issues/1', { title: 'Labels', body: null, labels: [{ name: 'wontfix' }] })
    expect(told.body).toMatchObject({ title: 'Labels', body: null, labels: [{ name: 'wontfix' }], state: 'closed' })
    expect((await call('GET', '/issues/1')).body.title).toBe('Labels')
  })

  test('closes a pull request, too', async () => {
    await using github = await testGitHub()
    await commitFile(github, 'retrain', { a: 'a' })
    await github.call('POST', '/pulls', { title: 'Retrain', head: 'retrain', base: 'main' })
    await github.call('PATCH', '/issues/1', { state: 'closed' })
    expect((await github.call('GET', '/pulls/1')).body).toMatchObject({ state: 'closed', merged: false })
  })
})

describe('listIssues()', () => {
  test('filters by state, labels and author', async () => {
    await using github = await testGitHub()
    const { call } = github
    const grace = caller(github, await github.issueToken({ kind: 'user', login: 'grace', role: 'read' }))
    await call('POST', '/issues', { title: 'a', labels: ['bug', 'drift'] })
    await grace('POST', '/issues', { title: 'b', labels: [] })
    await call('POST', '/issues', { title: 'c', labels: ['drift'] })
    await call('PATCH', '/issues/3', { state: 'closed' })

    expect(numbers(await call('GET', '/issues'))).toEqual([2, 1])
    expect(numbers(await call('GET', '/issues?state=all&labels=drift'))).toEqual([3, 1])
    expect(numbers(await call('GET', '/issues?state=all&labels=drift,Bug'))).toEqual([1])
    expect(numbers(await call('GET', '/issues?creator=grace'))).toEqual([2])
    expect(numbers(await call('GET', '/issues?direction=asc'))).toEqual([1, 2])
    expect(numbers(await call('GET', '/issues?since=2999-01-01T00:00:00Z'))).toEqual([])
  })
})

describe('createComment()', () => {
  test('makes, lists, changes and removes comments', async () => {
    await using github = await testGitHub()
    const { call } = github
    const bot = caller(github, await github.issueToken({ kind: 'job', permissions: { issues: 'write' } }))
    await call('POST', '/issues', { title: 'a' })
    const one = (await call('POST', '/issues/1/comments', { body: 'Eins' })).body
    const two = (await bot('POST', '/issues/1/comments', { body: 'x'.repeat(65_536) })).body
    expect(two.user).toMatchObject({ login: 'github-actions[bot]', type: 'Bot' })
    expect(one.html_url).toContain(`/issues/1#issuecomment-${one.id}`)

    const bodies = ({ body }: { body: readonly { body: string }[] }) => body.map((comment) => comment.body.slice(0, 4))
    expect(bodies(await call('GET', '/issues/1/comments'))).toEqual(['Eins', 'xxxx'])
    expect((await call('GET', '/issues/1')).body.comments).toBe(2)
    expect((await call('PATCH', `/issues/comments/${one.id}`, { body: 'Zwei' })).body.body).toBe('Zwei')
    expect((await call('GET', `/issues/comments/${one.id}`)).body.body).toBe('Zwei')
    expect(bodies(await call('GET', '/issues/comments?direction=desc'))).toEqual(['xxxx', 'Zwei'])
    expect((await call('DELETE', `/issues/comments/${one.id}`)).status).toBe(204)
    expect(bodies(await call('GET', '/issues/1/comments?per_page=1'))).toEqual(['xxxx'])
  })
})

describe('createLabel()', () => {
  test('begins with GitHub’s own, and makes, changes and removes others', async () => {
    await using github = await testGitHub()
    const { call } = github
    expect(named(await call('GET', '/labels?per_page=3'))).toEqual(['bug', 'documentation', 'duplicate'])
    expect((await call('GET', '/labels/good%20first%20issue')).body.default).toBe(true)
    const made = await call('POST', '/labels', { name: 'plumbline: drift', color: 'FF0000', description: 'd' })
    expect(made).toMatchObject({ status: 201, body: { color: 'ff0000', default: false } })
    await call('POST', '/issues', { title: 'a', labels: ['plumbline: drift'] })
    const renamed = await call('PATCH', '/labels/plumbline%3A%20drift', { new_name: 'drift', color: '00ff00' })
    expect(renamed.body).toMatchObject({ name: 'drift', color: '00ff00', description: 'd' })
    expect(named(await call('GET', '/issues/1/labels'))).toEqual(['drift'])
    expect((await call('DELETE', '/labels/DRIFT')).status).toBe(204)
    expect((await call('GET', '/issues/1/labels')).body).toEqual([])
  })

  test('is done by what is put on an issue and not there yet', async () => {
    await using github = await testGitHub()
    const { call } = github
    await call('POST', '/issues', { title: 'a', labels: ['bug'] })
    expect(named(await call('POST', '/issues/1/labels', { labels: ['new', 'BUG'] }))).toEqual(['bug', 'new'])
    expect((await call('GET', '/labels/new')).body.color).toBe('ededed')
    expect(named(await call('PUT', '/issues/1/labels', { labels: ['question'] }))).toEqual(['question'])
    expect(named(await call('POST', '/issues/1/labels', { labels: ['bug'] }))).toEqual(['question', 'bug'])
    expect(named(await call('DELETE', '/issues/1/labels/Question'))).toEqual(['bug'])
    expect((await call('DELETE', '/issues/1/labels')).status).toBe(204)
    expect((await call('GET', '/issues/1')).body.labels).toEqual([])
  })
})

describe('discussionRoutes', () => {
  test('are asked for every route that has no test of its own in pulls.test.ts and merge.test.ts', () => {
    expect(unanswered(discussionRoutes.filter(({ path }) => !path.includes('/pulls')))).toEqual([])
  })
})
