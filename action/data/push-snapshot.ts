import { Fault } from '../base/fault.ts'
import { type Progress, silent } from '../base/progress.ts'
import { startStopwatch } from '../base/stopwatch.ts'
import type { Project } from '../project/project.ts'
import { allFiles } from './section-files.ts'
import { openStore, type Pushed, type StoreWorld } from './stores/store.ts'
import type { Snapshot } from './take-snapshot.ts'

export interface PushOptions {
  readonly world: StoreWorld
  readonly progress?: Progress
  readonly signal?: AbortSignal
}

/**
 * Brings a snapshot's bytes to where other machines find them, and makes sure that all of them are there: before the lock
 * that names them is written. Killed anywhere and run again, it goes on where it was. With data.store `git` it is the user's
 * commit that does this, which is the fault `store/no-push`.
 */
export async function pushSnapshot(
  project: Project,
  { files, lock }: Pick<Snapshot, 'files' | 'lock'>,
  { world, progress = silent, signal }: PushOptions,
): Promise<Pushed> {
  if (project.data.store.kind === 'git') throw noPush()
  await using store = openStore(project, world)
  const pinned = allFiles(files)
  if (!store.push) {
    for (const { absolutePath, ...entry } of pinned) await store.put(absolutePath, entry, signal)
    const entries = Object.values(lock.sections).flat()
    return { files: 0, bytes: 0, there: new Set(entries.map(({ sha256 }) => sha256)).size }
  }
  const bytes = pinned.reduce((sum, file) => sum + file.bytes, 0)
  const seconds = startStopwatch()
  let sent = 0
  progress.started('push')
  const pushed = await store.push(pinned, {
    ...(signal && { signal }),
    onBytes(more) {
      sent += more
      progress.update('push', `${Math.floor((100 * sent) / Math.max(bytes, 1))} %`)
    },
  })
  progress.finished('push', 'done', `${pushed.files} files new there, ${pushed.there} were there`, seconds())
  return pushed
}

function noPush(): Fault {
  return new Fault('store/no-push', 'Cannot push the data: data.store is git; expected a store elsewhere', {
    remedy: 'Commit the data files with the lock and push them, or set data.store: { s3: BUCKET/PREFIX }.',
    stays: 'nothing was pinned',
  })
}
