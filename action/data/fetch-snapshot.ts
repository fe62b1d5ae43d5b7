import type { DataLock, LockEntry } from '../project/data-lock.ts'
import type { Project } from '../project/project.ts'
import { mapInParallel } from './map-in-parallel.ts'
import type { SourceFile } from './source-file.ts'
import { openStore } from './stores/store.ts'

/** A file whose bytes were compared with the lock. */
export interface PinnedFile extends SourceFile {
  readonly sha256: string
}

export interface SnapshotFiles {
  readonly features: readonly PinnedFile[]
  readonly labels: readonly PinnedFile[]
}

/** Brings the pinned bytes onto this machine, each file verified. Throws a fault `store/…` where one cannot be had. */
export async function fetchSnapshot(project: Project, lock: DataLock, signal?: AbortSignal): Promise<SnapshotFiles> {
  const store = openStore(project)
  const fetchAll = (entries: readonly LockEntry[] = []) =>
    mapInParallel(entries, 4, async (entry) => ({ ...entry, absolutePath: await store.fetch(entry, signal) }))
  return { features: await fetchAll(lock.sections.features), labels: await fetchAll(lock.sections.labels) }
}
