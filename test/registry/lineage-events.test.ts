import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { nameUuid } from '../../action/base/name-uuid.ts'
import { sha256 } from '../../action/base/sha256.ts'
import { openGitHubClient } from '../../action/github/client.ts'
import { lineageEvents, lineagePath } from '../../action/registry/lineage-events.ts'
import { recordRun } from '../../action/registry/record-run.ts'
import { audited } from '../support/audited.ts'
import { runRecord } from '../support/candidate.ts'
import { git, testGitHub } from '../support/local-github.ts'
import { runEventErrors } from '../support/openlineage-schema.ts'

const repository = {
  gitUrl: 'https://github.com/acme/parcels.git',
  isEmbedded: false,
  owner: 'acme',
  repository: 'parcels',
}
const assets = { 'model.skops': sha256('model'), 'run.json': null }

interface Event {
  readonly eventType: string
  readonly eventTime: string
  readonly run: { readonly runId: string }
  readonly job: { readonly namespace: string; readonly facets: { readonly sourceCodeLocation?: object } }
  readonly outputs: readonly object[]
}

function eventsIn(text: string): Event[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Event)
}

test('nameUuid() is version 5 of RFC 9562', () => {
  expect(nameUuid('http://www.example.com/')).toBe('fcde3c85-2270-590f-9e7c-ee003d65e0e2')
})

describe('lineageEvents()', () => {
  test.each([
    ['passed', 'COMPLETE'],
    ['refused', 'COMPLETE'],
    ['failed', 'FAIL'],
    ['interrupted', 'ABORT'],
  ] as const)('says of a run that %s: %s', (outcome, eventType) => {
    const events = eventsIn(lineageEvents({ run: runRecord({ outcome }), assets: {} }, repository))
    expect(events.map(runEventErrors)).toEqual([[], []])
    expect(events.map((event) => [event.eventType, event.eventTime])).toEqual([
      ['START', '2025-03-04T06:00:00.000Z'],
      [eventType, '2025-03-04T06:00:20.000Z'],
    ])
  })

  test('names data and released files with their digests, and the commit where it is all of the code', () => {
    const [start, end] = eventsIn(lineageEvents({ run: runRecord(), assets }, repository))
    expect(runEventErrors(end)).toEqual([])
    expect(start?.outputs).toEqual([])
    expect(end).toMatchObject({
      job: {
        ...{ namespace: 'https://github.com/acme/parcels', name: 'parcels' },
        facets: {
          sourceCodeLocation: {
            ...{ type: 'git', version: '1'.repeat(40), repoUrl: repository.gitUrl },
            url: `https://github.com/acme/parcels/tree/${'1'.repeat(40)}`,
          },
        },
      },
      inputs: [
        {
          name: 'parcels/data.lock.yaml',
          facets: { version: { datasetVersion: `sha256:${sha256('data 1')}` } },
          inputFacets: { inputStatistics: { rowCount: 43_118, fileCount: 12 } },
        },
      ],
      outputs: [
        { name: 'parcels/model.skops', facets: { version: { datasetVersion: `sha256:${sha256('model')}` } } },
        { name: 'parcels/run.json', facets: {} },
      ],
    })
    const edited = runRecord({ code: { commit: '1'.repeat(40), uncommitted: 2 } })
    for (const [run, place] of [
      [edited, repository],
      [runRecord(), { ...repository, isEmbedded: true, gitUrl: 'http://127.0.0.1:1/acme/parcels.git' }],
    ] as const) {
      const [event] = eventsIn(lineageEvents({ run, assets }, place))
      expect(runEventErrors(event)).toEqual([])
      expect(event?.job.facets.sourceCodeLocation).toBeUndefined()
      expect(JSON.stringify(event)).not.toContain('127.0.0.1')
    }
  })

  test('gives one run one id, the same every time, and another run another', () => {
    const idsOf = (change: Parameters<typeof runRecord>[0]) =>
      eventsIn(lineageEvents({ run: runRecord(change), assets }, repository)).map(({ run }) => run.runId)
    const [first] = idsOf({})
    expect(idsOf({})).toEqual([first, first])
    expect(idsOf({ finishedAt: '2025-03-04T09:00:00.000Z' })).toEqual([first, first])
    expect(idsOf({ startedAt: '2025-03-04T05:00:00.000Z' })[0]).not.toBe(first)
    expect(idsOf({ runKey: sha256('other') })[0]).not.toBe(first)
  })
})

test('a ledger has the events beside the record of each run, by the same commit, and of nothing else', async () => {
  await using world = await audited()
  const { bare, chain } = world
  const runs = chain.records.filter(({ kind }) => kind === 'published' || kind === 'run').map(({ seq }) => seq)
  const listed = await git(bare, 'ls-tree', '-r', '--name-only', 'plumbline/ledger', 'openlineage/')
  expect(listed.split('\n').toSorted()).toEqual(runs.map(lineagePath).toSorted())
  for (const seq of runs) {
    const log = await git(bare, 'log', '--format=%s', 'plumbline/ledger', '--', lineagePath(seq))
    expect(log).toMatch(new RegExp(`\\(record ${seq}\\)$`))
    const events = eventsIn(await git(bare, 'show', `plumbline/ledger:${lineagePath(seq)}`))
    expect(events.map(runEventErrors)).toEqual([[], []])
  }
})

test('the events of a run that is recorded twice are written once', async () => {
  await using github = await testGitHub()
  const run = runRecord({ outcome: 'refused' })
  const stamp = { at: '2025-03-04T06:12:00.000Z', actor: 'ada' }
  const client = await openGitHubClient(github)
  for (const _ of [1, 2]) await recordRun(client, run, stamp)
  const bare = join(github.folder, 'github/repository.git')
  expect(await git(bare, 'ls-tree', '-r', '--name-only', 'plumbline/ledger')).toBe(
    'openlineage/0/1.ndjson\nrecords/0/1-run.json',
  )
})
