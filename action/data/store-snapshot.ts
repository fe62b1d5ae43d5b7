import { Fault } from '../base/fault.ts'
import { dataDigest } from '../project/data-lock.ts'
import type { Project } from '../project/project.ts'
import { type PushOptions, pushSnapshot } from './push-snapshot.ts'
import { allFiles } from './section-files.ts'
import { openStore } from './stores/store.ts'
import { askGitStates, uncommittedIn } from './stores/uncommitted-files.ts'
import type { Snapshot } from './take-snapshot.ts'

/**
 * Keeps a snapshot's bytes in the store and sees to it that all of them are there, so that whoever has the lock has the data.
 * Writes no lock. With the store `git` the files must be committed: what no commit holds is the fault `retrain/unstored`.
 */
export async function storeSnapshot(
  project: Project,
  { files, lock }: Pick<Snapshot, 'files' | 'lock'>,
  options: PushOptions,
): Promise<void> {
  const pinned = allFiles(files)
  if (project.data.store.kind === 'git') {
    const { uncommitted, ignored } = uncommittedIn(await askGitStates(project.folder), pinned)
    const [first] = [...ignored, ...uncommitted]
    if (first !== undefined) throw uncommittedData(first, uncommitted.length + ignored.length, ignored.length > 0)
  }
  // Whatever else keeps them looks at all of them itself.
  if (project.data.store.kind !== 'git') return void (await pushSnapshot(project, { files, lock }, options))
  await using store = openStore(project, options.world)
  const entries = Object.values(lock.sections).flat()
  const held = await store.held(entries)
  const missing = entries.find(({ sha256 }) => !held.has(sha256))
  if (missing === undefined) return
  throw new Fault(
    'retrain/unstored',
    `Cannot propose data ${dataDigest(lock).slice(0, 8)}: no commit holds the bytes of "${missing.path}"; expected every pinned file in history`,
    { remedy: 'Commit the data as it was pinned, and push it.', stays: 'nothing was proposed' },
  )
}

function uncommittedData(path: string, count: number, isIgnored: boolean): Fault {
  const more = count > 1 ? ` and ${count - 1} more` : ''
  const state = isIgnored ? 'git ignores it' : 'no commit holds it yet'
  return new Fault(
    'retrain/unstored',
    `Cannot propose "${path}"${more}: ${state}; expected the data on the default branch, as data.store is git`,
    {
      remedy: isIgnored
        ? 'Take it out of .gitignore and commit it, or keep data in another store: data.store.'
        : 'Commit the data and push it: git add data && git commit -m "New data"; a pull request then pins it.',
      stays: 'nothing was proposed',
    },
  )
}
