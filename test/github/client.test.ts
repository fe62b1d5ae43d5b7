import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { openGitHubClient } from '../../action/github/client.ts'
import { readBranch } from '../../action/github/git-data.ts'
import {
  createDraft,
  downloadAsset,
  listReleases,
  publishDraft,
  readReleaseByTag,
  uploadAsset,
} from '../../action/github/releases.ts'
import { testGitHub } from '../support/local-github.ts'

const draft = { tag: 'v1', name: 'v1', body: '' }

describe('openGitHubClient()', () => {
  test.each([
    [401, {}, 'github/unauthorized', 'user', /valid token/],
    [403, { 'x-accepted-github-permissions': 'contents=write' }, 'github/forbidden', 'user', /contents: write/],
    [
      403,
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1741068720' },
      'github/rate-limited',
      'remote',
      /2025-03-04T06:12/,
    ],
    [429, { 'retry-after': '7' }, 'github/rate-limited', 'remote', /in 7 s/],
    [404, {}, 'github/not-found', 'user', /404/],
    [409, {}, 'github/conflict', 'remote', /409/],
    [422, {}, 'github/refused', 'remote', /422/],
    [501, {}, 'github/unsupported', 'remote', /501/],
    [502, {}, 'github/unreachable', 'remote', /502/],
  ])('turns a %i with %o into the fault %s', async (status, headers, code, owner, words) => {
    await using github = await testGitHub({
      interrupt: (moment, { url }) =>
        moment === 'before' && url?.includes('/releases') ? { status, headers, json: { message: 'No' } } : 'serve',
    })
    const client = await openGitHubClient(github)

    const fault = await createDraft(client, { ...draft, commit: github.head }).catch((error: unknown) => error)
    expect(fault).toMatchObject({
      name: 'Fault',
      code,
      owner,
      message: expect.stringMatching(/^Cannot create the draft "v1": .*request .+expected/),
    })
    expect(fault).toSatisfy(({ message, remedy }: { message: string; remedy: string }) =>
      words.test(`${message} ${remedy}`),
    )
  })

  test('says that nobody answers', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    server.close()
    await using github = await testGitHub()
    const apiUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/api/v3`
    const client = await openGitHubClient({ ...github, apiUrl })

    await expect(readBranch(client, 'main')).rejects.toMatchObject({ code: 'github/unreachable' })
  })

  test('is interrupted by its signal', async () => {
    const controller = new AbortController()
    await using github = await testGitHub({
      interrupt: (_, { url }) => {
        if (url?.includes('/git/ref/')) controller.abort()
        return 'serve'
      },
    })
    const client = await openGitHubClient(github, controller.signal)
    await expect(readBranch(client, 'main')).rejects.toMatchObject({ code: 'interrupted' })
  })

  test('counts its calls', async () => {
    await using github = await testGitHub()
    const client = await openGitHubClient(github)
    expect(await readBranch(client, 'main')).toBe(github.head)
    expect(await readBranch(client, 'none')).toBeUndefined()
    expect(client.calls()).toBe(2)
  })
})

test('uploadAsset() streams a file that comes back byte for byte', async () => {
  await using github = await testGitHub()
  const client = await openGitHubClient(github)
  const bytes = Buffer.alloc(3_000_000, 'plumb')
  const path = join(github.folder, 'model.bin')
  await writeFile(path, bytes)
  const release = await createDraft(client, { ...draft, commit: github.head })
  const upload = { name: 'model.bin', path, bytes: bytes.length, contentType: 'application/octet-stream' }
  const progress: number[] = []

  const uploaded = await uploadAsset(client, release, { ...upload, onBytes: (sent) => progress.push(sent) })
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  expect(uploaded).toMatchObject({ kind: 'done', data: { isWhole: true, bytes: 3_000_000, sha256 } })
  expect(progress.at(-1)).toBe(3_000_000)
  expect(await uploadAsset(client, release, { ...upload, onBytes() {} })).toMatchObject({
    kind: 'refused',
    status: 422,
  })

  await publishDraft(client, release)
  const [asset] = (await readReleaseByTag(client, 'v1'))?.assets ?? []
  expect(Buffer.from(await downloadAsset(client, asset!)).equals(bytes)).toBe(true)
})

test('listReleases() reads every page', async () => {
  await using github = await testGitHub()
  const client = await openGitHubClient(github)
  for (let n = 0; n < 101; n++) await github.call('POST', '/releases', { tag_name: `v${n}`, draft: true })
  expect(await listReleases(client)).toHaveLength(101)
})

test('a list that GitHub wraps into an object is read page by page, too', async () => {
  await using github = await testGitHub()
  const client = await openGitHubClient(github)
  for (let n = 0; n < 101; n++) await github.call('PUT', `/environments/e${n}`, {})
  const count = () =>
    client.call('list the environments of', 'parcels', async (octokit, repository) => {
      const all: unknown = await octokit.paginate(`GET /repos/${repository.owner}/${repository.repo}/environments`, {
        per_page: 100,
      })
      return { data: Array.isArray(all) ? all.length : 0 }
    })
  expect(await count()).toBe(101)
  // The second time the answers come from what is known of them.
  expect(await count()).toBe(101)
})
