import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { sha256OfFile } from '../../base/sha256.ts'
import type { LockEntry } from '../../project/data-lock.ts'

/** Where the bytes of a digest are kept below a store's folder. */
export function keptPath(root: string, sha256: string): string {
  return join(root, sha256.slice(0, 2), sha256)
}

/** Whether a file holds exactly the pinned bytes; the size is looked at first. */
export async function holds(path: string, entry: LockEntry, signal?: AbortSignal): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  if (!found?.isFile() || found.size !== entry.bytes) return false
  return (await sha256OfFile(path, signal)) === entry.sha256
}

/** Writes bytes to a path that appears only when they are all there and are the pinned ones; false where they are not. */
export async function keepBytes(
  open: () => Readable,
  path: string,
  entry: LockEntry,
  signal?: AbortSignal,
): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true })
  const draft = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.draft`
  try {
    // Opened only here: a process that ends before its output is read loses it.
    await pipeline(open(), createWriteStream(draft, { flush: true }), { ...(signal && { signal }) })
    if (!(await holds(draft, entry, signal))) return false
    await rename(draft, path)
    return true
  } finally {
    await rm(draft, { force: true })
  }
}
