import type { Asset } from './releases.ts'

/** A file that a draft is to hold. */
export interface DraftFile {
  readonly name: string
  readonly bytes: number
  readonly sha256: string
}

/** How long an unfinished upload has been looked at, and how long it is given, by the asset's id. */
export type Watched = ReadonlyMap<number, { readonly forMs: number; readonly patienceMs: number }>

export type FillStep<File extends DraftFile> =
  | { readonly kind: 'delete'; readonly asset: Asset }
  | { readonly kind: 'upload'; readonly files: readonly File[] }
  /** Uploads that did not end are left: another job may still be at them. */
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'full' }

const shortestLookMs = 50
const longestLookMs = 10_000

/**
 * The next step from what a draft holds to exactly these files. What is whole and not wanted goes at once; what is missing comes;
 * only then an upload that does not end is waited for, as long as it is given, and goes, too.
 */
export function nextFillStep<File extends DraftFile>(
  files: readonly File[],
  held: readonly Asset[],
  watched: Watched,
): FillStep<File> {
  const useless = held.find((asset) => asset.isWhole && !files.some((file) => isSame(file, asset)))
  if (useless) return { kind: 'delete', asset: useless }
  const missing = files.filter(({ name }) => !held.some((asset) => asset.name === name))
  if (missing.length > 0) return { kind: 'upload', files: missing }
  const unfinished = held.filter(({ isWhole }) => !isWhole)
  const givenUp = unfinished.find((asset) => leftMs(asset, watched) <= 0)
  if (givenUp) return { kind: 'delete', asset: givenUp }
  if (unfinished.length === 0) return { kind: 'full' }
  const soonestMs = Math.min(...unfinished.map((asset) => leftMs(asset, watched)))
  const lookedMs = Math.max(...unfinished.map((asset) => watched.get(asset.id)?.forMs ?? 0))
  // The longer it takes, the less often it is asked for.
  const pauseMs = Math.max(shortestLookMs, Math.min(lookedMs, longestLookMs))
  return { kind: 'wait', ms: Math.min(soonestMs, pauseMs) }
}

/** Whether an asset is that file, whole. Servers that compute no digest are believed on size. */
export function isSame(file: DraftFile, asset: Asset): boolean {
  if (file.name !== asset.name || !asset.isWhole) return false
  return asset.sha256 === null ? asset.bytes === file.bytes : asset.sha256 === file.sha256
}

/** An asset that nobody looked at yet has all its time before it. */
function leftMs({ id }: Asset, watched: Watched): number {
  const looked = watched.get(id)
  return looked === undefined ? Number.POSITIVE_INFINITY : looked.patienceMs - looked.forMs
}
