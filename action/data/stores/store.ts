import type { LockEntry } from '../../project/data-lock.ts'
import type { Project } from '../../project/project.ts'
import { fileStore } from './file-store.ts'
import { gitStore } from './git-store.ts'

/** Where pinned bytes are kept, addressed by their digest. */
export interface Store {
  /** The digests of those whose bytes are there, by name and size: no byte is read. */
  held(entries: readonly LockEntry[]): Promise<ReadonlySet<string>>
  /** The absolute path of a file that holds exactly the pinned bytes. Throws a fault `store/…` where they cannot be had. */
  fetch(entry: LockEntry, signal?: AbortSignal): Promise<string>
  /** Keeps the bytes of a file, which must be the pinned ones; those it has already are left alone. */
  put(absolutePath: string, entry: LockEntry, signal?: AbortSignal): Promise<void>
}

export function openStore(project: Project): Store {
  const { store } = project.data
  return store.kind === 'git' ? gitStore(project.folder) : fileStore(project.folder, store.path)
}
