import type { GitHubClient } from '../../github/client.ts'
import type { GitHubConnection } from '../../github/connection.ts'
import type { LockEntry } from '../../project/data-lock.ts'
import type { Project } from '../../project/project.ts'
import { fileStore } from './file-store.ts'
import { gitStore } from './git-store.ts'
import { type Remote, remoteStore } from './remote-store.ts'

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
export interface Store extends AsyncDisposable {
  /** The digests of those whose bytes are there, by name and size: no byte is read. */
  held(entries: readonly LockEntry[]): Promise<ReadonlySet<string>>
  /** The absolute path of a file that holds exactly the pinned bytes. Throws a fault `store/…` where they cannot be had. */
  fetch(entry: LockEntry, signal?: AbortSignal): Promise<string>
  /** Says what will be fetched, so that many files can come at once. */
  readonly prepare?: (entries: readonly LockEntry[], signal?: AbortSignal) => Promise<void>
  /** Keeps the bytes of a file, which must be the pinned ones; those it has already are left alone. Elsewhere: `push`. */
  put(absolutePath: string, entry: LockEntry, signal?: AbortSignal): Promise<void>
  /** Brings the bytes to where other machines find them; absent where `put`, or a commit, does. */
  readonly push?: (files: readonly StoredFile[], told: Told) => Promise<Pushed>
}

/** What a store elsewhere is reached by. */
export interface StoreWorld {
  /** Of the caller: credentials, endpoints, proxies. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Connects to GitHub, or to the embedded one. */
  readonly openGitHub?: (repositoryFolder: string) => Promise<GitHubConnection>
  readonly signal?: AbortSignal
  /** Left out: the machine's clock. */
  readonly now?: () => Date
}

/** `world` is needed by stores elsewhere alone, and by them only for what is not here. */
export function openStore(project: Project, world?: StoreWorld): Store {
  const { folder, data } = project
  const now = world?.now ?? (() => new Date())
  switch (data.store.kind) {
    case 'git':
      return gitStore(folder)
    case 'file':
      return fileStore(folder, data.store.path)
    case 's3': {
      const place = data.store
      const open = async () => {
        if (!world) throw new Error('Cannot open a store elsewhere without an environment')
        const { openS3Store } = await import('./s3-store.ts')
        return await openS3Store(place, world.environment)
      }
      return remoteStore(folder, { shown: `s3://${place.bucket}/${place.prefix}`, now, open })
    }
    case 'releases':
      return remoteStore(folder, { shown: 'releases', now, open: async () => await openReleases(project, world) })
  }
}

async function openReleases({ folder, privacy }: Project, world: StoreWorld | undefined): Promise<Remote> {
  const { mostPackBytes } = await import('./plan-packs.ts')
  const { openReleasesStore } = await import('./releases-store.ts')
  const { client, close } = await openStoreClient(folder, world)
  const now = world?.now
  const remote = openReleasesStore({
    client,
    folder,
    mostPackBytes,
    mayBePublic: privacy.isPublic,
    ...(now && { now }),
  })
  return {
    ...remote,
    async close() {
      await remote.close?.()
      await close()
    },
  }
}

/** GitHub, for the repository that holds a folder. */
export async function openStoreClient(
  folder: string,
  world: StoreWorld | undefined,
): Promise<{ readonly client: GitHubClient; readonly close: () => Promise<void> }> {
  if (!world?.openGitHub) throw new Error('Cannot open GitHub without a way to it')
  const { openGitHubClient } = await import('../../github/client.ts')
  const { git } = await import('./git.ts')
  const top = ((await git(folder, ['rev-parse', '--show-toplevel']).catch(() => undefined)) ?? '').trim() || folder
  const connection = await world.openGitHub(top)
  const close = async () => await connection[Symbol.asyncDispose]()
  try {
    return { client: await openGitHubClient(connection, world.signal), close }
  } catch (error) {
    await close()
    throw error
  }
}
