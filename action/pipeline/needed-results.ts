import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'

import { Fault } from '../base/fault.ts'
import { ownFolder } from '../base/own-folder.ts'
import { declareRun } from './declare-run.ts'
import type { Need } from './plan-garbage.ts'
import { readRecordFile } from './run-history.ts'
import { readResult } from './stage-result.ts'

/** What runs of this folder used, and which of it must stay. */
export interface RunUses {
  /** Cache key → when a run last used it, and which did, newest first. */
  readonly uses: ReadonlyMap<string, { readonly usedMs: number; readonly runs: readonly string[] }>
  /** Cache key → why it stays. */
  readonly needs: ReadonlyMap<string, Need>
  /** Declared keys of what the project's files are now; undefined where they cannot be read. */
  readonly declaredKeys: ReadonlySet<string> | undefined
  /** The requirements of the project; undefined likewise. */
  readonly requirements: string | null | undefined
}

interface FoundRun {
  readonly runKey: string
  readonly usedMs: number
  readonly passedAt: string | undefined
  readonly cacheKeys: readonly string[]
}

/**
 * Each run keeps a pointer to every result that it used. The results of the run that the files declare now stay, those of the
 * newest run that passed, which `register` needs, and where the files declare none, those of the newest run.
 */
export async function runUses(folder: string): Promise<RunUses> {
  const declared = await declareRun(folder).catch((error: unknown) => {
    // Whatever is wrong with the project, its disk can be cleared.
    if (error instanceof Fault) return undefined
    throw error
  })
  const keys = declared?.ok ? declared.value.keys : undefined
  const runs = await findRuns(folder)
  const newestFirst = [...runs].sort((a, b) => b.usedMs - a.usedMs)

  const needs = new Map<string, Need>()
  const passed = runs.filter(({ passedAt }) => passedAt !== undefined)
  const lastPassed = passed.sort((a, b) => (a.passedAt ?? '').localeCompare(b.passedAt ?? '')).at(-1)
  for (const key of lastPassed?.cacheKeys ?? []) needs.set(key, 'newest passed run')
  const current = keys ? runs.find(({ runKey }) => runKey === keys.runKey) : newestFirst[0]
  for (const key of current?.cacheKeys ?? []) needs.set(key, 'current run')

  const uses = new Map<string, { usedMs: number; runs: string[] }>()
  for (const { runKey, usedMs, cacheKeys } of newestFirst) {
    for (const key of cacheKeys) {
      const known = uses.get(key)
      if (known) known.runs.push(runKey)
      else uses.set(key, { usedMs, runs: [runKey] })
    }
  }
  return {
    uses,
    needs,
    declaredKeys: keys && new Set([keys.features, keys.split, ...keys.programs, ...keys.refit].map(({ key }) => key)),
    requirements: declared?.ok ? declared.value.requirements : undefined,
  }
}

async function findRuns(folder: string): Promise<readonly FoundRun[]> {
  const root = join(folder, ownFolder, 'runs')
  const runs: FoundRun[] = []
  for (const name of await readdir(root).catch((): string[] => [])) {
    const pointers = join(root, name, 'stages')
    const cacheKeys: string[] = []
    let usedMs = 0
    for (const pointer of await readdir(pointers).catch((): string[] => [])) {
      const result = await readResult(join(pointers, pointer))
      if (!result) continue
      cacheKeys.push(result.cacheKey)
      usedMs = Math.max(usedMs, (await lstat(join(pointers, pointer))).mtimeMs)
    }
    const read = await readRecordFile(join(root, name, 'run.json'))
    const record = 'record' in read ? read.record : undefined
    runs.push({
      runKey: record?.runKey ?? name,
      usedMs,
      passedAt: record?.outcome === 'passed' && !record.sample ? record.finishedAt : undefined,
      cacheKeys,
    })
  }
  return runs
}
