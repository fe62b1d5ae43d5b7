import { textsToMask } from '../base/mask-secrets.ts'
import type { Progress } from '../base/progress.ts'
import { startStopwatch } from '../base/stopwatch.ts'
import type { GitHubConnection } from '../github/connection.ts'
import type { ArtifactStore } from '../github/runner/artifact-store.ts'
import type { SharedCache } from '../github/runner/shared-cache.ts'
import type { DeclaredRun } from './declare-run.ts'
import { holdCached } from './hold-cached.ts'
import { knownSecrets } from './known-secrets.ts'
import { mayHandOnRows } from './row-privacy.ts'
import type { Trigger } from './run-record.ts'
import { type Job, jobs, type RunSession, type Trial } from './run-session.ts'
import { openSharedResults } from './share-results.ts'
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
  /** What runs of the workflow leave for one another; only in a workflow. */
  readonly sharedCache?: SharedCache
  readonly trial?: Trial
  /** Connects to GitHub, where the data's store is there. */
  readonly openGitHub?: (repositoryFolder: string) => Promise<GitHubConnection>
}

/** A run that is about to begin. Throws `cli/bad-input` where a stage is asked for that there is not. */
export function openSession(request: SessionRequest, declared: DeclaredRun, trigger: Trigger): RunSession {
  const { folder, job, environment, sharedCache: cache, signal, now, artifacts, trial, openGitHub } = request
  const progress = holdCached(request.progress)
  const mayHandOn = async () => await mayHandOnRows(declared.project, environment)
  const graph = stageGraph(declared.project, new Set(declared.stageContracts.keys()))
  return {
    folder,
    declared,
    jobs: new Set(job ? [job] : jobs),
    environment,
    ...(openGitHub && { openGitHub }),
    progress,
    signal,
    now,
    elapsedSeconds: startStopwatch(),
    ...(artifacts && { artifacts }),
    masked: textsToMask(knownSecrets(declared.project, environment)),
    ...(cache && { shared: openSharedResults({ folder, cache, mayHandOnRows: mayHandOn, progress, signal }) }),
    trigger,
    graph,
    chosen: chooseStages(graph, request),
    stages: [],
    ...(trial && { trial }),
  }
}
