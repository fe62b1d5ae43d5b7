import { type DataLock, labelSection, type LockEntry } from '../project/data-lock.ts'
import type { Project } from '../project/project.ts'
import { mapInParallel } from './map-in-parallel.ts'
import type { SectionFiles } from './section-files.ts'
import { declaredEncoding, type SourceFile } from './source-file.ts'
import { openStore, type StoreWorld } from './stores/store.ts'

/** A file whose bytes were compared with the lock. */
export interface PinnedFile extends SourceFile {
  readonly sha256: string
}

export type SnapshotFiles = SectionFiles<PinnedFile>

/**
 * Brings the pinned bytes onto this machine, each file verified. Throws a fault `store/…` where one cannot be had. `world`:
 * what a store elsewhere is reached by.
 */
export async function fetchSnapshot(
  project: Project,
  lock: DataLock,
  signal?: AbortSignal,
  world?: StoreWorld,
): Promise<SnapshotFiles> {
  await using store = openStore(project, world)
  await store.prepare?.(Object.values(lock.sections).flat(), signal)
  // What is elsewhere is waited for rather than read.
  const filesAtOnce = store.push ? 16 : 4
  const fetchAll = (entries: readonly LockEntry[] = []) =>
    mapInParallel(entries, filesAtOnce, async (entry) => ({
      ...entry,
      ...declaredEncoding(entry.path, project.data.encoding),
      absolutePath: await store.fetch(entry, signal),
    }))
  const [first, ...others] = project.data.sources
  const joined: Record<string, readonly PinnedFile[]> = {}
  for (const { name } of others) joined[name] = await fetchAll(lock.sections[name])
  return {
    features: await fetchAll(lock.sections[first.name]),
    labels: await fetchAll(lock.sections[labelSection]),
    joined,
  }
}
