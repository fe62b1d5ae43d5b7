import { readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { wordRetry } from '../report/word-attempts.ts'
import { subjectOf } from './collect-outputs.ts'
import { decideRetry, retryWaitMs } from './decide-retry.ts'
import { interruptedProgram, ProgramFault } from './program-fault.ts'
import { type ProgramRun, runStage } from './run-stage.ts'
import type { StageWork } from './stage-result.ts'

/**
 * Runs a stage as often as its `retry:` allows, each time in a folder of its own and with a log of its own. Throws what
 * the last attempt threw; an interruption ends the waiting at once.
 */
export async function runAttempts(
  run: ProgramRun,
  workFolder: string,
  random: () => number = Math.random,
): Promise<Pick<StageWork, 'outputs'> & { readonly attempts: number }> {
  await removeLogs(run.logFile)
  for (let attempt = 1; ; attempt++) {
    run.progress.about?.({ stage: run.name, attempt })
    try {
      const work = await runStage({ ...run, attempt, logFile: attemptLog(run.logFile, attempt) }, workFolder)
      return { ...work, attempts: attempt }
    } catch (error) {
      if (!(error instanceof ProgramFault)) throw error
      await waitForNext(run, error, random)
    }
  }
}

/** Returns when it is time for the next attempt; throws the failure where there is none. */
async function waitForNext(run: ProgramRun, failure: ProgramFault, random: () => number): Promise<void> {
  const { stage, name, progress, signal } = run
  const { end, attempts } = failure
  const { retry } = stage
  if (retry === undefined || decideRetry(end, attempts, retry).kind === 'stop') throw failure
  const waitMs = retryWaitMs(attempts, random(), retry)
  progress.note(wordRetry({ stage: name, end, attempt: attempts + 1, of: retry.attempts, waitMs }))
  await sleep(waitMs, undefined, { signal }).catch(() => {
    throw interruptedProgram(subjectOf(run))
  })
}

/** `train.log`, then `train.2.log`, … */
function attemptLog(logFile: string, attempt: number): string {
  return attempt === 1 ? logFile : logFile.replace(/\.log$/, `.${attempt}.log`)
}

/** Of an earlier run: it may have needed more attempts than this one. */
async function removeLogs(logFile: string): Promise<void> {
  const folder = dirname(logFile)
  const stem = basename(logFile, '.log')
  for (const name of await readdir(folder).catch(() => [])) {
    if (name.startsWith(`${stem}.`) && /^\.\d+\.log$/.test(name.slice(stem.length))) await rm(join(folder, name))
  }
}
