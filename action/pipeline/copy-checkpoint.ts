import { constants } from 'node:fs'
import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { sha256OfFile } from '../base/sha256.ts'
import { type CheckpointListing, listCheckpoint } from './checkpoint-folder.ts'
import type { ManifestFile } from './checkpoint-manifest.ts'

export interface CheckpointCopy {
  /** In the order of their copies: the first is `1`. */
  readonly files: readonly ManifestFile[]
  readonly listing: CheckpointListing
}

const tries = 10
const pauseMs = 100
const tickMs = 50

/**
 * Copies what a folder of checkpoints holds to `to/1`, `to/2`, …, as it was at one moment: where it changed meanwhile, all
 * over again. Undefined where it never kept still. Throws what the system says of a file that cannot be read.
 */
export async function copyCheckpoint(folder: string, to: string): Promise<CheckpointCopy | undefined> {
  await mkdir(to, { recursive: true })
  for (let left = tries; left > 0; left--) {
    const listing = await listCheckpoint(folder)
    if (isStill(listing, Date.now())) {
      const files = await copyFiles(folder, listing, to)
      if (files && areEqual(listing, await listCheckpoint(folder))) return { files, listing }
    }
    await sleep(pauseMs)
  }
  return undefined
}

/** Whether nothing was written from one to the other. */
export function areEqual(one: CheckpointListing, other: CheckpointListing): boolean {
  const versions = ({ files }: CheckpointListing) => files.map(({ path, version }) => `${path}\0${version}`).join('\0')
  return versions(one) === versions(other)
}

/** What was written just now may be written once more without a file system's clock telling. */
function isStill({ files }: CheckpointListing, nowMs: number): boolean {
  return files.every(({ changedMs }) => Math.abs(nowMs - changedMs) > tickMs)
}

async function copyFiles(
  folder: string,
  { files }: CheckpointListing,
  to: string,
): Promise<ManifestFile[] | undefined> {
  const copied: ManifestFile[] = []
  for (const [index, { path, bytes }] of files.entries()) {
    const place = join(to, String(index + 1))
    try {
      await copyFile(join(folder, path), place, constants.COPYFILE_FICLONE)
    } catch (error) {
      // The program replaced it.
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
      throw error
    }
    copied.push({ path, bytes, sha256: await sha256OfFile(place) })
  }
  return copied
}
