import { randomBytes } from 'node:crypto'

import type { Progress } from '../../base/progress.ts'
import { startStopwatch } from '../../base/stopwatch.ts'
import { type CollectionPlan, planCollection, type StoredUnit } from './plan-collection.ts'
import { claimedUnits, formatNote, graceMs, leaseMs, removeOldNotes, type StoreNotes } from './store-notes.ts'

/** A store elsewhere, as far as clearing it goes. */
export interface Collectable {
  readonly notes: StoreNotes
  /** What is there and is a store's; the rest is never touched. */
  units(signal?: AbortSignal): Promise<StoredUnits>
  /** So many go in one request. */
  readonly atOnce: number
  /** Those that are gone already are done. */
  remove(units: readonly StoredUnit[], signal?: AbortSignal): Promise<void>
  /** Removes what uploads left that were broken off before a time, and says how much, or would be. */
  removeLeftovers(beforeMs: number, isDryRun: boolean, signal?: AbortSignal): Promise<number>
}

export interface StoredUnits {
  readonly units: readonly StoredUnit[]
  /** Units of ours that cannot be read: nobody knows what is in them, so that they stay. */
  readonly unreadable: readonly string[]
}

/** The digests that locks name, as of when it is asked: each time it looks again. */
export type AskNeeded = () => Promise<{ readonly digests: ReadonlySet<string>; readonly locks: number }>

export interface CollectedRemote extends CollectionPlan {
  readonly locks: number
  readonly unreadable: readonly string[]
  /** Uploads that were broken off. */
  readonly leftovers: number
}

export interface CollectWishes {
  readonly isDryRun: boolean
  readonly nowMs: () => number
  readonly progress: Progress
  readonly signal?: AbortSignal
}

/**
 * Removes from a store elsewhere what no lock needs. Before each request it looks again which locks there are and what
 * somebody who pushes relies on (`claimUnits()`), and it is on record that it removes, so that nobody begins to rely on it.
 * Killed anywhere and run again, it ends the same.
 */
export async function collectRemote(
  store: Collectable,
  askNeeded: AskNeeded,
  { isDryRun, nowMs, progress, signal }: CollectWishes,
): Promise<CollectedRemote> {
  const { notes } = store
  const first = await askNeeded()
  const { units, unreadable } = await store.units(signal)
  const plan = planCollection(units, { ...(await claimsNow()), needed: first.digests })
  const leftovers = await store.removeLeftovers(nowMs() - graceMs, isDryRun, signal)
  const facts = { locks: first.locks, unreadable, leftovers }
  if (isDryRun) return { ...plan, ...facts }
  await removeOldNotes(notes, nowMs(), signal)
  if (plan.remove.length === 0) return { ...plan, ...facts }

  const names = plan.remove.map(({ name }) => name)
  const gone = new Set<StoredUnit>()
  const seconds = startStopwatch()
  progress.started('remove')
  await onRecord(names, async (renew) => {
    for (let at = 0; at < plan.remove.length; at += store.atOnce) {
      signal?.throwIfAborted()
      await renew()
      // In this order: a lock that lands while its claim ends is seen as the one or as the other.
      const claims = await claimsNow()
      const { digests: needed } = await askNeeded()
      const again = planCollection(plan.remove.slice(at, at + store.atOnce), { ...claims, needed })
      await store.remove(again.remove, signal)
      for (const unit of again.remove) gone.add(unit)
      progress.update('remove', `${Math.min(at + store.atOnce, names.length)} of ${names.length}`)
    }
  })
  progress.finished('remove', 'done', `${gone.size} of ${names.length}`, seconds())
  const left = units.filter((unit) => !gone.has(unit))
  const { kept } = planCollection(left, { ...(await claimsNow()), needed: (await askNeeded()).digests })
  return { ...facts, kept, remove: [...gone] }

  async function claimsNow() {
    const atMs = nowMs()
    return { nowMs: atMs, graceMs, claimed: await claimedUnits(notes, atMs, signal) }
  }

  /** `renew` keeps the record from looking like that of a process that died. */
  async function onRecord(removing: readonly string[], work: (renew: () => Promise<void>) => Promise<void>) {
    const id = randomBytes(8).toString('hex')
    let writtenMs = Number.NEGATIVE_INFINITY
    const renew = async () => {
      if (nowMs() - writtenMs < leaseMs / 3) return
      await notes.write('collecting', id, formatNote(nowMs(), removing), signal)
      writtenMs = nowMs()
    }
    try {
      await work(renew)
    } catch (error) {
      // What stopped the work may stop this, too; the record then ends by its age.
      await notes.remove('collecting', [id]).catch(() => undefined)
      throw error
    }
    await notes.remove('collecting', [id])
  }
}
