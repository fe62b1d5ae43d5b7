import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { type GitHubClient, openGitHubClient } from '../../action/github/client.ts'
import { appendToLedger, readLedger } from '../../action/registry/ledger.ts'
import { ledgerCopies } from '../../action/registry/ledger-copy.ts'
import type { NewRecord } from '../../action/registry/ledger-record.ts'
import { chainWith, commitsOf, writeBranch } from '../support/ledger.ts'
import { git, type TestGitHub, testGitHub } from '../support/local-github.ts'

const branch = 'plumbline/ledger'

function record(n: number): NewRecord {
  return { kind: 'run', model: 'parcels', at: '2025-03-04T06:12:00.000Z', actor: 'ada', body: { n } }
}

function records(count: number): NewRecord[] {
  return Array.from({ length: count }, (_, n) => record(n))
}

interface Place {
  readonly github: TestGitHub
  readonly bare: string
  readonly copyFolder: string
  readonly open: () => Promise<GitHubClient>
}

async function placeWith(github: TestGitHub, count: number): Promise<Place> {
  const bare = join(github.folder, 'github/repository.git')
  await writeBranch(bare, branch, commitsOf(chainWith(records(count))))
  const workFolder = join(github.folder, 'work')
  return {
    github,
    bare,
    copyFolder: join(workFolder, '.plumbline/ledger'),
    open: () => openGitHubClient({ ...github, workFolder }),
  }
}

/** How many calls a read takes, and how many records it finds. */
async function readingOf({ open }: Place): Promise<{ calls: number; count: number }> {
  const client = await open()
  const { records: found } = await readLedger(client)
  return { calls: client.calls(), count: found.length }
}

function copiesIn({ copyFolder }: Place): string[] {
  return readdirSync(copyFolder).filter((name) => name.endsWith('.jsonl'))
}

describe('readLedger() with a copy', () => {
  test('asks three times for 1,200 records, then once, and for what is new alone', async () => {
    await using github = await testGitHub()
    const place = await placeWith(github, 1200)
    expect(await readingOf(place)).toEqual({ calls: 3, count: 1200 })
    expect(await readingOf(place)).toEqual({ calls: 1, count: 1200 })

    const elsewhere = await openGitHubClient(github)
    await appendToLedger(elsewhere, () => ({ kind: 'append', record: record(1200), value: undefined }))
    expect(await readingOf(place)).toEqual({ calls: 3, count: 1201 })
    expect(await readingOf(place)).toEqual({ calls: 1, count: 1201 })

    await writeBranch(place.bare, branch, commitsOf(chainWith(records(1250))))
    expect(await readingOf(place)).toEqual({ calls: 4, count: 1250 })
    expect(copiesIn(place)).toHaveLength(1)
  })

  test('needs no second reading after an append of its own', async () => {
    await using github = await testGitHub()
    const place = await placeWith(github, 3)
    await appendToLedger(await place.open(), () => ({ kind: 'append', record: record(3), value: undefined }))
    expect(await readingOf(place)).toEqual({ calls: 1, count: 4 })
    expect(readFileSync(join(place.copyFolder, '.gitignore'), 'utf8')).toBe('*\n')
  })

  test.each<[string, (text: string) => string]>([
    ['a flipped letter', (text) => text.replace('parcels', 'parcelz')],
    ['a lost line', (text) => text.replace(/\n[^\n]*\n$/, '\n')],
    ['half of it', (text) => text.slice(0, text.length / 2)],
    ['nothing', () => ''],
    ['no JSON', () => 'copy\n'],
  ])('reads anew where the copy is damaged: %s', async (_, damage) => {
    await using github = await testGitHub()
    const place = await placeWith(github, 5)
    await readingOf(place)
    const file = join(place.copyFolder, copiesIn(place)[0] ?? '')
    writeFileSync(file, damage(readFileSync(file, 'utf8')))
    expect(await readingOf(place)).toEqual({ calls: 3, count: 5 })
    expect(await readingOf(place)).toEqual({ calls: 1, count: 5 })
  })

  test('reports a record that was edited on the branch, copy or not', async () => {
    await using github = await testGitHub()
    const place = await placeWith(github, 5)
    await readingOf(place)
    const commits = commitsOf(chainWith(records(5)))
    await writeBranch(place.bare, branch, [...commits, { 'records/0/2-run.json': '{}' }])
    await expect(readingOf(place)).rejects.toMatchObject({
      code: 'registry/ledger-broken',
      message: expect.stringContaining('2-run.json'),
    })
  })

  test('keeps the copy of a history that was rewritten beside the new one', async () => {
    await using github = await testGitHub()
    const place = await placeWith(github, 5)
    await readingOf(place)
    const others = chainWith(records(6).map((one) => ({ ...one, actor: 'mallory' })))
    await writeBranch(place.bare, branch, commitsOf(others))
    expect(await readingOf(place)).toEqual({ calls: 4, count: 6 })
    const copies = await ledgerCopies({ ...github, workFolder: join(github.folder, 'work') })
    expect(new Set(copies.map(({ records: kept }) => kept[0]?.actor))).toEqual(new Set(['ada', 'mallory']))
  })

  test('keeps what a shortened branch lost', async () => {
    await using github = await testGitHub()
    const place = await placeWith(github, 5)
    await readingOf(place)
    await writeBranch(place.bare, branch, commitsOf(chainWith(records(2))))
    expect((await readingOf(place)).count).toBe(2)
    const copies = await ledgerCopies({ ...github, workFolder: join(github.folder, 'work') })
    expect(copies.map(({ records: kept }) => kept.length)).toEqual([5])
  })

  test('has nothing to do with a copy that the repository brings', async () => {
    await using github = await testGitHub()
    const place = await placeWith(github, 3)
    await readingOf(place)
    const work = join(github.folder, 'work')
    await git(work, 'add', '--force', '.plumbline')
    expect(await readingOf(place)).toEqual({ calls: 3, count: 3 })
  })

  test('reads on where no copy can be kept', async () => {
    await using github = await testGitHub()
    const place = await placeWith(github, 3)
    mkdirSync(join(github.folder, 'work/.plumbline'), { recursive: true })
    writeFileSync(place.copyFolder, 'a file')
    expect(await readingOf(place)).toEqual({ calls: 3, count: 3 })
    expect(existsSync(join(place.copyFolder, 'x'))).toBe(false)
  })
})
