import type { DataLock } from '../project/data-lock.ts'
import type { Project } from '../project/project.ts'
import { findSections, namedSections } from './section-files.ts'

/** How many of the files that lie there now are not those that a lock pins. */
export interface LockDifference {
  readonly added: number
  readonly removed: number
  readonly changed: number
}

/**
 * Compares by path and size alone: no byte is read, so a change that keeps the size stays unseen. Undefined where nothing
 * differs. Throws what `findSourceFiles()` throws.
 */
export async function compareWithLock(project: Project, lock: DataLock): Promise<LockDifference | undefined> {
  const difference = { added: 0, removed: 0, changed: 0 }
  for (const [section, files] of namedSections(project, await findSections(project))) {
    const pinned = new Map((lock.sections[section] ?? []).map(({ path, bytes }) => [path, bytes]))
    for (const { path, bytes } of files) {
      const before = pinned.get(path)
      if (before === undefined) difference.added += 1
      else if (before !== bytes) difference.changed += 1
      pinned.delete(path)
    }
    difference.removed += pinned.size
  }
  return difference.added + difference.removed + difference.changed === 0 ? undefined : difference
}
