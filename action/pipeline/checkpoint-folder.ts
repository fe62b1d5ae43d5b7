import { lstat, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { type LockTerms, withExclusiveLock } from '../base/exclusive-lock.ts'
import { ownFolder } from '../base/own-folder.ts'
import { endOrphans } from './end-orphans.ts'

/** What a stage's checkpoints belong to: other code, data or parameters have another key, and never see them. */
export interface CheckpointPlace {
  /** The project's, absolute. */
  readonly folder: string
  /** As shown and logged: `train`, or `refit` for the second fit. */
  readonly stage: string
  readonly cacheKey: string
}

/** What a folder of checkpoints holds. */
export interface CheckpointListing {
  readonly files: readonly CheckpointFile[]
  readonly bytes: number
  /** Paths of links, sockets, devices and of names that not every system has: never taken along. */
  readonly odd: readonly string[]
}

export interface CheckpointFile {
  /** Inside the folder, with `/`. */
  readonly path: string
  readonly bytes: number
  /** Another one where anything was written since, but for the same moment: clocks of file systems tick slowly. */
  readonly version: string
  readonly changedMs: number
}

export const checkpointVariable = 'PLUMBLINE_CHECKPOINT_DIR'
/** Of other keys of a stage: whoever goes back to them finds them. */
const othersKept = 2
const lockTerms: LockTerms = { longestMs: Number.POSITIVE_INFINITY, patienceMs: 0 }

/** `.plumbline/checkpoints/<stage>/<16 digits of its cache key>` */
export function checkpointFolder({ folder, stage, cacheKey }: CheckpointPlace): string {
  return join(folder, ownFolder, 'checkpoints', stage, cacheKey.slice(0, 16))
}

/**
 * Gives a stage its folder for checkpoints, with what earlier attempts left there, and nobody else meanwhile: what goes on
 * of a killed run is ended first. `isFresh` empties it. Throws the fault `locked` where another run has it.
 */
export async function withCheckpointFolder<Result>(
  place: CheckpointPlace & { readonly isFresh: boolean },
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = checkpointFolder(place)
  await removeForeign(place)
  // Whoever is killed leaves its lock, and may leave its program.
  const wasLeft = (await lstat(lockOf(folder)).catch(() => undefined)) !== undefined
  return await withExclusiveLock(lockOf(folder), lockTerms, async () => {
    if (wasLeft) await endOrphans(checkpointVariable, folder)
    if (place.isFresh) await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { recursive: true })
    await removeOthers(place)
    return await work(folder)
  })
}

function lockOf(folder: string): string {
  return `${folder}.lock`
}

/** Of a stage that is done. What cannot be removed, or another run has, stays: nothing asks for it again. */
export async function removeCheckpoint(place: CheckpointPlace): Promise<void> {
  const folder = checkpointFolder(place)
  if (!(await lstat(folder).catch(() => undefined))) return
  const remove = () => rm(folder, { recursive: true, force: true })
  await withExclusiveLock(lockOf(folder), lockTerms, remove).catch(() => undefined)
}

/** Throws what the system says where a folder cannot be read; what goes away meanwhile is not there. */
export async function listCheckpoint(folder: string): Promise<CheckpointListing> {
  const files: CheckpointFile[] = []
  const odd: string[] = []
  const walk = async (below: string): Promise<void> => {
    for (const entry of await readdir(join(folder, below), { withFileTypes: true }).catch(isGone([]))) {
      const path = `${below}${entry.name}`
      const found = await lstat(join(folder, path), { bigint: true }).catch(isGone(undefined))
      if (!found) continue
      if (found.isDirectory()) await walk(`${path}/`)
      else if (found.isFile() && !path.includes('\\')) {
        const version = `${found.ino} ${found.size} ${found.mtimeNs}`
        files.push({ path, bytes: Number(found.size), version, changedMs: Number(found.mtimeMs) })
      } else odd.push(path)
    }
  }
  await walk('')
  files.sort((a, b) => (a.path < b.path ? -1 : 1))
  return { files, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), odd: odd.sort() }
}

function isGone<Instead>(instead: Instead): (error: unknown) => Instead {
  return (error) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return instead
    throw error
  }
}

/** A program may have put a link where Plumbline's own folders are, to have what lies elsewhere written or removed. */
async function removeForeign(place: CheckpointPlace): Promise<void> {
  const folder = checkpointFolder(place)
  for (const own of [join(folder, '../..'), join(folder, '..'), folder]) {
    const found = await lstat(own).catch(() => undefined)
    if (found && !found.isDirectory()) await rm(own)
  }
}

async function removeOthers(place: CheckpointPlace): Promise<void> {
  const ours = place.cacheKey.slice(0, 16)
  const stageFolder = join(checkpointFolder(place), '..')
  const names = (await readdir(stageFolder)).filter((name) => /^[0-9a-f]{16}$/.test(name) && name !== ours)
  const others = await Promise.all(
    names.map(async (name) => {
      const path = join(stageFolder, name)
      return { path, changedMs: (await lstat(path).catch(() => undefined))?.mtimeMs ?? 0 }
    }),
  )
  const old = others.sort((a, b) => b.changedMs - a.changedMs).slice(othersKept)
  for (const { path } of old) await rm(path, { recursive: true, force: true }).catch(() => undefined)
}
