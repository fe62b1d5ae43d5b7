import type { Asset, Release } from '../github/releases.ts'
import type { PublishedRecord } from './record-published.ts'
import { type Wholes, wholeOf } from './wholes.ts'

/** A file to download and the digest that its bytes must have: an asset, or several after each other. */
export interface WantedFile {
  readonly name: string
  readonly bytes: number
  /** Null: whatever comes, where nobody knows better. */
  readonly sha256: string | null
  readonly slices: readonly WantedSlice[]
}

export interface WantedSlice {
  readonly asset: Asset
  readonly sha256: string | null
}

/** An asset as a file of its own. */
export function wantedAsset(asset: Asset, sha256: string | null): WantedFile {
  return { name: asset.name, bytes: asset.bytes, sha256, slices: [{ asset, sha256 }] }
}

/** What a release that the ledger knows holds, put together; what somebody added since is none of the model's. */
export function publishedFiles(release: Release, { assets, wholes }: PublishedRecord): readonly WantedFile[] {
  const known = release.assets.filter(
    ({ name, sha256 }) => Object.hasOwn(assets, name) && (assets[name] ?? sha256) !== null,
  )
  return joinedFiles(known, wholes, (asset) => assets[asset.name] ?? asset.sha256)
}

/** Assets as files: those that are parts of one are put together where all of them are there. */
export function joinedFiles(
  assets: readonly Asset[],
  wholes: Wholes,
  digestOf: (asset: Asset) => string | null,
): readonly WantedFile[] {
  const joined = Object.entries(wholes).flatMap(([name, whole]): readonly WantedFile[] => {
    const slices = whole.parts.flatMap((part) => {
      const asset = assets.find((held) => held.name === part)
      return asset ? [{ asset, sha256: digestOf(asset) }] : []
    })
    if (slices.length < whole.parts.length || slices.length === 0) return []
    const bytes = slices.reduce((sum, { asset }) => sum + asset.bytes, 0)
    return [{ name, bytes, sha256: whole.sha256, slices }]
  })
  const isJoined = ({ name }: Asset) => joined.some((file) => file.name === wholeOf(wholes, name))
  return [...assets.filter((asset) => !isJoined(asset)).map((asset) => wantedAsset(asset, digestOf(asset))), ...joined]
}

/** Name of each file of a release → its SHA-256, those that are cut as a whole. */
export function fileDigests({ assets, wholes }: PublishedRecord): ReadonlyMap<string, string | null> {
  const own = Object.entries(assets).filter(([name]) => wholeOf(wholes, name) === undefined)
  return new Map([...own, ...Object.entries(wholes).map(([name, { sha256 }]) => [name, sha256] as const)])
}
