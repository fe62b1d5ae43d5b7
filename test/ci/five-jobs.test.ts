import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'
import { parseDocument } from 'yaml'

import { type LocalGitHub, startLocalGitHub } from '../../action/local-github/start-local-github.ts'
import { runWorkflow } from '../support/act.ts'
import { plumbline } from '../support/command-line.ts'
import { git, push } from '../support/local-github.ts'
import { startResultsServices } from '../support/results-services.ts'
import { tempFolder } from '../support/temp-folder.ts'

/** Late parcels: the further, the more often, but for every eighth or so; the same rows each time. */
function parcels(rows: number): string {
  const lines = Array.from({ length: rows }, (_, row) => {
    const chance = createHash('sha256').update(String(row)).digest()
    const distance = chance.readUInt16BE(0) % 1000
    const isFar = distance > 600 ? 1 : 0
    const isLate = chance.readUInt8(2) < 32 ? 1 - isFar : isFar
    const day = new Date(Date.UTC(2024, 0, 1) + row * 3_600_000).toISOString()
    return `P${row},${day},${distance},${chance.readUInt8(3) / 10},${'NSEW'[chance.readUInt8(4) % 4]},${isLate}`
  })
  return `parcel,shipped_at,distance_km,weight_kg,region,late\n${lines.join('\n')}\n`
}

/** A repository as `init` leaves it, with its data pinned. */
async function freshRepository(): Promise<string> {
  const folder = tempFolder({ 'data/parcels.csv': parcels(3000) })
  await expectDone(
    folder,
    'init',
    '--data',
    'data/*.csv',
    '--target',
    'late',
    '--time',
    'shipped_at',
    '--name',
    'parcels',
  )
  await expectDone(folder, 'snapshot')
  await commit(folder, 'The first model')
  return folder
}

async function expectDone(folder: string, ...words: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await plumbline(folder, words)
  expect(code, `plumbline ${words.join(' ')}\n${stdout}\n${stderr}`).toBe(0)
}

async function commit(folder: string, message: string): Promise<void> {
  await git(folder, 'add', '--all')
  await git(folder, 'commit', '--quiet', '--message', message)
}

async function pushHead(github: LocalGitHub, folder: string, branch = 'main'): Promise<string> {
  await push(github, folder, `HEAD:refs/heads/${branch}`)
  return await git(folder, 'rev-parse', 'HEAD')
}

interface Release {
  readonly tag_name: string
  readonly draft: boolean
}

async function releasesOf(github: LocalGitHub): Promise<readonly Release[]> {
  const response = await fetch(`${github.apiUrl}/repos/${github.owner}/${github.repository}/releases`, {
    headers: { authorization: `Bearer ${github.token}` },
  })
  return (await response.json()) as readonly Release[]
}

async function startGitHub(): Promise<LocalGitHub> {
  return await startLocalGitHub({ folder: tempFolder(), owner: 'acme', repository: 'parcels' })
}

describe('the workflow that `init` writes', () => {
  test('releases a model from the default branch, once', async () => {
    const repository = await freshRepository()
    await using github = await startGitHub()
    await using services = await startResultsServices()
    const head = await pushHead(github, repository)

    const first = await runWorkflow({ github, services, event: 'push', commit: head, runId: '101' })

    expect(first.isGood, first.log).toBe(true)
    expect(resultsOf(first.jobs)).toEqual({
      prepare: 'success',
      train: 'success',
      judge: 'success',
      refit: 'success',
      publish: 'success',
    })
    const releases = await releasesOf(github)
    expect(releases).toEqual([
      expect.objectContaining({
        draft: false,
        tag_name: expect.stringMatching(/^parcels-v1-g[0-9a-f]{8}-d[0-9a-f]{8}$/),
      }),
    ])
    expect(first.jobs['publish']?.outputs).toMatchObject({ tag: releases[0]?.tag_name })
    expect(first.jobs['judge']?.summaries.join('')).toContain('roc_auc')

    const again = await runWorkflow({ github, services, event: 'workflow_dispatch', commit: head, runId: '102' })

    expect(again.isGood, again.log).toBe(true)
    expect(await releasesOf(github)).toEqual(releases)
  })

  test('only judges a pull request that changes code', async () => {
    const repository = await freshRepository()
    await using github = await startGitHub()
    await using services = await startResultsServices()
    await pushHead(github, repository)
    writeFileSync(join(repository, 'train.py'), `# a comment\n`, { flag: 'a' })
    await commit(repository, 'Say something')
    const head = await pushHead(github, repository, 'comment')

    const { isGood, jobs, log } = await runWorkflow({
      github,
      services,
      event: 'pull_request',
      commit: head,
      branch: 'comment',
      runId: '103',
    })

    expect(isGood, log).toBe(true)
    expect(jobs['judge']?.result).toBe('success')
    // For the workflow that comments.
    expect(services.artifacts().map(({ name }) => name)).toContain('plumbline-report-run-1')
    expect(jobs['refit']?.result ?? 'skipped').toBe('skipped')
    expect(jobs['publish']?.result ?? 'skipped').toBe('skipped')
    expect(await releasesOf(github)).toEqual([])
  })

  test('records a run that a gate refuses, and releases nothing', async () => {
    const repository = await freshRepository()
    await using github = await startGitHub()
    await using services = await startResultsServices()
    const file = join(repository, 'plumbline.yaml')
    const policy = parseDocument(readFileSync(file, 'utf8'))
    policy.set('gates', { impossible: { metric: 'roc_auc', min: 0.999_99 } })
    writeFileSync(file, policy.toString())
    await commit(repository, 'Ask for too much')
    const head = await pushHead(github, repository)

    const { isGood, jobs, log } = await runWorkflow({ github, services, event: 'push', commit: head, runId: '104' })

    expect(isGood, log).toBe(false)
    expect(jobs['judge']).toMatchObject({ result: 'failure', outputs: { verdict: 'no' } })
    expect(jobs['publish']?.log, log).toContain('The run is recorded in the ledger.')
    expect(await releasesOf(github)).toEqual([])
  })
})

function resultsOf(jobs: Readonly<Record<string, { readonly result: string }>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(jobs).map(([name, { result }]) => [name, result]))
}
