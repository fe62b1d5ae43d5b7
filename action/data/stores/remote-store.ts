import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { Fault } from '../../base/fault.ts'
import type { LockEntry } from '../../project/data-lock.ts'
import { type Clock, claimUnits, graceMs, type StoreNotes } from '../garbage/store-notes.ts'
import { mapInParallel } from '../map-in-parallel.ts'
import { requireRoom } from '../require-room.ts'
import { holds, keptPath } from './keep-bytes.ts'
import type { Pushed, Store, StoredFile, Told } from './store.ts'

/** How long bytes have been there, and the name of what goes as one with them. */
export interface Standing {
  readonly unit: string
  readonly sinceMs: number
}

/** A place elsewhere that keeps bytes by their digest. */
export interface Remote {
  /** By digest, those that are there with the right length. */
  standing(entries: readonly LockEntry[], signal?: AbortSignal): Promise<ReadonlyMap<string, Standing>>
  readonly notes: StoreNotes
  /** Looks again the next time it is asked what is there. */
  forget?(): void
  /** Brings the bytes to a path that appears once they are whole and are the pinned ones. */
  fetch(entry: LockEntry, path: string, signal?: AbortSignal): Promise<void>
  /** The bytes of what comes whole for them, and goes again. */
  wholePacks?(entries: readonly LockEntry[]): Promise<number>
  /** Hears what will be fetched. */
  prepare?(entries: readonly LockEntry[], signal?: AbortSignal): Promise<void>
  /** Brings the files there, none of which is there yet. */
  push(files: readonly StoredFile[], told: Told): Promise<void>
  close?(): Promise<void>
}

export interface RemotePlace {
  /** As people call it. */
  readonly shown: string
  readonly now: () => Date
  readonly open: () => Promise<Remote>
}

/** Where bytes that came from elsewhere are kept, below the model's folder. */
export const fetchedFolder = '.plumbline/data'

/**
 * A store elsewhere, seen from a folder: the working tree's file where it is the pinned one, else what was fetched before,
 * else what the remote has. A snapshot writes nothing there; `push` does.
 */
export function remoteStore(folder: string, { shown, now, open }: RemotePlace): Store {
  const clock = { nowMs: () => now().getTime(), sleep }
  const root = join(folder, fetchedFolder)
  let opened: Promise<Remote> | undefined
  const remote = () => (opened ??= open())

  return {
    async held(entries) {
      const here = new Set<string>()
      for (const { sha256, bytes } of entries) {
        const kept = await stat(keptPath(root, sha256)).catch(() => undefined)
        if (kept?.size === bytes) here.add(sha256)
      }
      const elsewhere = entries.filter(({ sha256 }) => !here.has(sha256))
      if (elsewhere.length === 0) return here
      return new Set([...here, ...(await (await remote()).standing(elsewhere)).keys()])
    },

    async prepare(entries, signal) {
      const missing: LockEntry[] = []
      for (const entry of entries) {
        const places = [join(folder, entry.path), keptPath(root, entry.sha256)]
        const sizes = await Promise.all(
          places.map((path) =>
            stat(path).then(
              ({ size }) => size,
              () => undefined,
            ),
          ),
        )
        if (!sizes.includes(entry.bytes)) missing.push(entry)
      }
      if (missing.length === 0) return
      const place = await remote()
      const files = onePerDigest(missing).reduce((sum, { bytes }) => sum + bytes, 0)
      const packs = (await place.wholePacks?.(missing)) ?? 0
      const what = `${missing.length} files${packs > 0 ? ' and the packs that they come in' : ''}`
      await requireRoom(folder, files + packs, what)
      await place.prepare?.(missing, signal)
    },

    async fetch(entry, signal) {
      const working = join(folder, entry.path)
      if (await holds(working, entry, signal)) return working
      const kept = keptPath(root, entry.sha256)
      if (await holds(kept, entry, signal)) return kept
      await mkdir(join(kept, '..'), { recursive: true })
      await (await remote()).fetch(entry, kept, signal)
      return kept
    },

    async put() {
      // What is not there yet is told by `held()`, and brought there by `push()`.
    },

    async push(files, told): Promise<Pushed> {
      const distinct = onePerDigest(files)
      const place = await remote()
      const before = await claimed(place, distinct, clock, told.signal)
      const missing = distinct.filter(({ sha256 }) => !before.has(sha256))
      await mapInParallel(missing, 4, async (file) => {
        if (!(await holds(file.absolutePath, file, told.signal))) throw changed(file)
      })
      if (missing.length > 0) await place.push(missing, told)
      // Whoever writes a lock that names these bytes must know that they can be had.
      const after = await place.standing(missing, told.signal)
      const lost = missing.find(({ sha256 }) => !after.has(sha256))
      if (lost) throw notKept(lost, shown)
      const bytes = missing.reduce((sum, file) => sum + file.bytes, 0)
      return { files: missing.length, bytes, there: distinct.length - missing.length }
    },

    async [Symbol.asyncDispose]() {
      // What could not be opened was told to whoever asked.
      await (await opened?.catch(() => undefined))?.close?.()
    },
  }
}

/** What is there and stays: what has lain there for long is claimed before it is relied on, so that nobody clears it away. */
async function claimed(
  place: Remote,
  entries: readonly LockEntry[],
  clock: Clock,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, Standing>> {
  const found = await place.standing(entries, signal)
  const old = [...found.values()].filter(({ sinceMs }) => clock.nowMs() - sinceMs > graceMs / 2)
  if (old.length === 0) return found
  await claimUnits(place.notes, [...new Set(old.map(({ unit }) => unit))], clock, signal)
  place.forget?.()
  return await place.standing(entries, signal)
}

function onePerDigest<Entry extends LockEntry>(entries: readonly Entry[]): readonly Entry[] {
  return [...new Map(entries.map((entry) => [entry.sha256, entry])).values()]
}

function changed({ path }: LockEntry): Fault {
  return new Fault('store/changed', `Cannot store "${path}": it changed meanwhile; expected the pinned bytes`, {
    remedy: 'Wait until the file is written, then run plumbline snapshot again.',
  })
}

function notKept({ path }: LockEntry, shown: string): Fault {
  return new Fault(
    'store/missing',
    `Cannot find "${path}" in ${shown} after it was brought there; expected its bytes`,
    {
      remedy: 'Look whether something clears that place, then run plumbline snapshot --push again.',
    },
  )
}
