import { Fault } from '../base/fault.ts'
import { sha256 } from '../base/sha256.ts'
import type { GitHubClient } from '../github/client.ts'
import { downloadAsset, type Release, readReleaseByTag } from '../github/releases.ts'
import type { RunRecord } from '../pipeline/run-record.ts'
import type { Cleaned, PublishedRecord } from './record-published.ts'

/** The release of a tag that the ledger knows. */
export async function requireRelease(client: GitHubClient, record: PublishedRecord): Promise<Release> {
  const release = await readReleaseByTag(client, record.tag)
  if (release) return release
  throw goneRelease(record.tag, null)
}

/** Of a release that the ledger knows and that is not there any more. */
export function goneRelease(tag: string, cleaned: Cleaned | null): Fault {
  const state = cleaned
    ? `its release was cleaned on ${cleaned.at.slice(0, 10)} by ${cleaned.actor} (${cleaned.reason})`
    : 'its release is gone'
  const remedy = cleaned
    ? 'Its tag and its record stay: check the tag out and run plumbline run, then plumbline register, which publishes the same bytes again.'
    : 'Somebody deleted it. The ledger still names its commit, data and digests: plumbline/ledger.'
  return new Fault(
    'github/not-found',
    `Cannot read "${tag}": ${state}; expected it, as the ledger says it was published`,
    { remedy },
  )
}

/** An asset's text, if it is still the one that was published. */
export async function verifiedText(
  client: GitHubClient,
  release: Release,
  record: PublishedRecord,
  name: string,
): Promise<string> {
  return Buffer.from(await verifiedBytes(client, release, record, name)).toString()
}

/** An asset's bytes, if they are still those that were published. */
export async function verifiedBytes(
  client: GitHubClient,
  release: Release,
  record: PublishedRecord,
  name: string,
): Promise<Uint8Array> {
  const asset = release.assets.find((known) => known.name === name)
  const bytes = asset && (await downloadAsset(client, asset))
  const expected = record.assets[name]
  const digest = bytes && sha256(bytes)
  if (bytes && (typeof expected !== 'string' || digest === expected)) return bytes
  throw changedAsset(release, name, digest, expected)
}

/** Refuses a release of which an asset is gone or has other bytes, by the digests that GitHub computed: no byte is read. */
export function requireUnchanged(release: Release, record: PublishedRecord): void {
  for (const [name, expected] of Object.entries(record.assets)) {
    const asset = release.assets.find((known) => known.name === name)
    const isUnknown = asset?.sha256 === null || expected === null
    if (!asset || (!isUnknown && asset.sha256 !== expected)) {
      throw changedAsset(release, name, asset?.sha256 ?? undefined, expected)
    }
  }
}

function changedAsset(
  release: Release,
  name: string,
  digest: string | undefined,
  expected: string | null | undefined,
): Fault {
  const state = digest === undefined ? 'it is gone' : `it has other bytes (sha256 ${digest.slice(0, 8)}…)`
  return new Fault(
    'registry/bytes-differ',
    `Cannot trust "${name}" of "${release.tag}": ${state}; expected sha256 ${expected?.slice(0, 8) ?? 'unknown'}…, as it was published`,
    {
      remedy: `Somebody changed the release: ${release.url}`,
      stays: 'nothing was changed',
    },
  )
}

/** The record in `run.json`. */
export function parseRun(tag: string, text: string): RunRecord {
  const run: RunRecord = JSON.parse(text)
  if (run.schema === 'plumbline/run/v1') return run
  throw new Fault(
    'registry/unknown-subject',
    `Cannot read run.json of "${tag}": it is of schema "${String(run.schema)}"; expected plumbline/run/v1`,
    {
      remedy: 'Use the Plumbline that published it, or a newer one.',
    },
  )
}
