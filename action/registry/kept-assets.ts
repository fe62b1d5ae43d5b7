import { rm } from 'node:fs/promises'
import { join } from 'node:path'

import { sha256OfFile } from '../base/sha256.ts'
import type { GitHubClient } from '../github/client.ts'
import { type DownloadTerms, downloadAssets } from './download-assets.ts'
import type { PublishedRecord } from './record-published.ts'
import { requireRelease, requireUnchanged } from './verified-release.ts'
import { fileDigests, publishedFiles } from './wanted-files.ts'

/**
 * Paths of a release's assets on this machine, in the order of their names; undefined where it has not all of them. They are
 * kept in `keep`, by tag, and are only ever used with the digests that the ledger has of them.
 */
export async function keptAssets(
  client: GitHubClient,
  record: PublishedRecord,
  names: readonly string[],
  keep: string,
  terms: DownloadTerms,
): Promise<readonly string[] | undefined> {
  const folder = join(keep, record.tag)
  const paths = names.map((name) => join(folder, name))
  const digests = await Promise.all(paths.map((path) => sha256OfFile(path).catch(() => undefined)))
  const expected = fileDigests(record)
  const missing = names.filter((name, index) => digests[index] === undefined || digests[index] !== expected.get(name))
  if (missing.length === 0) return paths
  const release = await requireRelease(client, record)
  requireUnchanged(release, record)
  // What somebody edited here is nobody's to keep.
  for (const name of missing) await rm(join(folder, name), { force: true, recursive: true })
  const wanted = publishedFiles(release, record).filter(({ name }) => missing.includes(name))
  if (wanted.length < missing.length) return undefined
  await downloadAssets(client, wanted, folder, terms)
  return paths
}
