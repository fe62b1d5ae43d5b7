import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Read } from '../base/diagnostic.ts'
import { Fault } from '../base/fault.ts'
import { writeWhole } from '../base/write-whole.ts'
import { type DataLock, dataLockFile, formatDataLock, readDataLock } from '../project/data-lock.ts'
import type { Project } from '../project/project.ts'
import { sectionNames } from '../project/read-sources.ts'
import { readTextFile } from '../project/read-text-file.ts'
import { namedLockFile } from '../project/snapshot-name.ts'
import { mapInParallel } from './map-in-parallel.ts'
import { allFiles } from './section-files.ts'
import { openStore } from './stores/store.ts'
import type { Snapshot } from './take-snapshot.ts'

/** What `data.lock.yaml` pins now; undefined where there is none yet. */
export async function readPinned(project: Project): Promise<Read<DataLock> | undefined> {
  const path = join(project.folder, dataLockFile)
  const isThere = await access(path).then(
    () => true,
    () => false,
  )
  if (!isThere) return undefined
  const text = await readTextFile(path, dataLockFile, 'Run plumbline snapshot.')
  return text.ok ? readDataLock(dataLockFile, text.value, sectionNames(project.data)) : text
}

/**
 * Keeps the snapshot's bytes in the store, then writes `data.lock.yaml`, so that what is pinned can always be had.
 * Killed in between and run again, it ends the same.
 */
export async function pinSnapshot(project: Project, { lock, files }: Snapshot, signal?: AbortSignal): Promise<void> {
  await using store = openStore(project)
  await mapInParallel(allFiles(files), 4, async ({ absolutePath, ...entry }) => store.put(absolutePath, entry, signal))
  const path = join(project.folder, dataLockFile)
  const text = formatDataLock(lock)
  const before = await readFile(path, 'utf8').catch(() => undefined)
  if (before !== text) await writeWhole(path, text)
}

/** Throws `data/name-taken` where the name is another snapshot's. */
export async function refuseTakenName({ folder }: Project, lock: DataLock, name: string): Promise<void> {
  const file = namedLockFile(name)
  const before = await readFile(join(folder, file), 'utf8').catch(() => undefined)
  if (before === undefined || before === formatDataLock(lock)) return
  throw new Fault(
    'data/name-taken',
    `Cannot name the snapshot "${name}": ${file} is of another one; expected a new name`,
    { remedy: 'Choose another name, or remove the file.', stays: 'nothing was pinned' },
  )
}

/** Keeps a copy of the lock under a name that is free, in `snapshots/`, for the user to commit. */
export async function nameSnapshot({ folder }: Project, lock: DataLock, name: string): Promise<string> {
  const file = namedLockFile(name)
  const text = formatDataLock(lock)
  const before = await readFile(join(folder, file), 'utf8').catch(() => undefined)
  if (before !== text) await writeWhole(join(folder, file), text)
  return file
}
