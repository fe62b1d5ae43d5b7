import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import type { Progress } from '../base/progress.ts'
import { type CacheFailure, type SharedCache, sharedPaths } from '../github/runner/shared-cache.ts'
import type { ProgramStage } from '../project/project.ts'
import { wordNotShared, wordRefused, wordShared, wordUnshared } from '../report/word-sharing.ts'
import { inDraft } from './draft-folder.ts'
import { folderBytes } from './folder-bytes.ts'
import { readResult, resultFolder, type StageResult } from './stage-result.ts'
import { whatIsWrong } from './verify-result.ts'

/** Results that this run takes from earlier runs of the workflow, and leaves for later ones. */
export interface SharedResults {
  /** Whether a stage’s result may be shared at all. */
  readonly takes: (stage: ProgramStage) => Promise<boolean>
  /** Brings the result of a key to its place, where an earlier run left it and its bytes are what it says. */
  readonly find: (stage: string, cacheKey: string) => Promise<void>
  /** Leaves a result that was made here, while the run goes on. */
  readonly keep: (result: StageResult) => void
  /** Waits for what is being left. */
  readonly settle: () => Promise<void>
}

interface Sharing {
  readonly folder: string
  readonly cache: SharedCache
  /** Whether rows may lie where everybody who reads the repository reads them. */
  readonly mayHandOnRows: () => Promise<boolean>
  readonly progress: Progress
  readonly signal: AbortSignal
}

/** A repository has 10 GB for all of its caches; one entry may not push out the rest. */
const largestBytes = 2 * 1024 ** 3

/**
 * Only results of the user’s programs, in the jobs that run them: what such a job left could be anything, down to a file that
 * is unpacked elsewhere, and is never unpacked where a store’s credentials or a permission to write are at hand. No failure
 * of the cache is one of the run.
 */
export function openSharedResults({ folder, cache, mayHandOnRows, progress, signal }: Sharing): SharedResults {
  const saving: Promise<void>[] = []
  let isOff = false

  const fail = (action: 'restore' | 'save', stage: string, { why, isUnreachable }: CacheFailure) => {
    if (isUnreachable) isOff = true
    progress.note(wordUnshared(action, stage, why, isUnreachable))
  }

  const find = async (stage: string, cacheKey: string): Promise<void> => {
    if (isOff) return
    await inDraft(folder, 'shared', async (draft) => {
      const restored = await cache.restore(sharedKey(stage, cacheKey), draft, signal)
      if (restored.kind === 'failed') return fail('restore', stage, restored)
      if (restored.kind === 'none') return
      const taken = await takeIn(folder, draft, stage, cacheKey)
      if (typeof taken === 'string') progress.warn(wordRefused(stage, taken))
      else progress.note(wordShared(stage, taken.startedAt))
    })
  }

  const save = async (result: StageResult): Promise<void> => {
    const place = resultFolder(folder, result.stage, result.cacheKey)
    const bytes = await folderBytes(place)
    if (bytes > largestBytes) return progress.note(wordNotShared(result.stage, bytes, largestBytes))
    const saved = await cache.save(sharedKey(result.stage, result.cacheKey), place, signal)
    if (saved.kind === 'failed') fail('save', result.stage, saved)
  }

  return {
    // Forks read the cache too. A model and its numbers are what is released; anything else may hold rows.
    takes: async ({ out }) =>
      Object.values(out).every(({ kind }) => kind === 'model' || kind === 'metrics') || (await mayHandOnRows()),
    find,
    keep: (result) => {
      if (isOff) return
      // It is waited for at the end: what throws meanwhile must not end the process.
      saving.push(
        save(result).catch((error: unknown) => progress.note(wordUnshared('save', result.stage, String(error)))),
      )
    },
    settle: async () => {
      await Promise.all(saving)
    },
  }
}

/** One entry a result, named by all that makes its bytes, so that it never has to change. */
function sharedKey(stage: string, cacheKey: string): string {
  return `plumbline-stage-v1-${stage}-${cacheKey}`
}

/** Gives what was unpacked its place, or says what is wrong with it. */
async function takeIn(folder: string, draft: string, stage: string, cacheKey: string): Promise<StageResult | string> {
  for (const name of await readdir(draft))
    if (!sharedPaths.includes(name)) await rm(join(draft, name), { recursive: true })
  const result = await readResult(join(draft, 'result.json'))
  if (!result) return 'it is no result'
  if (result.stage !== stage || result.cacheKey !== cacheKey) return 'it is of another stage, or of other inputs'
  const why = await whatIsWrong(draft, result)
  if (why !== undefined) return why
  const place = resultFolder(folder, stage, cacheKey)
  await rm(place, { recursive: true, force: true })
  await mkdir(dirname(place), { recursive: true })
  await rename(draft, place)
  return result
}
