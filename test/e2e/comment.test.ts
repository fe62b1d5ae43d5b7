import { expect, test } from 'vitest'

import { plumbline } from '../support/command-line.ts'
import { forkPull } from '../support/fork-pull.ts'
import { startResultsServices } from '../support/results-services.ts'
import { runMain, type StepEnd } from '../support/run-main.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { tinyProject } from '../support/tiny-project.ts'

test('a fork’s run leaves its report, and the workflow that its end starts makes one comment of it', async () => {
  await using fork = await forkPull()
  await using services = await startResultsServices()
  const { github } = fork
  const project = await tinyProject()
  const token = await github.issueToken({ kind: 'job', permissions: { contents: 'write' }, origin: 'fork' })
  const mayComment = await github.issueToken({ kind: 'job', permissions: { actions: 'read', pull_requests: 'write' } })
  const place = {
    GITHUB_API_URL: github.apiUrl,
    GITHUB_SERVER_URL: github.serverUrl.replace('127.0.0.1', 'gh.localhost'),
  }
  const step = async (
    name: string,
    event: object,
    environment: Record<string, string>,
    inputs: Record<string, string>,
  ) => {
    const path = `${tempFolder({ 'event.json': JSON.stringify(event) })}/event.json`
    const told = { ...place, GITHUB_EVENT_NAME: name, GITHUB_EVENT_PATH: path, ...environment }
    return await runMain({ inputs, environment: told, ...(inputs['command'] === 'run' && { folder: project.folder }) })
  }
  const run = await fork.run([], { conclusion: null, status: 'in_progress' })
  const head = { sha: fork.head, repo: { full_name: 'mallory/parcels' } }
  const check = (attempt: string) =>
    step(
      'pull_request',
      { pull_request: { number: 1, head } },
      {
        GITHUB_RUN_ID: String(run),
        GITHUB_RUN_ATTEMPT: attempt,
        ACTIONS_RESULTS_URL: services.url,
        ACTIONS_RUNTIME_TOKEN: services.tokenFor(String(run), 'refs/pull/1/merge'),
      },
      { command: 'run', comment: 'true', token },
    )
  const comment = () =>
    step(
      'workflow_run',
      { workflow_run: { id: run } },
      { GITHUB_RUN_ID: '9999' },
      { command: 'comment', token: mayComment },
    )
  const finish = async (conclusion: 'success' | 'failure') => {
    const artifacts = services.artifacts().map(({ name, bytes }) => ({ name, zip: bytes }))
    await github.updateRun(run, { conclusion, artifacts: artifacts.slice(-1) })
  }

  // Its author forgot to pin the data.
  const failed = await check('1')
  expect(failed.code, failed.stdout).toBe(1)
  const left = (attempt: number) =>
    `No comment: token: GITHUB_TOKEN, reads only: the change comes from a fork. The same report is in the job’s summary and in the artifact plumbline-report-run-${attempt}, from which plumbline comment writes it.`
  expect(failed.stdout).toContain(left(1))
  expect(services.artifacts().map(({ name }) => name)).toEqual(['plumbline-report-run-1'])
  await finish('failure')
  expect(await fork.texts()).toEqual([])
  expectDone(await comment())
  expect(await fork.texts()).toEqual([expect.stringContaining('no data is pinned yet')])

  await plumbline(project.folder, ['snapshot'])
  await github.call('POST', `/actions/runs/${run}/rerun`)
  const trained = await check('2')
  expectDone(trained)
  expect(trained.stdout).toContain(left(2))
  expect(trained.summary).toContain('reads only: the change comes from a fork')
  await finish('success')

  const told = await comment()
  expectDone(told)
  expect(told.outputs).toMatchObject({ verdict: 'done', 'comment-pull': '1', comments: '1' })
  expect(told.stdout).toContain('Comment brought up to date:')
  const [text = '', ...more] = await fork.texts()
  expect(more).toEqual([])
  expect(text).toContain('Reported by the run of a fork, mallory/parcels; not verified.')
  // The same numbers as in the summary of the run.
  const rows = trained.summary.split('\n').filter((line) => line.startsWith('| '))
  expect(rows.length).toBeGreaterThan(5)
  for (const row of rows) expect(text).toContain(row)

  expect((await comment()).stdout).toContain('Comment unchanged:')
  expect(await fork.texts()).toEqual([text])
}, 60_000)

function expectDone({ code, stdout, stderr }: StepEnd): void {
  expect(code, `${stdout}\n${stderr}`).toBe(0)
}
