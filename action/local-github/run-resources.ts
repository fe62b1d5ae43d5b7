import type { Json } from '../base/canonical-json.ts'
import type { Access } from './access.ts'
import type { Forge } from './exchange.ts'
import { readCommit } from './git-commits.ts'
import { isObject } from './git-data-routes.ts'
import { forkIdOf, forkResource, nodeId, pageOf, repositoryResource, userResource, workflowIdOf } from './resources.ts'
import type { State } from './state.ts'
import { isPullIssue } from './stored-issue.ts'
import type { StoredArtifact, StoredJob, StoredRun } from './stored-runs.ts'

export async function runResource(forge: Forge, state: State, access: Access, run: StoredRun) {
  const url = `${forge.repositoryUrl}/actions/runs/${run.id}`
  const repository = repositoryResource(forge, state, access)
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId('WorkflowRun', run.id),
    check_suite_id: run.id,
    check_suite_node_id: nodeId('CheckSuite', run.id),
    head_branch: run.branch,
    head_sha: run.sha,
    path: run.workflow,
    display_title: run.title,
    run_number: run.number,
    run_attempt: run.attempt,
    event: run.event,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: workflowIdOf(run.workflow),
    url,
    html_url: runPage(forge, run),
    pull_requests: run.pulls.flatMap((number) => pullMinimal(forge, state, number)),
    created_at: run.createdAt,
    updated_at: run.updatedAt,
    actor: userResource(forge, run.actor),
    triggering_actor: userResource(forge, run.triggeredBy),
    run_started_at: run.startedAt,
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${forge.repositoryUrl}/check-suites/${run.id}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: run.attempt > 1 ? `${url}/attempts/${run.attempt - 1}` : null,
    workflow_url: `${forge.repositoryUrl}/actions/workflows/${workflowIdOf(run.workflow)}`,
    head_commit: await simpleCommit(forge, run.sha),
    repository,
    head_repository: run.fork === undefined ? repository : forkResource(forge, state, access, run.fork),
  }
}

export function jobResource(forge: Forge, run: StoredRun, job: StoredJob): Record<string, Json> {
  return {
    id: job.id,
    node_id: nodeId('Job', job.id),
    run_id: run.id,
    run_url: `${forge.repositoryUrl}/actions/runs/${run.id}`,
    run_attempt: run.attempt,
    head_sha: run.sha,
    head_branch: run.branch,
    workflow_name: run.name,
    name: job.name,
    url: `${forge.repositoryUrl}/actions/jobs/${job.id}`,
    html_url: `${runPage(forge, run)}/job/${job.id}`,
    check_run_url: `${forge.repositoryUrl}/check-runs/${job.id}`,
    status: job.status,
    conclusion: job.conclusion,
    created_at: job.startedAt,
    started_at: job.startedAt,
    completed_at: job.completedAt,
    labels: job.labels,
    runner_id: null,
    runner_name: null,
    runner_group_id: null,
    runner_group_name: null,
    steps: [],
  }
}

export function artifactResource(forge: Forge, run: StoredRun, artifact: StoredArtifact): Record<string, Json> {
  const url = `${forge.repositoryUrl}/actions/artifacts/${artifact.id}`
  return {
    id: artifact.id,
    node_id: nodeId('Artifact', artifact.id),
    name: artifact.name,
    size_in_bytes: artifact.bytes,
    url,
    archive_download_url: `${url}/zip`,
    expired: isExpired(artifact),
    digest: `sha256:${artifact.sha256}`,
    created_at: artifact.createdAt,
    updated_at: artifact.createdAt,
    expires_at: artifact.expiresAt,
    workflow_run: {
      id: run.id,
      repository_id: 1,
      head_repository_id: run.fork === undefined ? 1 : forkIdOf(run.fork),
      head_branch: run.branch ?? '',
      head_sha: run.sha,
    },
  }
}

export function isExpired({ expiresAt }: StoredArtifact): boolean {
  return Date.parse(expiresAt) <= Date.now()
}

export function runPage(forge: Forge, { id }: Pick<StoredRun, 'id'>): string {
  return `${pageOf(forge)}/actions/runs/${id}`
}

function pullMinimal(forge: Forge, { discussion }: State, number: number): Json[] {
  const issue = discussion.issues.filter(isPullIssue).find((known) => known.number === number)
  if (!issue) return []
  const repo = { id: 1, url: forge.repositoryUrl, name: forge.repository }
  const { pull } = issue
  return [
    {
      id: issue.id,
      number,
      url: `${forge.repositoryUrl}/pulls/${number}`,
      head: { ref: pull.head, sha: pull.headSha, repo },
      base: { ref: pull.base, sha: pull.baseSha, repo },
    },
  ]
}

async function simpleCommit(forge: Forge, sha: string): Promise<Json> {
  if (!(await isObject(forge, sha, 'commit'))) return null
  const commit = await readCommit(forge.git, sha)
  const { author, committer } = commit
  return {
    id: sha,
    tree_id: commit.tree,
    message: commit.message,
    timestamp: committer.date,
    author: { name: author.name, email: author.email },
    committer: { name: committer.name, email: committer.email },
  }
}
