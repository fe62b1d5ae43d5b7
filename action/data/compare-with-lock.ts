import type { Contract } from '../project/contract.ts'
import type { DataLock } from '../project/data-lock.ts'
import type { Project } from '../project/project.ts'
import { inspectFiles } from './inspect-files.ts'
import { leaveOutOld } from './leave-out-old.ts'
import { findSections, namedSections } from './section-files.ts'

/** How many of the files that lie there now are not those that a lock pins. */
export interface LockDifference {
  readonly added: number
  readonly removed: number
  readonly changed: number
}

/**
 * Compares by path and size alone: no byte is read, so a change that keeps the size stays unseen. Only with `split.window`
 * files that are new here are looked at, once: a snapshot leaves out those that are too old. Undefined where nothing differs.
 * Throws what `findSourceFiles()` throws.
 */
export async function compareWithLock(
  project: Project,
  lock: DataLock,
  contract?: Contract,
): Promise<LockDifference | undefined> {
  const difference = { added: 0, removed: 0, changed: 0 }
  const unpinned: string[] = []
  const found = await findSections(project)
  const [first] = project.data.sources
  for (const [section, files] of namedSections(project, found)) {
    const pinned = new Map((lock.sections[section] ?? []).map(({ path, bytes }) => [path, bytes]))
    for (const { path, bytes } of files) {
      const before = pinned.get(path)
      if (before === undefined && section === first.name) unpinned.push(path)
      else if (before === undefined) difference.added += 1
      else if (before !== bytes) difference.changed += 1
      pinned.delete(path)
    }
    difference.removed += pinned.size
  }
  const old = unpinned.length > 0 && project.split.windowMs !== undefined ? await tooOld() : new Set<string>()
  difference.added += unpinned.filter((path) => !old.has(path)).length
  return difference.added + difference.removed + difference.changed === 0 ? undefined : difference

  async function tooOld(): Promise<ReadonlySet<string>> {
    const inspected = await inspectFiles(project, contract, found, { previous: lock })
    return new Set(inspected.ok ? leaveOutOld(project, inspected.value).leftOut.paths : [])
  }
}
