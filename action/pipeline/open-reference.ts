import { Fault } from '../base/fault.ts'
import { fetchSnapshot, type PinnedFile } from '../data/fetch-snapshot.ts'
import type { SectionFiles } from '../data/section-files.ts'
import type { StoreWorld } from '../data/stores/store.ts'
import type { Project } from '../project/project.ts'
import { lockOfReference } from './reference-places.ts'

/** The files of the pinned snapshot; nothing where nothing is pinned or its bytes cannot be had. */
export async function openReference(
  project: Project,
  signal: AbortSignal,
  world: StoreWorld,
): Promise<SectionFiles<PinnedFile> | undefined> {
  const lock = await lockOfReference(project)
  if (!lock) return undefined
  try {
    return await fetchSnapshot(project, lock, signal, world)
  } catch (error) {
    if (error instanceof Fault && !signal.aborted) return undefined
    throw error
  }
}
