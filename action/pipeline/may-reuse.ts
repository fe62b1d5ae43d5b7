import { posix } from 'node:path'

import type { MergedPull } from '../github/pulls.ts'
import type { RunArtifact, WorkflowRun } from '../github/workflow-runs.ts'
import { dataLockFile } from '../project/data-lock.ts'

/** The commit of the default branch for which a model is wanted. */
export interface ReusePlace {
  /** `acme/parcels` */
  readonly repository: string
  readonly commit: string
  readonly defaultBranch: string
  /** `.github/workflows/plumbline.yml`: the one whose candidates are released; undefined where there is none. */
  readonly workflow: string | undefined
  /** Recomputed from this commit's files. */
  readonly runKey: string
  /** SHA-256 over the gates and the contract as this commit has them: what the run key leaves out, and a candidate was judged by. */
  readonly policy: string
}

/** What the artifacts say that they hold. */
export interface ClaimedCandidate {
  readonly runKey: string | undefined
  readonly policy: string | undefined
}

export interface ReuseFacts {
  readonly place: ReusePlace
  readonly pull: MergedPull | undefined
  /** Of the pull request's head, of all workflows, the newest first. */
  readonly runs: readonly WorkflowRun[]
  /** Those that the release needs, by what they hold: `train` → its artifact; undefined: not asked for yet. */
  readonly artifacts?: Readonly<Record<string, RunArtifact | undefined>>
  /** What the artifacts hold → SHA-256 of the zip file that came; undefined: not fetched yet. */
  readonly sha256?: Readonly<Record<string, string | undefined>>
  /** Undefined: not unpacked yet. */
  readonly candidate?: ClaimedCandidate
}

/** The first condition that does not hold. */
export type Hindrance =
  | { readonly kind: 'no pull request' | 'other base' | 'fork' | 'no workflow' }
  | { readonly kind: 'other files'; readonly path: string; readonly count: number }
  | { readonly kind: 'no run' | 'other workflow' | 'other event' | 'foreign run'; readonly found?: string }
  | { readonly kind: 'unfinished' | 'failed'; readonly run: number; readonly conclusion: string | null }
  | {
      readonly kind: 'no artifact' | 'expired' | 'no digest' | 'other bytes'
      readonly run: number
      readonly name: string
    }
  | { readonly kind: 'other run key' | 'other policy'; readonly run: number }
  /** It passed every condition, and cannot be used all the same; `why` in words. */
  | { readonly kind: 'unusable'; readonly run: number; readonly why: string }
  /** GitHub could not be asked; `why` in words. */
  | { readonly kind: 'not seen'; readonly why: string }

export type MayReuse =
  | { readonly kind: 'no'; readonly because: Hindrance }
  /** As far as is known: what is left out in the facts is to be found out of this run. */
  | { readonly kind: 'ask'; readonly run: WorkflowRun; readonly for: 'artifacts' | 'bytes' | 'candidate' }
  | { readonly kind: 'yes'; readonly run: WorkflowRun }

/** A dispatch on the bot's branch stands in for the pull request's own run, where its token started none. */
const events = ['pull_request', 'workflow_dispatch']

/**
 * Pure: whether the candidate of a merged pull request is the model that its merge asks for, so that nothing is trained again.
 * Only if the pull request changed data locks alone, the run of its head is one of this repository's own workflow and
 * succeeded, the run key, gates and contract of this commit are those of the candidate, and every byte is as GitHub recorded it.
 */
export function mayReuse({ place, pull, runs, artifacts, sha256, candidate }: ReuseFacts): MayReuse {
  const refused = refusedPull(place, pull)
  if (refused) return no(refused)
  const chosen = chooseRun(
    place,
    runs.filter(({ head }) => head === pull?.head),
  )
  if ('kind' in chosen) return no(chosen)
  const { run } = chosen
  if (!artifacts) return { kind: 'ask', run, for: 'artifacts' }
  for (const [name, artifact] of Object.entries(artifacts)) {
    const kind = refusedArtifact(artifact)
    if (kind) return no({ kind, run: run.id, name })
  }
  if (!sha256) return { kind: 'ask', run, for: 'bytes' }
  const changed = Object.entries(artifacts).find(([name, known]) => sha256[name] !== known?.sha256)
  if (changed) return no({ kind: 'other bytes', run: run.id, name: changed[0] })
  if (!candidate) return { kind: 'ask', run, for: 'candidate' }
  if (candidate.runKey !== place.runKey) return no({ kind: 'other run key', run: run.id })
  if (candidate.policy !== place.policy) return no({ kind: 'other policy', run: run.id })
  return { kind: 'yes', run }
}

function refusedPull(place: ReusePlace, pull: MergedPull | undefined): Hindrance | undefined {
  if (!pull || pull.mergedAs !== place.commit) return { kind: 'no pull request' }
  if (pull.base !== place.defaultBranch) return { kind: 'other base' }
  if (pull.headRepository !== place.repository) return { kind: 'fork' }
  const others = pull.changed.filter((path) => posix.basename(path) !== dataLockFile)
  const [path = ''] = others
  if (others.length > 0 || pull.changed.length === 0) return { kind: 'other files', path, count: others.length }
  return place.workflow === undefined ? { kind: 'no workflow' } : undefined
}

/** The newest that fits; where none does, what is wrong with the one that comes nearest. */
function chooseRun(place: ReusePlace, runs: readonly WorkflowRun[]): { readonly run: WorkflowRun } | Hindrance {
  if (runs.length === 0) return { kind: 'no run' }
  const ofWorkflow = runs.filter(({ workflow }) => workflow === place.workflow)
  if (ofWorkflow.length === 0) return { kind: 'other workflow', found: runs[0]?.workflow ?? '' }
  const own = ofWorkflow.filter(({ headRepository }) => headRepository === place.repository)
  if (own.length === 0) return { kind: 'foreign run', found: ofWorkflow[0]?.headRepository ?? '' }
  const started = own.filter(({ event }) => events.includes(event))
  const [newest] = started
  if (!newest) return { kind: 'other event', found: own[0]?.event ?? '' }
  const run = started.find(({ isDone, conclusion }) => isDone && conclusion === 'success')
  if (run) return { run }
  const { id, conclusion, isDone } = newest
  return { kind: isDone ? 'failed' : 'unfinished', run: id, conclusion }
}

function refusedArtifact(artifact: RunArtifact | undefined): 'no artifact' | 'expired' | 'no digest' | undefined {
  if (!artifact) return 'no artifact'
  if (artifact.isExpired) return 'expired'
  return artifact.sha256 === undefined ? 'no digest' : undefined
}

function no(because: Hindrance): MayReuse {
  return { kind: 'no', because }
}
