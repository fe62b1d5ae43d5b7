import { actorOf } from './access.ts'
import { type Answer, type Exchange, paginated, param } from './exchange.ts'
import { timestamp } from './git-commits.ts'
import { withRun } from './new-run.ts'
import { notFound, Refusal } from './refusal.ts'
import { runQuery } from './run-query.ts'
import { jobResource, runResource } from './run-resources.ts'
import type { State } from './state.ts'
import type { StoredRun } from './stored-runs.ts'
import { requireWorkflow } from './workflow-routes.ts'

const mostAttempts = 50
const oldestRerunMs = 30 * 86_400_000

/** The newest first. */
export async function listRuns(exchange: Exchange): Promise<Answer> {
  return answerRuns(exchange, '/actions/runs', () => true)
}

export async function listWorkflowRuns(exchange: Exchange): Promise<Answer> {
  const { path, id } = await requireWorkflow(exchange)
  return answerRuns(exchange, `/actions/workflows/${id}/runs`, ({ workflow }) => workflow === path)
}

export async function getRun(exchange: Exchange): Promise<Answer> {
  const { forge, access } = exchange
  const state = await forge.state.read()
  return { status: 200, json: await runResource(forge, state, access, requireRun(state, exchange)) }
}

export async function listJobs(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const run = requireRun(await forge.state.read(), exchange)
  const { items, headers } = paginated(exchange, `/actions/runs/${run.id}/jobs`, run.jobs)
  const jobs = items.map((job) => jobResource(forge, run, job))
  return { status: 200, json: { total_count: run.jobs.length, jobs }, headers }
}

export function rerun(exchange: Exchange): Promise<Answer> {
  return again(exchange, (run) => run.jobs.map((job) => ({ ...job, status: 'queued', conclusion: null })))
}

export function rerunFailedJobs(exchange: Exchange): Promise<Answer> {
  return again(exchange, (run) =>
    run.jobs.map((job) => (job.conclusion === 'success' ? job : { ...job, status: 'queued', conclusion: null })),
  )
}

export async function cancelRun(exchange: Exchange): Promise<Answer> {
  return exchange.forge.state.change((state) => {
    const run = requireRun(state, exchange)
    if (run.status === 'completed') throw new Refusal(409, 'Cannot cancel a workflow run that is completed.')
    const now = timestamp(new Date())
    const jobs = run.jobs.map((job) =>
      job.status === 'completed'
        ? job
        : ({ ...job, status: 'completed', conclusion: 'cancelled', completedAt: now } as const),
    )
    const after = { ...run, status: 'completed', conclusion: 'cancelled', waitsFor: [], jobs, updatedAt: now } as const
    return { state: withRun(state, after), answer: { status: 202, json: {} } }
  })
}

/** A run that waits because a job's token caused it is let run by somebody else than a job (P2). */
export async function approveRun(exchange: Exchange): Promise<Answer> {
  const { forge, access } = exchange
  return forge.state.change((state) => {
    const run = requireRun(state, exchange)
    if (run.conclusion !== 'action_required') throw new Refusal(403, 'This run does not need an approval')
    if (access.kind === 'job') throw new Refusal(403, 'Resource not accessible by integration')
    const now = timestamp(new Date())
    const triggeredBy = actorOf(access).login
    const after = { ...run, status: 'queued', conclusion: null, triggeredBy, updatedAt: now, startedAt: now } as const
    return { state: withRun(state, after), answer: { status: 201, json: {} } }
  })
}

export function requireRun(state: State, exchange: Exchange): StoredRun {
  const id = Number(param(exchange, 'run_id'))
  const run = state.platform.runs.find((known) => known.id === id)
  if (!run) throw notFound()
  return run
}

async function answerRuns(exchange: Exchange, path: string, isOf: (run: StoredRun) => boolean): Promise<Answer> {
  const { forge, access, query } = exchange
  const state = await forge.state.read()
  const isAsked = runQuery(query)
  const found = state.platform.runs.filter((run) => isOf(run) && isAsked(run)).toReversed()
  const { items, headers } = paginated(exchange, path, found)
  const runs = []
  for (const run of items) runs.push(await runResource(forge, state, access, run))
  return { status: 200, json: { total_count: found.length, workflow_runs: runs }, headers }
}

async function again(exchange: Exchange, jobsOf: (run: StoredRun) => StoredRun['jobs']): Promise<Answer> {
  const { forge, access } = exchange
  return forge.state.change((state) => {
    const run = requireRun(state, exchange)
    if (run.status !== 'completed') throw new Refusal(403, 'This workflow is already running')
    if (run.conclusion === 'action_required') throw new Refusal(403, 'This workflow run cannot be retried')
    if (run.attempt >= mostAttempts) throw new Refusal(403, 'This workflow run has been retried too often')
    if (Date.now() - Date.parse(run.createdAt) > oldestRerunMs)
      throw new Refusal(403, 'Unable to retry this workflow run because it was created over a month ago')
    const now = timestamp(new Date())
    const after: StoredRun = {
      ...run,
      status: 'queued',
      conclusion: null,
      attempt: run.attempt + 1,
      triggeredBy: actorOf(access).login,
      jobs: jobsOf(run),
      updatedAt: now,
      startedAt: now,
    }
    return { state: withRun(state, after), answer: { status: 201, json: {} } }
  })
}
