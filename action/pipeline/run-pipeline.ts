import type { Diagnostic, Read } from '../base/diagnostic.ts'
import { Fault } from '../base/fault.ts'
import type { HiddenTexts } from '../base/hidden-texts.ts'
import { textsToMask } from '../base/mask-secrets.ts'
import type { Progress } from '../base/progress.ts'
import { countFiles } from '../project/data-lock.ts'
import { wordHeader, wordLockDifference } from '../report/report-run.ts'
import { metricsIn, takeFeatures, takeJudging, takeSplit, takeValidate, verdictsIn } from './built-in-stages.ts'
import { type DeclaredRun, declareRun } from './declare-run.ts'
import { holdCached } from './hold-cached.ts'
import { knownSecrets } from './known-secrets.ts'
import { readSelfReported, takeJudgedFit, takeReleasedFit } from './program-stages.ts'
import { type CodeState, readCodeState } from './read-code-state.ts'
import { readTrigger } from './read-trigger.ts'
import { removeDeadDrafts } from './remove-dead-drafts.ts'
import type { RunRecord } from './run-record.ts'
import { freshLogs, type Job, jobs, type RunSession } from './run-session.ts'
import { type LazyEnvironment, lazyEnvironment } from './stage-environment.ts'
import { takeOutputCheck } from './take-output-check.ts'
import { type RunFindings, splitFindings, writeRecord } from './write-record.ts'

export interface RunRequest {
  readonly folder: string
  /** One job of a workflow; all of them where not given. */
  readonly job?: Job
  /** Another snapshot than the pinned one: a name, a tag, or digits of a digest. */
  readonly data?: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly progress: Progress
  readonly signal: AbortSignal
  readonly now: () => Date
  /** Hears of the project's secrets, so that nobody is shown them. */
  readonly hidden?: HiddenTexts
}

export type RunEnd =
  /** The jobs asked for are done, and no gate said no. */
  | { readonly kind: 'passed'; readonly record: RunRecord }
  | { readonly kind: 'refused'; readonly record: RunRecord }
  | { readonly kind: 'diagnosed'; readonly diagnostics: readonly Diagnostic[] }

/**
 * From the pinned snapshot to a judged and refitted model: validate, features, split, train, predict, evaluate, gate,
 * refit. Stages whose key and inputs are unchanged come from the cache. A record is written however the run ends.
 */
export async function runPipeline(request: RunRequest): Promise<RunEnd> {
  const declared = await declareRun(request.folder, request.data)
  if (!declared.ok) return { kind: 'diagnosed', diagnostics: declared.diagnostics }
  const secrets = knownSecrets(declared.value.project, request.environment)
  await request.hidden?.hide(secrets)
  const session = openSession(request, declared.value, textsToMask(secrets))
  const code = await readCodeState(request.folder)
  const findings: RunFindings = {
    code,
    trigger: readTrigger(request.environment, code.user),
    startedAt: request.now(),
    python: undefined,
    split: null,
    rows: 0,
    since: null,
    metrics: [],
    selfReported: {},
    gates: [],
  }
  greet(session, findings, code)
  await warnOfOtherFiles(session)
  await removeDeadDrafts(session.folder)
  await freshLogs(session)
  // Whoever is killed from here on leaves a record that says so.
  await writeRecord(session, findings, 'interrupted')

  try {
    const end = await runJobs(session, findings)
    if (!end.ok) {
      await writeRecord(session, findings, 'failed', end.diagnostics[0]?.message)
      return { kind: 'diagnosed', diagnostics: end.diagnostics }
    }
    const outcome = end.value
    return { kind: outcome, record: await writeRecord(session, findings, outcome) }
  } catch (error) {
    const failure = error instanceof Fault ? error.message : String(error)
    await writeRecord(session, findings, request.signal.aborted ? 'interrupted' : 'failed', failure)
    throw error
  }
}

/** The stages in order; what they find is kept in `findings` as it becomes known, so that a failed run's record has it too. */
async function runJobs(session: RunSession, findings: RunFindings): Promise<Read<'passed' | 'refused'>> {
  const isLast = (job: Job) => !jobs.slice(jobs.indexOf(job) + 1).some((later) => session.jobs.has(later))
  const passed = { ok: true, value: 'passed' } as const

  const validated = await takeValidate(session)
  if (!validated.ok) return validated
  const features = await takeFeatures(session)
  if (!features.ok) return features
  const kept = await takeOutputCheck(session, {
    job: 'prepare',
    stage: 'features',
    result: features.value,
    output: 'features',
  })
  if (!kept.ok) return kept
  const split = await takeSplit(session, features.value)
  if (!split.ok) return split
  Object.assign(findings, splitFindings(features.value, split.value))
  if (isLast('prepare')) return passed

  const environment = openEnvironment(session)
  const fit = await takeJudgedFit(session, split.value, environment)
  if (!fit.ok) return fit
  if (session.jobs.has('train')) findings.python = (await environment.interpreter())?.version
  findings.selfReported = await readSelfReported(session, fit.value)
  if (isLast('train')) return passed

  const predict = fit.value.get('predict')
  if (!predict) throw new Error('Cannot judge the model: no stage predicted')
  const judged = await takeJudging(session, split.value, predict)
  if (!judged.ok) return judged
  findings.metrics = metricsIn(judged.value.evaluate)
  findings.gates = verdictsIn(judged.value.gate)
  const { overallVerdict } = await import('../evaluation/judge-gates.ts')
  if (overallVerdict(findings.gates) !== 'pass') return { ok: true, value: 'refused' }
  if (isLast('judge')) return passed

  const refit = await takeReleasedFit(session, split.value, environment)
  return refit.ok ? passed : refit
}

function openSession(request: RunRequest, declared: DeclaredRun, masked: readonly string[]): RunSession {
  const { folder, job, environment, progress, signal, now } = request
  return {
    folder,
    declared,
    jobs: new Set(job ? [job] : jobs),
    environment,
    progress: holdCached(progress),
    signal,
    now,
    masked,
    stages: [],
  }
}

function openEnvironment({ declared, environment, progress, signal }: RunSession): LazyEnvironment {
  const { project, requirements } = declared
  return lazyEnvironment({ project, requirements, caller: environment, progress, signal })
}

/** Whoever put new files there and runs would else wonder why all comes from the cache. In a workflow, jobs fetch what is pinned. */
async function warnOfOtherFiles({ declared, jobs: here, progress }: RunSession): Promise<void> {
  if (here.size < jobs.length || declared.askedData !== undefined) return
  const { compareWithLock } = await import('../data/compare-with-lock.ts')
  // Pinned data may be kept elsewhere, and nothing lie under the globs.
  const difference = await compareWithLock(declared.project, declared.lock, declared.contract).catch(() => undefined)
  if (difference) progress.warn(wordLockDifference(difference))
}

function greet(session: RunSession, { trigger }: RunFindings, { code }: CodeState): void {
  const { project, lock, dataDigest, askedData, keys } = session.declared
  const files = countFiles(lock)
  session.progress.note(
    wordHeader({
      model: project.model.name,
      dataDigest,
      files,
      code,
      trigger,
      runKey: keys.runKey,
      ...(askedData !== undefined && { askedData }),
    }),
  )
}
