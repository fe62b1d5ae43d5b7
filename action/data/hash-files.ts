import { createHash, hash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as otherWork } from 'node:timers/promises'

import { writeWhole } from '../base/write-whole.ts'
import { isSettled, stateOf } from './file-state.ts'
import { hashLargeFiles } from './hash-large-files.ts'
import type { SourceFile } from './source-file.ts'

export interface HashedFile extends SourceFile {
  readonly sha256: string
}

/** In the model's folder, ignored by git. */
export const hashCacheFile = '.plumbline/hashes.json'

export interface HashOptions {
  readonly signal?: AbortSignal
  /** What an earlier call found, where it is at hand. */
  readonly known?: KnownHashes
  /** Gets the whole content of each small file that had to be read; the bytes are only there during the call. */
  readonly onRead?: (file: SourceFile, content: Buffer) => void
  /** These are not all: what is known of others stays known. */
  readonly isPartial?: boolean
  /** How many bytes are dealt with. */
  readonly onProgress?: (bytes: number) => void
}

/** Path → the state that a file was in, and the SHA-256 that it had. */
export type KnownHashes = ReadonlyMap<string, { readonly state: string; readonly sha256: string }>

/** Up to here a file is read in one go, and without waiting for the pool of threads, which takes longer than reading. */
export const smallBytes = 1 << 20
const smallAtOnce = 64

/**
 * The SHA-256 of files. One that has the size, times and inode that it had when it was hashed last is not read again,
 * unless it had just been written then: as git does, for the file could have changed again within the same tick.
 */
export async function hashFiles(
  folder: string,
  files: readonly SourceFile[],
  options: HashOptions = {},
): Promise<readonly HashedFile[]> {
  const { signal, onProgress } = options
  const known = options.known ?? (await readHashes(folder))
  const digests = new Map<string, string>()
  const entries = new Map(options.isPartial ? known : [])
  const news: SourceFile[] = []
  for (const file of files) {
    const entry = known.get(file.path)
    const state = file.state ?? stateOf(await stat(file.absolutePath, { bigint: true }))
    if (entry?.state !== state) news.push({ ...file, state })
    else {
      entries.set(file.path, entry)
      digests.set(file.path, entry.sha256)
    }
  }
  let doneBytes = 0
  const note = (file: SourceFile, { sha256, state }: Hashed) => {
    digests.set(file.path, sha256)
    if (state !== undefined) entries.set(file.path, { state, sha256 })
  }
  const onBytes = (bytes: number) => {
    doneBytes += bytes
    onProgress?.(doneBytes)
  }

  const small = news.filter(({ bytes }) => bytes <= smallBytes)
  for (let first = 0; first < small.length; first += smallAtOnce) {
    signal?.throwIfAborted()
    for (const file of small.slice(first, first + smallAtOnce)) {
      note(file, hashSmall(file, options.onRead))
      onBytes(file.bytes)
    }
    await otherWork(undefined)
  }
  const large = news.filter(({ bytes }) => bytes > smallBytes)
  const noteLarge = async (file: SourceFile, sha256Of: (path: string) => Promise<string>) =>
    note(file, await hashLarge(file, sha256Of))
  await hashLargeFiles(large, noteLarge, { signal, onBytes })

  if (news.length > 0 || entries.size !== known.size) await writeCache(join(folder, hashCacheFile), entries)
  return files.map((file) => ({ ...file, sha256: digests.get(file.path) ?? '' }))
}

interface Hashed {
  readonly sha256: string
  /** Undefined where the file may change unseen. */
  readonly state: string | undefined
}

const content = Buffer.allocUnsafeSlow(smallBytes + 1)

function hashSmall(file: SourceFile, onRead: HashOptions['onRead']): Hashed {
  const startNs = BigInt(Date.now()) * 1_000_000n
  const handle = openSync(file.absolutePath, 'r')
  try {
    let length = 0
    for (let read = -1; read !== 0 && length < content.length; ) {
      read = readSync(handle, content, length, content.length - length, null)
      length += read
    }
    const whole = content.subarray(0, length)
    const sha256 = length < content.length ? hash('sha256', whole) : hashOn(whole, handle)
    const after = fstatSync(handle, { bigint: true })
    const isAsFound = stateOf(after) === file.state
    if (isAsFound && length === file.bytes) onRead?.(file, whole)
    return { sha256, state: isAsFound && isSettled(after, startNs) ? file.state : undefined }
  } finally {
    closeSync(handle)
  }
}

/** The file grew while it was read. */
function hashOn(start: Buffer, handle: number): string {
  const grown = createHash('sha256').update(start)
  const more = Buffer.allocUnsafe(smallBytes)
  for (let read = readSync(handle, more); read > 0; read = readSync(handle, more)) grown.update(more.subarray(0, read))
  return grown.digest('hex')
}

async function hashLarge(file: SourceFile, sha256Of: (path: string) => Promise<string>): Promise<Hashed> {
  const startNs = BigInt(Date.now()) * 1_000_000n
  const sha256 = await sha256Of(file.absolutePath)
  const after = await stat(file.absolutePath, { bigint: true })
  return { sha256, state: stateOf(after) === file.state && isSettled(after, startNs) ? file.state : undefined }
}

/** What is known of earlier; nothing where the cache is missing, of another version, or damaged. */
export async function readHashes(folder: string): Promise<KnownHashes> {
  const entries = new Map<string, { state: string; sha256: string }>()
  try {
    const read: unknown = JSON.parse(await readFile(join(folder, hashCacheFile), 'utf8'))
    const { version, files } = read as { version: unknown; files: unknown }
    if (version !== 1 || typeof files !== 'object' || files === null) return entries
    for (const [path, line] of Object.entries(files)) {
      const text = String(line)
      const sha256 = text.slice(0, 64)
      if (/^[0-9a-f]{64}$/.test(sha256) && /^ \d/.test(text.slice(64, 66))) {
        entries.set(path, { state: text.slice(65), sha256 })
      }
    }
  } catch {
    return new Map()
  }
  return entries
}

/** A folder that cannot be written to only makes the next time slower. */
async function writeCache(file: string, entries: KnownHashes): Promise<void> {
  const files = Object.fromEntries([...entries].map(([path, { state, sha256 }]) => [path, `${sha256} ${state}`]))
  await writeWhole(file, `${JSON.stringify({ version: 1, files })}\n`).catch(() => undefined)
}
