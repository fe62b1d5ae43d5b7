import { Fault } from '../base/fault.ts'
import { nearestName } from '../base/nearest-name.ts'
import type { Progress } from '../base/progress.ts'
import type { GitHubClient } from '../github/client.ts'
import { type DownloadedFile, downloadAssets } from './download-assets.ts'
import type { RegistryEntry } from './registry.ts'
import { goneRelease, requireUnchanged } from './verified-release.ts'
import { publishedFiles, type WantedFile } from './wanted-files.ts'

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
  const known = publishedFiles(release, record)
  const wanted = names.length === 0 ? known : names.map((name) => named(known, record.tag, name))
  return downloadAssets(client, wanted, folder, terms)
}

function named(known: readonly WantedFile[], tag: string, name: string): WantedFile {
  const found = known.find((file) => file.name === name)
  if (found) return found
  const names = known.map((file) => file.name)
  const meant = nearestName(name, names)
  throw new Fault(
    'registry/bad-asset',
    `Cannot download "${name}" of "${tag}": the release has no such asset; expected one that it has`,
    { remedy: meant === undefined ? `It has ${names.join(', ')}.` : `Did you mean "${meant}"?` },
  )
}
