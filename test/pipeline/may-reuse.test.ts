import { describe, expect, test } from 'vitest'

import { sha256 } from '../../action/base/sha256.ts'
import { type Hindrance, mayReuse, type ReuseFacts } from '../../action/pipeline/may-reuse.ts'
import { wordHindrance } from '../../action/report/word-reuse.ts'

const artifact = { id: 1, name: 'plumbline-parcels-train-1', bytes: 10, isExpired: false, sha256: sha256('zip') }
const pull = {
  number: 7,
  head: 'b'.repeat(40),
  headRepository: 'acme/parcels',
  base: 'main',
  mergedAs: 'a'.repeat(40),
  changed: ['models/price/data.lock.yaml', 'data.lock.yaml'],
}
const run = {
  id: 12,
  attempt: 1,
  workflow: '.github/workflows/plumbline.yml',
  event: 'pull_request',
  head: pull.head,
  headRepository: 'acme/parcels',
  isDone: true,
  conclusion: 'success',
}
const whole = {
  place: {
    repository: 'acme/parcels',
    commit: 'a'.repeat(40),
    defaultBranch: 'main',
    workflow: '.github/workflows/plumbline.yml',
    runKey: sha256('run key'),
    policy: sha256('policy'),
  },
  pull,
  runs: [run],
  artifacts: { train: artifact },
  sha256: { train: sha256('zip') },
  candidate: { runKey: sha256('run key'), policy: sha256('policy') },
} satisfies ReuseFacts

describe('mayReuse()', () => {
  test('says yes where all of it holds, and asks for what it was not told', () => {
    const { candidate: _, ...unpackedNot } = whole
    const { sha256: __, ...fetchedNot } = unpackedNot
    const { artifacts: ___, ...listedNot } = fetchedNot

    expect(mayReuse(whole)).toEqual({ kind: 'yes', run })
    expect(mayReuse(unpackedNot)).toEqual({ kind: 'ask', run, for: 'candidate' })
    expect(mayReuse(fetchedNot)).toEqual({ kind: 'ask', run, for: 'bytes' })
    expect(mayReuse(listedNot)).toEqual({ kind: 'ask', run, for: 'artifacts' })
  })

  test('takes the run of a dispatch on the branch, and the newest that succeeded', () => {
    const dispatched = { ...run, id: 14, event: 'workflow_dispatch' }
    const failed = { ...run, id: 15, conclusion: 'failure' }

    expect(mayReuse({ ...whole, runs: [failed, dispatched, run] })).toEqual({ kind: 'yes', run: dispatched })
  })

  const violations: readonly [Hindrance['kind'], string, Partial<ReuseFacts>][] = [
    ['no pull request', 'there is none', { pull: undefined }],
    ['no pull request', 'its merge made another commit', { pull: { ...pull, mergedAs: 'c'.repeat(40) } }],
    ['other base', 'it went elsewhere', { pull: { ...pull, base: 'release' } }],
    ['fork', 'its head is in a fork', { pull: { ...pull, headRepository: 'mallory/parcels' } }],
    ['fork', 'its fork is gone', { pull: { ...pull, headRepository: undefined } }],
    ['other files', 'it changed code, too', { pull: { ...pull, changed: ['data.lock.yaml', 'train.py'] } }],
    ['other files', 'a file that only ends so', { pull: { ...pull, changed: ['x/not-data.lock.yaml'] } }],
    ['other files', 'it changed the workflow', { pull: { ...pull, changed: ['data.lock.yaml', run.workflow] } }],
    ['other files', 'it changed nothing', { pull: { ...pull, changed: [] } }],
    ['no workflow', 'nothing releases here', { place: { ...whole.place, workflow: undefined } }],
    ['no run', 'there is none', { runs: [] }],
    ['no run', 'it is of another commit', { runs: [{ ...run, head: 'd'.repeat(40) }] }],
    ['other workflow', 'it is of another file', { runs: [{ ...run, workflow: '.github/workflows/evil.yml' }] }],
    ['foreign run', 'it is of a fork', { runs: [{ ...run, headRepository: 'mallory/parcels' }] }],
    ['other event', 'a push started it', { runs: [{ ...run, event: 'push' }] }],
    ['other event', 'a fork’s pull request could', { runs: [{ ...run, event: 'pull_request_target' }] }],
    ['unfinished', 'it goes on', { runs: [{ ...run, isDone: false, conclusion: null }] }],
    ['failed', 'it failed', { runs: [{ ...run, conclusion: 'failure' }] }],
    ['failed', 'it was cancelled', { runs: [{ ...run, conclusion: 'cancelled' }] }],
    ['failed', 'it was skipped', { runs: [{ ...run, conclusion: 'skipped' }] }],
    ['no artifact', 'it is gone', { artifacts: { train: undefined } }],
    ['expired', 'it has expired', { artifacts: { train: { ...artifact, isExpired: true } } }],
    ['no digest', 'nobody attests it', { artifacts: { train: { ...artifact, sha256: undefined } } }],
    ['other bytes', 'other bytes came', { sha256: { train: sha256('other') } }],
    ['other bytes', 'nothing came', { sha256: {} }],
    ['other run key', 'it is of other files', { candidate: { ...whole.candidate, runKey: sha256('other') } }],
    ['other run key', 'it says none', { candidate: { ...whole.candidate, runKey: undefined } }],
    ['other policy', 'other gates judged it', { candidate: { ...whole.candidate, policy: sha256('other') } }],
  ]

  test.each(violations)('says no, "%s", where %s', (kind, _, change) => {
    const answer = mayReuse({ ...whole, ...change })

    expect(answer).toMatchObject({ kind: 'no', because: { kind } })
    expect(answer.kind === 'no' && wordHindrance(answer.because)).toMatch(/\w{3}/)
  })
})
