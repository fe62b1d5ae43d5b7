import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { spanOfMoments } from '../base/moments.ts'
import type { DataLock, LockEntry } from '../project/data-lock.ts'
import type { Project } from '../project/project.ts'
import { factsKey, readAnyFacts } from './file-facts.ts'
import { stateOf } from './file-state.ts'
import { hashFiles } from './hash-files.ts'
import { openStore, type StoreWorld } from './stores/store.ts'

/** Where a pinned file's bytes are. */
export interface ListedFile extends LockEntry {
  readonly section: string
  /** The file at its path: the pinned bytes, others, or none. */
  readonly tree: 'there' | 'other bytes' | 'missing'
  /** The store, or git's history, holds a file of its name and size. */
  readonly isStored: boolean
}

export interface ListedSection {
  readonly name: string
  readonly files: number
  readonly bytes: number
  /** As far as every file was looked at here; null where one was not. */
  readonly rows: number | null
  readonly since: string | null
  readonly until: string | null
  readonly inTree: number
  readonly inStore: number
  /** Files whose bytes are nowhere here. */
  readonly missing: number
}

export interface ListedData {
  readonly sections: readonly ListedSection[]
  readonly files: readonly ListedFile[]
}

/** Looks for the bytes of a snapshot: files in the working tree are verified, those in the store are told by name and size. */
export async function listData(
  project: Project,
  lock: DataLock,
  signal?: AbortSignal,
  world?: StoreWorld,
): Promise<ListedData> {
  const pinned = Object.entries(lock.sections).flatMap(([section, entries]) =>
    entries.map((entry) => ({ ...entry, section })),
  )
  const digests = await digestsInTree(project, pinned, signal)
  await using store = openStore(project, world)
  const held = await store.held(pinned)
  const files = pinned.map((entry): ListedFile => {
    const found = digests.get(entry.path)
    const tree =
      found === entry.sha256 ? 'there' : existsSync(join(project.folder, entry.path)) ? 'other bytes' : 'missing'
    return { ...entry, tree, isStored: held.has(entry.sha256) }
  })
  const facts = await readAnyFacts(project.folder)
  const [first] = project.data.sources
  const sections = Object.keys(lock.sections).map((name): ListedSection => {
    const own = files.filter(({ section }) => section === name)
    const known = own.flatMap(({ sha256, path }) => facts.get(factsKey(sha256, path, name === first.name)) ?? [])
    const isWhole = known.length === own.length
    const span = spanOfMoments(isWhole ? known.flatMap(({ since, until }) => [since, until]) : [])
    return {
      name,
      files: own.length,
      bytes: own.reduce((sum, { bytes }) => sum + bytes, 0),
      rows: isWhole ? known.reduce((sum, { rows }) => sum + rows, 0) : null,
      ...span,
      inTree: own.filter(({ tree }) => tree === 'there').length,
      inStore: own.filter(({ isStored }) => isStored).length,
      missing: own.filter(({ tree, isStored }) => tree !== 'there' && !isStored).length,
    }
  })
  return { sections, files }
}

/** Of files that are as large as those pinned; the others need not be read. */
async function digestsInTree({ folder }: Project, entries: readonly LockEntry[], signal?: AbortSignal) {
  const found = [...new Map(entries.map((entry) => [entry.path, entry])).values()].flatMap(({ path, bytes }) => {
    const absolutePath = join(folder, path)
    const stats = statSync(absolutePath, { bigint: true, throwIfNoEntry: false })
    return stats?.isFile() && Number(stats.size) === bytes ? [{ path, absolutePath, bytes, state: stateOf(stats) }] : []
  })
  const hashed = await hashFiles(folder, found, { isPartial: true, ...(signal && { signal }) })
  return new Map(hashed.map(({ path, sha256 }) => [path, sha256]))
}
