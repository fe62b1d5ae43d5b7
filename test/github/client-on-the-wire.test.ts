import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'

import { describe, expect, onTestFinished, test } from 'vitest'

import { once as onlyOnce, openGitHubClient, repeatable } from '../../action/github/client.ts'
import type { GitHubConnection } from '../../action/github/connection.ts'
import { readBranch } from '../../action/github/git-data.ts'
import { listReleases } from '../../action/github/releases.ts'
import type { Wait, Watch } from '../../action/github/watch.ts'
import { tempFolder } from '../support/temp-folder.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** Something that answers in GitHub's place, each request by the next of these; the last stays. */
async function serverOf(...answers: readonly Answer[]): Promise<GitHubConnection & { readonly asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)]
    asked.push(`${request.method} ${request.url}`)
    request.resume()
    response.setHeader('x-github-request-id', 'A1:B2')
    answer?.(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const address = server.address()
  const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  return {
    apiUrl: `${origin}/api/v3`,
    gitUrl: `${origin}/acme/parcels.git`,
    token: 'ghs_secret',
    owner: 'acme',
    repository: 'parcels',
    isEmbedded: false,
    asked,
    [Symbol.asyncDispose]: async () => {},
  }
}

const sha = 'a'.repeat(40)
const ref = { object: { sha, type: 'commit' } }

function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
}

function watching(answersFolder?: string): Watch & { readonly waits: Wait[]; readonly names: object[] } {
  const waits: Wait[] = []
  const names: object[] = []
  return {
    traffic: { calls: 0, cached: 0 },
    waits,
    names,
    onWait: (wait) => void waits.push(wait),
    onRenamed: (both) => void names.push(both),
    ...(answersFolder !== undefined && { answersFolder }),
  }
}

const noPause = async () => {}

describe('openGitHubClient() sends again', () => {
  test('a read that GitHub’s troubles kept from being answered, three times at the most', async () => {
    const github = await serverOf(json(502, 'Bad Gateway'))
    const watch = watching()
    const client = await openGitHubClient({ ...github, watch }, undefined, noPause)
    await expect(readBranch(client, 'main')).rejects.toMatchObject({ code: 'github/unreachable' })
    expect(github.asked).toHaveLength(4)
    expect(watch.traffic).toEqual({ calls: 4, cached: 0 })
    expect(watch.waits.map(({ why, ms }) => [why, ms])).toEqual([
      ['trouble', 1000],
      ['trouble', 3000],
      ['trouble', 9000],
    ])
  })

  test('a read whose connection was dropped', async () => {
    const github = await serverOf((_, response) => void response.destroy(), json(200, ref))
    const client = await openGitHubClient(github, undefined, noPause)
    expect(await readBranch(client, 'main')).toBe(sha)
  })

  test.each([
    ['a creation', {}, 1],
    ['a creation that says once', { request: onlyOnce }, 1],
    ['a creation that comes to the same', { request: repeatable }, 2],
  ])('%s %o: %i requests', async (_, options, requests) => {
    const github = await serverOf(json(503, {}), json(201, { sha }))
    const client = await openGitHubClient(github, undefined, noPause)
    const made = client.call('write', 'a blob', ({ rest }, repository) =>
      rest.git.createBlob({ ...repository, content: 'x', ...options }),
    )
    await made.catch(() => undefined)
    expect(github.asked).toHaveLength(requests)
  })

  test.each([
    [
      'a secondary limit',
      403,
      { message: 'You have exceeded a secondary rate limit.' },
      { 'retry-after': '42' },
      42_000,
    ],
    ['a secondary limit that tells no time', 403, { message: 'You have exceeded a secondary rate limit.' }, {}, 60_000],
    ['429', 429, { message: 'Slow down' }, { 'retry-after': '7' }, 7000],
    [
      'the primary limit, by GitHub’s clock',
      403,
      { message: 'API rate limit exceeded' },
      {
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(Date.parse('2025-03-04T06:12:30Z') / 1000),
        date: 'Tue, 04 Mar 2025 06:12:00 GMT',
      },
      31_000,
    ],
  ])('a creation after %s', async (_, status, body, headers, ms) => {
    const github = await serverOf(json(status, body, headers), json(201, { sha }))
    const watch = watching()
    const client = await openGitHubClient({ ...github, watch }, undefined, noPause)
    await client.call('write', 'a blob', ({ rest }, repository) => rest.git.createBlob({ ...repository, content: 'x' }))
    expect(watch.waits.map((wait) => [wait.why, wait.ms])).toEqual([['limit', ms]])
    expect(github.asked).toHaveLength(2)
  })

  test('nothing after a limit that lasts longer than some minutes, and says when', async () => {
    const headers = { 'retry-after': '3600', date: 'Tue, 04 Mar 2025 06:12:00 GMT' }
    const github = await serverOf(json(429, { message: 'Slow down' }, headers))
    const client = await openGitHubClient(github, undefined, noPause)
    await expect(readBranch(client, 'main')).rejects.toMatchObject({
      code: 'github/rate-limited',
      remedy: expect.stringContaining('after 2025-03-04T07:12:00.000Z'),
    })
    expect(github.asked).toHaveLength(1)
  })

  test('nothing once it is interrupted in a wait', async () => {
    const github = await serverOf(json(503, {}))
    const controller = new AbortController()
    const onWait = () => controller.abort()
    const client = await openGitHubClient({ ...github, watch: { ...watching(), onWait } }, controller.signal)
    await expect(readBranch(client, 'main')).rejects.toMatchObject({ code: 'interrupted' })
    expect(github.asked).toHaveLength(1)
  })
})

describe('openGitHubClient() asks whether an answer still holds', () => {
  const etag = 'W/"abc"'
  const conditional: Answer = (request, response) => {
    if (request.headers['if-none-match'] === etag) response.writeHead(304, { etag }).end()
    else json(200, ref, { etag })(request, response)
  }

  test('within a process', async () => {
    const watch = watching()
    const client = await openGitHubClient({ ...(await serverOf(conditional)), watch })
    expect([await readBranch(client, 'main'), await readBranch(client, 'main')]).toEqual([sha, sha])
    expect(watch.traffic).toEqual({ calls: 2, cached: 1 })
  })

  test('across runs, by a folder in which no token stands, and which another kind of token does not read', async () => {
    const folder = join(tempFolder(), 'answers')
    const github = await serverOf(conditional)
    const cachedFor = async (token: string) => {
      const watch = watching(folder)
      expect(await readBranch(await openGitHubClient({ ...github, token, watch }), 'main')).toBe(sha)
      return watch.traffic.cached
    }
    expect([await cachedFor('ghs_one'), await cachedFor('ghs_two'), await cachedFor('ghp_three')]).toEqual([0, 1, 0])
    const files = await readdir(folder)
    expect(files).toHaveLength(2)
    for (const file of files) expect(file + (await readFile(join(folder, file), 'utf8'))).not.toMatch(/ghs_|ghp_/)

    for (const file of files) await writeFile(join(folder, file), 'damaged')
    expect(await cachedFor('ghs_one')).toBe(0)
    expect(await cachedFor('ghs_one')).toBe(1)
  })

  test('and reads the other pages of a list by what is known of the first', async () => {
    const release = (id: number) => ({
      id,
      tag_name: `v${id}`,
      draft: false,
      html_url: '',
      upload_url: '',
      assets: [],
      published_at: null,
    })
    const paged: Answer = (request, response) => {
      const isSecond = request.url?.includes('page=2') ?? false
      const tag = isSecond ? '"two"' : '"one"'
      const link = `<http://${request.headers.host}${request.url}&page=2>; rel="next"`
      if (request.headers['if-none-match'] === tag) response.writeHead(304, { etag: tag }).end()
      else json(200, [release(isSecond ? 1 : 2)], { etag: tag, ...(!isSecond && { link }) })(request, response)
    }
    const watch = watching()
    const client = await openGitHubClient({ ...(await serverOf(paged)), watch })
    for (let n = 0; n < 2; n++) expect((await listReleases(client)).map(({ tag }) => tag)).toEqual(['v2', 'v1'])
    expect(watch.traffic).toEqual({ calls: 4, cached: 2 })
  })
})

describe('openGitHubClient() after a repository was renamed', () => {
  const renamed: Answer = (request, response) => {
    const url = request.url ?? ''
    if (url.startsWith('/api/v3/repos/acme/parcels/')) {
      const location = url.replace('/repos/acme/parcels', '/repositories/7')
      json(request.method === 'GET' ? 301 : 307, { message: 'Moved Permanently' }, { location })(request, response)
    } else if (url === '/api/v3/repositories/7') json(200, { full_name: 'acme/lots' })(request, response)
    else json(request.method === 'POST' ? 201 : 200, { ...ref, sha })(request, response)
  }

  test('follows, says so once, and asks by the new name from then on', async () => {
    const github = await serverOf(renamed)
    const watch = watching()
    const client = await openGitHubClient({ ...github, watch })
    expect(await readBranch(client, 'main')).toBe(sha)
    expect(await readBranch(client, 'main')).toBe(sha)
    expect(watch.names).toEqual([expect.objectContaining({ before: 'acme/parcels', now: 'acme/lots' })])
    expect(github.asked).toEqual([
      'GET /api/v3/repos/acme/parcels/git/ref/heads%2Fmain',
      'GET /api/v3/repositories/7',
      'GET /api/v3/repositories/7/git/ref/heads%2Fmain',
      'GET /api/v3/repos/acme/lots/git/ref/heads%2Fmain',
    ])
  })

  test('sends a write again as the write that it is', async () => {
    const github = await serverOf(renamed)
    const client = await openGitHubClient(github)
    await client.call('write', 'a blob', ({ rest }, repository) => rest.git.createBlob({ ...repository, content: 'x' }))
    expect(github.asked.at(-1)).toBe('POST /api/v3/repositories/7/git/blobs')
  })

  test('takes its token to no other host', async () => {
    let seen: string | undefined = 'nothing came'
    const other = await serverOf((request, response) => {
      seen = request.headers.authorization
      json(200, ref)(request, response)
    })
    const location = `${other.apiUrl}/elsewhere`
    const client = await openGitHubClient(await serverOf(json(302, {}, { location })))
    await readBranch(client, 'main')
    expect(seen).toBeUndefined()
  })
})

describe('openGitHubClient() of answers that are none', () => {
  test.each<[string, Answer, string, RegExp]>([
    [
      'a page of HTML',
      (_, response) =>
        void response
          .writeHead(502, { 'content-type': 'text/html' })
          .end('<!DOCTYPE html><html><head><title>Unicorn! · GitHub</title></head><body>'.padEnd(90_000, 'x')),
      'github/unreachable',
      /answers 502, a page of HTML: Unicorn! · GitHub \(request A1:B2\)/,
    ],
    [
      'JSON that breaks off',
      json(200, '{"object":{"sha":"'),
      'github/bad-answer',
      /JSON that breaks off.+request A1:B2/,
    ],
    [
      'less than was announced',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' })
        response.write('{"object"')
        response.destroy()
      },
      'github/unreachable',
      /does not answer/,
    ],
    ['another shape', json(200, { object: [] }), 'github/bad-answer', /in GitHub's answer object has no fields/],
    ['nothing', json(200, 'null'), 'github/bad-answer', /in GitHub's answer it has no fields/],
  ])('says of %s what came', async (_, answer, code, words) => {
    const github = await serverOf(answer)
    const client = await openGitHubClient(github, undefined, noPause)
    await expect(readBranch(client, 'main')).rejects.toMatchObject({
      name: 'Fault',
      code,
      owner: 'remote',
      message: expect.stringMatching(words),
    })
  })

  test('says how far it came where the token dies in the middle', async () => {
    const github = await serverOf(json(200, ref), json(201, { sha }), json(401, { message: 'Bad credentials' }))
    const client = await openGitHubClient(github, undefined, noPause)
    await readBranch(client, 'main')
    const write = (name: string) =>
      client.call('write the file', name, ({ rest }, repository) =>
        rest.git.createBlob({ ...repository, content: name }),
      )
    await write('one')
    await expect(write('two')).rejects.toMatchObject({
      code: 'github/unauthorized',
      stays: 'done before it: write the file "one"',
      remedy: expect.stringContaining('it goes on where it stopped'),
    })
  })
})

test('openGitHubClient() goes through the proxy that is set, with its token for GitHub alone', async () => {
  const github = await serverOf(json(200, ref))
  const tunnels: string[] = []
  const proxy = createServer()
  proxy.on('connect', (request, socket, head) => {
    tunnels.push(request.url ?? '')
    expect(request.headers.authorization).toBeUndefined()
    const [host = '', port] = (request.url ?? '').split(':')
    const far = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      far.write(head)
      far.pipe(socket).pipe(far)
    })
    for (const end of [far, socket]) end.on('error', () => undefined)
    onTestFinished(() => void far.destroy())
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  onTestFinished(() => void proxy.close())
  const address = proxy.address()
  const environment = { HTTP_PROXY: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}` }
  expect(await readBranch(await openGitHubClient({ ...github, environment }), 'main')).toBe(sha)
  expect(tunnels).toEqual([new URL(github.apiUrl).host])

  const straight = { ...environment, NO_PROXY: '127.0.0.1' }
  expect(await readBranch(await openGitHubClient({ ...github, environment: straight }), 'main')).toBe(sha)
  expect(tunnels).toHaveLength(1)
})
