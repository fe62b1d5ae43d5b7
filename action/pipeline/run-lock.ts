import { join } from 'node:path'

import { withExclusiveLock } from '../base/exclusive-lock.ts'
import { Fault } from '../base/fault.ts'
import { ownFolder } from '../base/own-folder.ts'
import type { Progress } from '../base/progress.ts'
import { wordOtherRun } from '../report/report-run.ts'

/** Longer than a runner lives: nobody's run takes so long. */
const longestRunMs = 36 * 24 * 3_600_000
/** For so long another run that is about to end is waited for in silence. */
const silentWaitMs = 1000

interface Place {
  readonly folder: string
  readonly signal: AbortSignal
}

/** Works while no run goes on in the folder, and none begins. Throws the fault `locked` where one goes on. */
export async function betweenRuns<T>({ folder, signal }: Place, work: () => Promise<T>): Promise<T> {
  return await withExclusiveLock(runLock(folder), { longestMs: longestRunMs, patienceMs: silentWaitMs, signal }, work)
}

/** The same, and waits for the other run however long it takes, and says so. */
export async function afterOtherRuns<T>(
  place: Place & { readonly progress: Progress },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await betweenRuns(place, work)
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'locked') throw error
    place.progress.note(wordOtherRun())
    const terms = { longestMs: longestRunMs, patienceMs: longestRunMs, signal: place.signal }
    return await withExclusiveLock(runLock(place.folder), terms, work)
  }
}

function runLock(folder: string): string {
  return join(folder, ownFolder, 'run.lock')
}
