import { Readable } from 'node:stream'

import type { GitHubClient } from './client.ts'

/** A run of a workflow, as GitHub attests it. */
export interface WorkflowRun {
  readonly id: number
  readonly attempt: number
  /** `.github/workflows/plumbline.yml` */
  readonly workflow: string
  readonly event: string
  /** The commit that it is of; of a pull request, the head. */
  readonly head: string
  /** `acme/parcels`; undefined where it is gone. */
  readonly headRepository: string | undefined
  readonly isDone: boolean
  /** `success`, `failure` …; null while it goes on. */
  readonly conclusion: string | null
}

/** One run, and where it comes from. */
export interface TriggeredRun extends WorkflowRun {
  /** The branch of its head, of a pull request in the head's repository. */
  readonly branch: string | undefined
  /** Who caused it. */
  readonly actor: string | undefined
  readonly page: string
}

export interface RunArtifact {
  readonly id: number
  readonly name: string
  readonly bytes: number
  readonly isExpired: boolean
  /** SHA-256 of its zip file; undefined where GitHub does not tell. */
  readonly sha256: string | undefined
}

const runShape = { id: 'number', path: 'text', event: 'text', head_sha: 'text' } as const
const artifactShape = { id: 'number', name: 'text', size_in_bytes: 'number' } as const

/** Those of a commit, of all workflows, the newest first. Needs `actions: read`. */
export async function listRunsAt(client: GitHubClient, commit: string): Promise<readonly WorkflowRun[]> {
  const found = await client.call(
    'list the workflow runs of',
    commit.slice(0, 8),
    async (octokit, names) => {
      const { listWorkflowRunsForRepo } = octokit.rest.actions
      return { data: await octokit.paginate(listWorkflowRunsForRepo, { ...names, head_sha: commit, per_page: 100 }) }
    },
    [runShape],
  )
  return found.map(asRun).sort((one, other) => other.id - one.id)
}

/** Undefined where this repository has no such run. Needs `actions: read`. */
export async function readRun(client: GitHubClient, id: number): Promise<TriggeredRun | undefined> {
  const shape = { ...runShape, html_url: 'text' } as const
  const found = await client.find(
    'read the workflow run',
    String(id),
    ({ rest }, names) => rest.actions.getWorkflowRun({ ...names, run_id: id }),
    shape,
  )
  if (!found) return undefined
  const actor: { readonly login: string } | null | undefined = found.actor
  return { ...asRun(found), branch: found.head_branch ?? undefined, actor: actor?.login, page: found.html_url }
}

/** Of all attempts of a run. Needs `actions: read`. */
export async function listArtifactsOf(client: GitHubClient, run: number): Promise<readonly RunArtifact[]> {
  const found = await client.call(
    'list the artifacts of',
    `run ${run}`,
    async (octokit, names) => {
      const { listWorkflowRunArtifacts } = octokit.rest.actions
      return { data: await octokit.paginate(listWorkflowRunArtifacts, { ...names, run_id: run, per_page: 100 }) }
    },
    [artifactShape],
  )
  return found.map((artifact) => ({
    id: artifact.id,
    name: artifact.name,
    bytes: artifact.size_in_bytes,
    isExpired: artifact.expired,
    sha256: /^sha256:([0-9a-f]{64})$/.exec(artifact.digest ?? '')?.[1],
  }))
}

/** The bytes of its zip file; GitHub sends to another host for them. Undefined where it is gone or has expired. */
export async function openArtifact(
  client: GitHubClient,
  artifact: RunArtifact,
  signal?: AbortSignal,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  const found = await client.attempt('download the artifact', artifact.name, async (octokit, names) => {
    const answer = await octokit.request('GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}', {
      ...names,
      artifact_id: artifact.id,
      archive_format: 'zip',
      request: { parseSuccessResponseBody: false, ...(signal && { signal }) },
    })
    const body: unknown = answer.data
    if (!(body instanceof Readable)) throw new TypeError(`GitHub answered no bytes for ${artifact.name}`)
    return { data: body }
  })
  return found.kind === 'done' ? found.data : undefined
}

interface RestRun {
  readonly id: number
  readonly run_attempt?: number
  readonly path: string
  readonly event: string
  readonly head_sha: string
  /** GitHub answers null where it is gone, whatever its description says. */
  readonly head_repository: { readonly full_name: string } | null
  readonly status: string | null
  readonly conclusion: string | null
}

function asRun(run: RestRun): WorkflowRun {
  return {
    id: run.id,
    attempt: run.run_attempt ?? 1,
    // A workflow that is called tells whose it is after an @.
    workflow: run.path.replace(/@.*$/, ''),
    event: run.event,
    head: run.head_sha,
    headRepository: run.head_repository?.full_name,
    isDone: run.status === 'completed',
    conclusion: run.conclusion,
  }
}
