import { expect, test } from 'vitest'

import type { HeadPull } from '../../action/github/pulls.ts'
import type { TriggeredRun } from '../../action/github/workflow-runs.ts'
import { type ReportFacts, reportedPull } from '../../action/pipeline/reported-pull.ts'

const workflow = '.github/workflows/plumbline.yml'
const run: TriggeredRun = {
  id: 8812,
  attempt: 1,
  workflow,
  event: 'pull_request',
  head: '1'.repeat(40),
  headRepository: 'mallory/parcels',
  branch: 'change',
  actor: 'mallory',
  isDone: true,
  conclusion: 'failure',
  page: 'https://github.com/acme/parcels/actions/runs/8812',
}
const pull: HeadPull = { number: 7, isOpen: true, head: run.head, headRepository: 'mallory/parcels' }
const facts: ReportFacts = { repository: 'acme/parcels', workflow, run, pulls: [pull] }

test('reportedPull() asks for the pull requests of the run’s branch, and finds the one of its commit', () => {
  expect(reportedPull({ repository: 'acme/parcels', workflow, run })).toEqual({
    kind: 'ask pulls',
    owner: 'mallory',
    branch: 'change',
  })
  expect(reportedPull(facts)).toEqual({ kind: 'report', pull: 7, origin: 'fork', run })
  const older = { ...pull, number: 3, isOpen: false }
  const others = { ...pull, number: 9, headRepository: 'mallory/another' }
  expect(reportedPull({ ...facts, pulls: [others, pull, older] })).toMatchObject({ kind: 'report', pull: 7 })
})

const ran = (change: Partial<TriggeredRun>) => ({ run: { ...run, ...change } })
const pulled = (...changes: readonly Partial<HeadPull>[]) => ({
  pulls: changes.map((change) => ({ ...pull, ...change })),
})

test.each<[because: string, change: Partial<ReportFacts>, pull?: number]>([
  ['no run', { run: undefined }],
  ['no pull request', ran({ event: 'pull_request_target' })],
  ['no pull request', ran({ event: 'workflow_dispatch' })],
  ['other workflow', ran({ workflow: '.github/workflows/plumbline.yaml' })],
  ['goes on', ran({ isDone: false })],
  ['no head repository', ran({ headRepository: undefined })],
  ['no head repository', ran({ branch: undefined })],
  ['not found', { pulls: [] }],
  ['not found', pulled({ headRepository: 'eve/parcels' })],
  ['not found', pulled({ headRepository: undefined })],
  ['closed', pulled({ isOpen: false }), 7],
  ['moved on', pulled({ head: '2'.repeat(40) }), 7],
  ['moved on', pulled({ isOpen: false }, { number: 8, head: '2'.repeat(40) }), 8],
  ['several', pulled({}, { number: 8 }), 7],
])('reportedPull() reports nothing: %s (%j)', (because, change, number) => {
  expect(reportedPull({ ...facts, ...change })).toEqual({
    kind: 'nothing',
    because,
    ...(number !== undefined && { pull: number }),
  })
})

test.each([
  ['acme/parcels', 'ada', 'repository'],
  ['acme/parcels', 'dependabot[bot]', 'dependabot'],
  ['mallory/parcels', 'dependabot[bot]', 'fork'],
  ['Acme/parcels', 'ada', 'fork'],
])('reportedPull() says whose code it is: of %s by %s, %s', (headRepository, actor, origin) => {
  const own = { ...facts, ...ran({ headRepository, actor }), ...pulled({ headRepository }) }
  expect(reportedPull(own)).toMatchObject({ kind: 'report', origin })
})
