import { Fault } from '../../base/fault.ts'
import type { GitHubClient } from '../../github/client.ts'
import type { Project } from '../../project/project.ts'
import { openStoreClient, type StoreWorld } from '../stores/store.ts'
import { openNeeded } from './ask-needed.ts'
import { type Collectable, type CollectedRemote, type CollectWishes, collectRemote } from './collect-remote.ts'

export interface CollectedElsewhere extends CollectedRemote {
  /** The store, as people call it. */
  readonly store: string
}

/**
 * Clears the store of a project that lies elsewhere, s3 or releases; undefined where it keeps its data here. Which locks there
 * are is GitHub's to say in both cases.
 */
export async function collectElsewhere(
  project: Project,
  world: StoreWorld,
  { isShared, ...wishes }: CollectWishes & { readonly isShared: boolean },
): Promise<CollectedElsewhere | undefined> {
  const { store } = project.data
  if (store.kind !== 's3' && store.kind !== 'releases') return undefined
  if (store.kind === 's3' && !isShared) throw maybeShared(`s3://${store.bucket}/${store.prefix}`)
  const { client, close } = await openStoreClient(project.folder, world)
  try {
    await using opened = await openCollectable(project, client, world)
    await using needed = await openNeeded(project, client, wishes.signal)
    return { store: opened.shown, ...(await collectRemote(opened.garbage, needed.ask, wishes)) }
  } finally {
    await close()
  }
}

async function openCollectable(
  { data: { store } }: Project,
  client: GitHubClient,
  { environment, now = () => new Date() }: StoreWorld,
): Promise<AsyncDisposable & { readonly garbage: Collectable; readonly shown: string }> {
  if (store.kind === 's3') {
    const { openS3Store } = await import('../stores/s3-store.ts')
    const remote = await openS3Store(store, environment)
    return {
      garbage: remote.garbage,
      shown: `s3://${store.bucket}/${store.prefix}`,
      [Symbol.asyncDispose]: async () => await remote.close?.(),
    }
  }
  const { releasesGarbage } = await import('../stores/releases-garbage.ts')
  const { owner, repository } = client.connection
  return {
    garbage: releasesGarbage(client, now),
    shown: `releases of ${owner}/${repository}`,
    [Symbol.asyncDispose]: async () => {},
  }
}

/** Only this repository's locks are looked at. */
function maybeShared(shown: string): Fault {
  return new Fault(
    'store/shared',
    `Cannot clear the store "${shown}": other repositories may keep their data there, too; expected one that only this one uses`,
    { remedy: 'If no other repository keeps its data there: plumbline data gc --shared', stays: 'nothing was removed' },
  )
}
