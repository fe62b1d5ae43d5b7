import { lstat, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { Fault } from '../base/fault.ts'
import type { Progress } from '../base/progress.ts'
import { sha256OfFile } from '../base/sha256.ts'
import type { ArtifactStore } from '../github/runner/artifact-store.ts'
import { wordFailedCheckpoint, wordIgnoredCheckpoint } from '../report/word-checkpoints.ts'
import { type CheckpointPlace, checkpointFolder } from './checkpoint-folder.ts'
import { manifestName, readManifest } from './checkpoint-manifest.ts'
import { inDraft } from './draft-folder.ts'

/** The way of a stage's checkpoints to a later attempt of the workflow run, on whatever machine. */
export interface CheckpointExchange {
  readonly artifacts: ArtifactStore
  readonly place: CheckpointPlace
  readonly model: string
  /** `GITHUB_RUN_ATTEMPT`, from 1. */
  readonly attempt: number
  readonly progress: Progress
  /** Throws where what stands in a folder may not leave this machine. */
  readonly refuse: (folder: string) => Promise<void>
}

/** An artifact that holds a checkpoint of this stage and key. */
export interface SentCheckpoint {
  readonly name: string
  readonly attempt: number
  /** Within the attempt, from 1. */
  readonly number: number
}

/**
 * Brings the newest checkpoint of an earlier attempt into the stage's folder; false where there is none. One that is cut,
 * or holds other bytes than it says, is said and left alone; so is what the service cannot do: the stage begins anew.
 */
export async function receiveCheckpoint(exchange: CheckpointExchange): Promise<boolean> {
  // Nothing was sent before.
  if (exchange.attempt === 1) return false
  try {
    for (const { name } of await listSent(exchange)) {
      if (await receive(name, exchange)) return true
    }
  } catch (error) {
    tellFailure(error, exchange, (text) => exchange.progress.warn(text))
  }
  return false
}

/** Artifacts cannot be overwritten: each attempt numbers its own. */
export function artifactName(exchange: CheckpointExchange, number: number): string {
  return `${prefixOf(exchange)}${exchange.attempt}-${number}`
}

/** Of all attempts, the newest first. */
export async function listSent(exchange: CheckpointExchange): Promise<readonly SentCheckpoint[]> {
  const prefix = prefixOf(exchange)
  const sent = (await exchange.artifacts.list()).flatMap((name): SentCheckpoint[] => {
    if (!name.startsWith(prefix)) return []
    const [, attempt, number] = /^(\d{1,9})-(\d{1,9})$/.exec(name.slice(prefix.length)) ?? []
    return attempt && number ? [{ name, attempt: Number(attempt), number: Number(number) }] : []
  })
  return sent.sort((a, b) => b.attempt - a.attempt || b.number - a.number)
}

export function tellFailure(error: unknown, { place }: CheckpointExchange, warn: (text: string) => void): void {
  // An Enterprise Server has no such service; whoever runs there, all in one job, knows.
  if (error instanceof Fault && error.code === 'workflow/no-artifact-service') return
  warn(wordFailedCheckpoint(place.stage, messageOf(error)))
}

function prefixOf({ model, place }: CheckpointExchange): string {
  return `plumbline-${model}-checkpoint-${place.stage}-${place.cacheKey.slice(0, 16)}-`
}

async function receive(name: string, { artifacts, place, progress }: CheckpointExchange): Promise<boolean> {
  return await inDraft(place.folder, 'incoming', async (draft) => {
    const isThere = await artifacts.download(name, draft).catch(messageOf)
    const why = isThere === true ? await takeIn(draft, place) : isThere || 'it is gone'
    if (why === undefined) return true
    progress.warn(wordIgnoredCheckpoint(place.stage, name, why))
    return false
  })
}

/** Checks every byte, then gives the folder its place by one rename; why not, where it cannot be used. */
async function takeIn(draft: string, place: CheckpointPlace): Promise<string | undefined> {
  const text = await readFile(join(draft, manifestName), 'utf8').catch(() => '')
  const read = readManifest(text, place.stage, place.cacheKey)
  if (!read.ok) return read.why
  const laid = join(draft, 'folder')
  await mkdir(laid)
  for (const [index, { path, bytes, sha256 }] of read.manifest.files.entries()) {
    const file = join(draft, 'files', String(index + 1))
    const found = await lstat(file).catch(() => undefined)
    if (!found?.isFile()) return `its file "${path}" is missing`
    if (found.size !== bytes || (await sha256OfFile(file)) !== sha256) return `its file "${path}" has other bytes`
    await mkdir(dirname(join(laid, path)), { recursive: true })
    await rename(file, join(laid, path))
  }
  await rm(checkpointFolder(place), { recursive: true, force: true })
  await rename(laid, checkpointFolder(place))
  return undefined
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
