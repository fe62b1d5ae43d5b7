import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { type CacheWish, cacheEntries } from './cache-entries.ts'
import { draftFolder } from './draft-folder.ts'
import { type CacheEntry, type GarbagePlan, planGarbage } from './plan-garbage.ts'
import { betweenRuns } from './run-lock.ts'

export interface ClearWish extends CacheWish {
  readonly budgetBytes: number
  /** Only says what would go. */
  readonly isDryRun: boolean
  readonly signal: AbortSignal
}

/**
 * Removes from a project's cache what goes over its budget. Each thing goes on its own, so that it can be killed anywhere and
 * run again. Throws the fault `locked` where a run goes on in the folder, which may use what nobody else needs.
 */
export async function clearCache(wish: ClearWish): Promise<GarbagePlan> {
  const { folder, isDryRun, budgetBytes, signal } = wish
  if (isDryRun) return planGarbage(await cacheEntries(wish), budgetBytes)
  return await betweenRuns(wish, async () => {
    const plan = planGarbage(await cacheEntries(wish), budgetBytes)
    for (const entry of plan.removed) {
      signal.throwIfAborted()
      await remove(folder, entry)
    }
    return plan
  })
}

/** One step takes it out of use: what is half removed must pass for nothing. */
async function remove(folder: string, { kind, path }: CacheEntry): Promise<void> {
  if (kind === 'environment') await rm(join(path, 'plumbline-complete'), { force: true })
  if (kind !== 'stage' && kind !== 'checkpoint') return await rm(path, { recursive: true, force: true, maxRetries: 3 })
  const draft = draftFolder(folder, 'garbage')
  await mkdir(dirname(draft), { recursive: true })
  await rename(path, draft)
  await rm(draft, { recursive: true, force: true, maxRetries: 3 })
}
