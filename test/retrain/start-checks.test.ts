import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'
import type { TokenMode } from '../../action/github/token-mode.ts'
import type { WorkflowRun } from '../../action/github/workflow-runs.ts'
import type { Interrupt } from '../../action/local-github/answer-request.ts'
import { parseWorkflowFile } from '../../action/project/workflow-file.ts'
import { pushHead } from '../../action/registry/local-git.ts'
import { checkWorkflow, nextCheckStep } from '../../action/retrain/start-checks.ts'
import { pinData } from '../support/pin-data.ts'
import { keptOpen, type Proposing, proposing, rowsBetween } from '../support/proposing.ts'
import { commitAll } from '../support/registered-project.ts'
import { tempFolder } from '../support/temp-folder.ts'

const path = '.github/workflows/plumbline.yml'
const steps = 'steps: [{ uses: plumbline-ml/plumbline@v0.1.0, with: { command: run } }]'
const text = `name: Plumbline\non: { pull_request: {}, workflow_dispatch: {} }\njobs: { train: { runs-on: ubuntu-latest, ${steps} } }\n`
const workflow = parseWorkflowFile(path, text)
const job = (actions: 'write' | 'read'): TokenMode => ({
  kind: 'job',
  permissions: { contents: 'write', actions },
  mayActionsOpenPulls: true,
})
const run = (change: Partial<WorkflowRun>): WorkflowRun => ({
  id: 1,
  attempt: 1,
  workflow: path,
  event: 'pull_request',
  head: 'a'.repeat(40),
  headRepository: 'acme/parcels',
  isDone: true,
  conclusion: 'action_required',
  ...change,
})

describe('checkWorkflow()', () => {
  test('is the one that trains pull requests', () => {
    const other = parseWorkflowFile('.github/workflows/ci.yml', text.replace('command: run', 'command: validate'))
    const daily = parseWorkflowFile('.github/workflows/a.yml', text.replace('pull_request: {}', 'schedule: []'))
    const broken = parseWorkflowFile('.github/workflows/b.yml', '{')

    expect(checkWorkflow([broken, daily, other, workflow])).toBe(workflow)
    expect(checkWorkflow([broken, daily, other])).toBeUndefined()
  })
})

describe('nextCheckStep()', () => {
  const waits = [run({})]
  test.each([
    ['dispatches where the token starts nothing', waits, job('write'), { kind: 'dispatch', workflow }],
    ['asks whose token it is only where nothing runs', waits, undefined, { kind: 'ask mode' }],
    [
      'never dispatches twice',
      [run({}), run({ event: 'workflow_dispatch', conclusion: 'failure' })],
      job('write'),
      { kind: 'dispatched', isNew: false, workflow: 'Plumbline', runs: 1 },
    ],
    ['sees that a person approved', [run({ isDone: false, conclusion: null })], job('write'), { kind: 'own' }],
    [
      'looks at its own workflow alone',
      [run({ workflow: '.github/workflows/ci.yml', event: 'workflow_dispatch' })],
      job('write'),
      { kind: 'dispatch', workflow },
    ],
    ['leaves it to an App', [], { kind: 'app', login: 'retrainer[bot]' } as const, { kind: 'own' }],
    ['says what the job may not', waits, job('read'), { kind: 'waiting', because: 'no permission' }],
  ] as const)('%s', (_, runs, mode, expected) => {
    expect(nextCheckStep(workflow, runs, mode)).toEqual(expected)
  })

  test('says what the workflow lacks', () => {
    const fixed = parseWorkflowFile(path, text.replace(', workflow_dispatch: {}', ''))

    expect(nextCheckStep(fixed, waits, job('write'))).toEqual({ kind: 'waiting', because: 'no dispatch' })
    expect(nextCheckStep(undefined, [], job('write'))).toEqual({ kind: 'waiting', because: 'no workflow' })
  })
})

describe('propose, by a token that starts no workflow', () => {
  async function asJob(world: Proposing, permissions: Readonly<Record<string, 'read' | 'write'>>) {
    await world.github.configure({ mayJobsOpenPulls: true })
    const token = await world.github.issueToken({ kind: 'job', permissions })
    const event = tempFolder({ 'event.json': JSON.stringify({ repository: { private: true } }) })
    return {
      environment: {
        ...process.env,
        GITHUB_ACTIONS: 'true',
        GITHUB_EVENT_NAME: 'schedule',
        GITHUB_EVENT_PATH: `${event}/event.json`,
        GITHUB_REPOSITORY: 'acme/parcels',
      },
      openGitHub: async () => keptOpen({ ...world.github, token }),
    }
  }
  const writes = { contents: 'write', pull_requests: 'write', issues: 'write' } as const
  const runsOf = async ({ github }: Proposing) => (await github.call('GET', '/actions/runs')).body.workflow_runs

  test('starts the checks once for each head, and they are checks of that head', async () => {
    const world = await proposing({ files: { [path]: text } })
    const change = await asJob(world, { ...writes, actions: 'write' })
    await world.addRows(20)

    const first = await world.propose(change)
    const again = await world.propose(change)

    expect(first).toMatchObject({ proposal: { kind: 'pull' }, checks: { kind: 'dispatched', isNew: true } })
    expect(first.report.text).toContain('its checks were started on its branch, workflow Plumbline')
    expect(again).toMatchObject({ did: [], checks: null })
    // Six of the API, and the archive that holds the ledger.
    expect(again.calls).toBeLessThanOrEqual(7)
    const { head } = await world.pull(1)
    const dispatched = (await runsOf(world)).filter(({ event }: { event: string }) => event === 'workflow_dispatch')
    expect(dispatched).toMatchObject([{ head_sha: head.sha, head_branch: head.ref }])

    const jobs = [{ name: 'train', status: 'completed', conclusion: 'success' }] as const
    await world.github.updateRun(dispatched[0].id, { status: 'completed', conclusion: 'success', jobs })
    const { body } = await world.github.call('GET', `/commits/${head.sha}/check-runs`)
    expect(body.check_runs).toMatchObject([{ name: 'train', conclusion: 'success' }])

    world.now = new Date(world.now.getTime() + 5 * 86_400_000)
    await world.addRows(60)
    expect(await world.propose(change)).toMatchObject({ checks: { kind: 'dispatched', isNew: true } })
  })

  test('starts those of a new head that holds the same data', async () => {
    const world = await proposing({ files: { [path]: text } })
    const change = await asJob(world, { ...writes, actions: 'write' })
    await world.addRows(20)
    await world.propose(change)
    // Somebody pins a part of it by hand: the proposal is made anew on the lock of now.
    const all = readFileSync(join(world.folder, 'data/from-400.csv'), 'utf8')
    world.write('data/from-400.csv', rowsBetween(400, 405))
    await pinData(world.folder)
    await commitAll(world, 'Pin a part')
    world.write('data/from-400.csv', all)
    await commitAll(world, 'All of it again')
    await pushHead(world.github, world.folder)

    const anew = await world.propose(change)

    expect(anew).toMatchObject({ did: ['write-branch', 'tell', 'record'], checks: { kind: 'dispatched', isNew: true } })
    const { head } = await world.pull(1)
    const dispatched = (await runsOf(world)).filter(({ event }: { event: string }) => event === 'workflow_dispatch')
    expect(dispatched).toHaveLength(2)
    expect(dispatched).toContainEqual(expect.objectContaining({ head_sha: head.sha }))
    expect(await world.propose(change)).toMatchObject({ did: [], checks: null })
  })

  test('says so where GitHub did not list what a call that was killed had started', async () => {
    const looks = { left: 0, isDown: false, breaks: true }
    const interrupt: Interrupt = (moment, { method, url = '' }) => {
      if (moment === 'before' && url.endsWith('/dispatches')) looks.isDown = looks.breaks
      if (moment === 'after' || method !== 'GET' || !url.includes('/actions/runs?')) return 'serve'
      if (looks.isDown) return 'drop'
      return --looks.left >= 0 && !looks.breaks ? { status: 200, json: { total_count: 0, workflow_runs: [] } } : 'serve'
    }
    const world = await proposing({ files: { [path]: text }, github: { interrupt } })
    const change = await asJob(world, { ...writes, actions: 'write' })
    await world.addRows(20)
    // It looks, starts them, and comes no further. To the next one GitHub does not list them yet.
    await expect(world.propose(change)).rejects.toThrow('list the workflow runs')
    Object.assign(looks, { left: 4, isDown: false, breaks: false })

    const again = await world.propose(change)

    expect(again.checks).toEqual({ kind: 'dispatched', isNew: true, workflow: 'Plumbline', runs: 2 })
    expect(again.report.text).toContain('one run of its checks too many: a call that was cut off had started one')
    expect(await world.propose(change)).toMatchObject({ did: [], checks: null })
    const dispatched = (await runsOf(world)).filter(({ event }: { event: string }) => event === 'workflow_dispatch')
    expect(dispatched).toHaveLength(2)
  })

  test('proposes all the same where it may start nothing, and names the button', async () => {
    const world = await proposing({ files: { [path]: text } })
    const change = await asJob(world, { ...writes, actions: 'read' })
    await world.addRows(20)

    const { proposal, checks, report } = await world.propose(change)

    expect(proposal).toMatchObject({ kind: 'pull', state: 'open' })
    expect(checks).toEqual({ kind: 'waiting', because: 'no permission' })
    expect(report.text).toContain(
      'presses “Approve workflows to run” there, for the job has no permission actions: write',
    )
  })
})
