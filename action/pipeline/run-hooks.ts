import { join } from 'node:path'

import { Fault } from '../base/fault.ts'
import { startStopwatch } from '../base/stopwatch.ts'
import type { Hook, HookName } from '../project/project.ts'
import { wordHook } from '../report/word-stages.ts'
import { inDraft } from './draft-folder.ts'
import type { HookRecord, RunRecord } from './run-record.ts'
import { logFile, type RunSession, runFolder } from './run-session.ts'
import { runStage } from './run-stage.ts'
import type { LazyEnvironment } from './stage-environment.ts'

/** How long a hook may take where it sets no `timeout:`, and where the run was interrupted: a runner gives that little. */
const longestMs = 600_000
const longestInterruptedMs = 6000

/** Which hooks a run that ended so calls, in order. */
export function hooksFor(outcome: RunRecord['outcome']): readonly HookName[] {
  return outcome === 'passed' ? ['always'] : ['on-failure', 'always']
}

/**
 * Calls each hook of a run that ended once, with `PLUMBLINE_OUTCOME` and `PLUMBLINE_IN_RUN`, a copy of its record. A hook that
 * fails is told of and changes nothing: the run came to what it came to.
 */
export async function runHooks(
  session: RunSession,
  record: RunRecord,
  environment: LazyEnvironment,
): Promise<readonly HookRecord[]> {
  const hooks = hooksFor(record.outcome).flatMap((name) =>
    session.declared.project.hooks.filter((hook) => hook.name === name),
  )
  const records: HookRecord[] = []
  for (const hook of hooks) records.push(await runHook(session, hook, record, environment))
  return records
}

async function runHook(
  session: RunSession,
  hook: Hook,
  record: RunRecord,
  environment: LazyEnvironment,
): Promise<HookRecord> {
  const { folder, declared, progress } = session
  const { name } = hook
  const shown = `hook-${name}`
  const seconds = startStopwatch()
  const isInterrupted = record.outcome === 'interrupted'
  const timeoutMs = Math.min(
    hook.timeoutMs ?? longestMs,
    isInterrupted ? longestInterruptedMs : Number.POSITIVE_INFINITY,
  )
  progress.started(shown)
  let outcome: HookRecord['outcome'] = 'done'
  try {
    const run = {
      project: declared.project,
      stage: { ...hook, timeoutMs },
      name: shown,
      subject: `hook "${name}"`,
      reads: declared.reads.get(name) ?? {},
      inputs: { run: { run: join(runFolder(folder, record.runKey), 'run.json') } },
      environment: await environment.environment({}),
      variables: { PLUMBLINE_OUTCOME: record.outcome },
      caller: session.environment,
      logFile: logFile(session, shown),
      progress,
      // The run may have been interrupted: its hooks are what still has to happen.
      signal: isInterrupted ? new AbortController().signal : session.signal,
    }
    await inDraft(folder, shown, (work) => runStage(run, work))
  } catch (error) {
    outcome = 'failed'
    progress.warn(wordHook(name, error instanceof Fault ? error.message : String(error)))
  }
  const tookSeconds = seconds()
  progress.finished(shown, outcome, '', tookSeconds)
  return { name, outcome, seconds: tookSeconds }
}
