import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'
import { discussionRoutes } from '../../action/local-github/discussion-routes.table.ts'
import { commitFile } from '../support/branches.ts'
import { unanswered } from '../support/github-schema.ts'
import { type Call, caller, type TestGitHub, testGitHub } from '../support/local-github.ts'
import { browser } from '../support/web-browser.ts'

/** Pull request #1 of the owner's, and people who say something of it. */
async function proposed(options: Parameters<typeof testGitHub>[0] = {}) {
  const github = await testGitHub(options)
  const head = await commitFile(github, 'retrain', { 'data.lock.yaml': 'version: 2\n' })
  await github.call('POST', '/pulls', { title: 'Retrain', head: 'retrain', base: 'main' })
  const as = async (login: string, role: 'read' | 'write' = 'write') =>
    caller(github, await github.issueToken({ kind: 'user', login, role }))
  return { github, head, grace: await as('grace'), bob: await as('bob'), reader: await as('eve', 'read') }
}

const review = (by: Call, event: string, more: object = {}) =>
  by('POST', '/pulls/1/reviews', { event, ...(event !== 'APPROVE' && { body: 'Because' }), ...more })

const shown = async ({ call }: TestGitHub) => {
  const { body } = await call('GET', '/pulls/1/reviews')
  return (body as { user: { login: string }; state: string }[]).map(({ user, state }) => `${user.login} ${state}`)
}

describe('createReview()', () => {
  test('keeps what people say, of the head as it is then, the oldest first', async () => {
    const { github, head, grace, bob } = await proposed()
    await using _ = github
    const first = await review(grace, 'APPROVE', { body: 'Looks good' })
    expect(first).toMatchObject({
      status: 200,
      body: { state: 'APPROVED', commit_id: head, body: 'Looks good', author_association: 'COLLABORATOR' },
    })
    const newer = await commitFile(github, 'retrain', { 'data.lock.yaml': 'version: 3\n' })
    expect((await review(bob, 'REQUEST_CHANGES')).body).toMatchObject({ commit_id: newer })
    expect((await review(github.call, 'COMMENT', { commit_id: head })).body).toMatchObject({ commit_id: head })
    expect((await review(github.call, 'APPROVE')).body).toMatchObject({
      message: 'Unprocessable Entity',
      errors: ['Can not approve your own pull request'],
    })
    expect(await shown(github)).toEqual(['grace APPROVED', 'bob CHANGES_REQUESTED', 'acme COMMENTED'])
    const { body } = await github.call('PUT', `/pulls/1/reviews/${first.body.id}/dismissals`, { message: 'Newer data' })
    expect(body).toMatchObject({ id: first.body.id, state: 'DISMISSED' })
    expect((await github.call('PUT', `/pulls/1/reviews/${first.body.id}/dismissals`, { message: 'x' })).status).toBe(
      422,
    )
    expect(await shown(github)).toEqual(['grace DISMISSED', 'bob CHANGES_REQUESTED', 'acme COMMENTED'])
  })

  test('says 501 to what it does not keep: reviews that wait, comments on lines', async () => {
    const { github, grace } = await proposed()
    await using _ = github
    const post = async (body: object) =>
      (
        await fetch(`${github.apiUrl}/repos/acme/parcels/pulls/1/reviews`, {
          method: 'POST',
          headers: { authorization: `Bearer ${github.token}` },
          body: JSON.stringify(body),
        })
      ).status
    expect(await post({ body: 'x' })).toBe(501)
    expect(await post({ event: 'COMMENT', body: 'x', comments: [{ path: 'a', body: 'x' }] })).toBe(501)
    expect((await review(grace, 'APPROVE')).status).toBe(200)
  })

  test('counts where some are required: of people who may write, the last word of each', async () => {
    const { github, grace, bob, reader } = await proposed()
    await using _ = github
    const rules = [{ type: 'pull_request', parameters: { required_approving_review_count: 2 } }]
    const conditions = { ref_name: { include: ['~DEFAULT_BRANCH'], exclude: [] } }
    await github.call('POST', '/rulesets', { name: 'r', target: 'branch', enforcement: 'active', conditions, rules })
    const merge = async () => (await github.call('PUT', '/pulls/1/merge', {})).status
    await review(grace, 'APPROVE')
    await review(reader, 'APPROVE')
    expect(await merge()).toBe(405)
    await review(bob, 'APPROVE')
    await review(bob, 'REQUEST_CHANGES')
    expect(await merge()).toBe(405)
    await review(bob, 'APPROVE')
    await review(grace, 'COMMENT')
    expect(await merge()).toBe(200)
  })

  test('reads a state of before, which has none', async () => {
    const { github } = await proposed()
    await using _ = github
    const file = join(github.folder, 'github/state.json')
    const state = JSON.parse(readFileSync(file, 'utf8'))
    delete state.discussion.reviews
    writeFileSync(file, JSON.stringify(state))
    expect(await shown(github)).toEqual([])
  })
})

describe('the web view', () => {
  test('shows reviews, and approves in the owner’s name what somebody else proposed', async () => {
    const lines: string[] = []
    const { github, grace } = await proposed({ tell: (line) => void lines.push(line) })
    await using _ = github
    const { open, press } = await browser(github)
    expect((await open('/pull/1')).text).toContain('Nobody approves their own pull request')
    await expect(press('/pull/1', 'Approve')).rejects.toThrow('no button')

    const theirs = await commitFile(github, 'theirs', { 'a.txt': 'a\n' })
    await grace('POST', '/pulls', { title: 'By grace', head: 'theirs', base: 'main' })
    await press('/pull/2', 'Ask for changes', { verdict: 'refuse', body: 'Not <b>yet</b>' })
    expect(await press('/pull/2', 'Approve', { verdict: 'approve', body: '' })).toMatchObject({ status: 303 })
    expect((await github.call('GET', '/pulls/2/reviews')).body).toMatchObject([
      { state: 'CHANGES_REQUESTED', user: { login: 'acme' }, body: 'Not <b>yet</b>' },
      { state: 'APPROVED', commit_id: theirs, body: '' },
    ])
    expect(lines).toEqual(['#2 answered with a wish for changes', '#2 approved'])
    await commitFile(github, 'theirs', { 'b.txt': 'b\n' })
    const { text } = await open('/pull/2')
    expect(text).toContain('● Approved')
    expect(text).toContain('✗ Wants changes')
    expect(text).not.toContain('<b>yet</b>')
    expect(text).toContain('not of the newest commit')
    expect((await press('/pull/2', 'Approve', { verdict: 'like' })).status).toBe(422)
  })
})

test('every route of reviews is asked', () => {
  expect(unanswered(discussionRoutes.filter(({ path }) => path.includes('/reviews')))).toEqual([])
})
