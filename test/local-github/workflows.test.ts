import { writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import type { Permissions } from '../../action/local-github/access.ts'
import { workflowRoutes } from '../../action/local-github/platform-routes.table.ts'
import { unanswered } from '../support/github-schema.ts'
import { caller, git, push, type TestGitHub, testGitHub } from '../support/local-github.ts'

const path = '.github/workflows/train.yml'
const workflow = `
name: Train
on:
  push: { branches: [main] }
  pull_request:
  repository_dispatch: { types: [landed] }
  workflow_dispatch:
    inputs:
      model: { required: true }
      force: { type: boolean, default: false }
      stage: { type: choice, options: [train, judge] }
jobs: { train: { runs-on: ubuntu-latest, steps: [] } }
`
const dispatches = '/actions/workflows/train.yml/dispatches'

/** With the workflow on `main`, whose push has started its first run. */
async function withWorkflow(): Promise<TestGitHub> {
  const github = await testGitHub()
  await commitFile(github, path, workflow)
  await push(github, join(github.folder, 'work'), 'HEAD:main')
  return github
}

async function commitFile(github: TestGitHub, name: string, text: string, message = `Change ${name}`): Promise<string> {
  const work = join(github.folder, 'work')
  await mkdir(join(work, name, '..'), { recursive: true })
  writeFileSync(join(work, name), text)
  await git(work, 'add', '.')
  await git(work, 'commit', '--quiet', '-m', message)
  return git(work, 'rev-parse', 'HEAD')
}

async function asJob(github: TestGitHub, permissions: Permissions) {
  return caller(github, await github.issueToken({ kind: 'job', permissions }))
}

interface Told {
  readonly id: number
  readonly event: string
  readonly status: string
  readonly conclusion: string | null
}

async function runs(github: TestGitHub, query = ''): Promise<readonly Told[]> {
  return (await github.call('GET', `/actions/runs${query}`)).body.workflow_runs
}

function told(found: readonly Told[]): readonly string[] {
  return found.map(({ event, status, conclusion }) => [event, status, conclusion].filter(Boolean).join(' '))
}

describe('listWorkflows()', () => {
  test('lists those of the default branch; each can be switched off and on', async () => {
    await using github = await withWorkflow()
    const { call } = github
    await commitFile(github, '.github/workflows/broken.yaml', 'a: [')
    await push(github, join(github.folder, 'work'), 'HEAD:main')
    const { body } = await call('GET', '/actions/workflows')
    expect(body).toMatchObject({
      total_count: 2,
      workflows: [
        { name: '.github/workflows/broken.yaml', state: 'active' },
        { name: 'Train', path, state: 'active' },
      ],
    })
    const { id } = body.workflows[1]
    expect((await call('PUT', `/actions/workflows/${id}/disable`)).status).toBe(204)
    expect((await call('GET', '/actions/workflows/train.yml')).body).toMatchObject({ id, state: 'disabled_manually' })
    expect((await call('POST', dispatches, { ref: 'main', inputs: { model: 'm' } })).body.message).toContain('disabled')
    expect((await call('PUT', `/actions/workflows/${id}/enable`)).status).toBe(204)
    expect((await call('GET', `/actions/workflows/${id}`)).body.state).toBe('active')
    expect((await call('GET', '/actions/workflows/none.yml')).status).toBe(404)
  })
})

describe('dispatchWorkflow()', () => {
  test('queues a run, also with a job’s own token (P1)', async () => {
    await using github = await withWorkflow()
    const job = await asJob(github, { actions: 'write' })
    expect((await job('POST', dispatches, { ref: 'refs/heads/main', inputs: { model: 'parcels' } })).status).toBe(204)
    expect(await runs(github, '?event=workflow_dispatch')).toMatchObject([
      { status: 'queued', head_branch: 'main', run_number: 2, actor: { login: 'github-actions[bot]' }, path },
    ])
    const detailed = { ref: 'main', inputs: { model: 'm', force: true }, return_run_details: true }
    const { status, body } = await github.call('POST', dispatches, detailed)
    expect(status).toBe(200)
    expect((await github.call('GET', `/actions/runs/${body.workflow_run_id}`)).body.event).toBe('workflow_dispatch')
  })

  test.each([
    ['no such ref', { ref: 'none', inputs: { model: 'm' } }, 'No ref found for: none'],
    ['a missing input', { ref: 'main' }, "Required input 'model' not provided"],
    ['unknown inputs', { ref: 'main', inputs: { model: 'm', speed: 'x' } }, 'Unexpected inputs provided: ["speed"]'],
    ['a value that is none of the choices', { ref: 'main', inputs: { model: 'm', stage: 'zzz' } }, 'allowed values'],
    ['no truth', { ref: 'main', inputs: { model: 'm', force: 'yes' } }, 'allowed values'],
    ['an object', { ref: 'main', inputs: { model: {} } }, 'not a string'],
    ['inputs over the limit', { ref: 'main', inputs: { model: 'x'.repeat(65_536) } }, 'too large'],
  ])('refuses %s', async (_, body, message) => {
    await using github = await withWorkflow()
    const refused = await github.call('POST', dispatches, body)
    expect({ status: refused.status, message: refused.body.message }).toEqual({
      status: 422,
      message: expect.stringContaining(message),
    })
  })

  test('refuses a workflow that has no such trigger at the ref', async () => {
    await using github = await withWorkflow()
    await commitFile(github, path, 'on: push\njobs: {}\n')
    await push(github, join(github.folder, 'work'), 'HEAD:refs/heads/other')
    expect((await github.call('POST', dispatches, { ref: 'other' })).body.message).toBe(
      "Workflow does not have 'workflow_dispatch' trigger",
    )
  })
})

describe('dispatchRepository()', () => {
  test('starts what waits for the type, also with a job’s own token', async () => {
    await using github = await withWorkflow()
    const job = await asJob(github, { contents: 'write' })
    expect((await job('POST', '/dispatches', { event_type: 'landed' })).status).toBe(204)
    expect((await job('POST', '/dispatches', { event_type: 'other' })).status).toBe(204)
    expect(told(await runs(github, '?event=repository_dispatch'))).toEqual(['repository_dispatch queued'])
  })

  test.each([
    ['eleven properties', Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`k${n}`, n]))],
    ['65,536 characters', { k: 'x'.repeat(65_536) }],
  ])('refuses a payload of %s (P8)', async (_, client_payload) => {
    await using github = await withWorkflow()
    expect((await github.call('POST', '/dispatches', { event_type: 'landed', client_payload })).status).toBe(422)
  })
})

describe('startRuns()', () => {
  test('a push by a person and by an App starts runs, one with a job’s token none (P1)', async () => {
    await using github = await withWorkflow()
    const work = join(github.folder, 'work')
    expect(told(await runs(github))).toEqual(['push queued'])
    await commitFile(github, 'a', 'a')
    await push(github, work, 'HEAD:main', await github.issueToken({ kind: 'job', permissions: { contents: 'write' } }))
    expect(await runs(github)).toHaveLength(1)
    const sha = await commitFile(github, 'b', 'b')
    const app = { kind: 'app', slug: 'plumbline', permissions: { contents: 'write' } } as const
    await push(github, work, 'HEAD:main', await github.issueToken(app))
    expect(await runs(github, `?head_sha=${sha}`)).toMatchObject([
      { actor: { login: 'plumbline[bot]' }, event: 'push' },
    ])
    await push(github, work, 'HEAD:refs/heads/other')
    expect(await runs(github)).toHaveLength(2)
    await commitFile(github, 'c', 'c', 'Change c [skip ci]')
    await push(github, work, 'HEAD:main')
    expect(await runs(github)).toHaveLength(2)
  })

  test('a ref that is moved by API starts runs as a push does', async () => {
    await using github = await withWorkflow()
    const { call } = github
    const { sha } = (await call('GET', '/commits/main')).body
    const { tree } = (await call('GET', `/git/commits/${sha}`)).body
    const child = (await call('POST', '/git/commits', { message: 'm', tree: tree.sha, parents: [sha] })).body.sha
    await call('PATCH', '/git/refs/heads/main', { sha: child })
    expect(await runs(github, `?head_sha=${child}`)).toHaveLength(1)
  })

  test('a pull request by a person starts a run, when it is opened, moved and opened again', async () => {
    await using github = await withWorkflow()
    const { call } = github
    await commitFile(github, 'a', 'a')
    await push(github, join(github.folder, 'work'), 'HEAD:refs/heads/x')
    const { number } = (await call('POST', '/pulls', { title: 't', head: 'x', base: 'main' })).body
    expect(told(await runs(github, '?event=pull_request'))).toEqual(['pull_request queued'])
    await call('PATCH', `/pulls/${number}`, { title: 'other' })
    await call('PATCH', `/pulls/${number}`, { state: 'closed' })
    expect(await runs(github, '?event=pull_request')).toHaveLength(1)
    await call('PATCH', `/pulls/${number}`, { state: 'open' })
    expect(await runs(github, '?event=pull_request')).toHaveLength(2)
    const sha = await commitFile(github, 'b', 'b')
    await push(github, join(github.folder, 'work'), 'HEAD:refs/heads/x')
    expect(await runs(github, `?head_sha=${sha}`)).toMatchObject([
      { event: 'pull_request', head_branch: 'x', pull_requests: [{ number, head: { sha } }] },
    ])
  })

  test('a pull request by a job’s token waits in action_required, without checks, until a person approves (P2)', async () => {
    await using github = await withWorkflow()
    await github.configure({ mayJobsOpenPulls: true })
    const sha = await commitFile(github, 'a', 'a')
    const job = await github.issueToken({
      kind: 'job',
      permissions: { contents: 'write', pull_requests: 'write', actions: 'write' },
    })
    await push(github, join(github.folder, 'work'), 'HEAD:refs/heads/x', job)
    await caller(github, job)('POST', '/pulls', { title: 't', head: 'x', base: 'main' })

    const [run] = await runs(github, '?status=action_required')
    expect(run).toMatchObject({
      event: 'pull_request',
      status: 'completed',
      conclusion: 'action_required',
      head_sha: sha,
    })
    expect((await github.call('GET', '/commits/x/check-runs')).body.total_count).toBe(0)
    expect((await caller(github, job)('POST', `/actions/runs/${run?.id ?? 0}/approve`)).status).toBe(403)
    expect((await github.call('POST', `/actions/runs/${run?.id ?? 0}/rerun`)).status).toBe(403)
    expect((await github.call('POST', `/actions/runs/${run?.id ?? 0}/approve`)).status).toBe(201)
    expect(await runs(github, `?head_sha=${sha}`)).toMatchObject([{ status: 'queued', conclusion: null }])
    expect((await github.call('POST', `/actions/runs/${run?.id ?? 0}/approve`)).status).toBe(403)
  })

  test('a job’s token opens no pull request where the setting forbids it (P4)', async () => {
    await using github = await withWorkflow()
    const job = await asJob(github, { contents: 'write', pull_requests: 'write' })
    const refused = await job('POST', '/pulls', { title: 't', head: 'x', base: 'main' })
    expect(refused).toMatchObject({
      status: 403,
      body: { message: 'GitHub Actions is not permitted to create or approve pull requests.' },
    })
  })

  test('starts nothing where Actions are off or the workflow is', async () => {
    await using github = await withWorkflow()
    const { call } = github
    await call('PUT', '/actions/workflows/train.yml/disable')
    await commitFile(github, 'a', 'a')
    await push(github, join(github.folder, 'work'), 'HEAD:main')
    await call('PUT', '/actions/workflows/train.yml/enable')
    await call('PUT', '/actions/permissions', { enabled: false })
    await commitFile(github, 'b', 'b')
    await push(github, join(github.folder, 'work'), 'HEAD:main')
    expect(await runs(github)).toHaveLength(1)
  })
})

describe('recordRun()', () => {
  const recorded = { workflow: path, event: 'schedule', branch: 'main', actor: 'grace' }

  test('keeps jobs as check runs, and artifacts with their digest', async () => {
    await using github = await withWorkflow()
    const { call } = github
    const zip = Buffer.from('PK zip')
    const id = await github.recordRun({ ...recorded, jobs: [{ name: 'train', status: 'in_progress' }] })
    expect((await call('GET', `/actions/runs/${id}`)).body).toMatchObject({ name: 'Train', status: 'queued' })
    await github.updateRun(id, {
      conclusion: 'success',
      jobs: [{ name: 'train', status: 'completed', conclusion: 'success' }],
      artifacts: [{ name: 'candidate', zip }],
    })

    expect((await call('GET', `/actions/runs/${id}`)).body).toMatchObject({
      status: 'completed',
      conclusion: 'success',
    })
    expect((await call('GET', `/actions/runs/${id}/jobs`)).body).toMatchObject({
      total_count: 1,
      jobs: [{ name: 'train', conclusion: 'success', run_id: id }],
    })
    expect((await call('GET', '/commits/main/check-runs')).body.check_runs).toMatchObject([
      { name: 'train', conclusion: 'success', app: { slug: 'github-actions' } },
    ])
    const { artifacts } = (await call('GET', `/actions/runs/${id}/artifacts?name=candidate`)).body
    expect(artifacts).toMatchObject([{ name: 'candidate', size_in_bytes: 6, expired: false, workflow_run: { id } }])
    expect((await call('GET', '/actions/artifacts?name=other')).body).toMatchObject({ total_count: 0 })
    expect((await call('GET', `/actions/artifacts/${artifacts[0].id}`)).body).toMatchObject({ name: 'candidate' })

    const moved = await call('GET', `/actions/artifacts/${artifacts[0].id}/zip`)
    expect(moved.status).toBe(302)
    const bytes = await (await fetch(moved.headers.get('location') ?? '')).arrayBuffer()
    expect(Buffer.from(bytes)).toEqual(zip)
    expect((await caller(github, '')('GET', `/actions/artifacts/${artifacts[0].id}/zip`)).status).toBe(401)
    expect((await call('DELETE', `/actions/artifacts/${artifacts[0].id}`)).status).toBe(204)
    expect((await call('GET', `/actions/artifacts/${artifacts[0].id}/zip`)).status).toBe(404)
  })

  test('an artifact that has expired is 410 (P24)', async () => {
    await using github = await withWorkflow()
    const artifacts = [{ name: 'a', zip: Buffer.from('a'), expiresAt: '2025-01-01T00:00:00Z' }]
    const id = await github.recordRun({ ...recorded, artifacts })
    const { body } = await github.call('GET', `/actions/runs/${id}/artifacts`)
    expect(body.artifacts).toMatchObject([{ expired: true }])
    expect((await github.call('GET', `/actions/artifacts/${body.artifacts[0].id}/zip`)).status).toBe(410)
  })

  test('is run again, whole or where it failed, and cancelled', async () => {
    await using github = await withWorkflow()
    const { call } = github
    const jobs = [
      { name: 'a', status: 'completed', conclusion: 'success' },
      { name: 'b', status: 'completed', conclusion: 'failure' },
    ] as const
    const id = await github.recordRun({ ...recorded, conclusion: 'failure', jobs })
    const states = async () =>
      (await call('GET', `/actions/runs/${id}/jobs`)).body.jobs.map(({ status }: { status: string }) => status)

    expect((await call('POST', `/actions/runs/${id}/cancel`)).status).toBe(409)
    expect((await call('POST', `/actions/runs/${id}/rerun-failed-jobs`)).status).toBe(201)
    expect(await states()).toEqual(['completed', 'queued'])
    expect((await call('POST', `/actions/runs/${id}/rerun`)).status).toBe(403)
    expect((await call('POST', `/actions/runs/${id}/cancel`)).status).toBe(202)
    expect((await call('GET', `/actions/runs/${id}`)).body).toMatchObject({ conclusion: 'cancelled', run_attempt: 2 })
    expect((await call('POST', `/actions/runs/${id}/rerun`)).status).toBe(201)
    expect(await states()).toEqual(['queued', 'queued'])
    expect((await call('GET', `/actions/runs/${id}`)).body).toMatchObject({
      run_attempt: 3,
      actor: { login: 'grace' },
      triggering_actor: { login: 'acme' },
    })
  })

  test('is listed by what is asked for', async () => {
    await using github = await withWorkflow()
    await github.recordRun({ ...recorded, conclusion: 'failure' })
    await github.recordRun({ ...recorded, workflow: '.github/workflows/other.yml', status: 'in_progress' })
    expect(told(await runs(github, '?status=failure&actor=grace&event=schedule'))).toEqual([
      'schedule completed failure',
    ])
    expect(told(await runs(github, '?status=in_progress&branch=main'))).toEqual(['schedule in_progress'])
    expect(await runs(github, '?branch=other')).toEqual([])
    expect(await runs(github, '?created=%3C2025-01-01')).toEqual([])
    expect((await github.call('GET', '/actions/runs?created=soon')).status).toBe(422)
    expect((await github.call('GET', '/actions/workflows/train.yml/runs')).body.total_count).toBe(2)
  })
})

test('workflowRoutes are asked for by the tests above', () => {
  expect(unanswered(workflowRoutes)).toEqual([])
})
