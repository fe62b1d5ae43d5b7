import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'

import { writeWhole } from '../base/write-whole.ts'
import { environmentNamed, mayDeploy } from './deployment-state.ts'
import type { Forge } from './exchange.ts'
import { timestamp } from './git-commits.ts'
import { type NewRun, withNewRun, withRun } from './new-run.ts'
import { commitNamed } from './repository-routes.ts'
import type { State } from './state.ts'
import type { CheckConclusion, StoredCheckRun } from './stored-checks.ts'
import type { StoredArtifact, StoredJob, StoredRun } from './stored-runs.ts'
import { readWorkflows } from './workflow-files.ts'

/** A run as whoever executed it tells it. */
export interface RecordedRun extends RunChange, Partial<Pick<NewRun, 'sha' | 'pulls' | 'inputs' | 'actor' | 'fork'>> {
  /** `.github/workflows/plumbline.yml` */
  readonly workflow: string
  readonly event: string
  readonly branch: string
}

/** What is left out stays as it is; jobs of the same name are replaced, artifacts are added. */
export interface RunChange {
  readonly status?: StoredRun['status']
  readonly conclusion?: CheckConclusion | null
  readonly jobs?: readonly RecordedJob[]
  readonly artifacts?: readonly RecordedArtifact[]
  /** Environments whose rules hold the run up. */
  readonly waitsFor?: readonly string[]
}

export interface RecordedJob {
  readonly name: string
  readonly status: StoredJob['status']
  readonly conclusion?: CheckConclusion | null
  readonly labels?: readonly string[]
}

export interface RecordedArtifact {
  readonly name: string
  /** A zip file, as GitHub hands artifacts out. */
  readonly zip: Uint8Array
  /** Left out: in 90 days. */
  readonly expiresAt?: string
}

const artifactLifetimeMs = 90 * 86_400_000

export async function recordRun(forge: Forge, recorded: RecordedRun): Promise<number> {
  const sha = recorded.sha ?? (await commitNamed(forge, recorded.branch))
  if (sha === undefined) throw new RangeError(`No branch "${recorded.branch}" for a run`)
  const file = (await readWorkflows(forge, sha)).find(({ path }) => path === recorded.workflow)
  return forge.state.change(async (before) => {
    const { state, run } = await withNewRun(forge, before, {
      workflow: recorded.workflow,
      name: file?.name ?? recorded.workflow,
      event: recorded.event,
      branch: recorded.branch,
      sha,
      actor: recorded.actor ?? forge.owner,
      ...(recorded.pulls && { pulls: recorded.pulls }),
      ...(recorded.fork !== undefined && { fork: recorded.fork }),
      ...(recorded.inputs && { inputs: recorded.inputs }),
    })
    return { state: await changed(forge, state, run, recorded), answer: run.id }
  })
}

export async function updateRun(forge: Forge, id: number, change: RunChange): Promise<void> {
  await forge.state.change(async (before) => {
    const run = before.platform.runs.find((known) => known.id === id)
    if (!run) throw new RangeError(`No run ${id}`)
    return { state: await changed(forge, before, run, change), answer: undefined }
  })
}

async function changed(forge: Forge, before: State, run: StoredRun, change: RunChange): Promise<State> {
  const now = timestamp(new Date())
  let { nextId } = before
  const jobs = (change.jobs ?? []).map(
    (job): StoredJob => ({
      id: run.jobs.find(({ name }) => name === job.name)?.id ?? nextId++,
      name: job.name,
      status: job.conclusion === undefined || job.conclusion === null ? job.status : 'completed',
      conclusion: job.conclusion ?? null,
      labels: job.labels ?? ['ubuntu-latest'],
      startedAt: run.startedAt,
      completedAt: job.conclusion === undefined || job.conclusion === null ? null : now,
    }),
  )
  const artifacts: StoredArtifact[] = []
  for (const artifact of change.artifacts ?? []) artifacts.push(await keptArtifact(forge, nextId++, artifact))
  const names = new Set(jobs.map(({ name }) => name))
  const conclusion = change.conclusion ?? null
  const told: StoredRun = {
    ...run,
    status: change.status ?? (conclusion === null ? run.status : 'completed'),
    conclusion: change.conclusion === undefined ? run.conclusion : conclusion,
    jobs: [...run.jobs.filter(({ name }) => !names.has(name)), ...jobs],
    artifacts: [...run.artifacts, ...artifacts],
    waitsFor: change.waitsFor ?? run.waitsFor,
    updatedAt: now,
  }
  const after = change.waitsFor ? heldUp(before, told) : told
  return withChecks(withRun({ ...before, nextId }, after), after, jobs)
}

/** What an environment's rules make of a run: it waits for those that ask for something, and fails where its branch may not go. */
function heldUp({ platform }: State, run: StoredRun): StoredRun {
  const environments = run.waitsFor.flatMap((name) => environmentNamed(platform, name) ?? [])
  const ref = run.pulls.length > 0 ? `refs/pull/${run.pulls[0]}/merge` : `refs/heads/${run.branch ?? ''}`
  if (!environments.every((environment) => mayDeploy(platform, environment, ref))) {
    return { ...run, status: 'completed', conclusion: 'failure', waitsFor: [] }
  }
  const asking = environments.filter(({ reviewers, waitMinutes }) => reviewers.length > 0 || waitMinutes > 0)
  if (asking.length === 0) return { ...run, waitsFor: [] }
  return { ...run, status: 'waiting', conclusion: null, waitsFor: asking.map(({ name }) => name) }
}

async function keptArtifact(forge: Forge, id: number, recorded: RecordedArtifact): Promise<StoredArtifact> {
  await mkdir(forge.artifactsFolder, { recursive: true })
  await writeWhole(join(forge.artifactsFolder, String(id)), recorded.zip)
  return {
    id,
    name: recorded.name,
    bytes: recorded.zip.length,
    sha256: createHash('sha256').update(recorded.zip).digest('hex'),
    createdAt: timestamp(new Date()),
    expiresAt: recorded.expiresAt ?? timestamp(new Date(Date.now() + artifactLifetimeMs)),
  }
}

/** Each job is a check run of its own name: what a protected branch asks for. */
function withChecks(state: State, run: StoredRun, jobs: readonly StoredJob[]): State {
  const ids = new Set(jobs.map(({ id }) => id))
  const checkRuns = [
    ...state.platform.checkRuns.filter(({ id }) => !ids.has(id)),
    ...jobs.map((job) => checkOf(run, job)),
  ]
  return { ...state, platform: { ...state.platform, checkRuns } }
}

function checkOf(run: StoredRun, job: StoredJob): StoredCheckRun {
  return {
    id: job.id,
    sha: run.sha,
    name: job.name,
    status: job.status === 'waiting' ? 'queued' : job.status,
    conclusion: job.conclusion,
    detailsUrl: null,
    externalId: null,
    title: null,
    summary: null,
    text: null,
    annotations: [],
    app: 'github-actions',
    startedAt: job.startedAt,
    completedAt: job.completedAt,
  }
}
