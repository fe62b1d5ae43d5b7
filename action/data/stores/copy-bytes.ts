import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { chmod, copyFile, link, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { isProcessAlive } from '../../base/is-process-alive.ts'
import type { LockEntry } from '../../project/data-lock.ts'
import { holds } from './keep-bytes.ts'

/** How bytes got to their place. */
export type Copied = 'copied' | 'linked'

/**
 * Copies a file to a path that appears only when all its bytes are there and are the pinned ones; false where they are not.
 * Where the file system can, both share their blocks until one is written to, which takes no time and no space.
 */
export async function copyBytes(
  source: string,
  path: string,
  entry: LockEntry,
  signal?: AbortSignal,
): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true })
  const draft = draftOf(path)
  try {
    await copyFile(source, draft, constants.COPYFILE_FICLONE)
    await chmod(draft, 0o644)
    if (!(await holds(draft, entry, signal))) return false
    await sync(draft)
    await rename(draft, path)
    return true
  } finally {
    await rm(draft, { force: true })
  }
}

/**
 * Gives a file a second name, and takes the right to write from both: an edit would change the one file under both names.
 * On another device there is no second name, and it is copied.
 */
export async function linkBytes(source: string, path: string, entry: LockEntry, signal?: AbortSignal): Promise<Copied> {
  await mkdir(dirname(path), { recursive: true })
  const draft = draftOf(path)
  try {
    await link(source, draft)
    await chmod(draft, 0o444)
    await rename(draft, path)
    return 'linked'
  } catch (error) {
    if (!isNoLink(error)) throw error
    await copyBytes(source, path, entry, signal)
    return 'copied'
  } finally {
    await rm(draft, { force: true })
  }
}

/** Gives a verified file of ours another place; false on another device, where there is no such move. */
export async function moveBytes(source: string, path: string): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true })
  try {
    await rename(source, path)
    return true
  } catch (error) {
    if (isNoLink(error)) return false
    throw error
  }
}

/** Removes what killed processes left half-written in folders. */
export async function removeDeadDrafts(folders: Iterable<string>): Promise<void> {
  for (const folder of folders) {
    for (const name of await readdir(folder).catch((): string[] => [])) {
      const pid = name.startsWith('.') ? processOfDraft(name) : undefined
      if (pid !== undefined && !isProcessAlive(pid)) await rm(join(folder, name), { force: true })
    }
  }
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Hidden, so that no glob takes what a killed process left for data. */
export function draftOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}-${randomBytes(4).toString('hex')}.draft`)
}

/** The process that a draft belongs to, undefined where a file is none. */
export function processOfDraft(name: string): number | undefined {
  const pid = /\.(\d+)-[0-9a-f]{8}\.draft$/.exec(name)?.[1]
  return pid === undefined ? undefined : Number(pid)
}

function isNoLink(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return ['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'ENOSYS'].includes(code)
}
