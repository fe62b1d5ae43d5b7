import type { Remote } from '../../action/data/stores/remote-store.ts'
import type { LockEntry } from '../../action/project/data-lock.ts'

/** The digests of those that a store elsewhere has. */
export async function heldIn(store: Remote, entries: readonly LockEntry[]): Promise<ReadonlySet<string>> {
  return new Set((await store.standing(entries)).keys())
}
