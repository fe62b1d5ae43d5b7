import type { BigIntStats } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

import { sha256OfFile } from '../base/sha256.ts'
import { writeWhole } from '../base/write-whole.ts'
import { mapInParallel } from './map-in-parallel.ts'
import type { SourceFile } from './source-file.ts'

export interface HashedFile extends SourceFile {
  readonly sha256: string
}

/** In the model's folder, ignored by git. */
export const hashCacheFile = '.plumbline/hashes.json'

/** Reading and hashing overlap from two on. */
const filesAtOnce = 8
/** A clock may tick this coarsely, so that a later change need not show in a file's times. */
const raceNs = 2_000_000_000n

/**
 * The SHA-256 of files. One that has the size, times and inode that it had when it was hashed last is not read again,
 * unless it had just been written then: as git does, for the file could have changed again within the same tick.
 */
export async function hashFiles(
  folder: string,
  files: readonly SourceFile[],
  signal?: AbortSignal,
): Promise<readonly HashedFile[]> {
  const cacheFile = join(folder, hashCacheFile)
  const known = await readCache(cacheFile)
  const entries = new Map<string, CacheEntry>()
  let isNews = false
  const hashed = await mapInParallel(files, filesAtOnce, async (file): Promise<HashedFile> => {
    const startNs = BigInt(Date.now()) * 1_000_000n
    const before = await stat(file.absolutePath, { bigint: true })
    const entry = known.get(file.path)
    if (entry?.state === stateOf(before)) {
      entries.set(file.path, entry)
      return { ...file, sha256: entry.sha256 }
    }
    isNews = true
    const sha256 = await sha256OfFile(file.absolutePath, signal)
    const after = await stat(file.absolutePath, { bigint: true })
    const isSettled = stateOf(after) === stateOf(before) && newest(after) + raceNs < startNs
    if (isSettled) entries.set(file.path, { state: stateOf(after), sha256 })
    return { ...file, sha256 }
  })
  if (isNews || entries.size !== known.size) await writeCache(cacheFile, entries)
  return hashed
}

interface CacheEntry {
  /** Size, times and inode. */
  readonly state: string
  readonly sha256: string
}

/** The time of the last change of any kind is beyond what programs can set. */
function stateOf({ size, mtimeNs, ctimeNs, ino, dev }: BigIntStats): string {
  return [size, mtimeNs, ctimeNs, ino, dev].join(' ')
}

function newest({ mtimeNs, ctimeNs }: BigIntStats): bigint {
  return mtimeNs > ctimeNs ? mtimeNs : ctimeNs
}

/** Nothing is known where the cache is missing, of another version, or damaged. */
async function readCache(file: string): Promise<ReadonlyMap<string, CacheEntry>> {
  const entries = new Map<string, CacheEntry>()
  try {
    const read: unknown = JSON.parse(await readFile(file, 'utf8'))
    const { version, files } = read as { version: unknown; files: unknown }
    if (version !== 1 || typeof files !== 'object' || files === null) return entries
    for (const [path, line] of Object.entries(files)) {
      const [, sha256 = '', state = ''] = /^([0-9a-f]{64}) (\d.*)$/.exec(String(line)) ?? []
      if (sha256 !== '') entries.set(path, { state, sha256 })
    }
  } catch {
    return new Map()
  }
  return entries
}

/** A folder that cannot be written to only makes the next time slower. */
async function writeCache(file: string, entries: ReadonlyMap<string, CacheEntry>): Promise<void> {
  const files = Object.fromEntries([...entries].map(([path, { state, sha256 }]) => [path, `${sha256} ${state}`]))
  await writeWhole(file, `${JSON.stringify({ version: 1, files })}\n`).catch(() => undefined)
}
