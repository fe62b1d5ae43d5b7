import type { DataLock } from '../project/data-lock.ts'
import type { Project } from '../project/project.ts'
import { compareMoments } from '../base/moments.ts'
import type { ChangedFile, SnapshotChanges } from './compare-snapshots.ts'
import { factsKey, type FileFacts, type KnownFacts } from './file-facts.ts'

/** Something about new data that is allowed, and that somebody should look at. */
export type Oddity =
  /** The same bytes as another file. */
  | { readonly kind: 'same bytes'; readonly path: string; readonly as: string }
  /** Other bytes, but as many rows, over the same time, under the same columns. */
  | { readonly kind: 'same rows'; readonly path: string; readonly as: string; readonly rows: number }
  /** A new file whose rows are all older than the newest that was pinned already. */
  | { readonly kind: 'older'; readonly path: string; readonly until: string; readonly newest: string }
  /** New or changed files, and still the same newest row. */
  | { readonly kind: 'not newer'; readonly files: number; readonly until: string }

export interface SnapshotToJudge {
  readonly project: Project
  readonly previous: DataLock | undefined
  readonly lock: DataLock
  readonly facts: KnownFacts
  readonly changes: SnapshotChanges
}

/** What looks wrong with files that are new or changed, by what is known of them all; no byte is read for it. */
export function findOddities({ project, previous, lock, facts, changes }: SnapshotToJudge): readonly Oddity[] {
  const [first] = project.data.sources
  const news = [...changes.added, ...changes.changed]
  const oddities: Oddity[] = []
  for (const section of Object.keys(lock.sections)) {
    const own = news.filter((file) => file.section === section)
    oddities.push(...repeated(own, section))
  }
  const newest = previous?.until ?? null
  if (newest === null || lock.until === null) return oddities
  const isTold = new Set(oddities.flatMap((oddity) => ('path' in oddity ? [oddity.path] : [])))
  const ordered = news.filter(({ section }) => section === first.name)
  for (const { path, until } of changes.added.filter(({ section }) => section === first.name)) {
    if (until !== undefined && until !== null && !isTold.has(path) && compareMoments(until, newest) < 0) {
      oddities.push({ kind: 'older', path, until, newest })
    }
  }
  if (ordered.length > 0 && lock.until === newest) {
    oddities.push({ kind: 'not newer', files: ordered.length, until: newest })
  }
  return oddities

  function repeated(own: readonly ChangedFile[], section: string): Oddity[] {
    if (own.length === 0) return []
    const isNew = new Set(own.map(({ path }) => path))
    const byBytes = new Map<string, string>()
    const byRows = new Map<string, string>()
    let byShape = previous !== undefined
    // Those that were there before come first, so that the new one is named as the repetition.
    const entries = lock.sections[section] ?? []
    const inOrder = [
      ...entries.filter(({ path }) => !isNew.has(path)),
      ...entries.filter(({ path }) => isNew.has(path)),
    ]
    const found: Oddity[] = []
    for (const { path, sha256 } of inOrder) {
      const known = facts.get(factsKey(sha256, path, section === first.name))
      const shape = known && shapeOf(known)
      const sameBytes = byBytes.get(sha256)
      const sameRows = shape === undefined ? undefined : byRows.get(shape)
      const isFresh = isNew.has(path)
      if (isFresh && sameBytes !== undefined) found.push({ kind: 'same bytes', path, as: sameBytes })
      else if (isFresh && byShape && sameRows !== undefined && known)
        found.push({ kind: 'same rows', path, as: sameRows, rows: known.rows })
      byBytes.set(sha256, sameBytes ?? path)
      // A file for each of several sensors: their shapes agree, and it means nothing.
      if (!isFresh && sameRows !== undefined) byShape = false
      if (shape !== undefined) byRows.set(shape, sameRows ?? path)
    }
    return found
  }
}

/** Fewer rows may well agree by chance, and so may those of one moment. */
const fewestRows = 20

function shapeOf({ rows, since, until, columns }: FileFacts): string | undefined {
  if (since === null || since === until || rows < fewestRows) return undefined
  return JSON.stringify([rows, since, until, columns.toSorted()])
}
