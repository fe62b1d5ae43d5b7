import { describe, expect, test } from 'vitest'

import { openRequestLimiter } from '../../action/local-github/request-limits.ts'
import { caller, testGitHub } from '../support/local-github.ts'

const primary = { requests: 2, perMs: 60_000, status: 403 } as const

describe('openRequestLimiter()', () => {
  test('counts each token by itself, and anew when the window is over', () => {
    let now = 0
    const { take } = openRequestLimiter({ requests: 1, perMs: 1000, status: 429 }, undefined, () => now)

    expect(take('a', false)).toMatchObject({ headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' } })
    expect(take('a', false).refusal).toMatchObject({ status: 429 })
    expect(take('b', false).refusal).toBeUndefined()
    now = 1000
    expect(take('a', false).refusal).toBeUndefined()
  })

  test('a write costs five points, a refused request none', () => {
    let now = 0
    const secondary = { points: 6, perMs: 1000, status: 403, retryAfterSeconds: 2 } as const
    const { take } = openRequestLimiter(undefined, secondary, () => now)

    expect(take('a', true).refusal).toBeUndefined()
    expect(take('a', true).refusal).toMatchObject({ status: 403, headers: { 'retry-after': '2' } })
    expect(take('a', false).refusal).toBeUndefined()
    expect(take('a', false).refusal).toBeDefined()
    now = 1001
    expect(take('a', true).refusal).toBeUndefined()
  })
})

describe('startLocalGitHub()', () => {
  test('sends no word of limits where there are none, as GitHub Enterprise Server by default', async () => {
    await using github = await testGitHub()
    const { headers } = await github.call('GET', '')
    expect([...headers.keys()].filter((name) => name.startsWith('x-ratelimit'))).toEqual([])
  })

  test('says how many requests are left, and refuses the one too many', async () => {
    await using github = await testGitHub({ limits: { primary } })
    const { call } = github
    expect((await call('GET', '')).headers.get('x-ratelimit-remaining')).toBe('1')
    expect((await call('GET', '')).headers.get('x-ratelimit-remaining')).toBe('0')
    const refused = await call('GET', '')
    expect(refused).toMatchObject({ status: 403, body: { message: expect.stringMatching(/^API rate limit exceeded/) } })
    expect(refused.headers.get('x-ratelimit-remaining')).toBe('0')
    const other = caller(github, await github.issueToken({ kind: 'job', permissions: {} }))
    expect((await other('GET', '')).status).toBe(200)
  })

  test.each([
    [403, 7, '7'],
    [429, null, null],
  ] as const)('refuses too many at once by %i, retry-after %s', async (status, retryAfterSeconds, header) => {
    const secondary = { points: 5, perMs: 60_000, status, retryAfterSeconds }
    await using github = await testGitHub({ limits: { secondary } })
    expect((await github.call('POST', '/releases', { tag_name: 'v1', draft: true })).status).toBe(201)
    const refused = await github.call('POST', '/releases', { tag_name: 'v1', draft: true })
    expect(refused).toMatchObject({ status, body: { message: expect.stringContaining('secondary rate limit') } })
    expect(refused.headers.get('retry-after')).toBe(header)
  })

  test('answers 304 to what is known already, which counts nothing', async () => {
    await using github = await testGitHub({ limits: { primary } })
    const { call } = github
    const first = await call('GET', '/releases')
    const etag = first.headers.get('etag') ?? ''
    expect(etag).toMatch(/^W\/"[0-9a-f]{64}"$/)
    for (const known of [etag, etag.slice(2), `"x", ${etag}`]) {
      const unchanged = await call('GET', '/releases', undefined, { 'if-none-match': known })
      expect({ status: unchanged.status, body: unchanged.body }).toEqual({ status: 304, body: '' })
      expect(unchanged.headers.get('x-ratelimit-remaining')).toBe('1')
    }
    await call('POST', '/releases', { tag_name: 'v1' })
    expect((await caller(github, '')('GET', '/releases', undefined, { 'if-none-match': etag })).status).toBe(200)
  })

  test('lists nothing that was made within so many requests; what it is asked for by id it knows', async () => {
    await using github = await testGitHub({ limits: { lag: { requests: 2 } } })
    const { call } = github
    const { id } = (await call('POST', '/releases', { tag_name: 'v1', draft: true })).body
    expect((await call('GET', '/releases')).body).toEqual([])
    expect((await call('GET', `/releases/${id}`)).status).toBe(200)
    expect((await call('GET', '/releases')).body).toHaveLength(1)
  })

  test('lists nothing that was made within so many milliseconds', async () => {
    await using github = await testGitHub({ limits: { lag: { ms: 3_600_000 } } })
    await github.call('POST', '/releases', { tag_name: 'v1', draft: true })
    for (const _ of [1, 2, 3, 4]) expect((await github.call('GET', '/releases')).body).toEqual([])
  })
})
