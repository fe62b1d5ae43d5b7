import { readdir, rm, rmdir, stat } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { Fault } from '../base/fault.ts'
import { isProcessAlive } from '../base/is-process-alive.ts'
import { readDataLock } from '../project/data-lock.ts'
import type { Project } from '../project/project.ts'
import { readLocalLocks } from './local-locks.ts'
import { processOfDraft } from './stores/copy-bytes.ts'
import { git } from './stores/git.ts'
import { unreadableLock } from './unreadable-lock.ts'

export interface GarbageOptions {
  /** Only says what would go. */
  readonly isDryRun: boolean
  /** Also of a store that lies outside of this repository. */
  readonly isShared: boolean
  readonly nowMs: number
  readonly signal?: AbortSignal
}

export interface CollectedGarbage {
  /** Locks whose files stay. */
  readonly locks: number
  readonly kept: { readonly files: number; readonly bytes: number }
  /** Needed by no lock, and younger than an hour: a snapshot may be about to pin them. */
  readonly young: number
  /** What went, or would: absolute paths. */
  readonly removed: readonly { readonly path: string; readonly bytes: number }[]
}

const youngMs = 3_600_000

/**
 * Removes from the store of this machine, and from what was fetched, the bytes that no lock needs: none in this working
 * tree, none at the tip of a branch or tag, and none of the newest `keep.data` in the current branch's history.
 * A lock that cannot be read ends it before anything is removed. Each file goes on its own, so that it can be killed anywhere.
 */
export async function collectGarbage(project: Project, options: GarbageOptions): Promise<CollectedGarbage> {
  const { store } = project.data
  const root = store.kind === 'file' ? resolve(project.folder, store.path) : undefined
  if (root !== undefined && !options.isShared)
    await refuseShared(project.folder, root, store.kind === 'file' ? store.path : '')
  const { digests, locks } = await neededDigests(project)

  const kept = { files: 0, bytes: 0 }
  const removed: { path: string; bytes: number }[] = []
  let young = 0
  for (const folder of [...(root === undefined ? [] : [root]), join(project.folder, '.plumbline/data')]) {
    for (const path of await storedFiles(folder)) {
      options.signal?.throwIfAborted()
      const found = await stat(path).catch(() => undefined)
      if (!found?.isFile()) continue
      const name = path.slice(path.lastIndexOf(sep) + 1)
      const pid = processOfDraft(name)
      const isNeeded = pid === undefined ? digests.has(name) : isProcessAlive(pid)
      if (isNeeded) {
        kept.files += 1
        kept.bytes += found.size
      } else if (pid === undefined && options.nowMs - found.mtimeMs < youngMs) young += 1
      else {
        if (!options.isDryRun) await rm(path, { force: true })
        removed.push({ path, bytes: found.size })
      }
    }
    if (!options.isDryRun) await removeEmptyFolders(folder)
  }
  return { locks, kept, young, removed }
}

/** `<2 digits>/<64 digits>`, and drafts of them; whatever else lies there is not ours. */
async function storedFiles(root: string): Promise<string[]> {
  const files: string[] = []
  for (const prefix of await readdir(root).catch((): string[] => [])) {
    if (!/^[0-9a-f]{2}$/.test(prefix)) continue
    for (const name of await readdir(join(root, prefix)).catch((): string[] => [])) {
      const isOurs = name.startsWith(prefix) && /^[0-9a-f]{64}$/.test(name)
      if (isOurs || /^\.?[0-9a-f]{64}\.\d+-[0-9a-f]{8}\.draft$/.test(name)) files.push(join(root, prefix, name))
    }
  }
  return files.sort()
}

async function removeEmptyFolders(root: string): Promise<void> {
  for (const prefix of await readdir(root).catch((): string[] => [])) {
    if (/^[0-9a-f]{2}$/.test(prefix)) await rmdir(join(root, prefix)).catch(() => undefined)
  }
}

async function neededDigests(project: Project): Promise<{ digests: ReadonlySet<string>; locks: number }> {
  const texts = await readLocalLocks(project)
  const digests = new Set<string>()
  for (const [where, text] of texts) {
    const lock = readDataLock(where, text)
    if (!lock.ok) throw unreadableLock(where, lock.diagnostics[0]?.line ?? 1)
    for (const entries of Object.values(lock.value.sections)) for (const { sha256 } of entries) digests.add(sha256)
  }
  return { digests, locks: texts.size }
}

async function refuseShared(folder: string, root: string, storePath: string): Promise<void> {
  const top = ((await git(folder, ['rev-parse', '--show-toplevel']).catch(() => undefined)) ?? '').trim() || folder
  const place = relative(top, root)
  if (place !== '..' && !place.startsWith(`..${sep}`)) return
  throw new Fault(
    'store/shared',
    `Cannot clear the store "${storePath}": it lies outside of this repository; expected one that no other project uses`,
    { remedy: 'If no other project keeps its data there: plumbline data gc --shared', stays: 'nothing was removed' },
  )
}
