import type { RunRecord } from '../pipeline/run-record.ts'
import type { LiveRelease } from './live-releases.ts'
import type { RegistryEntry } from './registry.ts'
import { type Wholes, wholeOf } from './wholes.ts'

/** A release as people look it up. */
export interface ReleaseFacts {
  readonly model: string
  readonly version: number
  readonly tag: string
  readonly runKey: string
  readonly commit: string
  readonly dataDigest: string
  readonly publishedAt: string
  readonly actor: string
  /** `gone`: somebody deleted it, and no record says why. */
  readonly state: 'published' | 'cleaned' | 'gone'
  readonly cleaned: RegistryEntry['cleaned']
  readonly url: string | null
  readonly assets: readonly AssetFacts[]
  /** Of all assets; null where the release is not there any more. */
  readonly bytes: number | null
  readonly aliases: readonly string[]
  readonly live: readonly LiveRelease[]
  /** What made it; null where the ledger's record of it cannot be read. */
  readonly run: RunRecord | null
}

/** A file of a release: an asset, or several that are its parts. */
export interface AssetFacts {
  readonly name: string
  readonly bytes: number | null
  /** As it was published; null where GitHub computed none. */
  readonly sha256: string | null
  /** `other bytes`, `gone`, `added`: not as the ledger says that it was published. */
  readonly state: 'as published' | 'other bytes' | 'gone' | 'added'
  /** How many assets it is cut into; left out where it is one. */
  readonly parts?: number
}

/** Pure. `run` is what `entry.runBody` came to. */
export function releaseFacts(entry: RegistryEntry, run: RunRecord | null): ReleaseFacts {
  const { record, release, cleaned, aliases, live } = entry
  const { model, version, tag, runKey, commit, dataDigest, publishedAt, actor } = record
  return {
    model,
    version,
    tag,
    runKey,
    commit,
    dataDigest,
    publishedAt,
    actor,
    state: release ? 'published' : cleaned ? 'cleaned' : 'gone',
    cleaned,
    url: release?.url ?? null,
    assets: assetFacts(entry),
    bytes: release && release.assets.reduce((sum, { bytes }) => sum + bytes, 0),
    aliases,
    live,
    run,
  }
}

function assetFacts({ record, release }: RegistryEntry): readonly AssetFacts[] {
  const known = Object.entries(record.assets).map(([name, sha256]): AssetFacts => {
    const asset = release?.assets.find((held) => held.name === name)
    const isOther = asset && asset.sha256 !== null && sha256 !== null && asset.sha256 !== sha256
    const state = asset ? (isOther ? 'other bytes' : 'as published') : release ? 'gone' : 'as published'
    return { name, bytes: asset?.bytes ?? null, sha256, state }
  })
  const added = (release?.assets ?? []).filter(({ name }) => !Object.hasOwn(record.assets, name))
  const all = [...known, ...added.map(({ name, bytes, sha256 }) => ({ name, bytes, sha256, state: 'added' }) as const)]
  return joined(all, record.wholes)
}

/** Parts as the file that they are; it is as published where all of them are. */
function joined(assets: readonly AssetFacts[], wholes: Wholes): readonly AssetFacts[] {
  const files = Object.entries(wholes).map(([name, { sha256, bytes, parts }]): AssetFacts => {
    const own = assets.filter((asset) => parts.includes(asset.name))
    const state = own.find((asset) => asset.state !== 'as published')?.state ?? 'as published'
    const isThere = own.every((asset) => asset.bytes !== null)
    return { name, sha256, bytes: isThere ? bytes : null, state, parts: parts.length }
  })
  return [...assets.filter(({ name }) => wholeOf(wholes, name) === undefined), ...files]
}
