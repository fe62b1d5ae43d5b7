import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { Fault } from '../base/fault.ts'
import { fetchSnapshot, type PinnedFile } from '../data/fetch-snapshot.ts'
import { dataLockFile, readDataLock } from '../project/data-lock.ts'
import type { Project } from '../project/project.ts'

/** The files of the pinned snapshot that hold features; none where nothing is pinned or its bytes cannot be had. */
export async function openReference(project: Project, signal: AbortSignal): Promise<readonly PinnedFile[]> {
  const text = await readFile(join(project.folder, dataLockFile), 'utf8').catch(() => undefined)
  const lock = text === undefined ? undefined : readDataLock(dataLockFile, text)
  if (!lock?.ok) return []
  try {
    return (await fetchSnapshot(project, lock.value, signal)).features
  } catch (error) {
    if (error instanceof Fault && !signal.aborted) return []
    throw error
  }
}
