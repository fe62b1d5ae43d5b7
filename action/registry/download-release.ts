import { Fault } from '../base/fault.ts'
import { nearestName } from '../base/nearest-name.ts'
import type { Progress } from '../base/progress.ts'
import type { GitHubClient } from '../github/client.ts'
import type { Release } from '../github/releases.ts'
import { type DownloadedFile, downloadAssets, type WantedAsset } from './download-assets.ts'
import type { RegistryEntry } from './registry.ts'
import { goneRelease, requireUnchanged } from './verified-release.ts'

export interface WantedDownload {
  /** Absolute. */
  readonly folder: string
  /** Of the assets; all where none is named. */
  readonly names: readonly string[]
  readonly progress: Progress
  readonly signal?: AbortSignal
}

/** Downloads what was published of a release, every byte as the ledger says that it was published. */
export async function downloadRelease(
  client: GitHubClient,
  { record, release, cleaned }: RegistryEntry,
  { folder, names, ...terms }: WantedDownload,
): Promise<readonly DownloadedFile[]> {
  if (!release) throw goneRelease(record.tag, cleaned)
  requireUnchanged(release, record)
  const known = wantedAssets(release, record.assets)
  const wanted = names.length === 0 ? known : names.map((name) => named(known, record.tag, name))
  return downloadAssets(client, wanted, folder, terms)
}

/** Those that the ledger knows: what somebody added since is none of the model's. */
function wantedAssets(release: Release, digests: Readonly<Record<string, string | null>>): readonly WantedAsset[] {
  return release.assets.flatMap((asset) => {
    const sha256 = digests[asset.name] ?? asset.sha256
    return Object.hasOwn(digests, asset.name) && sha256 !== null ? [{ asset, sha256 }] : []
  })
}

function named(known: readonly WantedAsset[], tag: string, name: string): WantedAsset {
  const found = known.find(({ asset }) => asset.name === name)
  if (found) return found
  const names = known.map(({ asset }) => asset.name)
  const meant = nearestName(name, names)
  throw new Fault(
    'registry/bad-asset',
    `Cannot download "${name}" of "${tag}": the release has no such asset; expected one that it has`,
    { remedy: meant === undefined ? `It has ${names.join(', ')}.` : `Did you mean "${meant}"?` },
  )
}
