import type { GitHubClient } from '../client.ts'
import { type Seen, see } from './seen.ts'

export interface KnownWorkflow {
  readonly path: string
  /** `active`, `disabled_manually`, `disabled_inactivity`, `disabled_fork`, `deleted` */
  readonly state: string
}

/** What past runs of a workflow's schedule took; minutes are begun ones of each job, as they are billed. */
export interface MeasuredRun {
  readonly minutes: number
}

/** As the default branch has them. */
export async function readWorkflows(client: GitHubClient): Promise<Seen<readonly KnownWorkflow[]>> {
  return see('actions: read', async () => {
    const listed = await client.call('list the workflows of', client.connection.repository, async (octokit, names) => {
      const { listRepoWorkflows } = octokit.rest.actions
      return { data: await octokit.paginate(listRepoWorkflows, { ...names, per_page: 100 }) }
    })
    return listed.map(({ path, state }) => ({ path, state }))
  })
}

/** The newest runs of a workflow that ended, at most `most`. */
export async function measureRuns(
  client: GitHubClient,
  path: string,
  most: number,
): Promise<Seen<readonly MeasuredRun[]>> {
  return see('actions: read', async () => {
    const file = path.split('/').at(-1) ?? path
    const found = await client.find('list the runs of', path, ({ rest }, names) =>
      rest.actions.listWorkflowRuns({ ...names, workflow_id: file, status: 'completed', per_page: most }),
    )
    const measured: MeasuredRun[] = []
    for (const run of found?.workflow_runs ?? []) {
      const { jobs } = await client.call('list the jobs of', `run ${run.id}`, ({ rest }, names) =>
        rest.actions.listJobsForWorkflowRun({ ...names, run_id: run.id, per_page: 100 }),
      )
      const minutes = jobs.reduce((sum, job) => sum + begunMinutes(job.started_at, job.completed_at), 0)
      if (minutes > 0) measured.push({ minutes })
    }
    return measured
  })
}

function begunMinutes(from: string, until: string | null): number {
  const ms = until === null ? 0 : Date.parse(until) - Date.parse(from)
  return ms > 0 ? Math.ceil(ms / 60_000) : 0
}
