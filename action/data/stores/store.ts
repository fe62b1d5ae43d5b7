import type { LockEntry } from '../../project/data-lock.ts'
import type { Project } from '../../project/project.ts'
import { fileStore } from './file-store.ts'
import { gitStore } from './git-store.ts'
import { remoteStore } from './remote-store.ts'

/** A file that holds the pinned bytes. */
export interface StoredFile extends LockEntry {
  readonly absolutePath: string
}

export interface Pushed {
  /** Brought there now. */
  readonly files: number
  readonly bytes: number
  /** Were there already. */
  readonly there: number
}

export interface Told {
  readonly signal?: AbortSignal
  /** As bytes leave. */
  readonly onBytes?: (bytes: number) => void
}

/** Where pinned bytes are kept, addressed by their digest. */
export interface Store {
  /** The digests of those whose bytes are there, by name and size: no byte is read. */
  held(entries: readonly LockEntry[]): Promise<ReadonlySet<string>>
  /** The absolute path of a file that holds exactly the pinned bytes. Throws a fault `store/…` where they cannot be had. */
  fetch(entry: LockEntry, signal?: AbortSignal): Promise<string>
  /** Keeps the bytes of a file, which must be the pinned ones; those it has already are left alone. Elsewhere: `push`. */
  put(absolutePath: string, entry: LockEntry, signal?: AbortSignal): Promise<void>
  /** Brings the bytes to where other machines find them; absent where `put`, or a commit, does. */
  readonly push?: (files: readonly StoredFile[], told: Told) => Promise<Pushed>
}

/** What a store elsewhere is reached by. */
export interface StoreWorld {
  /** Of the caller: credentials, endpoints, proxies. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** `world` is needed by stores elsewhere alone, and by them only for what is not here. */
export function openStore(project: Project, world?: StoreWorld): Store {
  const { folder, data } = project
  switch (data.store.kind) {
    case 'git':
      return gitStore(folder)
    case 'file':
      return fileStore(folder, data.store.path)
    case 's3': {
      const place = data.store
      return remoteStore(folder, `s3://${place.bucket}/${place.prefix}`, async () => {
        if (!world) throw new Error('Cannot open a store elsewhere without an environment')
        const { openS3Store } = await import('./s3-store.ts')
        return await openS3Store(place, world.environment)
      })
    }
  }
}
