import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { cacheFolder } from '../base/cache-folder.ts'
import { isProcessAlive } from '../base/is-process-alive.ts'
import { ownFolder } from '../base/own-folder.ts'
import { draftName, draftsFolder } from './draft-folder.ts'
import { folderBytes } from './folder-bytes.ts'
import { type RunUses, runUses } from './needed-results.ts'
import type { CacheEntry, Need } from './plan-garbage.ts'
import { readResult } from './stage-result.ts'

export interface CacheWish {
  readonly folder: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Also environments, which the projects of this machine share. */
  readonly withEnvironments: boolean
  readonly now: () => Date
}

/** Whoever took an environment into use so recently may still be at it. */
const inUseMs = 24 * 3_600_000

/** All that can be removed from the cache of a project, newest use first. Reads names, sizes and times, and no output. */
export async function cacheEntries(wish: CacheWish): Promise<readonly CacheEntry[]> {
  const uses = await runUses(wish.folder)
  const root = join(wish.folder, ownFolder)
  const entries = [
    ...(await stageEntries(join(root, 'stages'), uses)),
    ...(await checkpointEntries(join(root, 'checkpoints'))),
    ...(await draftEntries(draftsFolder(wish.folder))),
    ...(wish.withEnvironments ? await environmentEntries(wish, uses) : []),
  ]
  return entries.sort((one, other) => other.usedMs - one.usedMs)
}

async function stageEntries(root: string, { uses, needs, declaredKeys }: RunUses): Promise<CacheEntry[]> {
  const entries: CacheEntry[] = []
  for (const name of await foldersIn(root)) {
    for (const key of await foldersIn(join(root, name))) {
      const path = join(root, name, key)
      const result = await readResult(join(path, 'result.json'))
      const use = result && uses.get(result.cacheKey)
      const isDeclared = result !== undefined && declaredKeys?.has(result.key) === true
      entries.push({
        ...(await sized(path)),
        kind: 'stage',
        name,
        key,
        ...(result && { madeMs: Date.parse(result.startedAt) }),
        ...(use && { usedMs: use.usedMs }),
        runs: use?.runs ?? [],
        need: result === undefined ? null : (needs.get(result.cacheKey) ?? (isDeclared ? 'current run' : null)),
        isDead: result === undefined,
      })
    }
  }
  return entries
}

/** The newest of a stage is what a run that was stopped goes on from. */
async function checkpointEntries(root: string): Promise<CacheEntry[]> {
  const entries: CacheEntry[] = []
  for (const name of await foldersIn(root)) {
    const ofStage: CacheEntry[] = []
    for (const key of await foldersIn(join(root, name))) {
      const path = join(root, name, key)
      ofStage.push({ ...(await sized(path)), kind: 'checkpoint', name, key, runs: [], need: null, isDead: false })
    }
    const newest = Math.max(...ofStage.map(({ usedMs }) => usedMs))
    entries.push(...ofStage.map((one) => (one.usedMs === newest ? { ...one, need: 'goes on from it' as const } : one)))
  }
  return entries
}

async function draftEntries(root: string): Promise<CacheEntry[]> {
  const entries: CacheEntry[] = []
  for (const name of await foldersIn(root)) {
    const pid = Number(draftName.exec(name)?.[1] ?? 0)
    const need: Need | null = pid > 0 && isProcessAlive(pid) ? 'in use' : null
    entries.push({ ...(await sized(join(root, name))), kind: 'draft', name, key: null, runs: [], need, isDead: true })
  }
  return entries
}

async function environmentEntries({ environment, now }: CacheWish, uses: RunUses): Promise<CacheEntry[]> {
  const root = join(cacheFolder(environment), 'environments')
  const entries: CacheEntry[] = []
  for (const key of (await foldersIn(root)).filter((name) => /^[0-9a-f]{16}$/.test(name))) {
    const path = join(root, key)
    const marker = await lstat(join(path, 'plumbline-complete')).catch(() => undefined)
    const lock = await lstat(`${path}.lock`).catch(() => undefined)
    const requirements = await readFile(join(path, 'plumbline-requirements.txt'), 'utf8').catch(() => undefined)
    const found = await sized(path)
    // Whoever uses an environment reads its marker; file systems note that once a day or oftener.
    const usedMs = marker ? Math.max(marker.mtimeMs, marker.atimeMs) : found.usedMs
    const isRecent = now().getTime() - usedMs < inUseMs
    const isOurs = requirements !== undefined && requirements === uses.requirements
    const need: Need | null = isOurs ? 'this project' : lock || isRecent ? 'in use' : null
    entries.push({ ...found, kind: 'environment', name: key, key, usedMs, runs: [], need, isDead: !marker })
  }
  return entries
}

async function sized(path: string): Promise<Pick<CacheEntry, 'path' | 'bytes' | 'madeMs' | 'usedMs'>> {
  const found = await lstat(path)
  return { path, bytes: await folderBytes(path), madeMs: null, usedMs: found.mtimeMs }
}

/** Links are nobody's folders. */
async function foldersIn(root: string): Promise<readonly string[]> {
  if (!(await lstat(root).catch(() => undefined))?.isDirectory()) return []
  const entries = await readdir(root, { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}
