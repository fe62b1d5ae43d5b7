import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { commitFile } from '../support/branches.ts'
import { git, push, type TestGitHub, testGitHub } from '../support/local-github.ts'
import { discussionRefusals } from './discussion-refusals.table.ts'
import { pullRefusals } from './pull-refusals.table.ts'

let github: TestGitHub
const prepared = new Map<string, string>()

beforeAll(async () => {
  github = await testGitHub({}, await realpath(await mkdtemp(join(tmpdir(), 'plumbline-'))))
  await prepare(github)
})
afterAll(async () => {
  await github[Symbol.asyncDispose]()
  await rm(github.folder, { recursive: true, force: true })
})

describe('Refusal', () => {
  test.each([...pullRefusals, ...discussionRefusals].map((row) => [`${row.route}: ${row.given}`, row] as const))(
    '%s',
    async (_, row) => {
      const before = await everything()
      const method = row.route.split(' ')[0] ?? ''
      const { status, body } = await github.call(method, filled(row.path), filledBody(row.body))
      expect({ status, message: body.message }).toEqual({ status: row.status, message: filled(row.message) })
      // Reviews are refused in words alone.
      const [first] = (body.errors ?? []).filter((error: unknown) => typeof error === 'object')
      expect(first ?? {}).toMatchObject(row.error ?? {})
      expect(await everything()).toEqual(before)
    },
  )
})

/** A repository in which every refusal of the table has its reason. */
async function prepare({ call, folder, head }: TestGitHub): Promise<void> {
  const work = join(folder, 'work')
  await push(github, work, 'HEAD:refs/heads/stale')
  await commitFile(github, 'main', { 'shared.txt': 'one\n' })
  await push(github, work, 'HEAD:refs/heads/other')
  const old = await git(work, 'rev-parse', 'HEAD')
  for (const branch of ['retrain', 'free', 'draft', 'forced', 'gone', 'merged', 'again'])
    await commitFile(github, branch, { [`${branch}.txt`]: 'x\n' }, { from: old })
  await commitFile(github, 'conflict', { 'shared.txt': 'theirs\n' }, { from: old })
  const main = await commitFile(github, 'main', { 'shared.txt': 'ours\n' })
  await commitFile(github, 'fresh', { 'fresh.txt': 'x\n' }, { from: main })
  await git(work, 'checkout', '--quiet', '--orphan', 'orphan')
  await git(work, 'commit', '--quiet', '-m', 'Another history')
  await push(github, work, 'HEAD:refs/heads/orphan')
  prepared.set('main', main)
  prepared.set('first-commit', head)

  const open = async (name: string, branch: string, more: object = {}) => {
    const { body } = await call('POST', '/pulls', { title: branch, head: branch, base: 'main', ...more })
    prepared.set(name, String(body.number))
    return `/pulls/${String(body.number)}`
  }
  await open('open', 'retrain')
  await open('second', 'retrain', { base: 'other' })
  await open('conflict', 'conflict')
  await open('draft', 'draft', { draft: true })
  await open('fresh', 'fresh')
  await call('PATCH', await open('forced', 'forced'), { state: 'closed' })
  await commitFile(github, 'forced', { 'forced.txt': 'y\n' }, { from: old })
  await call('PATCH', await open('gone', 'gone'), { state: 'closed' })
  await call('DELETE', '/git/refs/heads/gone')
  await call('PATCH', await open('first', 'again'), { state: 'closed' })
  await open('successor', 'again')
  await call('POST', '/merges', { base: 'other', head: 'merged' })
  await call('PUT', `${await open('merged', 'merged')}/merge`, {})
  await commitFile(github, 'fresh', { 'more.txt': 'x\n' }, { from: await tip('main') })
  const issue = (await call('POST', '/issues', { title: 'Late labels' })).body
  prepared.set('issue', String(issue.number))
  prepared.set('comment', String((await call('POST', `/issues/${issue.number}/comments`, { body: 'Why?' })).body.id))
  prepared.set('main', await tip('main'))
  // What is seen at the first look is seen now, so that no row is blamed for it.
  await call('GET', '/pulls')
}

async function tip(branch: string): Promise<string> {
  const { body } = await github.call('GET', `/git/ref/heads/${branch}`)
  await git(join(github.folder, 'work'), 'fetch', '--quiet', github.gitUrl, branch)
  return body.object.sha
}

async function everything(): Promise<{ readonly state: string; readonly refs: string }> {
  const refs = await git(join(github.folder, 'github/repository.git'), 'for-each-ref')
  return { state: await readFile(join(github.folder, 'github/state.json'), 'utf8'), refs }
}

function filled(text: string): string {
  return text.replace(/\$([a-z]+)/g, (_, name: string) => prepared.get(name) ?? `$${name}`)
}

function filledBody(body: unknown): unknown {
  return body === undefined ? undefined : JSON.parse(filled(JSON.stringify(body)))
}
