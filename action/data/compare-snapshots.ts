import { type DataLock, dataDigest, type LockEntry } from '../project/data-lock.ts'
import type { Project } from '../project/project.ts'
import type { EventSpan } from './event-time.ts'
import { factsKey, type FileFacts, type KnownFacts } from './file-facts.ts'

export interface ChangedFile extends LockEntry {
  readonly section: string
  /** What it holds, where that is known. */
  readonly rows?: number
  readonly since?: string | null
  readonly until?: string | null
}

/** How one snapshot differs from another, file by file and in its columns. */
export interface SnapshotChanges {
  readonly added: readonly ChangedFile[]
  readonly removed: readonly ChangedFile[]
  readonly changed: readonly ChangedFile[]
  /** Only sections whose columns differ; none where the earlier ones are not known any more. */
  readonly schema: readonly SchemaChange[]
}

export interface SchemaChange {
  readonly section: string
  /** Columns that some file holds now, and none did. */
  readonly added: readonly string[]
  /** Columns that some file held, and none does now. */
  readonly gone: readonly string[]
}

/** File by file, the same path in the same section. Without an earlier lock all files are added. */
export function compareSnapshots(
  project: Project,
  previous: DataLock | undefined,
  { lock, digest }: { readonly lock: DataLock; readonly digest: string },
  facts: KnownFacts,
): SnapshotChanges {
  if (previous && dataDigest(previous) === digest) return { added: [], removed: [], changed: [], schema: [] }
  const [first] = project.data.sources
  const before = byPlace(previous)
  const now = byPlace(lock)
  const both = [...now].filter(([place]) => before.has(place))
  return {
    added: [...now].filter(([place]) => !before.has(place)).map(([, file]) => file),
    removed: [...before].filter(([place]) => !now.has(place)).map(([, file]) => file),
    changed: both.filter(([place, file]) => before.get(place)?.sha256 !== file.sha256).map(([, file]) => file),
    schema: previous ? Object.keys(lock.sections).flatMap((section) => schemaChange(section, previous)) : [],
  }

  function byPlace(of: DataLock | undefined): Map<string, ChangedFile> {
    const files = Object.entries(of?.sections ?? {}).flatMap(([section, entries]) =>
      entries.map((entry) => [`${section}/${entry.path}`, { ...entry, section, ...spanOf(section, entry) }] as const),
    )
    return new Map(files)
  }

  function factsOf(section: string, { sha256, path }: LockEntry): FileFacts | undefined {
    return facts.get(factsKey(sha256, path, section === first.name))
  }

  function spanOf(section: string, entry: LockEntry): Partial<EventSpan> {
    const known = factsOf(section, entry)
    return known ? { rows: known.rows, since: known.since, until: known.until } : {}
  }

  function schemaChange(section: string, old: DataLock): SchemaChange[] {
    const columnsThen = columnsOf(section, old)
    const columnsNow = columnsOf(section, lock)
    if (!columnsThen || !columnsNow) return []
    const added = [...columnsNow].filter((name) => !columnsThen.has(name))
    const gone = [...columnsThen].filter((name) => !columnsNow.has(name))
    return added.length + gone.length > 0 ? [{ section, added, gone }] : []
  }

  /** Undefined where a file's columns are not known: then nothing can be said of all. */
  function columnsOf(section: string, of: DataLock): Set<string> | undefined {
    const columns = new Set<string>()
    for (const entry of of.sections[section] ?? []) {
      const known = factsOf(section, entry)
      if (!known) return undefined
      for (const name of known.columns) columns.add(name)
    }
    return columns.size > 0 ? columns : undefined
  }
}
