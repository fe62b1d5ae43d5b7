import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

import type { Json } from '../base/canonical-json.ts'
import type { Read } from '../base/diagnostic.ts'
import { Fault } from '../base/fault.ts'
import type { Progress } from '../base/progress.ts'
import { startStopwatch } from '../base/stopwatch.ts'
import { writeWhole } from '../base/write-whole.ts'
import type { GitHubConnection } from '../github/connection.ts'
import type { ArtifactStore } from '../github/runner/artifact-store.ts'
import { wordChange, wordForced, wordSpoilt } from '../report/word-stages.ts'
import type { DeclaredRun } from './declare-run.ts'
import { type PlannedStage, planStep } from './plan-step.ts'
import { ProgramFault } from './program-fault.ts'
import { readRecordFile } from './run-history.ts'
import type { RunRecord, StageRecord, Trigger } from './run-record.ts'
import type { SharedResults } from './share-results.ts'
import type { ChosenStages, StageNode } from './stage-graph.ts'
import { changedParts, type KeyParts } from './stage-key.ts'
import { openMeter, type StageMeter } from './stage-meter.ts'
import {
  digestOf,
  latestResult,
  makeResult,
  outputPath,
  readResult,
  type StageResult,
  type StageWork,
} from './stage-result.ts'
import { type FoundResult, findResult } from './verify-result.ts'

/** The parts of a run that can happen on machines of their own, in order. */
export const jobs = ['prepare', 'train', 'judge', 'refit'] as const
export type Job = (typeof jobs)[number]

/** One run under way: where it is, what it is made of, and what its stages have come to so far. */
export interface RunSession {
  readonly folder: string
  readonly declared: DeclaredRun
  /** The jobs to be done here; the results of the others must be at hand. */
  readonly jobs: ReadonlySet<Job>
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly openGitHub?: (repositoryFolder: string) => Promise<GitHubConnection>
  readonly progress: Progress
  readonly signal: AbortSignal
  readonly now: () => Date
  /** Since the session began, whatever the clock on the wall did. */
  readonly elapsedSeconds: () => number
  /** What no record may show. */
  readonly masked: readonly string[]
  /** What runs of the workflow leave for one another; only in a workflow. */
  readonly shared?: SharedResults
  readonly trigger: Trigger
  readonly graph: readonly StageNode[]
  readonly chosen: ChosenStages
  /** The workflow run's; only in a workflow. */
  readonly artifacts?: ArtifactStore
  readonly stages: StageRecord[]
  /** Called after each stage that ran, so that a run which is killed later still tells of it. */
  readonly saveRecord?: () => Promise<void>
  /** Where it is given, nothing is done, and what would be done is put here. */
  readonly plan?: PlannedStage[]
  readonly trial?: Trial
  /** Inputs of the one stage that runs on them instead of on results: need → output → absolute path. */
  readonly fixtures?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** A run that is only looked at: it calls no hook. */
export interface Trial {
  /** What programs get besides, such as `OMP_NUM_THREADS`. */
  readonly variables: Readonly<Record<string, string>>
}

export interface Step {
  readonly job: Job
  readonly name: string
  /** The results that it is made from. */
  readonly from: readonly StageResult[]
  readonly key: string
  readonly parts: KeyParts
  /** The key holds bytes that come before it, so that nobody knows it before those are made. */
  readonly isOfBytes?: true
  /** Asked for only where the step is done here: it may need the interpreter. */
  readonly cacheKey: () => Promise<string>
  readonly work: (workFolder: string, meter: StageMeter) => Promise<Read<StageWork>>
  /** Whether other runs of the workflow may have its result, and it theirs. */
  readonly isShared?: boolean
  /** Whether a result that was made well says no, so that no ✓ stands beside it. */
  readonly isNo?: (result: StageResult) => boolean
}

/** `.plumbline/runs/<run key>/` */
export function runFolder(folder: string, runKey: string): string {
  return join(folder, '.plumbline', 'runs', runKey.slice(0, 16))
}

export function logFile(session: RunSession, stage: string): string {
  return join(runFolder(session.folder, session.declared.keys.runKey), 'logs', `${stage}.log`)
}

/** One stage: from the cache, made here, or taken over from the job that made it; then noted for the record. */
export async function takeStep(session: RunSession, step: Step): Promise<Read<StageResult>> {
  if (!session.jobs.has(step.job)) return { ok: true, value: await takeOver(session, step) }
  if (session.plan) return { ok: true, value: await planStep(session, step, session.plan) }
  const cacheKey = await step.cacheKey()
  const isForced = session.chosen.forced.has(step.name)
  const found = isForced ? ({ kind: 'none' } as const) : await findStored(session, step, cacheKey)
  if (found.kind === 'spoilt') session.progress.warn(wordSpoilt(step.name, found.why))
  if (found.kind === 'whole') {
    const cached = found.result
    await note(session, cached, 'cached')
    session.progress.finished(step.name, step.isNo?.(cached) ? 'failed' : 'cached', cached.detail, cached.seconds)
    return { ok: true, value: cached }
  }

  requireAlone(session, step)
  session.progress.started(step.name)
  await sayWhy(session, step, isForced)
  const made = await makeHere(session, step, cacheKey)
  if (!made.ok) return made
  if (step.isShared) session.shared?.keep(made.value)
  await note(session, made.value, 'done')
  await session.saveRecord?.()
  session.progress.finished(
    step.name,
    step.isNo?.(made.value) ? 'failed' : 'done',
    made.value.detail,
    made.value.seconds,
  )
  return made
}

/** In the cache of this folder, or else in that of the workflow’s runs. */
async function findStored(session: RunSession, step: Step, cacheKey: string): Promise<FoundResult> {
  const found = await findResult(session.folder, step.name, cacheKey)
  if (found.kind === 'whole' || !step.isShared || !session.shared) return found
  await session.shared.find(step.name, cacheKey)
  const brought = await findResult(session.folder, step.name, cacheKey)
  return brought.kind === 'whole' ? brought : found
}

/** The absolute path of an output, whose bytes are checked where another job made them. */
export async function useOutput(session: RunSession, job: Job, result: StageResult, output: string): Promise<string> {
  const path = outputPath(session.folder, result, output)
  if (session.jobs.has(job)) return path
  const digest = await digestOf(path).catch(() => undefined)
  if (digest === result.outputs[output]?.sha256) return path
  const state = digest === undefined ? 'it is not here' : 'it has other bytes than the job that made it recorded'
  throw new Fault('pipeline/missing-result', `Cannot use output "${output}" of stage "${result.stage}": ${state}`, {
    remedy: `Run the job ${job} again.`,
  })
}

export function recordOf(result: StageResult, outcome: StageRecord['outcome']): StageRecord {
  return {
    name: result.stage,
    key: result.key,
    cacheKey: result.cacheKey,
    outcome,
    startedAt: result.startedAt,
    seconds: result.seconds,
    detail: result.detail,
    outputs: Object.fromEntries(Object.entries(result.outputs).map(([name, { sha256 }]) => [name, sha256])),
    ...(result.attempts !== undefined && { attempts: result.attempts }),
    ...(result.resources && { resources: result.resources }),
    ...(result.droppedLogBytes !== undefined && { droppedLogBytes: result.droppedLogBytes }),
  }
}

/** The result of a stage as this run key has it, from its pointer; of `standIn` where that one took its place. */
export async function pointedResult(
  folder: string,
  runKey: string,
  stage: string,
  standIn?: string,
): Promise<StageResult | undefined> {
  const result = await readResult(pointerFile(folder, runKey, stage))
  return result && [stage, standIn].includes(result.stage) ? result : undefined
}

/** Has a stage's pointer lead to the result of the one that stood in for it. */
export async function pointTo(session: RunSession, stage: string, result: StageResult): Promise<void> {
  if (session.fixtures) return
  await writeWhole(
    pointerFile(session.folder, session.declared.keys.runKey, stage),
    `${JSON.stringify(result, null, 2)}\n`,
  )
}

/** The record of this run key, as far as earlier jobs wrote it. */
export async function readRecord(folder: string, runKey: string): Promise<RunRecord | undefined> {
  const read = await readRecordFile(join(runFolder(folder, runKey), 'run.json'))
  return 'record' in read && read.record.runKey === runKey ? read.record : undefined
}

/** What a built-in stage wrote for the stages after it. */
export function dataOf(result: StageResult): Json {
  if (result.data === undefined) throw new Error(`Cannot use the result of stage "${result.stage}": it holds no data`)
  return result.data
}

async function makeHere(session: RunSession, step: Step, cacheKey: string): Promise<Read<StageResult>> {
  const started = session.now()
  const elapsed = startStopwatch()
  const meter = openMeter()
  const fail = (error?: unknown) => {
    const seconds = elapsed()
    session.progress.finished(step.name, 'failed', '', seconds)
    session.stages.push({
      name: step.name,
      key: step.key,
      cacheKey,
      outcome: 'failed',
      startedAt: started.toISOString(),
      seconds,
      detail: '',
      outputs: {},
      ...(error instanceof ProgramFault && { attempts: error.attempts }),
      ...meter.total(),
    })
  }
  try {
    const made = await makeResult(session.folder, {
      stage: step.name,
      key: step.key,
      parts: step.parts,
      cacheKey,
      now: session.now,
      meter,
      work: (workFolder) => step.work(workFolder, meter),
    })
    if (!made.ok) fail()
    return made
  } catch (error) {
    fail(error)
    throw error
  }
}

async function takeOver(session: RunSession, step: Step): Promise<StageResult> {
  const { runKey } = session.declared.keys
  const result = await pointedResult(session.folder, runKey, step.name)
  if (!result) {
    throw new Fault(
      'pipeline/missing-result',
      `Cannot go on with run ${runKey.slice(0, 8)}: stage "${step.name}" has no result here; expected one of job ${step.job}`,
      { remedy: `Run job ${step.job} first, on the same commit: plumbline run --job ${step.job}` },
    )
  }
  session.stages.push(recordOf(result, 'done'))
  return result
}

async function note(session: RunSession, result: StageResult, outcome: 'done' | 'cached'): Promise<void> {
  session.stages.push(recordOf(result, outcome))
  await pointTo(session, result.stage, result)
}

function pointerFile(folder: string, runKey: string, stage: string): string {
  return join(runFolder(folder, runKey), 'stages', `${stage}.json`)
}

async function sayWhy(session: RunSession, step: Step, isForced: boolean): Promise<void> {
  const before = await latestResult(session.folder, step.name)
  if (!before) return
  const changed = changedParts(before.parts, step.parts)
  session.progress.note(isForced ? wordForced(step.name) : wordChange(step.name, changed))
}

/** Where one stage alone is to be run, what it needs must be here already. */
function requireAlone({ chosen: { only } }: RunSession, { name }: Step): void {
  if (only === undefined || only === name || name.endsWith('.contract')) return
  throw new Fault(
    'pipeline/missing-result',
    `Cannot run stage "${only}" alone: "${name}" has no result here that fits`,
    {
      remedy: `plumbline run --to ${only}`,
    },
  )
}

/** Empties a run's logs of an earlier try; a stage on somebody's own inputs is no run, and leaves those of one alone. */
export async function freshLogs(session: RunSession): Promise<void> {
  const logs = join(runFolder(session.folder, session.declared.keys.runKey), 'logs')
  if (session.jobs.size === jobs.length && !session.fixtures) await rm(logs, { recursive: true, force: true })
  await mkdir(logs, { recursive: true })
}
