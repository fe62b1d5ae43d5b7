import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { push, type TestGitHub, testGitHub } from '../support/local-github.ts'

const creationsRestricted = {
  code: 'custom',
  field: 'pre_receive',
  message: expect.stringContaining('Cannot create ref due to creations being restricted.'),
}
const noTag = { code: 'custom', message: 'Published releases must have a valid tag' }

async function withImmutable() {
  const github = await testGitHub()
  const { call } = github
  await call('PUT', '/immutable-releases')
  const { body: draft } = await call('POST', '/releases', { tag_name: 'v1', draft: true, body: 'b' })
  const { body: asset } = await call('POST', `/releases/${draft.id}/assets?name=a`, Buffer.from('a'))
  const { body: release } = await call('PATCH', `/releases/${draft.id}`, { draft: false })
  return { github, release, asset }
}

async function tagOf(github: TestGitHub): Promise<string | undefined> {
  return (await github.call('GET', '/git/ref/tags/v1')).body.object?.sha
}

describe('an immutable release', () => {
  test('is one that was published while the setting was on, and stays so', async () => {
    const { github, release } = await withImmutable()
    await using _ = github
    expect(release.immutable).toBe(true)
    await github.call('DELETE', '/immutable-releases')
    expect((await github.call('GET', `/releases/${release.id}`)).body.immutable).toBe(true)
    expect((await github.call('POST', '/releases', { tag_name: 'v2' })).body.immutable).toBe(false)
  })

  test('keeps its assets as they are', async () => {
    const { github, release, asset } = await withImmutable()
    await using _ = github
    const { call } = github
    expect(await call('POST', `/releases/${release.id}/assets?name=b`, Buffer.from('b'))).toMatchObject({
      status: 422,
      body: { message: 'Cannot upload assets to an immutable release.' },
    })
    expect((await call('DELETE', `/releases/assets/${asset.id}`)).status).toBe(422)
    expect((await call('GET', `/releases/${release.id}`)).body.assets).toMatchObject([{ id: asset.id }])
  })

  test.each([{ tag_name: 'v2' }, { draft: true }, { prerelease: true }, { target_commitish: 'other' }])(
    'refuses %o',
    async (body) => {
      const { github, release } = await withImmutable()
      await using _ = github
      expect((await github.call('PATCH', `/releases/${release.id}`, body)).status).toBe(422)
    },
  )

  test('lets its title and notes be changed', async () => {
    const { github, release } = await withImmutable()
    await using _ = github
    const changed = await github.call('PATCH', `/releases/${release.id}`, { name: 'n', body: 'c', draft: false })
    expect(changed).toMatchObject({ status: 200, body: { name: 'n', body: 'c', immutable: true } })
  })

  test('holds its tag against the API and git', async () => {
    const { github } = await withImmutable()
    await using _ = github
    const { call, head } = github
    const work = join(github.folder, 'work')
    const sha = (
      await call('POST', '/git/commits', {
        message: 'm',
        tree: (await call('GET', `/git/commits/${head}`)).body.tree.sha,
        parents: [head],
      })
    ).body.sha

    expect((await call('PATCH', '/git/refs/tags/v1', { sha, force: true })).body.message).toContain('protected ref')
    expect((await call('DELETE', '/git/refs/tags/v1')).body.message).toContain('Cannot delete this protected ref.')
    await expect(push(github, work, ':refs/tags/v1')).rejects.toThrow('GH013')
    expect(await tagOf(github)).toBe(head)
  })

  test('burns its tag for ever, once it and its tag are deleted', async () => {
    const { github, release } = await withImmutable()
    await using _ = github
    const { call, head } = github
    await call('DELETE', '/immutable-releases')
    expect((await call('DELETE', `/releases/${release.id}`)).status).toBe(204)
    expect((await call('POST', '/releases', { tag_name: 'v1' })).body.errors).toEqual([
      { resource: 'Release', code: 'custom', field: 'tag_name', message: 'tag_name was used by an immutable release' },
      expect.objectContaining(noTag),
    ])
    expect((await call('DELETE', '/git/refs/tags/v1')).status).toBe(204)

    const { body: draft } = await call('POST', '/releases', { tag_name: 'v1', draft: true })
    expect((await call('PATCH', `/releases/${draft.id}`, { draft: false })).body.errors).toMatchObject([
      creationsRestricted,
      { field: 'tag_name', message: 'tag_name was used by an immutable release' },
      noTag,
    ])
    expect((await call('POST', '/git/refs', { ref: 'refs/tags/v1', sha: head })).status).toBe(422)
    await expect(push(github, join(github.folder, 'work'), 'HEAD:refs/tags/v1')).rejects.toThrow('GH013')
    expect(await tagOf(github)).toBeUndefined()
  })
})

describe('createRelease()', () => {
  test('is refused where a ruleset restricts its tag (googleapis/release-please-action #1194)', async () => {
    await using github = await testGitHub()
    const { call } = github
    const conditions = { ref_name: { include: ['refs/tags/v*'], exclude: [] } }
    const rule = { name: 'tags', target: 'tag', enforcement: 'active', conditions, rules: [{ type: 'creation' }] }
    await call('POST', '/rulesets', rule)

    expect(await call('POST', '/releases', { tag_name: 'v1' })).toMatchObject({
      status: 422,
      body: { errors: [creationsRestricted, noTag] },
    })
    expect((await call('POST', '/releases', { tag_name: 'v1', draft: true })).status).toBe(201)
    expect((await call('POST', '/releases', { tag_name: 'w1' })).status).toBe(201)
  })
})

describe('uploadAsset()', () => {
  test('takes as many assets, and as large ones, as the limits say', async () => {
    await using github = await testGitHub({ limits: { assetsOfRelease: 2, assetBytes: 3 } })
    const { call } = github
    const { id } = (await call('POST', '/releases', { tag_name: 'v1', draft: true })).body
    expect((await call('POST', `/releases/${id}/assets?name=large`, Buffer.from('abc'))).status).toBe(422)
    for (const name of ['a', 'b']) await call('POST', `/releases/${id}/assets?name=${name}`, Buffer.from('ab'))
    expect((await call('POST', `/releases/${id}/assets?name=c`, Buffer.from('ab'))).status).toBe(422)
    expect((await call('GET', `/releases/${id}/assets`)).body).toHaveLength(2)
  })

  test.each([
    ['a b.txt', 'a.b.txt'],
    ['ä+1@x-2_y.bin', '+1@x-2_y.bin'],
    ['model, 1.onnx', 'model.1.onnx'],
  ])('names %s %s', async (given, kept) => {
    await using github = await testGitHub()
    const { id } = (await github.call('POST', '/releases', { tag_name: 'v1', draft: true })).body
    const path = `/releases/${id}/assets?name=${encodeURIComponent(given)}`
    expect((await github.call('POST', path, Buffer.from('a'))).body.name).toBe(kept)
  })
})
