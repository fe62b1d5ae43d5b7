import type { Diagnostic, Read } from '../base/diagnostic.ts'
import { Fault } from '../base/fault.ts'
import type { HiddenTexts } from '../base/hidden-texts.ts'
import { countFiles } from '../project/data-lock.ts'
import { wordHeader, wordLockDifference } from '../report/report-run.ts'
import { wordOverspent } from '../report/word-budget.ts'
import { type BudgetVerdict, decideBudget, mindsBudget } from './decide-budget.ts'
import { declareRun, type RunWishes } from './declare-run.ts'
import { keepRecord } from './keep-record.ts'
import { knownSecrets } from './known-secrets.ts'
import { openSession, type SessionRequest } from './open-session.ts'
import { type CodeState, readCodeState } from './read-code-state.ts'
import { mayBeProposed, type ProposedWhy, readTrigger, triggerOf } from './read-trigger.ts'
import { removeDeadDrafts } from './remove-dead-drafts.ts'
import { runHooks } from './run-hooks.ts'
import { openEnvironment, runJobs } from './run-jobs.ts'
import { afterOtherRuns } from './run-lock.ts'
import type { RunRecord, Trigger } from './run-record.ts'
import { freshLogs, jobs, type RunSession } from './run-session.ts'
import { noFindings, type RunFindings, writeRecord } from './write-record.ts'

export interface RunRequest extends SessionRequest, RunWishes {
  /**
   * What earlier executions of the model took, for its budget. Asked for only where one is set, in a workflow that no person
   * started.
   */
  readonly executions?: () => Promise<readonly RunRecord[]>
  /** Why this data was proposed, where nothing else ran on it yet; asked for only where a retrain pull request may have started the run. */
  readonly proposed?: (model: string, dataDigest: string, runKey: string) => Promise<ProposedWhy | undefined>
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
 * refit. Stages whose key and inputs are unchanged come from the cache. A record is written however the run ends, and its
 * hooks are called. In one folder one run goes on at a time; a second one waits.
 */
export async function runPipeline(request: RunRequest): Promise<RunEnd> {
  return await afterOtherRuns(request, () => runAlone(request))
}

async function runAlone(request: RunRequest): Promise<RunEnd> {
  const declared = await declareRun(request.folder, request)
  if (!declared.ok) return { kind: 'diagnosed', diagnostics: declared.diagnostics }
  const code = await readCodeState(request.folder)
  const started = readTrigger(request.environment, code.user)
  const { project, keys, dataDigest } = declared.value
  const asks = mayBeProposed(request.environment) ? request.proposed : undefined
  const trigger = triggerOf(started, await asks?.(project.model.name, dataDigest, keys.runKey))
  await request.hidden?.hide(knownSecrets(declared.value.project, request.environment))
  const opened = openSession(request, declared.value, trigger)
  const findings = noFindings(code, trigger, request.now())
  // Whoever is killed leaves a record that says so, and how far it came.
  const keeper = keepRecord(() => writeRecord(opened, findings, 'interrupted'))
  const session = { ...opened, saveRecord: keeper.save }
  greet(session, findings, code)
  await warnOfOtherFiles(session)
  await removeDeadDrafts(session.folder)
  await freshLogs(session)
  await keeper.save()

  let end: Read<'passed' | 'refused'>
  try {
    const overspent = await overspentBudget(session, started, request.executions)
    if (overspent) {
      const reason = wordOverspent(overspent)
      return { kind: 'refused', record: await finish(session, findings, 'refused', reason) }
    }
    end = await runJobs(session, findings)
    await keeper.stop()
  } catch (error) {
    await keeper.stop()
    const failure = error instanceof Fault ? error.message : String(error)
    await finish(session, findings, request.signal.aborted ? 'interrupted' : 'failed', failure)
    throw error
  } finally {
    await session.shared?.settle()
  }
  if (end.ok) return { kind: end.value, record: await finish(session, findings, end.value) }
  await finish(session, findings, 'failed', end.diagnostics[0]?.message)
  return { kind: 'diagnosed', diagnostics: end.diagnostics }
}

/** The record, then the hooks, which get it, then the record with what they came to. A job of several leaves them to the last. */
async function finish(
  session: RunSession,
  findings: RunFindings,
  outcome: RunRecord['outcome'],
  failure?: string,
): Promise<RunRecord> {
  const record = await writeRecord(session, findings, outcome, failure)
  const { hooks } = session.declared.project
  if (hooks.length === 0 || session.trial || session.jobs.size < jobs.length) return record
  findings.hooks = await runHooks(session, record, openEnvironment(session))
  return await writeRecord(session, findings, outcome, failure)
}

/** Only what begins a run asks: once it is under way, it ends. */
async function overspentBudget(
  { declared, jobs: here, now }: RunSession,
  trigger: Trigger,
  executions: RunRequest['executions'],
): Promise<BudgetVerdict | undefined> {
  const { budget } = declared.project.cost
  if (!budget || !executions || !here.has('prepare') || !mindsBudget(trigger)) return undefined
  const { name } = declared.project.model
  const own = (await executions()).filter(({ model }) => model === name)
  const verdict = decideBudget(own, budget, now())
  return verdict.kind === 'spent' ? verdict : undefined
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
  session.progress.about?.({ model: project.model.name, runKey: keys.runKey, trigger: trigger.kind })
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
