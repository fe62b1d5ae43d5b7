import { setTimeout as sleep } from 'node:timers/promises'

import pLimit from 'p-limit'

import { backOffMs } from '../base/back-off.ts'
import { Fault } from '../base/fault.ts'
import type { GitHubClient } from './client.ts'
import type { Refused } from './github-fault.ts'
import { type DraftFile, isSame, nextFillStep, type Watched } from './next-fill-step.ts'
import { type Asset, deleteAsset, type Release, readRelease, uploadAsset } from './releases.ts'

/** A file on this machine, or a slice of one, on its way to being an asset. */
export interface BuiltFile extends DraftFile {
  readonly path: string
  readonly contentType: string
  /** Place of its first byte in the file; left out: 0. */
  readonly from?: number
}

export interface FillTerms {
  /** Bytes that left for GitHub; fewer than none where they must go again. */
  readonly onBytes: (bytes: number) => void
  readonly signal?: AbortSignal
  /** For tests, which wait for nothing. */
  readonly pause?: (ms: number) => Promise<void>
}

export type Filled =
  /** The draft holds exactly the files, by the digests that GitHub has of them, read after the last upload. */
  | { readonly kind: 'full'; readonly draft: Release }
  /** Somebody published or deleted it meanwhile. */
  | { readonly kind: 'moved on' }
  /** Refused so often that more of the same will not help. */
  | { readonly kind: 'stuck'; readonly last: Refused | undefined }

/** As many at a time: one alone seldom fills a connection, many more are refused. */
const atOnce = 4
const mostRefusals = 15
/** Uploads of one file that may break off, before its fault is told. */
const mostTroubles = 4
const trouble = { firstMs: 1000, factor: 3, longestMs: 30_000 }
/** What is waited for an upload that may be another job's: so much, and more for what is large. */
const patience = { leastMs: 1000, bytesPerMs: 20_000 }

/**
 * Fills a draft with files, several at a time, whatever an earlier or a racing call left in it; a file of any size takes no
 * memory. Any number of calls may fill one draft at once. Throws the client's faults.
 */
export async function fillDraft(
  client: GitHubClient,
  draft: Release,
  files: readonly BuiltFile[],
  terms: FillTerms,
): Promise<Filled> {
  const { pause = (ms: number) => sleep(ms, undefined, terms.signal && { signal: terms.signal }) } = terms
  const sightings = sightingsOf(files)
  let held = draft.assets
  let last: Refused | undefined
  for (let refusals = 0; refusals < mostRefusals; ) {
    const step = nextFillStep(files, held, sightings.of(held))
    if (step.kind === 'delete') {
      sightings.gone(step.asset)
      await deleteAsset(client, step.asset)
      held = held.filter(({ id }) => id !== step.asset.id)
      continue
    }
    if (step.kind === 'upload') {
      const { assets, refused, broken } = await uploadAll(client, draft, step.files, terms)
      const isRefused = refused !== undefined && assets.length === 0
      last = refused ?? last
      refusals = isRefused ? refusals + 1 : 0
      for (const { file, fault } of broken) {
        if (client.connection.isEmbedded || sightings.broke(file) >= mostTroubles) throw fault
      }
      held = [...held, ...assets]
      if (!refused && broken.length === 0) continue
      // Two that fill one draft are kept from stepping in time.
      if (isRefused) await pause(Math.random() * 50 * refusals)
      if (broken.length > 0) await pause(backOffMs(trouble, sightings.mostTroubles()))
    }
    if (step.kind === 'wait') await pause(step.ms)
    const now = await readRelease(client, draft.id)
    if (now?.isDraft !== true) return { kind: 'moved on' }
    if (step.kind === 'full') {
      if (isFull(files, now)) return { kind: 'full', draft: now }
      refusals += 1
    }
    held = now.assets
  }
  return { kind: 'stuck', last }
}

function isFull(files: readonly BuiltFile[], { assets }: Release): boolean {
  return assets.length === files.length && files.every((file) => assets.some((asset) => isSame(file, asset)))
}

interface Uploaded {
  readonly assets: readonly Asset[]
  readonly refused: Refused | undefined
  /** On the way, for which nobody here is to blame. */
  readonly broken: readonly { readonly file: BuiltFile; readonly fault: Fault }[]
}

async function uploadAll(
  client: GitHubClient,
  draft: Release,
  files: readonly BuiltFile[],
  { onBytes, signal }: FillTerms,
): Promise<Uploaded> {
  const slots = pLimit(atOnce)
  const assets: Asset[] = []
  const broken: { file: BuiltFile; fault: Fault }[] = []
  let refused: Refused | undefined
  const upload = async (file: BuiltFile) => {
    // What is under way comes to its end; nothing more is begun.
    if (refused || broken.length > 0) return
    signal?.throwIfAborted()
    let sent = 0
    const tell = (total: number) => {
      onBytes(total - sent)
      sent = total
    }
    try {
      const uploaded = await uploadAsset(client, draft, { ...file, onBytes: tell })
      if (uploaded.kind === 'done') assets.push(uploaded.data)
      else {
        refused = uploaded
        tell(0)
      }
    } catch (error) {
      tell(0)
      if (!(error instanceof Fault) || error.code !== 'github/unreachable') throw error
      broken.push({ file, fault: error })
    }
  }
  const ended = await Promise.allSettled(files.map((file) => slots(() => upload(file))))
  const failed = ended.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
  return { assets, refused, broken }
}

/** Since when each unfinished upload is seen here; the more of a name were given up, the longer the next is left alone. */
function sightingsOf(files: readonly DraftFile[]) {
  const bytesOf = new Map(files.map(({ name, bytes }) => [name, bytes]))
  const seen = new Map<number, { readonly sinceMs: number; readonly patienceMs: number }>()
  const givenUp = new Map<string, number>()
  const troubles = new Map<string, number>()
  return {
    of(held: readonly Asset[]): Watched {
      const nowMs = performance.now()
      const watched = new Map<number, { forMs: number; patienceMs: number }>()
      for (const asset of held.filter(({ isWhole }) => !isWhole)) {
        const first = seen.get(asset.id) ?? { sinceMs: nowMs, patienceMs: patienceMs(asset) }
        seen.set(asset.id, first)
        watched.set(asset.id, { forMs: nowMs - first.sinceMs, patienceMs: first.patienceMs })
      }
      return watched
    },

    gone({ name, isWhole }: Asset): void {
      if (!isWhole) givenUp.set(name, (givenUp.get(name) ?? 0) + 1)
    },

    /** How often an upload of ours broke off, this time included: what it left need not be waited for. */
    broke({ name }: DraftFile): number {
      const count = (troubles.get(name) ?? 0) + 1
      troubles.set(name, count)
      return count
    },

    mostTroubles: () => Math.max(1, ...troubles.values()),
  }

  function patienceMs({ name }: Asset): number {
    if (troubles.has(name)) return 0
    const onceMs = patience.leastMs + (bytesOf.get(name) ?? 0) / patience.bytesPerMs
    return onceMs * 2 ** (givenUp.get(name) ?? 0) * (1 + Math.random())
  }
}
