import type { Read } from '../base/diagnostic.ts'
import { declareRun, type RunWishes } from './declare-run.ts'
import { openSession, type SessionRequest } from './open-session.ts'
import { readCodeState } from './read-code-state.ts'
import { readTrigger } from './read-trigger.ts'
import { hooksFor, runHooks } from './run-hooks.ts'
import { openEnvironment } from './run-jobs.ts'
import type { HookRecord, RunRecord } from './run-record.ts'
import { freshLogs, readRecord } from './run-session.ts'
import { noFindings, writeRecord } from './write-record.ts'

/**
 * Calls the hooks of a run whose jobs were done elsewhere: `outcome` is what the workflow says of them, which knows also of
 * jobs that left no record.
 */
export async function callHooks(
  request: SessionRequest & RunWishes & { readonly outcome: Exclude<RunRecord['outcome'], 'refused'> },
): Promise<Read<readonly HookRecord[]>> {
  const declared = await declareRun(request.folder, request)
  if (!declared.ok) return declared
  const code = await readCodeState(request.folder)
  const trigger = readTrigger(request.environment, code.user)
  // None of the jobs is done here.
  const session = { ...openSession(request, declared.value, trigger), jobs: new Set<never>() }
  const known = await readRecord(request.folder, declared.value.keys.runKey)
  const outcome = known?.outcome === 'refused' && request.outcome === 'failed' ? 'refused' : request.outcome
  const isCalled = declared.value.project.hooks.some(({ name }) => hooksFor(outcome).includes(name))
  if (!isCalled) return { ok: true, value: [] }
  await freshLogs(session)
  const findings = noFindings(code, trigger, request.now())
  const record = known ?? (await writeRecord(session, findings, outcome))
  return { ok: true, value: await runHooks(session, { ...record, outcome }, openEnvironment(session)) }
}
