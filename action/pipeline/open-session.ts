import { textsToMask } from '../base/mask-secrets.ts'
import type { Progress } from '../base/progress.ts'
import type { ArtifactStore } from '../github/runner/artifact-store.ts'
import type { DeclaredRun } from './declare-run.ts'
import { holdCached } from './hold-cached.ts'
import { knownSecrets } from './known-secrets.ts'
import type { Trigger } from './run-record.ts'
import { type Job, jobs, type RunSession } from './run-session.ts'
import { chooseStages, type Selection, stageGraph } from './stage-graph.ts'

export interface SessionRequest extends Selection {
  readonly folder: string
  /** One job of a workflow; all of them where not given. */
  readonly job?: Job
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly progress: Progress
  readonly signal: AbortSignal
  readonly now: () => Date
  /** By which checkpoints reach a later attempt of the workflow run; only in a workflow. */
  readonly artifacts?: ArtifactStore
}

/** A run that is about to begin. Throws `cli/bad-input` where a stage is asked for that there is not. */
export function openSession(request: SessionRequest, declared: DeclaredRun, trigger: Trigger): RunSession {
  const { folder, job, environment, progress, signal, now, artifacts } = request
  const graph = stageGraph(declared.project, new Set(declared.stageContracts.keys()))
  return {
    folder,
    declared,
    jobs: new Set(job ? [job] : jobs),
    environment,
    progress: holdCached(progress),
    signal,
    now,
    ...(artifacts && { artifacts }),
    masked: textsToMask(knownSecrets(declared.project, environment)),
    trigger,
    graph,
    chosen: chooseStages(graph, request),
    stages: [],
  }
}
