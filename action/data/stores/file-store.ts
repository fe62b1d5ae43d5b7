import { existsSync } from 'node:fs'
import { stat, utimes } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Fault } from '../../base/fault.ts'
import type { LockEntry } from '../../project/data-lock.ts'
import { copyBytes } from './copy-bytes.ts'
import { holds, keptPath } from './keep-bytes.ts'
import type { Store } from './store.ts'

/** A folder on this machine or a shared disk: `<folder>/<2 digits>/<sha256>`. */
export function fileStore(folder: string, storePath: string): Store {
  const root = resolve(folder, storePath)

  return {
    async held(entries) {
      const found = new Set<string>()
      for (const { sha256, bytes } of entries) {
        const kept = await stat(keptPath(root, sha256)).catch(() => undefined)
        if (kept?.isFile() && kept.size === bytes) found.add(sha256)
      }
      return found
    },

    async fetch(entry, signal) {
      const working = join(folder, entry.path)
      if (await holds(working, entry, signal)) return working
      const kept = keptPath(root, entry.sha256)
      if (await holds(kept, entry, signal)) return kept
      throw existsSync(kept) ? damaged(entry, kept) : missing(entry)
    },

    async put(absolutePath, entry, signal) {
      const kept = keptPath(root, entry.sha256)
      if (await holds(kept, entry, signal)) return await markUsed(kept)
      if (!(await copyBytes(absolutePath, kept, entry, signal))) throw changed(entry)
    },

    async [Symbol.asyncDispose]() {},
  }

  function missing(entry: LockEntry): Fault {
    return new Fault(
      'store/missing',
      `Cannot fetch "${entry.path}": the store ${storePath} lacks its bytes (sha256 ${entry.sha256.slice(0, 12)}…)`,
      { remedy: 'Run plumbline snapshot where the file is, with the same store.' },
    )
  }

  function damaged(entry: LockEntry, kept: string): Fault {
    return new Fault(
      'store/damaged',
      `Cannot fetch "${entry.path}": ${kept} holds other bytes; expected sha256 ${entry.sha256.slice(0, 12)}…`,
      { remedy: 'Run plumbline snapshot where the file is whole: it is stored anew.' },
    )
  }
}

/** What is about to be pinned again is young again, so that nobody who clears the store meanwhile takes it for garbage. */
async function markUsed(kept: string): Promise<void> {
  const now = Date.now()
  const { mtimeMs } = await stat(kept)
  if (now - mtimeMs > 600_000) await utimes(kept, now / 1000, now / 1000).catch(() => undefined)
}

function changed(entry: LockEntry): Fault {
  return new Fault('store/changed', `Cannot store "${entry.path}": it changed meanwhile; expected the pinned bytes`, {
    remedy: 'Wait until the file is written, then run plumbline snapshot again.',
  })
}
