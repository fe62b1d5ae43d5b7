import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { canonicalJson } from '../../action/base/canonical-json.ts'
import { openGitHubClient } from '../../action/github/client.ts'
import { allocate, decideAllocation, type WantedAllocation } from '../../action/registry/allocate.ts'
import { appendToLedger, readLedger } from '../../action/registry/ledger.ts'
import { type Chain, emptyChain, nextRecord, readChain } from '../../action/registry/ledger-record.ts'
import { recordRun } from '../../action/registry/record-run.ts'
import { runRecord } from '../support/candidate.ts'
import { dropWrites } from '../support/drop-writes.ts'
import { git, testGitHub } from '../support/local-github.ts'

const stamp = { at: '2025-03-04T06:12:00.000Z', actor: 'ada' }
const wanted: WantedAllocation = { model: 'parcels', runKey: 'k1', commit: 'c'.repeat(40), dataDigest: 'd'.repeat(64) }

function chainOf(count: number): Map<string, string> {
  const files = new Map<string, string>()
  let chain: Chain = emptyChain
  for (let n = 0; n < count; n++) {
    const { path, text } = nextRecord(chain, { kind: 'run', model: 'm', ...stamp, body: { n } })
    files.set(path, text)
    chain = readChain(files)
  }
  return files
}

describe('readChain()', () => {
  test('reads what nextRecord() writes, in any order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 12 }), fc.func(fc.integer()), (count, order) => {
        const shuffled = [...chainOf(count)].sort((one, other) => order(one[0]) - order(other[0]))
        expect(readChain(new Map(shuffled)).records.map(({ seq }) => seq)).toEqual(
          Array.from({ length: count }, (_, n) => n + 1),
        )
      }),
      { numRuns: 25 },
    )
  })

  test.each<[string, (files: Map<string, string>) => void, string]>([
    [
      'an edited record',
      (files) => files.set('records/0/2-run.json', (files.get('records/0/2-run.json') ?? '').replace('ada', 'bob')),
      '3-run.json',
    ],
    ['a dropped record', (files) => files.delete('records/0/2-run.json'), '3-run.json'],
    ['a dropped first record', (files) => files.delete('records/0/1-run.json'), '2-run.json'],
    [
      'swapped records',
      (files) => {
        const [two = '', three = ''] = [files.get('records/0/2-run.json'), files.get('records/0/3-run.json')]
        files.set('records/0/2-run.json', three).set('records/0/3-run.json', two)
      },
      '2-run.json',
    ],
    ['a half-written record', (files) => files.set('records/0/4-run.json', '{"schema"'), '4-run.json'],
    [
      'a renamed record',
      (files) => {
        files.set('records/0/4-published.json', files.get('records/0/4-run.json') ?? '').delete('records/0/4-run.json')
      },
      '4-published.json',
    ],
    ['a foreign file', (files) => files.set('records/0/notes.json', '{}'), 'notes.json'],
  ])('names %s', (_, damage, name) => {
    const files = chainOf(4)
    damage(files)
    expect(() => readChain(files)).toThrow(
      expect.objectContaining({ code: 'registry/ledger-broken', message: expect.stringContaining(name) }),
    )
  })
})

describe('decideAllocation()', () => {
  test('counts each model on its own, and gives a run key one number for ever', () => {
    const records: { chain: Chain; files: Map<string, string> } = { chain: emptyChain, files: new Map() }
    const tags = (['parcels k1', 'parcels k2', 'quotes k1', 'parcels k1'] as const).map((text) => {
      const [model = '', runKey = ''] = text.split(' ')
      const { isNew, allocation } = decideAllocation(records.chain.records, { ...wanted, model, runKey })
      if (isNew) {
        const { model: name, ...body } = allocation
        const next = nextRecord(records.chain, { kind: 'allocate', model: name, ...stamp, body })
        records.files.set(next.path, next.text)
        records.chain = readChain(records.files)
      }
      return allocation.tag
    })
    expect(tags).toEqual([
      'parcels-v1-gcccccccc-ddddddddd',
      'parcels-v2-gcccccccc-ddddddddd',
      'quotes-v1-gcccccccc-ddddddddd',
      'parcels-v1-gcccccccc-ddddddddd',
    ])
  })
})

describe('appendToLedger()', () => {
  test('makes the branch without a parent, one commit a record', async () => {
    await using github = await testGitHub()
    const client = await openGitHubClient(github)
    expect(await readLedger(client)).toMatchObject({ records: [], head: undefined })
    await allocate(client, wanted, stamp)
    await allocate(client, { ...wanted, runKey: 'k2' }, stamp)

    const bare = `${github.folder}/github/repository.git`
    expect(await git(bare, 'log', '--format=%s', 'plumbline/ledger')).toBe(
      'allocate parcels (record 2)\nallocate parcels (record 1)',
    )
    const { records } = await readLedger(client)
    expect(await git(bare, 'show', 'plumbline/ledger:records/0/2-allocate.json')).toBe(canonicalJson({ ...records[1] }))
  })

  test('keeps all records of eight writers at once', async () => {
    await using github = await testGitHub()
    const versions = await Promise.all(
      Array.from({ length: 8 }, async (_, n) => {
        const client = await openGitHubClient(github)
        return (await allocate(client, { ...wanted, runKey: `k${n}` }, stamp)).allocation.version
      }),
    )
    const { records } = await readLedger(await openGitHubClient(github))
    expect(versions.toSorted((one, other) => one - other)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(records).toHaveLength(8)
  })

  test('gives one number to eight writers of one run key', async () => {
    await using github = await testGitHub()
    const allocations = await Promise.all(
      Array.from({ length: 8 }, async () => allocate(await openGitHubClient(github), wanted, stamp)),
    )
    expect(new Set(allocations.map(({ allocation }) => allocation.tag)).size).toBe(1)
    expect((await readLedger(await openGitHubClient(github))).records).toHaveLength(1)
  })

  test('appends once, wherever it was killed', async () => {
    const writes = dropWrites()
    await using fragile = await testGitHub(writes)
    const client = await openGitHubClient(fragile)
    const append = () =>
      appendToLedger(client, (records) =>
        records.length > 0
          ? { kind: 'known', value: 'known' }
          : { kind: 'append', record: { kind: 'run', model: 'm', ...stamp, body: {} }, value: 'new' },
      )
    for (const call of [1, 2, 3]) {
      for (const moment of ['before', 'after'] as const) {
        writes.arm(moment, call)
        await append().catch(() => undefined)
      }
    }
    writes.disarm()
    await append()
    expect((await readLedger(client)).records).toHaveLength(1)
  })

  test('reports a ledger that somebody edited, and adds nothing', async () => {
    await using github = await testGitHub()
    const client = await openGitHubClient(github)
    await allocate(client, wanted, stamp)
    await allocate(client, { ...wanted, runKey: 'k2' }, stamp)
    const head = (await github.call('GET', '/git/ref/heads/plumbline/ledger')).body.object.sha
    const edited = await github.call('POST', '/git/trees', {
      base_tree: head,
      tree: [{ path: 'records/0/1-allocate.json', mode: '100644', content: '{}' }],
    })
    const commit = await github.call('POST', '/git/commits', { message: 'x', tree: edited.body.sha, parents: [head] })
    await github.call('PATCH', '/git/refs/heads/plumbline/ledger', { sha: commit.body.sha })

    await expect(allocate(client, { ...wanted, runKey: 'k3' }, stamp)).rejects.toMatchObject({
      code: 'registry/ledger-broken',
      message: expect.stringContaining('1-allocate.json'),
    })
    expect((await github.call('GET', '/git/ref/heads/plumbline/ledger')).body.object.sha).toBe(commit.body.sha)
  })
})

test('recordRun() records a refused run once', async () => {
  await using github = await testGitHub()
  const client = await openGitHubClient(github)
  const run = runRecord({ outcome: 'refused' })
  expect(await recordRun(client, run, stamp)).toEqual({ isNew: true })
  expect(await recordRun(client, run, stamp)).toEqual({ isNew: false })
  const ranAgain = { ...run, finishedAt: '2025-03-04T07:00:00.000Z' }
  expect(await recordRun(client, ranAgain, stamp)).toEqual({ isNew: true })
  expect((await readLedger(client)).records).toMatchObject([
    { kind: 'run', body: { outcome: 'refused', metrics: [{ name: 'roc_auc', value: 0.861 }] } },
    { kind: 'run', body: { finishedAt: ranAgain.finishedAt } },
  ])
})
