import { execFile } from 'node:child_process'
import { existsSync, symlinkSync, writeFileSync } from 'node:fs'
import { readdir, readFile, rename, utimes, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { describe, expect, test } from 'vitest'

import { byBytes } from '../../action/base/byte-order.ts'
import { withExclusiveLock } from '../../action/base/exclusive-lock.ts'
import { openLocalGitHub } from '../../action/local-github/open-local-github.ts'
import { startLocalGitHub } from '../../action/local-github/start-local-github.ts'
import { caller, git, push, testGitHub } from '../support/local-github.ts'
import { tempFolder, writeFiles } from '../support/temp-folder.ts'

const names = { owner: 'acme', repository: 'parcels' }

describe('startLocalGitHub()', () => {
  test('keeps everything over a restart', async () => {
    const folder = tempFolder()
    const before = await startLocalGitHub({ folder: folder, ...names })
    const { id } = (await caller(before)('POST', '/releases', { tag_name: 'v1', draft: true })).body
    await caller(before)('POST', `/releases/${id}/assets?name=a`, Buffer.from('a'))
    await before[Symbol.asyncDispose]()

    await using after = await startLocalGitHub({ folder: folder, ...names })
    expect(after.token).toBe(before.token)
    expect((await caller(after)('GET', `/releases/${id}`)).body.assets).toMatchObject([
      { name: 'a', state: 'uploaded' },
    ])
  })

  test('reads what an older Plumbline kept, with what it lacks begun', async () => {
    const folder = tempFolder()
    const kept = { owner: 'acme', repository: 'parcels', token: 't', createdAt: '2025-01-01T00:00:00Z', nextId: 1 }
    await writeFile(
      join(folder, 'state.json'),
      JSON.stringify({ schema: 'plumbline/local-github/v1', ...kept, releases: [] }),
    )
    await using github = await startLocalGitHub({ folder, ...names })
    const call = caller(github)
    expect((await call('GET', '/issues?state=all')).body).toEqual([])
    expect((await call('POST', '/issues', { title: 'a', labels: ['bug'] })).body.number).toBe(1)
  })

  test('leaves what a newer Plumbline kept as it is', async () => {
    const folder = tempFolder()
    const text = '{"schema":"plumbline/local-github/v2"}'
    await writeFile(join(folder, 'state.json'), text)
    await expect(startLocalGitHub({ folder, ...names })).rejects.toMatchObject({
      code: 'local-github/newer-state',
      message: expect.stringContaining('a newer Plumbline wrote it (version 2)'),
    })
    expect(await readFile(join(folder, 'state.json'), 'utf8')).toBe(text)
  })

  test.each([
    [
      'an issue without a title',
      '{"schema":"plumbline/local-github/v1","owner":"acme","repository":"parcels","token":"t","createdAt":"2025","nextId":2,"releases":[],"discussion":{"issues":[{"id":1}],"comments":[],"labels":[]}}',
    ],
    ['a half-written state', '{"schema":"plumbline/local-g'],
    ['a state of something else', '{"schema":"other/v1"}'],
    ['an empty state', ''],
    [
      'a release without assets',
      '{"schema":"plumbline/local-github/v1","owner":"acme","repository":"parcels","token":"t","createdAt":"2025","nextId":2,"releases":[{"id":1}]}',
    ],
    [
      'runs that are no list',
      '{"schema":"plumbline/local-github/v1","owner":"acme","repository":"parcels","token":"t","createdAt":"2025","nextId":2,"releases":[],"platform":{"runs":7}}',
    ],
  ])('reports %s and leaves it as it is', async (_, text) => {
    const folder = tempFolder()
    const file = join(folder, 'state.json')
    await writeFile(file, text)

    await expect(startLocalGitHub({ folder: folder, ...names })).rejects.toMatchObject({
      code: 'local-github/corrupt-state',
    })
    expect(await readFile(file, 'utf8')).toBe(text)
  })

  test('sweeps up what killed processes left long ago, and nothing else', async () => {
    const folder = tempFolder({
      'lock.dead.0': '',
      'state.json.1-2.draft': '',
      'assets/7.x.part': '',
      'assets/7': 'bytes',
    })
    const past = new Date(Date.now() - 7_200_000)
    for (const name of ['lock.dead.0', 'assets/7.x.part', 'assets/7']) await utimes(join(folder, name), past, past)
    await using _ = await startLocalGitHub({ folder, ...names })

    const left = await readdir(folder, { recursive: true })
    expect(left.filter((name) => !name.startsWith('repository.git')).toSorted(byBytes)).toEqual([
      'assets',
      join('assets', '7'),
      'state.json',
      'state.json.1-2.draft',
    ])
  })

  test('refuses to open a folder of another repository', async () => {
    const folder = tempFolder()
    const first = await startLocalGitHub({ folder: folder, ...names })
    await first[Symbol.asyncDispose]()

    const second = startLocalGitHub({ folder: folder, owner: 'acme', repository: 'other' })
    await expect(second).rejects.toMatchObject({ code: 'local-github/other-repository' })
  })

  test('loses nothing where several servers share a folder', async () => {
    const folder = tempFolder()
    const servers = await Promise.all([1, 2, 3].map(() => startLocalGitHub({ folder: folder, ...names })))
    const made = await Promise.all(
      servers.flatMap((server, index) =>
        [1, 2, 3].map((n) => caller(server)('POST', '/releases', { tag_name: `v${index}-${n}`, draft: true })),
      ),
    )
    const [{ body: releases }] = [await caller(servers[0]!)('GET', '/releases')]
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()))

    expect(made.map(({ status }) => status)).toEqual(Array(9).fill(201))
    expect(new Set(releases.map(({ id }: { id: number }) => id)).size).toBe(9)
  })

  test('lets nobody write without the token', async () => {
    await using github = await testGitHub()
    const path = `${github.apiUrl}/repos/acme/parcels/releases`
    const body = JSON.stringify({ tag_name: 'v1', draft: true })

    expect((await fetch(path, { method: 'POST', body })).status).toBe(401)
    expect((await fetch(path, { headers: { authorization: 'Bearer wrong' } })).status).toBe(401)
    expect((await fetch(path)).status).toBe(200)
    await expect(push(github, join(github.folder, 'work'), 'HEAD:refs/heads/x', 'wrong')).rejects.toThrow(
      'could not read Username',
    )
  })

  test('refuses a push without the token however its address is spelt', async () => {
    await using github = await testGitHub()
    for (const path of ['/git-receive-pack', '//git-receive-pack', '/./git-receive-pack', '/x/../git-receive-pack']) {
      const answer = await fetch(github.gitUrl + path, {
        method: 'POST',
        headers: { 'content-type': 'application/x-git-receive-pack-request' },
        body: '0000',
      })
      expect(answer.status, path).toBeGreaterThanOrEqual(400)
    }
    for (const query of ['service=git-receive-pack', 'service=git-receive-pack&x=1', 'x=1&service=git-receive-pack']) {
      expect((await fetch(`${github.gitUrl}/info/refs?${query}`)).status, query).toBeGreaterThanOrEqual(400)
    }
  })

  test('runs no hook of its repository', async () => {
    await using github = await testGitHub()
    const hook = join(github.folder, 'github/repository.git/hooks/post-update')
    const mark = join(github.folder, 'mark')
    writeFileSync(hook, `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 })

    await push(github, join(github.folder, 'work'), 'HEAD:refs/heads/x')
    await github.call('POST', '/git/refs', { ref: 'refs/heads/y', sha: github.head })

    expect(existsSync(mark)).toBe(false)
  })

  test.each(['is a link', 'is committed'])('is not opened in a .plumbline that %s', async (state) => {
    const folder = tempFolder()
    await git('.', 'init', '--quiet', folder)
    if (state === 'is a link') symlinkSync(tempFolder(), join(folder, '.plumbline'))
    else {
      writeFiles(folder, { '.plumbline/github/repository.git/HEAD': 'ref: refs/heads/main\n' })
      await git(folder, 'add', '.')
    }

    await expect(openLocalGitHub(folder)).rejects.toMatchObject({
      code: 'local-github/foreign-folder',
      message: expect.stringContaining(state),
    })
  })

  test('answers no name but this machine’s', async () => {
    await using github = await testGitHub()
    const status = await new Promise((resolve, reject) => {
      const headers = { host: 'evil.example.org' }
      request(`${github.apiUrl}/repos/acme/parcels`, { headers }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end()
    })
    expect(status).toBe(403)
  })

  test('is a real git remote', async () => {
    await using github = await testGitHub()
    const clone = join(github.folder, 'clone')
    await git('.', 'clone', '--quiet', github.gitUrl, clone)
    expect(await git(clone, 'rev-parse', 'HEAD')).toBe(github.head)
  })

  test.each([
    ['not JSON', 'x{', 400],
    ['a list', '[]', 400],
    ['a number for a name', '{"tag_name":7}', 422],
    ['a text for a flag', '{"tag_name":"v1","draft":"yes"}', 422],
  ])('refuses a body that is %s', async (_, body, status) => {
    await using github = await testGitHub()
    const headers = { authorization: `Bearer ${github.token}` }
    const answer = await fetch(`${github.apiUrl}/repos/acme/parcels/releases`, { method: 'POST', headers, body })
    expect(answer.status).toBe(status)
  })

  test('leaves a starter asset where an upload breaks off', async () => {
    await using github = await testGitHub()
    const { id } = (await github.call('POST', '/releases', { tag_name: 'v1', draft: true })).body
    const address = `${github.serverUrl}/api/uploads/repos/acme/parcels/releases/${id}/assets?name=model.bin`
    const headers = { authorization: `Bearer ${github.token}`, 'content-length': 1000 }
    const upload = request(address, { method: 'POST', headers }).on('error', () => {})
    upload.write('half')
    await expect
      .poll(async () => (await github.call('GET', `/releases/${id}/assets`)).body, { timeout: 5000 })
      .toHaveLength(1)
    upload.destroy()

    expect((await github.call('GET', `/releases/${id}/assets`)).body).toMatchObject([
      { state: 'starter', size: 0, digest: null },
    ])
    const again = await github.call('POST', `/releases/${id}/assets?name=model.bin`, Buffer.from('whole'))
    expect(again).toMatchObject({ status: 422, body: { errors: [{ code: 'already_exists' }] } })
  })
})

describe('withExclusiveLock()', () => {
  test('takes over the lock of a process that died', async () => {
    const folder = tempFolder()
    const path = join(folder, 'lock')
    const holder = { token: 'dead', pid: await pidOfTheDead(), host: hostname() }
    await writeFile(path, JSON.stringify(holder))

    let inside = 0
    let most = 0
    const work = async () => {
      most = Math.max(most, ++inside)
      await new Promise((resolve) => setTimeout(resolve, 5))
      inside--
    }
    await Promise.all(
      Array.from({ length: 6 }, () => withExclusiveLock(path, { longestMs: 60_000, patienceMs: 60_000 }, work)),
    )
    expect(most).toBe(1)
  })
})

/** The process is over when the promise is. */
async function pidOfTheDead(): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, ['-p', 'process.pid'])
  return Number(stdout)
}

describe('openLocalGitHub()', () => {
  test('keeps the name of its first use when the folder is renamed', async () => {
    const folder = tempFolder({ 'my parcels/x': '' })
    const first = await openLocalGitHub(join(folder, 'my parcels'))
    expect(await readFile(join(folder, 'my parcels/.plumbline/.gitignore'), 'utf8')).toBe('*\n')
    await first[Symbol.asyncDispose]()
    await rename(join(folder, 'my parcels'), join(folder, 'quotes'))

    await using again = await openLocalGitHub(join(folder, 'quotes'))
    expect(again).toMatchObject({ owner: 'local', repository: 'my-parcels', token: first.token })
  })
})
