import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { codeRoutes } from '../../action/local-github/code-routes.table.ts'
import { discussionRoutes } from '../../action/local-github/discussion-routes.table.ts'
import { platformRoutes } from '../../action/local-github/platform-routes.table.ts'
import { apiRoutes } from '../../action/local-github/routes.table.ts'
import { unanswered } from '../support/github-schema.ts'
import { caller, git, push, testGitHub } from '../support/local-github.ts'

describe('startLocalGitHub()', () => {
  test('answers for the repository, its commits and files', async () => {
    await using github = await testGitHub()
    const { call, head } = github
    const work = join(github.folder, 'work')
    await mkdir(join(work, 'data'))
    await writeFile(join(work, 'data', 'ä b.csv'), 'id\n1\n')
    await git(work, 'add', '.')
    await git(work, 'commit', '--quiet', '-m', 'Add data\n\nBody')
    await push(github, work, 'HEAD:main')

    expect((await call('GET', '')).body).toMatchObject({ full_name: 'acme/parcels', default_branch: 'main' })
    const commits = (await call('GET', '/commits')).body
    expect(commits.map((commit: { commit: { message: string } }) => commit.commit.message)).toEqual([
      'Add data\n\nBody',
      'Retrain parcels: the carriers changed',
    ])
    expect((await call('GET', `/commits?sha=main&path=data`)).body).toHaveLength(1)
    expect((await call('GET', `/commits/${head}`)).body).toMatchObject({
      sha: head,
      commit: { author: { name: 'Ada' } },
    })
    expect((await call('GET', '/commits/no-such')).status).toBe(422)
    expect((await call('GET', '/contents/data')).body).toMatchObject([{ path: 'data/ä b.csv', type: 'file', size: 5 }])
    const file = (await call('GET', `/contents/${encodeURIComponent('data/ä b.csv')}?ref=main`)).body
    expect(Buffer.from(file.content, 'base64').toString()).toBe('id\n1\n')
    expect((await call('GET', '/contents/none.csv')).status).toBe(404)
    const moved = await call('GET', `/tarball/${head}`)
    expect(moved.status).toBe(302)
    expect((await fetch(moved.headers.get('location') ?? '')).headers.get('content-type')).toBe('application/x-gzip')
  })

  test('makes blobs, trees and commits out of parts', async () => {
    await using github = await testGitHub()
    const { call, head } = github

    const blob = (await call('POST', '/git/blobs', { content: 'AAE=', encoding: 'base64' })).body
    expect((await call('GET', `/git/blobs/${blob.sha}`)).body).toMatchObject({ content: 'AAE=', size: 2 })
    expect((await call('GET', `/git/blobs/${'0'.repeat(40)}`)).status).toBe(404)
    const tree = (
      await call('POST', '/git/trees', {
        tree: [
          { path: 'a/b.bin', mode: '100644', type: 'blob', sha: blob.sha },
          { path: 'c "d".txt', mode: '100644', type: 'blob', content: 'text' },
        ],
      })
    ).body
    const less = (await call('POST', '/git/trees', { base_tree: tree.sha, tree: [{ path: 'a/b.bin', sha: null }] }))
      .body
    expect(less.tree.map(({ path }: { path: string }) => path)).toEqual(['c "d".txt'])
    const listed = (await call('GET', `/git/trees/${tree.sha}?recursive=1`)).body
    expect(listed.tree.map(({ path }: { path: string }) => path)).toEqual(['a', 'a/b.bin', 'c "d".txt'])
    const commit = (
      await call('POST', '/git/commits', {
        message: 'Add',
        tree: tree.sha,
        parents: [head],
        author: { name: 'Plumbline', email: 'p@example.org', date: '2025-03-04T06:12:00Z' },
      })
    ).body
    expect(commit).toMatchObject({ parents: [{ sha: head }], committer: { date: '2025-03-04T06:12:00Z' } })
    expect((await call('GET', `/git/commits/${commit.sha}`)).body.message).toBe('Add')
  })

  test.each([
    ['a path out of the repository', { tree: [{ path: '../x', mode: '100644', content: 'x' }] }],
    ['git’s own folder', { tree: [{ path: '.git/config', mode: '100644', content: 'x' }] }],
    ['an unknown blob', { tree: [{ path: 'x', mode: '100644', sha: '1'.repeat(40) }] }],
    ['no entries', { tree: [] }],
  ])('refuses a tree with %s', async (_, body) => {
    await using github = await testGitHub()
    expect((await github.call('POST', '/git/trees', body)).status).toBe(422)
  })

  test('changes refs by compare-and-swap alone', async () => {
    await using github = await testGitHub()
    const { call, head } = github
    const { tree } = (await call('GET', `/git/commits/${head}`)).body
    const child = (message: string) => call('POST', '/git/commits', { message, tree: tree.sha, parents: [head] })
    const one = (await child('one')).body.sha
    const other = (await child('other')).body.sha

    expect((await call('POST', '/git/refs', { ref: 'refs/heads/a/b', sha: one })).status).toBe(201)
    expect((await call('POST', '/git/refs', { ref: 'refs/heads/a/b', sha: one })).body.message).toBe(
      'Reference already exists',
    )
    expect((await call('PATCH', '/git/refs/heads/a/b', { sha: other })).body.message).toBe(
      'Update is not a fast forward',
    )
    expect((await call('PATCH', '/git/refs/heads/a/b', { sha: other, force: true })).body.object.sha).toBe(other)
    expect((await call('GET', '/git/ref/heads/a/b')).body.object).toMatchObject({ sha: other, type: 'commit' })
    expect((await call('GET', '/git/ref/heads/a')).status).toBe(404)
    expect((await call('GET', '/git/matching-refs/heads/a')).body).toHaveLength(1)
    expect((await call('POST', '/git/refs', { ref: 'refs/heads/x', sha: '1'.repeat(40) })).status).toBe(422)
    expect((await call('POST', '/git/refs', { ref: 'refs/heads/x..y', sha: one })).status).toBe(422)
    expect((await call('DELETE', '/git/refs/heads/a/b')).status).toBe(204)
    expect((await call('DELETE', '/git/refs/heads/a/b')).status).toBe(422)
  })

  test('gives a draft no tag until it is published', async () => {
    await using github = await testGitHub()
    const { call, head } = github

    const draft = (await call('POST', '/releases', { tag_name: 'v1', target_commitish: head, draft: true, body: 'b' }))
      .body
    expect(draft.upload_url).toMatch(/\/assets\{\?name,label\}$/)
    expect((await call('GET', '/releases/tags/v1')).status).toBe(404)
    expect((await call('GET', '/git/ref/tags/v1')).status).toBe(404)
    expect((await call('GET', `/releases/${draft.id}`)).body).toMatchObject({ draft: true, published_at: null })

    const second = (await call('POST', '/releases', { tag_name: 'v1', draft: true })).body
    expect((await call('PATCH', `/releases/${draft.id}`, { draft: false })).body).toMatchObject({ draft: false })
    expect((await call('GET', '/releases/tags/v1')).body.id).toBe(draft.id)
    expect((await call('GET', '/git/ref/tags/v1')).body.object.sha).toBe(head)
    const taken = await call('PATCH', `/releases/${second.id}`, { draft: false })
    expect(taken).toMatchObject({ status: 422, body: { errors: [{ code: 'already_exists', field: 'tag_name' }] } })
    expect((await call('DELETE', `/releases/${second.id}`)).status).toBe(204)
    expect((await call('GET', '/releases?per_page=1')).body).toHaveLength(1)
  })

  test('pages its lists', async () => {
    await using github = await testGitHub()
    const { call } = github
    for (const tag_name of ['a', 'b', 'c']) await call('POST', '/releases', { tag_name, draft: true })

    const first = await call('GET', '/releases?per_page=2')
    expect(first.headers.get('link')).toMatch(/per_page=2&page=2>; rel="next"/)
    expect(first.body.map(({ tag_name }: { tag_name: string }) => tag_name)).toEqual(['c', 'b'])
    const last = await call('GET', '/releases?per_page=2&page=2')
    expect(last.headers.get('link')).not.toContain('next')
    expect(last.body).toHaveLength(1)
  })

  test.each([
    ['an unknown target', { tag_name: 'v1', target_commitish: 'no-such-branch' }],
    ['a malformed tag', { tag_name: 'v..1', target_commitish: 'main' }],
    ['no tag', { body: 'x' }],
    ['a body over the limit', { tag_name: 'v1', body: 'x'.repeat(125_001), draft: true }],
  ])('refuses a release with %s', async (_, body) => {
    await using github = await testGitHub()
    expect((await github.call('POST', '/releases', body)).status).toBe(422)
    expect((await github.call('GET', '/releases')).body).toEqual([])
  })

  test('keeps the bytes of assets, with their digest', async () => {
    await using github = await testGitHub()
    const { call } = github
    const { id } = (await call('POST', '/releases', { tag_name: 'v1', draft: true })).body
    const bytes = Buffer.from([0, 1, 255])

    const asset = (await call('POST', `/releases/${id}/assets?name=a%20b.bin`, bytes)).body
    expect(asset).toMatchObject({
      name: 'a.b.bin',
      size: 3,
      state: 'uploaded',
      digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    })
    const again = await call('POST', `/releases/${id}/assets?name=a.b.bin`, bytes)
    expect(again).toMatchObject({ status: 422, body: { errors: [{ code: 'already_exists' }] } })
    expect((await call('GET', `/releases/${id}/assets`)).body).toHaveLength(1)
    expect((await call('GET', `/releases/assets/${asset.id}`)).body.name).toBe('a.b.bin')
    const headers = { accept: 'application/octet-stream', authorization: `Bearer ${github.token}` }
    const download = await fetch(asset.url, { headers })
    expect(Buffer.from(await download.arrayBuffer())).toEqual(bytes)
    expect((await fetch(asset.browser_download_url)).status).toBe(404)
    await call('PATCH', `/releases/${id}`, { draft: false })
    const published = (await call('GET', `/releases/${id}`)).body
    expect((await fetch(published.assets[0].browser_download_url)).status).toBe(200)
    expect((await call('DELETE', `/releases/assets/${asset.id}`)).status).toBe(204)
    expect((await call('GET', `/releases/assets/${asset.id}`)).status).toBe(404)
  })

  test('answers 501 with the name of a route that it does not have', async () => {
    await using github = await testGitHub()
    const { status, body } = await github.call('GET', '/stargazers')
    expect({ status, message: body.message }).toEqual({
      status: 501,
      message: 'The embedded GitHub has no GET /repos/acme/parcels/stargazers',
    })
  })

  test('knows one repository', async () => {
    await using github = await testGitHub()
    const call = caller({ ...github, repository: 'other' })
    expect((await call('GET', '')).status).toBe(404)
  })

  test('is asked for every route of its table by the tests above', () => {
    expect(
      unanswered(apiRoutes.filter((route) => ![...platformRoutes, ...discussionRoutes, ...codeRoutes].includes(route))),
    ).toEqual([])
  })
})
