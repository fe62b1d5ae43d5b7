import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { expect, test } from 'vitest'

import { canonicalJson } from '../../action/base/canonical-json.ts'
import { packageFolder } from '../../action/base/package-folder.ts'
import { openGitHubClient } from '../../action/github/client.ts'
import { commitFiles, readBranch } from '../../action/github/git-data.ts'
import type { Call } from '../../action/local-github/name-call.ts'
import { type LocalGitHub, startLocalGitHub } from '../../action/local-github/start-local-github.ts'
import { readLedger } from '../../action/registry/ledger.ts'
import { recordPath } from '../../action/registry/ledger-record.ts'
import { type Ended, plumbline } from '../support/command-line.ts'
import { caller, git, push } from '../support/local-github.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { browser } from '../support/web-browser.ts'

const source = resolve(packageFolder(), process.env['PLUMBLINE_TEST_DATA'] ?? '../shared/data', 'electricity')
const months = readdirSync(source).sort()

interface World {
  readonly github: LocalGitHub
  /** A checkout of `main`. */
  readonly folder: string
}

interface Result {
  readonly outputs: Readonly<Record<string, string>>
}

test('electricity: a year is learned; months are proposed, closed, proposed again, merged and learned', async () => {
  const options = { folder: tempFolder(), owner: 'acme', repository: 'market', tell: () => {} }
  await using github = await startLocalGitHub(options)
  const world: World = { github, folder: tempFolder() }
  const { folder } = world
  const call = caller(github)
  const pulls = async () => (await call('GET', '/pulls?state=all&direction=asc')).body
  const person = await browser(github)
  await git(folder, 'init', '--quiet', '--initial-branch=main')

  bring(world, months.slice(0, 12))
  await asked(world, 'init', '--data', 'data/landing/*.csv', '--target', 'class', '--time', 'ts', '--name', 'market')
  const retrain = 'retrain: { any: [ { new-rows: 1000 } ], limits: { cool-down: 0s } }\n'
  writeFileSync(join(folder, 'plumbline.yaml'), retrain, { flag: 'a' })
  await asked(world, 'snapshot')
  await pushMain(world, 'A year')
  expect(await release(world)).toMatch(/^market-v1-g[0-9a-f]{8}-d[0-9a-f]{8}$/)

  bring(world, months.slice(12, 14))
  await pushMain(world, 'Two months')
  expect(await propose(world)).toMatchObject({ proposal: 'opened', 'proposal-number': '1' })
  for (let time = 0; time < 10; time += 1) {
    const before = github.calls().length
    expect(await propose(world)).toMatchObject({ proposal: 'nothing', verdict: 'open' })
    const calls = github.calls().slice(before)
    expect(calls.filter(isWrite).map(({ name }) => name)).toEqual([])
    expect(calls.length).toBeLessThanOrEqual(6)
  }

  expect(await person.press('/pull/1', 'Close without merging')).toMatchObject({ status: 303 })
  expect(await propose(world)).toMatchObject({ proposal: 'nothing', verdict: 'wait' })
  expect(await pulls()).toMatchObject([{ number: 1, state: 'closed', merged_at: null }])

  bring(world, months.slice(14, 15))
  await pushMain(world, 'Another month')
  expect(await propose(world)).toMatchObject({ proposal: 'opened', 'proposal-number': '2' })
  expect(await person.press('/pull/2', 'Squash and merge')).toMatchObject({ status: 303 })
  expect(await pulls()).toMatchObject([
    { number: 1, merged_at: null },
    { number: 2, merged_at: expect.any(String) },
  ])
  await pullMain(world)
  const second = await release(world)
  expect(second).toMatch(/^market-v2-/)
  expect(await propose(world)).toMatchObject({ proposal: 'nothing', verdict: 'wait' })
  expect(await pulls()).toHaveLength(2)

  expect(await asked(world, 'verify', second)).toMatchObject({ outputs: { verdict: 'verified' } })
  await asked(world, 'registry', 'download', second, '--into', 'copy')
  const model = join(folder, 'copy/model.skops')
  const bytes = readFileSync(model)
  bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1)
  writeFileSync(model, bytes)
  expect(await ran(world, 'verify', 'copy')).toMatchObject({ code: 2, stdout: expect.stringContaining('model.skops') })
  const path = await editRecord(github)
  expect(await ran(world, 'verify', second)).toMatchObject({ code: 2, stdout: expect.stringContaining(path) })
})

function bring({ folder }: World, names: readonly string[]): void {
  mkdirSync(join(folder, 'data/landing'), { recursive: true })
  for (const name of names) writeFileSync(join(folder, 'data/landing', name), readFileSync(join(source, name)))
}

async function pushMain({ folder, github }: World, message: string): Promise<void> {
  await git(folder, 'add', '--all')
  await git(folder, 'commit', '--quiet', '--message', message)
  await push(github, folder, 'HEAD:refs/heads/main')
}

async function pullMain({ folder, github }: World): Promise<void> {
  const header = `Authorization: Basic ${Buffer.from(`x-access-token:${github.token}`).toString('base64')}`
  const remote = ['-c', `http.extraHeader=${header}`, 'pull', '--quiet', '--ff-only', github.gitUrl, 'main']
  await git(folder, ...remote)
}

async function release(world: World): Promise<string> {
  await asked(world, 'run')
  return (await asked(world, 'register')).outputs['tag'] ?? ''
}

async function propose(world: World): Promise<Result['outputs']> {
  return (await asked(world, 'propose')).outputs
}

/** A command that must end well: what it says. */
async function asked(world: World, ...words: readonly string[]): Promise<Result> {
  const { code, stdout, stderr } = await ran(world, ...words, '--json')
  expect(code, `plumbline ${words.join(' ')}\n${stdout}\n${stderr}`).toBe(0)
  return JSON.parse(stdout) as Result
}

/** As in a workflow: it talks to the GitHub that the environment names. */
async function ran({ folder, github }: World, ...words: readonly string[]): Promise<Ended> {
  const environment = {
    GITHUB_API_URL: github.apiUrl,
    GITHUB_SERVER_URL: github.serverUrl,
    GITHUB_REPOSITORY: `${github.owner}/${github.repository}`,
    GITHUB_TOKEN: github.token,
  }
  return plumbline(folder, words, { environment })
}

function isWrite({ method, name }: Call): boolean {
  return name === 'git push' || (method !== 'GET' && !name.startsWith('git '))
}

/** Rewrites the newest record, by a commit on top, as somebody with a browser does it. */
async function editRecord(github: LocalGitHub): Promise<string> {
  const client = await openGitHubClient(github)
  const newest = (await readLedger(client)).records.at(-1)
  if (!newest) throw new Error('The ledger holds no record')
  const path = recordPath(newest)
  await commitFiles(client, {
    branch: 'plumbline/ledger',
    parent: await readBranch(client, 'plumbline/ledger'),
    message: 'tidy',
    files: { [path]: canonicalJson({ ...newest, actor: 'eve' }) },
    author: { name: 'Eve', email: 'eve@example.org', date: '2026-03-06T06:00:00Z' },
  })
  return path
}
