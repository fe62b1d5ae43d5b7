import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'

import { extract } from 'tar-stream'
import type { GitHubClient } from '../github/client.ts'
import type { Release } from '../github/releases.ts'
import type { RunRecord } from '../pipeline/run-record.ts'
import { readLedger } from './ledger.ts'
import { type PublishedRecord, publishedIn } from './record-published.ts'
import { parseRun, requireRelease, requireUnchanged, verifiedBytes, verifiedText } from './verified-release.ts'
import { publishedFiles } from './wanted-files.ts'

/** What a release says that it was made of, every byte as it was published. */
export interface ReleasedRunAssets {
  readonly record: RunRecord
  readonly commit: string
  /** `data.lock.yaml`. */
  readonly lockText: string
  /** The file of a stage's model, `train` or `refit`; undefined where the release holds none, or one too large to look into. */
  readonly model: (stage: string) => Promise<ReleasedModel | undefined>
}

export type ReleasedModel =
  | { readonly kind: 'file'; readonly bytes: Uint8Array }
  /** Path → SHA-256. */
  | { readonly kind: 'folder'; readonly files: ReadonlyMap<string, string> }

const largestModelBytes = 512 << 20

/** Reads the release of a tag that the ledger knows. Throws `registry/bytes-differ` where somebody changed it since. */
export async function readReleasedRun(client: GitHubClient, tag: string): Promise<ReleasedRunAssets> {
  const published = publishedIn((await readLedger(client)).records).find((known) => known.tag === tag)
  if (!published) throw new Error(`Cannot read the release "${tag}": the ledger does not know it`)
  const release = await requireRelease(client, published)
  requireUnchanged(release, published)
  return {
    record: parseRun(tag, await verifiedText(client, release, published, 'run.json')),
    commit: published.commit,
    lockText: await verifiedText(client, release, published, 'data.lock.yaml'),
    model: (stage) => readModel(client, release, published, stage),
  }
}

async function readModel(
  client: GitHubClient,
  release: Release,
  published: PublishedRecord,
  stage: string,
): Promise<ReleasedModel | undefined> {
  // Without a second fit, or where it came to the same bytes, there is the one model.
  const files = publishedFiles(release, published)
  const judged = stage === 'train' ? files.find(({ name }) => /^judged(\.|$)/.test(name)) : undefined
  const asset = judged ?? files.find(({ name }) => /^model(\.|$)/.test(name))
  if (!asset || asset.bytes > largestModelBytes || asset.slices.length > 1) return undefined
  const bytes = await verifiedBytes(client, release, published, asset.name)
  if (!asset.name.endsWith('.tar.gz')) return { kind: 'file', bytes }
  return { kind: 'folder', files: await filesOfTar(bytes) }
}

async function filesOfTar(archive: Uint8Array): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>()
  const unpacked = extract()
  unpacked.end(await promisify(gunzip)(archive))
  for await (const entry of unpacked) {
    const digest = createHash('sha256')
    for await (const chunk of entry as AsyncIterable<Buffer>) digest.update(chunk)
    if (entry.header.type === 'file') files.set(entry.header.name, digest.digest('hex'))
  }
  return files
}
