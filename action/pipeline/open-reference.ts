import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

import { Fault } from '../base/fault.ts'
import { fetchSnapshot, type PinnedFile } from '../data/fetch-snapshot.ts'
import type { SectionFiles } from '../data/section-files.ts'
import type { StoreWorld } from '../data/stores/store.ts'
import { type DataLock, dataLockFile, readDataLock } from '../project/data-lock.ts'
import type { Project } from '../project/project.ts'

/** Where the files of the pinned snapshot may be found, absolute: what `openReference()` answers is one of these or below. */
export async function referencePlaces(
  project: Project,
): Promise<{ readonly paths: readonly string[]; readonly folders: readonly string[] }> {
  const lock = await readLock(project)
  const { folder, data } = project
  const kept = data.store.kind === 'file' ? resolve(folder, data.store.path) : join(folder, '.plumbline/data')
  const pinned = data.sources.flatMap(({ name }) => lock?.sections[name] ?? [])
  return { paths: pinned.map(({ path }) => join(folder, path)), folders: lock ? [kept] : [] }
}

/** The files of the pinned snapshot; nothing where nothing is pinned or its bytes cannot be had. */
export async function openReference(
  project: Project,
  signal: AbortSignal,
  world: StoreWorld,
): Promise<SectionFiles<PinnedFile> | undefined> {
  const lock = await readLock(project)
  if (!lock) return undefined
  try {
    return await fetchSnapshot(project, lock, signal, world)
  } catch (error) {
    if (error instanceof Fault && !signal.aborted) return undefined
    throw error
  }
}

async function readLock({ folder }: Project): Promise<DataLock | undefined> {
  const text = await readFile(join(folder, dataLockFile), 'utf8').catch(() => undefined)
  const lock = text === undefined ? undefined : readDataLock(dataLockFile, text)
  return lock?.ok ? lock.value : undefined
}
