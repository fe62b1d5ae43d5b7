import { describe, expect, test } from 'vitest'

import { openGitHubClient } from '../../action/github/client.ts'
import { type StickyComment, stickComment } from '../../action/github/sticky-comment.ts'
import { jobLogin } from '../../action/github/token-mode.ts'
import { type TestGitHub, testGitHub } from '../support/local-github.ts'

const bodyOf = (text: string) => expect.stringContaining(text)

async function issueOf(github: TestGitHub): Promise<number> {
  return (await github.call('POST', '/issues', { title: 'Retrain' })).body.number
}

async function commentsOf(
  github: TestGitHub,
  number: number,
): Promise<{ id: number; body: string; user: { login: string } }[]> {
  return (await github.call('GET', `/issues/${number}/comments`)).body
}

async function asJob(github: TestGitHub) {
  const token = await github.issueToken({ kind: 'job', permissions: { issues: 'write', pull_requests: 'write' } })
  return openGitHubClient({ ...github, token })
}

const comment = (number: number, change: Partial<StickyComment> = {}): StickyComment => ({
  number,
  key: 'run/price',
  markdown: '## PASS',
  login: jobLogin,
  run: 7,
  ...change,
})

describe('stickComment()', () => {
  test('makes one comment, changes it in place, and leaves alone what is the same', async () => {
    await using github = await testGitHub()
    const number = await issueOf(github)
    const client = await asJob(github)
    expect(await stickComment(client, comment(number))).toMatchObject({ kind: 'created' })
    const calls = client.calls()
    expect(await stickComment(client, comment(number, { run: 8 }))).toMatchObject({ kind: 'unchanged' })
    expect(client.calls() - calls).toBe(1)
    expect(await stickComment(client, comment(number, { markdown: '## FAIL', run: 9 }))).toMatchObject({
      kind: 'updated',
    })
    expect(await commentsOf(github, number)).toEqual([
      expect.objectContaining({ body: '<!-- plumbline run/price run=9 -->\n## FAIL' }),
    ])
  })

  test('keeps one for each key', async () => {
    await using github = await testGitHub()
    const number = await issueOf(github)
    const client = await asJob(github)
    for (const key of ['run/price', 'run/price-2', 'validate/price'])
      await stickComment(client, comment(number, { key }))
    expect(await commentsOf(github, number)).toHaveLength(3)
  })

  test('never touches what somebody else wrote with its marker', async () => {
    await using github = await testGitHub()
    const number = await issueOf(github)
    const forged = '<!-- plumbline run/price run=1 -->\nMine'
    await github.call('POST', `/issues/${number}/comments`, { body: forged })
    expect(await stickComment(await asJob(github), comment(number))).toMatchObject({ kind: 'created' })
    const [first, second] = await commentsOf(github, number)
    expect(first).toMatchObject({ body: forged, user: { login: 'acme' } })
    expect(second).toMatchObject({ body: bodyOf('## PASS'), user: { login: jobLogin } })
  })

  test('makes a deleted one again', async () => {
    await using github = await testGitHub()
    const number = await issueOf(github)
    const client = await asJob(github)
    await stickComment(client, comment(number))
    const [{ id } = { id: 0 }] = await commentsOf(github, number)
    await github.call('DELETE', `/issues/comments/${id}`)
    expect(await stickComment(client, comment(number))).toMatchObject({ kind: 'created' })
    expect(await commentsOf(github, number)).toHaveLength(1)
  })

  test('leaves the comment of a newer run alone', async () => {
    await using github = await testGitHub()
    const number = await issueOf(github)
    const client = await asJob(github)
    await stickComment(client, comment(number, { markdown: 'newer', run: 12 }))
    expect(await stickComment(client, comment(number, { markdown: 'older', run: 11 }))).toMatchObject({ kind: 'newer' })
    expect(await commentsOf(github, number)).toEqual([expect.objectContaining({ body: bodyOf('newer') })])
  })

  test('is one where eight jobs write at once, and in the end the last run’s', async () => {
    await using github = await testGitHub()
    const number = await issueOf(github)
    const clients = await Promise.all(Array.from({ length: 8 }, () => asJob(github)))
    await Promise.allSettled(
      clients.map((client, run) => stickComment(client, comment(number, { markdown: `run ${run}`, run: run + 1 }))),
    )
    await stickComment(clients[7]!, comment(number, { markdown: 'run 7', run: 8 }))
    expect(await commentsOf(github, number)).toEqual([expect.objectContaining({ body: bodyOf('run 7') })])
  })

  test.each(['before', 'after'] as const)(
    'comes to one comment where the connection breaks %s each write',
    async (moment) => {
      let isBroken = true
      await using github = await testGitHub({
        interrupt: (now, { method }) => {
          if (now !== moment || method === 'GET' || !isBroken) return 'serve'
          isBroken = false
          return 'drop'
        },
      })
      isBroken = false
      const number = await issueOf(github)
      const client = await asJob(github)
      for (const markdown of ['one', 'two']) {
        isBroken = true
        await stickComment(client, comment(number, { markdown })).catch(() => undefined)
        await stickComment(client, comment(number, { markdown }))
        expect(await commentsOf(github, number)).toEqual([expect.objectContaining({ body: bodyOf(markdown) })])
      }
    },
  )

  test('finds its comment on the second page', async () => {
    await using github = await testGitHub()
    const number = await issueOf(github)
    for (let n = 0; n < 101; n++) await github.call('POST', `/issues/${number}/comments`, { body: `${n}` })
    const client = await asJob(github)
    await stickComment(client, comment(number))
    expect(await stickComment(client, comment(number))).toMatchObject({ kind: 'unchanged' })
  })
})
