import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

import { type DataLock, dataLockFile, readDataLock } from '../project/data-lock.ts'
import type { Project } from '../project/project.ts'

/** Where the files of the pinned snapshot may be found, absolute: what `openReference()` answers is one of these or below. */
export async function referencePlaces(
  project: Project,
): Promise<{ readonly paths: readonly string[]; readonly folders: readonly string[] }> {
  const lock = await lockOfReference(project)
  const { folder, data } = project
  const kept = data.store.kind === 'file' ? resolve(folder, data.store.path) : join(folder, '.plumbline/data')
  const pinned = data.sources.flatMap(({ name }) => lock?.sections[name] ?? [])
  return { paths: pinned.map(({ path }) => join(folder, path)), folders: lock ? [kept] : [] }
}

/** Nothing where nothing is pinned, or the lock cannot be read: others say that. */
export async function lockOfReference({ folder }: Project): Promise<DataLock | undefined> {
  const text = await readFile(join(folder, dataLockFile), 'utf8').catch(() => undefined)
  const lock = text === undefined ? undefined : readDataLock(dataLockFile, text)
  return lock?.ok ? lock.value : undefined
}
