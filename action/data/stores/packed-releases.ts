import { sha256 } from '../../base/sha256.ts'
import type { GitHubClient } from '../../github/client.ts'
import { type Asset, downloadAsset, listReleases, type Release } from '../../github/releases.ts'
import type { LockEntry } from '../../project/data-lock.ts'
import { fileIn, indexName, type PackIndex, parseIndex } from './pack-index.ts'

export const tagPrefix = 'plumbline-data-'

/** A number behind it where the tag itself was taken. */
export function isDataTag(tag: string): boolean {
  return /^plumbline-data-[0-9a-f]{16}(-\d+)?$/.test(tag)
}

export interface KnownPacks {
  readonly release: Release
  readonly index: PackIndex
}

export interface ReadPacks {
  readonly packs: readonly KnownPacks[]
  /** Releases whose index is not there, not whole or of a newer version. */
  readonly unreadable: readonly Release[]
}

/** Every release of packs. */
export async function readPacks(client: GitHubClient): Promise<ReadPacks> {
  const releases = (await listReleases(client)).filter(({ tag, isDraft }) => !isDraft && isDataTag(tag))
  const packs: KnownPacks[] = []
  const unreadable: Release[] = []
  for (const release of releases) {
    const known = await readPack(client, release)
    // Files of a release that cannot be read are not there: they are pushed again, or missed by name.
    if (known) packs.push(known)
    else unreadable.push(release)
  }
  return { packs, unreadable }
}

/** With its index, verified against the digest that GitHub has of it; undefined where it cannot be read. */
export async function readPack(client: GitHubClient, release: Release): Promise<KnownPacks | undefined> {
  const asset = release.assets.find(({ name }) => name === indexName)
  const bytes = asset && (await downloadAsset(client, asset))
  const isWhole = bytes && (asset.sha256 === null || sha256(bytes) === asset.sha256)
  const index = isWhole ? parseIndex(Buffer.from(bytes).toString()) : undefined
  return index && { release, index }
}

/** The release that holds a file whole, and where in it. */
export function findPacked(packs: readonly KnownPacks[], entry: LockEntry) {
  for (const { release, index } of packs) {
    const file = fileIn(index, entry)
    const isWhole = file?.slices.every(({ pack }) =>
      release.assets.some((asset) => asset.name === pack && isAsNamed(asset)),
    )
    if (file && isWhole) return { release, file }
  }
  return undefined
}

/** A pack's name tells its digest, so that one which was replaced is not taken for it. */
function isAsNamed({ name, isWhole, sha256: digest }: Asset): boolean {
  return isWhole && (digest === null || name.endsWith(`-${digest.slice(0, 16)}.bin`))
}
