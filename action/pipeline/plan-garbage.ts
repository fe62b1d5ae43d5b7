/** Why something stays whatever the budget: it is needed, or somebody is at it. */
export type Need = 'current run' | 'newest passed run' | 'goes on from it' | 'this project' | 'in use'

/** One thing in the cache that can be removed on its own. */
export interface CacheEntry {
  readonly kind: 'stage' | 'checkpoint' | 'environment' | 'draft'
  /** The stage; of environments and drafts, their folder. */
  readonly name: string
  /** 16 digits of the cache key or digest; null of a draft. */
  readonly key: string | null
  /** Absolute. */
  readonly path: string
  readonly bytes: number
  /** Milliseconds since 1970; null where nothing tells. */
  readonly madeMs: number | null
  readonly usedMs: number
  /** Run keys of the runs that used it, newest first. */
  readonly runs: readonly string[]
  readonly need: Need | null
  /** Left behind by a process that is gone, or cut off: of no use to anybody. */
  readonly isDead: boolean
}

export interface GarbagePlan {
  /** In the order in which they go. */
  readonly removed: readonly CacheEntry[]
  readonly kept: readonly CacheEntry[]
  readonly bytesBefore: number
  readonly bytesAfter: number
  /** Whether what is needed is alone more than the budget. */
  readonly isOver: boolean
}

/**
 * Pure: what is dead goes; then, while the rest is more than the budget, what was used the longest ago, but nothing that is
 * needed. The same entries give the same plan in whatever order they come.
 */
export function planGarbage(entries: readonly CacheEntry[], budgetBytes: number): GarbagePlan {
  const bytesBefore = sum(entries)
  const byUse = [...entries].sort(
    (one, other) => one.usedMs - other.usedMs || (one.path < other.path ? -1 : one.path > other.path ? 1 : 0),
  )
  const dead = byUse.filter(({ isDead, need }) => isDead && need === null)
  const removed = [...dead]
  let bytesAfter = bytesBefore - sum(dead)
  for (const entry of byUse) {
    if (bytesAfter <= budgetBytes) break
    if (entry.need !== null || entry.isDead) continue
    removed.push(entry)
    bytesAfter -= entry.bytes
  }
  const gone = new Set(removed)
  return {
    removed,
    kept: byUse.filter((entry) => !gone.has(entry)).reverse(),
    bytesBefore,
    bytesAfter,
    isOver: bytesAfter > budgetBytes,
  }
}

function sum(entries: readonly CacheEntry[]): number {
  return entries.reduce((bytes, entry) => bytes + entry.bytes, 0)
}
