import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { openGitHubClient } from '../../action/github/client.ts'
import { appendToLedger, readLedger } from '../../action/registry/ledger.ts'
import { ledgerCopies } from '../../action/registry/ledger-copy.ts'
import type { NewRecord } from '../../action/registry/ledger-record.ts'
import { eachFault } from '../support/each-fault.ts'
import { chainWith, commitsOf, factsOf, writeBranch } from '../support/ledger.ts'
import { git, type TestGitHub, testGitHub } from '../support/local-github.ts'

const branch = 'plumbline/ledger'
const limits = { slowMs: 5, retryAfterSeconds: 0 }

function record(name: string, actor = 'ada'): NewRecord {
  return { kind: 'run', model: 'parcels', at: '2025-03-04T06:12:00.000Z', actor, body: { name } }
}

/** Appends a record of this name unless there is one. */
async function append(github: Parameters<typeof openGitHubClient>[0], name: string): Promise<void> {
  const client = await openGitHubClient(github)
  await appendToLedger(client, (records) =>
    records.some(({ body }) => body['name'] === name)
      ? { kind: 'known', value: undefined }
      : { kind: 'append', record: record(name), value: undefined },
  )
}

async function namesIn(github: TestGitHub): Promise<unknown[]> {
  return (await readLedger(await openGitHubClient(github))).records.map(({ body }) => body['name'])
}

/** As a job that is run again until it ends well. */
async function again(work: () => Promise<void>): Promise<void> {
  for (let left = 6; left > 1; left--) {
    const isDone = await work().then(
      () => true,
      () => false,
    )
    if (isDone) return
  }
  await work()
}

const bareOf = ({ folder }: TestGitHub) => join(folder, 'github/repository.git')

describe('appendToLedger() under faults', () => {
  test('adds one record to a chain, whatever fault befalls whichever call', async () => {
    await using github = await testGitHub({ limits })
    await append(github, 'first')
    const start = github.calls().length
    await append(github, 'second')
    const faults = eachFault(github.calls().slice(start))
    expect(faults.length).toBeGreaterThan(50)
    const expected = ['first', 'second']
    for (const fault of faults) {
      const name = `${fault.kind}@${fault.at}`
      github.fault(fault)
      await append(github, name).catch(() => undefined)
      github.faultless()
      await append(github, name)
      expected.push(name)
      expect(await namesIn(github), name).toEqual(expected)
    }
  })

  test('makes one branch with one record, whatever fault befalls whichever call', async () => {
    await using github = await testGitHub({ limits })
    const start = github.calls().length
    await append(github, 'first')
    const faults = eachFault(github.calls().slice(start))
    expect(faults.length).toBeGreaterThan(35)
    for (const fault of faults) {
      const name = `${fault.kind}@${fault.at}`
      await git(bareOf(github), 'update-ref', '-d', `refs/heads/${branch}`)
      github.fault(fault)
      await append(github, name).catch(() => undefined)
      github.faultless()
      await append(github, name)
      expect(await namesIn(github)).toEqual([name])
    }
  })

  test.each([2, 8])('keeps one chain of all that %d writers add at once, faults or not', async (writers) => {
    await using github = await testGitHub({ limits })
    const names = Array.from({ length: writers }, (_, writer) => [0, 1].map((n) => `${writer}.${n}`))
    for (const at of [7, 19]) github.fault({ kind: '502-after', at })
    for (const at of [5, 23]) github.fault({ kind: 'drop-after', at })
    await Promise.all(
      names.map(async (own) => {
        for (const name of own) await again(() => append(github, name))
      }),
    )
    const found = await namesIn(github)
    expect(new Set(found)).toEqual(new Set(names.flat()))
    expect(found).toHaveLength(names.flat().length)
    expect(await git(bareOf(github), 'rev-list', '--count', branch)).toBe(String(names.flat().length))
  })
})

/** A ledger of three records, and what happens to its branch between the reading and the writing of the next. */
async function moved(
  github: TestGitHub,
  how: readonly string[],
): Promise<(connection?: Parameters<typeof openGitHubClient>[0]) => Promise<void>> {
  const chain = chainWith(['one', 'two', 'three'].map((name) => record(name)))
  await writeBranch(bareOf(github), branch, commitsOf(chain), factsOf(chain))
  let isMoved = false
  return async (connection = github) => {
    await appendToLedger(await openGitHubClient(connection), () => {
      if (!isMoved) execFileSync('git', ['-C', bareOf(github), 'update-ref', ...how])
      isMoved = true
      return { kind: 'append', record: record('four'), value: undefined }
    })
  }
}

describe('appendToLedger() on a branch that somebody moves meanwhile', () => {
  test('goes on with another history; the old one is kept where it was read', async () => {
    await using github = await testGitHub()
    const other = chainWith(['un', 'deux'].map((name) => record(name, 'eve')))
    await writeBranch(bareOf(github), 'other', commitsOf(other), factsOf(other))
    const add = await moved(github, [`refs/heads/${branch}`, 'refs/heads/other'])
    const here = { ...github, workFolder: join(github.folder, 'machine') }
    await add(here)
    expect(await namesIn(github)).toEqual(['un', 'deux', 'four'])
    const kept = (await ledgerCopies(here)).map(({ records }) => records.map(({ body }) => body['name']))
    expect(kept).toEqual(
      expect.arrayContaining([
        ['one', 'two', 'three'],
        ['un', 'deux', 'four'],
      ]),
    )
  })

  test('loses nothing where the branch was put back', async () => {
    await using github = await testGitHub()
    const add = await moved(github, [`refs/heads/${branch}`, `refs/heads/${branch}~2`])
    await add()
    expect(await namesIn(github)).toEqual(['one', 'two', 'three', 'four'])
  })

  test('begins no new chain where the branch was deleted', async () => {
    await using github = await testGitHub()
    const add = await moved(github, ['-d', `refs/heads/${branch}`])
    await expect(add()).rejects.toMatchObject({
      code: 'registry/ledger-broken',
      message: expect.stringContaining('the branch is gone'),
    })
    expect(await namesIn(github)).toEqual([])
  })

  test('nor where this folder has read it before', async () => {
    await using github = await testGitHub()
    await append(github, 'one')
    const here = { ...github, workFolder: join(github.folder, 'machine') }
    await append(here, 'two')
    const head = await git(bareOf(github), 'rev-parse', branch)
    await git(bareOf(github), 'update-ref', '-d', `refs/heads/${branch}`)
    await expect(append(here, 'three')).rejects.toMatchObject({
      code: 'registry/ledger-broken',
      remedy: expect.stringContaining(head),
    })
    await git(bareOf(github), 'update-ref', `refs/heads/${branch}`, head)
    await append(here, 'three')
    expect(await namesIn(github)).toEqual(['one', 'two', 'three'])
  })
})
