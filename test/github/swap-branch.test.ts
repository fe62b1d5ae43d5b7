import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'

import { expect, onTestFinished, test } from 'vitest'

import { openGitHubClient } from '../../action/github/client.ts'
import { swapBranch } from '../../action/github/swap-branch.ts'
import { unwatched } from '../../action/github/watch.ts'
import { git, push, testGitHub } from '../support/local-github.ts'

async function twoCommits() {
  const github = await testGitHub()
  const work = join(github.folder, 'work')
  await git(work, 'commit', '--quiet', '--allow-empty', '-m', 'Another')
  await push(github, work, 'HEAD:refs/heads/other')
  return { github, from: github.head, to: await git(work, 'rev-parse', 'HEAD') }
}

test('swapBranch() moves a branch that is where it is thought to be, and no other, each time by one call', async () => {
  const { github, from, to } = await twoCommits()
  await using _ = github
  const client = await openGitHubClient({ ...github, watch: unwatched() })
  expect(await swapBranch(client, { branch: 'main', from, to })).toBe(true)
  expect((await github.call('GET', '/git/ref/heads/main')).body.object.sha).toBe(to)
  expect(await swapBranch(client, { branch: 'main', from, to: from })).toBe(false)
  expect((await github.call('GET', '/git/ref/heads/main')).body.object.sha).toBe(to)
  expect(client.calls()).toBe(2)
})

test('swapBranch() goes through the proxy that is set, and is refused in words', async () => {
  const { github, from, to } = await twoCommits()
  await using _ = github
  const tunnels: string[] = []
  const proxy = createServer().on('connect', (request, socket) => {
    tunnels.push(request.url ?? '')
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  onTestFinished(() => void proxy.close())
  const address = proxy.address()
  const environment = { HTTP_PROXY: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}` }
  const client = await openGitHubClient({ ...github, environment })
  await expect(swapBranch(client, { branch: 'main', from, to })).rejects.toThrow('Cannot move the branch "main"')
  expect(tunnels).toEqual([new URL(github.gitUrl).host])
  const denied = await openGitHubClient({ ...github, token: 'nobody' })
  await expect(swapBranch(denied, { branch: 'main', from, to })).rejects.toMatchObject({ code: 'github/unauthorized' })
})
