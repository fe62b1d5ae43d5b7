import { mkdir, readdir, rename, statfs } from 'node:fs/promises'
import { join } from 'node:path'

import type { Read } from '../base/diagnostic.ts'
import { Fault } from '../base/fault.ts'
import type { Progress } from '../base/progress.ts'
import { startStopwatch } from '../base/stopwatch.ts'
import { writeWhole } from '../base/write-whole.ts'
import type { GitHubClient } from '../github/client.ts'
import { readTreeOf } from '../github/git-data.ts'
import { keepArtifact } from '../github/keep-artifact.ts'
import { pullMergedAs } from '../github/pulls.ts'
import { readRepository } from '../github/repository.ts'
import { unpackZip } from '../github/unpack-zip.ts'
import {
  listArtifactsOf,
  listRunsAt,
  openArtifact,
  type RunArtifact,
  type WorkflowRun,
} from '../github/workflow-runs.ts'
import { judgedPolicy, policyDigest } from './built-in-stages.ts'
import { type DeclaredRun, declareRun } from './declare-run.ts'
import { inDraft } from './draft-folder.ts'
import { artifactsOfRelease, type Exchange, moveFiles, receiveResults, sendResults } from './exchange-results.ts'
import { findCandidate } from './find-candidate.ts'
import { type ClaimedCandidate, type Hindrance, mayReuse, type ReuseFacts } from './may-reuse.ts'
import { readCodeState } from './read-code-state.ts'
import { mayBeProposed, type ProposedWhy, readTrigger, triggerOf } from './read-trigger.ts'
import type { RunRecord } from './run-record.ts'
import { jobs, pointedResult, readRecord, runFolder } from './run-session.ts'
import { runnerLabels } from './runner-labels.ts'

export interface ReuseRequest {
  readonly folder: string
  readonly params: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly client: GitHubClient
  /** The workflow that this repository releases by: `.github/workflows/plumbline.yml`. */
  readonly workflow: string | undefined
  /** The way to the other jobs of this workflow run, which get what was found; undefined on a terminal. */
  readonly exchange: Exchange | undefined
  /** As `runPipeline()` asks it. */
  readonly proposed: (model: string, dataDigest: string, runKey: string) => Promise<ProposedWhy | undefined>
  readonly progress: Progress
  readonly signal: AbortSignal
  readonly now: () => Date
}

export type ReuseEnd =
  | { readonly kind: 'reused'; readonly record: RunRecord; readonly run: number; readonly pull: number }
  | { readonly kind: 'not reused'; readonly model: string; readonly runKey: string; readonly because: Hindrance }

const mostFiles = 100_000

/**
 * Finds the candidate that the merged pull request was judged by, and gives it the place that a run of this commit would have
 * left it in. All of it is looked at elsewhere before, so that nothing of one that is refused is ever used. Whatever GitHub
 * refuses, or keeps no longer, is a hindrance and no fault: the model can be trained again.
 */
export async function reuseCandidate(request: ReuseRequest): Promise<Read<ReuseEnd>> {
  const elapsed = startStopwatch()
  const declared = await declareRun(request.folder, { params: request.params })
  if (!declared.ok) return declared
  const { project, keys } = declared.value
  const refused = (because: Hindrance): Read<ReuseEnd> => ({
    ok: true,
    value: { kind: 'not reused', model: project.model.name, runKey: keys.runKey, because },
  })
  return await inDraft(request.folder, 'reuse', async (draft) => {
    try {
      const facts = await findPull(request, declared.value)
      const answer = await settle(request, declared.value, draft, facts)
      if (answer.kind === 'no') return refused(answer.because)
      const { run } = answer
      const trial = join(draft, 'trial')
      const why = await whyUnusable(request, trial)
      if (why !== undefined) return refused({ kind: 'unusable', run: run.id, why })
      const record = await amendRecord(request, declared.value, trial, run, elapsed)
      await moveFiles(join(trial, '.plumbline'), join(request.folder, '.plumbline'), () => true)
      const { exchange } = request
      if (exchange) for (const job of jobs) await sendResults(job, exchange)
      return { ok: true, value: { kind: 'reused', record, run: run.id, pull: facts.pull?.number ?? 0 } }
    } catch (error) {
      if (!(error instanceof Fault) || error.owner === 'bug' || request.signal.aborted) throw error
      // What the other jobs wait for was not sent.
      if (error.code === 'workflow/artifact') throw error
      return refused({ kind: 'not seen', why: error.message })
    }
  })
}

async function findPull({ client, folder, workflow }: ReuseRequest, declared: DeclaredRun): Promise<ReuseFacts> {
  const { owner, repository } = client.connection
  const { code } = await readCodeState(folder)
  const { defaultBranch } = await readRepository(client)
  const pull = code.commit === null ? undefined : await pullMergedAs(client, code.commit)
  const place = {
    repository: `${owner}/${repository}`,
    commit: code.commit ?? '',
    defaultBranch,
    workflow,
    runKey: declared.keys.runKey,
    policy: policyDigest(declared),
  }
  return { place, pull, runs: pull ? await listRunsAt(client, pull.head) : [] }
}

/** Finds out what the decision asks for, until it is one. */
async function settle(request: ReuseRequest, declared: DeclaredRun, draft: string, found: ReuseFacts) {
  let facts = found
  for (;;) {
    const answer = mayReuse(facts)
    if (answer.kind !== 'ask') return answer
    const { run } = answer
    const { artifacts = {} } = facts
    switch (answer.for) {
      case 'artifacts': {
        const all = await listArtifactsOf(request.client, run.id)
        facts = { ...facts, artifacts: artifactsOfRelease(all, declared.project.model.name, run.attempt) }
        break
      }
      case 'bytes':
        facts = { ...facts, sha256: await download(request, artifacts, draft) }
        break
      case 'candidate':
        facts = { ...facts, candidate: await unpack(declared, artifacts, draft, run) }
    }
  }
}

/** The zip files as they came → their SHA-256. */
async function download(
  { client, progress, signal }: ReuseRequest,
  artifacts: Readonly<Record<string, RunArtifact | undefined>>,
  draft: string,
): Promise<Readonly<Record<string, string | undefined>>> {
  const digests: Record<string, string | undefined> = {}
  for (const [name, artifact] of Object.entries(artifacts)) {
    if (!artifact) continue
    await requireRoom(draft, artifact.bytes)
    const body = await openArtifact(client, artifact, signal)
    if (!body) continue
    progress.update('reuse', artifact.name)
    digests[name] = await keepArtifact(body, zipOf(draft, name), artifact.bytes, signal)
  }
  return digests
}

/** The digests fit: these are the bytes that the run stored. What they hold may still be anything. */
async function unpack(
  { project, keys }: DeclaredRun,
  artifacts: Readonly<Record<string, RunArtifact | undefined>>,
  draft: string,
  run: WorkflowRun,
): Promise<ClaimedCandidate> {
  const trial = join(draft, 'trial')
  const unpacked = join(draft, 'unpacked')
  for (const [name, artifact] of Object.entries(artifacts)) {
    if (!artifact) continue
    const folder = join(unpacked, artifact.name)
    await mkdir(folder, { recursive: true })
    await unpackZip(zipOf(draft, name), folder, { bytes: await roomBytes(draft), files: mostFiles })
  }
  await mkdir(trial, { recursive: true })
  const source = {
    artifacts: { download: mover(unpacked) },
    project: { ...project, folder: trial },
    attempt: run.attempt,
  }
  await receiveResults('publish', source)
  const record = await readRecord(trial, keys.runKey)
  const [validate, gate] = await Promise.all(
    ['validate', 'gate'].map((stage) => pointedResult(trial, keys.runKey, stage)),
  )
  return { runKey: record?.runKey, policy: validate && gate && judgedPolicy(validate, gate) }
}

/** Hands unpacked artifacts out, once each. */
function mover(unpacked: string): (name: string, folder: string) => Promise<boolean> {
  return async (name, folder) => {
    const names = await readdir(join(unpacked, name)).catch(() => undefined)
    for (const entry of names ?? []) await rename(join(unpacked, name, entry), join(folder, entry))
    return names !== undefined
  }
}

/** Undefined where every byte that is published is what the stages of a run that passed recorded. */
async function whyUnusable({ folder, params }: ReuseRequest, trial: string): Promise<string | undefined> {
  try {
    const found = await findCandidate(folder, params, trial)
    if (found.ok && found.value.kind === 'judged otherwise')
      return `the ${found.value.changed} changed after it was judged`
    return found.ok && found.value.kind === 'ready' ? undefined : 'it did not pass'
  } catch (error) {
    if (error instanceof Fault && error.owner !== 'bug') return error.message
    throw error
  }
}

/** Who merged it and why is this run's to say; where it was built, GitHub's. */
async function amendRecord(
  { folder, environment, client, proposed, now }: ReuseRequest,
  { project, keys, dataDigest }: DeclaredRun,
  trial: string,
  run: WorkflowRun,
  elapsed: () => number,
): Promise<RunRecord> {
  const record = await readRecord(trial, keys.runKey)
  if (!record) throw new Error('Cannot amend the record of a candidate: it is gone')
  const { user } = await readCodeState(folder)
  const why = mayBeProposed(environment) ? await proposed(project.model.name, dataDigest, keys.runKey) : undefined
  const runner = runnerLabels(environment, [])
  const seconds = elapsed()
  const amended: RunRecord = {
    ...record,
    trigger: triggerOf(readTrigger(environment, user), why),
    builtFrom: {
      runId: String(run.id),
      attempt: String(run.attempt),
      head: run.head,
      tree: (await readTreeOf(client, run.head)) ?? '',
    },
    jobs: [
      ...(record.jobs ?? []),
      {
        job: 'prepare',
        startedAt: new Date(now().getTime() - seconds * 1000).toISOString(),
        seconds,
        ran: [],
        workSeconds: 0,
        ...(runner && { runner }),
      },
    ],
  }
  await writeWhole(join(runFolder(trial, keys.runKey), 'run.json'), `${JSON.stringify(amended, null, 2)}\n`)
  return amended
}

function zipOf(draft: string, name: string): string {
  return join(draft, `${name}.zip`)
}

/** Half of what is free: the other half is for whoever trains, if this comes to nothing. */
async function roomBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return Math.floor((bavail * bsize) / 2)
}

async function requireRoom(folder: string, bytes: number): Promise<void> {
  const room = await roomBytes(folder)
  if (bytes <= room) return
  throw new Fault('workflow/bad-artifact', `Cannot download the candidate: ${bytes} bytes; expected at most ${room}`, {
    remedy: 'Nothing was taken from it: train again.',
  })
}
