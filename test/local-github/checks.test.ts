import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { checkRoutes } from '../../action/local-github/platform-routes.table.ts'
import { unanswered } from '../support/github-schema.ts'
import { caller, git, push, type TestGitHub, testGitHub } from '../support/local-github.ts'

const annotation = { path: 'data/ä b.csv', start_line: 3, end_line: 3, annotation_level: 'warning', message: 'm' }

async function asApp(github: TestGitHub, slug = 'plumbline') {
  return caller(github, await github.issueToken({ kind: 'app', slug, permissions: { checks: 'write' } }))
}

async function asJob(github: TestGitHub) {
  return caller(github, await github.issueToken({ kind: 'job', permissions: { checks: 'write', statuses: 'write' } }))
}

function output(annotations: number) {
  return { title: 't', summary: 's', annotations: Array.from({ length: annotations }, () => annotation) }
}

describe('createStatus()', () => {
  test.each([
    [[], 'pending'],
    [['success'], 'success'],
    [['success', 'pending'], 'pending'],
    [['pending', 'failure'], 'failure'],
    [['success', 'error'], 'failure'],
  ])('%o combine to %s', async (states, combined) => {
    await using github = await testGitHub()
    const { call, head } = github
    for (const [index, state] of states.entries())
      expect((await call('POST', `/statuses/${head}`, { state, context: `c${index}` })).status).toBe(201)
    expect((await call('GET', '/commits/main/status')).body).toMatchObject({
      state: combined,
      sha: head,
      total_count: states.length,
    })
  })

  test('the newest of a context counts; all are listed', async () => {
    await using github = await testGitHub()
    const { call, head } = github
    const job = await asJob(github)
    await call('POST', `/statuses/${head}`, { state: 'failure', context: 'ci' })
    const { body } = await job('POST', `/statuses/${head}`, { state: 'success', context: 'ci', description: 'd' })
    expect(body.creator.login).toBe('github-actions[bot]')
    expect((await call('GET', '/commits/main/status')).body.state).toBe('success')
    const listed = (await call('GET', '/commits/main/statuses')).body
    expect(listed.map(({ state }: { state: string }) => state)).toEqual(['success', 'failure'])
  })

  test.each([
    ['an unknown state', { state: 'done' }],
    ['a description over 140 characters', { state: 'success', description: 'x'.repeat(141) }],
  ])('refuses %s', async (_, body) => {
    await using github = await testGitHub()
    expect((await github.call('POST', `/statuses/${github.head}`, body)).status).toBe(422)
    expect((await github.call('POST', `/statuses/${'1'.repeat(40)}`, { state: 'success' })).status).toBe(422)
  })
})

describe('createCheckRun()', () => {
  test('takes Apps and jobs only', async () => {
    await using github = await testGitHub()
    const body = { name: 'plumbline', head_sha: github.head }
    expect(await github.call('POST', '/check-runs', body)).toMatchObject({
      status: 403,
      body: { message: 'You must authenticate via a GitHub App.' },
    })
    expect((await (await asJob(github))('POST', '/check-runs', body)).body.app.slug).toBe('github-actions')
    expect((await (await asApp(github))('POST', '/check-runs', body)).body).toMatchObject({
      app: { slug: 'plumbline' },
      status: 'queued',
      conclusion: null,
    })
  })

  test('goes from queued to completed, and gathers annotations 50 a request', async () => {
    await using github = await testGitHub()
    const app = await asApp(github)
    const { body: run } = await app('POST', '/check-runs', { name: 'n', head_sha: github.head, output: output(50) })
    await app('PATCH', `/check-runs/${run.id}`, { status: 'in_progress' })
    const done = await app('PATCH', `/check-runs/${run.id}`, { conclusion: 'failure', output: output(12) })
    expect(done.body).toMatchObject({ status: 'completed', conclusion: 'failure', output: { annotations_count: 62 } })
    expect(done.body.completed_at).not.toBeNull()

    const second = await github.call('GET', `/check-runs/${run.id}/annotations?per_page=50&page=2`)
    expect(second.body).toHaveLength(12)
    expect(second.body[0]).toMatchObject({ path: 'data/ä b.csv', start_line: 3, annotation_level: 'warning' })
    expect((await app('PATCH', `/check-runs/${run.id}`, { output: output(51) })).body.message).toContain(
      'Only 50 items are allowed; 51 were supplied.',
    )
    expect((await github.call('GET', `/check-runs/${run.id}`)).body.output.annotations_count).toBe(62)
  })

  test('belongs to the App that made it', async () => {
    await using github = await testGitHub()
    const { body: run } = await (await asApp(github))('POST', '/check-runs', { name: 'n', head_sha: github.head })
    const other = await asApp(github, 'other')
    expect((await other('PATCH', `/check-runs/${run.id}`, { conclusion: 'success' })).body.message).toMatch(
      /can only be modified by the GitHub App that created it/,
    )
  })

  test.each([
    ['completed without a conclusion', { status: 'completed' }],
    ['an unknown conclusion', { conclusion: 'good' }],
    ['a summary over the limit', { output: { title: 't', summary: 'x'.repeat(65_536) } }],
    ['output without a title', { output: { summary: 's' } }],
    [
      'columns over several lines',
      { output: { ...output(0), annotations: [{ ...annotation, end_line: 4, start_column: 1 }] } },
    ],
    ['no line', { output: { ...output(0), annotations: [{ ...annotation, start_line: undefined }] } }],
  ])('refuses %s', async (_, body) => {
    await using github = await testGitHub()
    const app = await asApp(github)
    expect((await app('POST', '/check-runs', { name: 'n', head_sha: github.head, ...body })).status).toBe(422)
    expect((await github.call('GET', '/commits/main/check-runs')).body.total_count).toBe(0)
  })

  test('lists the newest of each name, or all', async () => {
    await using github = await testGitHub()
    const app = await asApp(github)
    for (const [name, conclusion] of [
      ['a', 'failure'],
      ['b', 'neutral'],
      ['a', 'success'],
    ])
      await app('POST', '/check-runs', { name, head_sha: github.head, conclusion })
    const listed = async (query: string) =>
      (await github.call('GET', `/commits/main/check-runs${query}`)).body.check_runs.map(
        (run: { name: string; conclusion: string }) => `${run.name} ${run.conclusion}`,
      )
    expect(await listed('')).toEqual(['b neutral', 'a success'])
    expect(await listed('?filter=all&check_name=a')).toEqual(['a success', 'a failure'])
  })
})

describe('passedContexts()', () => {
  test.each([
    [
      'a status',
      async (github: TestGitHub, sha: string) =>
        github.call('POST', `/statuses/${sha}`, { state: 'success', context: 'ci' }),
    ],
    [
      'a check run',
      async (github: TestGitHub, sha: string) =>
        (await asApp(github))('POST', '/check-runs', { name: 'ci', head_sha: sha, conclusion: 'success' }),
    ],
  ])('%s on the head satisfies a required check (P3)', async (_, report) => {
    await using github = await testGitHub()
    const work = join(github.folder, 'work')
    const required = { required_status_checks: [{ context: 'ci' }] }
    await github.call('POST', '/rulesets', {
      name: 'checks',
      target: 'branch',
      enforcement: 'active',
      conditions: { ref_name: { include: ['~DEFAULT_BRANCH'], exclude: [] } },
      rules: [{ type: 'required_status_checks', parameters: required }],
    })
    await git(work, 'commit', '--quiet', '--allow-empty', '-m', 'more')
    await push(github, work, 'HEAD:refs/heads/x')
    const sha = await git(work, 'rev-parse', 'HEAD')

    await expect(push(github, work, 'HEAD:main')).rejects.toThrow('Required status check "ci" is expected.')
    await github.call('POST', `/statuses/${sha}`, { state: 'pending', context: 'ci' })
    await expect(push(github, work, 'HEAD:main')).rejects.toThrow('Required status check "ci" is expected.')
    await report(github, sha)
    await push(github, work, 'HEAD:main')
    expect((await github.call('GET', '/git/ref/heads/main')).body.object.sha).toBe(sha)
  })
})

test('checkRoutes are asked for by the tests above', () => {
  expect(unanswered(checkRoutes)).toEqual([])
})
