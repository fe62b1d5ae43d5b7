import { request } from 'node:http'

import { describe, expect, test } from 'vitest'

import { commitFile } from '../../support/branches.ts'
import { caller, type TestGitHub, testGitHub } from '../../support/local-github.ts'
import { browser } from '../../support/web-browser.ts'

async function served(lines: string[] = []): Promise<TestGitHub> {
  const github = await testGitHub({ tell: (line) => void lines.push(line) })
  await commitFile(github, 'retrain', { 'data.lock.yaml': 'version: 2\n' })
  await github.call('POST', '/pulls', { title: 'Retrain', head: 'retrain', base: 'main', body: 'Why **now**' })
  return github
}

const stateOf = async ({ call }: TestGitHub) => (await call('GET', '/pulls/1')).body

describe('answerWeb()', () => {
  test('lets in whoever opens the printed address, and nobody else', async () => {
    await using github = await served()
    const { entered, open } = await browser(github)
    expect(entered.status).toBe(303)
    expect(entered.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Strict/)
    expect((await open('/pulls')).status).toBe(200)

    const home = `${github.serverUrl}/acme/parcels`
    for (const address of [`${home}/pulls`, `${home}/pull/1`, `${github.serverUrl}/?key=${'0'.repeat(48)}`]) {
      const response = await fetch(address, { redirect: 'manual' })
      expect({ status: response.status, told: (await response.text()).includes('Retrain') }).toEqual({
        status: 403,
        told: false,
      })
    }
  })

  test('is not there where it is not served', async () => {
    await using github = await testGitHub()
    expect(github.webUrl).toBeUndefined()
    expect((await fetch(`${github.serverUrl}/acme/parcels/pulls`)).status).toBe(501)
  })

  test.each([
    ['Merge', 'merge', 2],
    ['Squash and merge', 'squash', 1],
    ['Rebase and merge', 'rebase', 1],
  ])('merges by the button "%s"', async (button, method, parents) => {
    const lines: string[] = []
    await using github = await served(lines)
    const { press, open } = await browser(github)

    expect(await press('/pull/1', button)).toMatchObject({ status: 303, location: '/acme/parcels/pull/1' })
    const pull = await stateOf(github)
    expect(pull).toMatchObject({ state: 'closed', merged: true, merged_by: { login: 'acme' } })
    expect((await github.call('GET', `/git/commits/${pull.merge_commit_sha}`)).body.parents).toHaveLength(parents)
    expect(lines).toEqual([`#1 merged (${method}) as ${pull.merge_commit_sha.slice(0, 8)}`])
    const { text } = await open('/pull/1')
    expect(text).toContain('Merged by acme')
    expect(text).not.toContain('>Merge</button>')
  })

  test('closes, opens again and comments', async () => {
    const lines: string[] = []
    await using github = await served(lines)
    const { press, open } = await browser(github)
    await press('/pull/1', 'Close without merging')
    expect(await stateOf(github)).toMatchObject({ state: 'closed', merged: false })
    await press('/pull/1', 'Open again')
    expect((await stateOf(github)).state).toBe('open')
    await press('/pull/1', 'Comment', { body: 'Looks good\r\nto me' })
    expect((await github.call('GET', '/issues/1/comments')).body[0].body).toBe('Looks good\nto me')
    expect((await open('/pull/1')).text).toContain('Looks good')
    expect(lines).toEqual(['#1 closed', '#1 opened again', '#1 commented on'])
  })

  test.each<[string, Record<string, string>, Record<string, string>]>([
    ['without a token', {}, {}],
    ['with a token of another server', { token: '0'.repeat(48) }, {}],
    ['from another site', { token: '$' }, { origin: 'https://evil.example' }],
    ['from another port of this machine', { token: '$' }, { origin: 'http://127.0.0.1:1' }],
    ['from a page without a name', { token: '$' }, { origin: 'null' }],
    ['without a cookie', { token: '$' }, { cookie: '' }],
    ['as JSON', { token: '$' }, { 'content-type': 'application/json' }],
    ['as a form of a file', { token: '$' }, { 'content-type': 'text/plain' }],
  ])('refuses a form %s', async (_, fields, headers) => {
    const lines: string[] = []
    await using github = await served(lines)
    const { open, post } = await browser(github)
    const token = /name="token" value="([^"]*)"/.exec((await open('/pull/1')).text)?.[1] ?? ''
    const { sha } = (await stateOf(github)).head
    const given = fields['token'] === '$' ? { token } : fields
    for (const path of ['/pull/1/merge', '/pull/1/state', '/pull/1/comment']) {
      const body = { ...given, method: 'merge', sha, state: 'closed', body: 'x' }
      expect([403, 415]).toContain((await post(path, body, headers)).status)
    }
    expect(await stateOf(github)).toMatchObject({ state: 'open', comments: 0 })
    expect(lines).toEqual([])
  })

  test('refuses to merge what has moved since it was looked at', async () => {
    await using github = await served()
    const { open, post } = await browser(github)
    const { text } = await open('/pull/1')
    const token = /name="token" value="([^"]*)"/.exec(text)?.[1] ?? ''
    const sha = /name="sha" value="([^"]*)"/.exec(text)?.[1] ?? ''
    await commitFile(github, 'retrain', { 'data.lock.yaml': 'version: 3\n' })
    const refused = await post('/pull/1/merge', { token, method: 'merge', sha })
    expect(refused.status).toBe(409)
    expect(refused.text).toContain('Head branch was modified')
    expect((await post('/pull/1/merge', { token, method: 'merge' })).status).toBe(409)
    expect((await stateOf(github)).merged).toBe(false)
  })

  test('approves what waits for a deployment', async () => {
    const lines: string[] = []
    await using github = await served(lines)
    await github.call('PUT', '/environments/production', { reviewers: [{ type: 'User', id: 1 }] })
    const id = await github.recordRun({
      workflow: '.github/workflows/plumbline.yml',
      event: 'push',
      branch: 'main',
      status: 'waiting',
      waitsFor: ['production'],
    })
    const { press, open } = await browser(github)
    expect((await open('/deployments')).text).toContain('production')
    expect((await press('/deployments', 'Approve')).status).toBe(303)
    expect((await github.call('GET', `/actions/runs/${id}/pending_deployments`)).body).toEqual([])
    expect((await github.call('GET', '/deployments')).body).toMatchObject([{ environment: 'production' }])
    expect(lines).toEqual([`deployment of run ${id} approved`])
  })

  test('shows every part, with nothing in it that was typed as markup', async () => {
    await using github = await served()
    const evil = '<script>alert(1)</script>"\' onload=x <img src=//e> \u202egnp.exe'
    const { call } = github
    await commitFile(github, evil.replace(/[^a-z]/g, ''), { '<b>&"\'.txt': `${evil}\n` }, { message: evil })
    await call('POST', '/pulls', { title: evil, head: evil.replace(/[^a-z]/g, ''), base: 'main', body: evil })
    await call('POST', '/issues', { title: evil, body: evil, labels: ['<i>x'] })
    await call('POST', '/issues/3/comments', { body: `[x](javascript:alert(1)) ${evil}` })
    const release = { tag_name: 'v1', name: evil, body: evil }
    const { id } = (await call('POST', '/releases', release)).body
    await call('POST', `/releases/${id}/assets?name=model.skops`, Buffer.from('bytes'))
    const { open } = await browser(github)

    for (const path of [
      '/pulls',
      '/pull/2',
      '/issues',
      '/issues/3',
      '/releases',
      '/actions',
      '/deployments',
      '/branches',
    ]) {
      const { status, headers, text } = await open(path)
      expect({ path, status }).toEqual({ path, status: 200 })
      expect(text).not.toMatch(/<script|<img|<b>&"|<i>x|javascript:|\u202e| onload=x>/)
      expect(headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(headers.get('x-frame-options')).toBe('DENY')
    }
    expect((await open('/releases')).text).toContain('277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9')
    expect((await open('/pull/99')).status).toBe(404)
  })

  test('names the address of this machine alone', async () => {
    await using github = await served()
    const status = await new Promise((resolve, reject) => {
      const asked = request(github.webUrl ?? '', { headers: { host: 'evil.example' } }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      asked.on('error', reject).end()
    })
    expect(status).toBe(403)
  })

  test('leaves the API as it is', async () => {
    await using github = await served()
    expect((await caller(github)('GET', '/pulls')).body).toHaveLength(1)
    expect((await caller(github, '')('PUT', '/pulls/1/merge', {})).status).toBe(401)
  })
})
