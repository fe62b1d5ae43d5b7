import { isRecord } from '../base/is-record.ts'
import type { GitHubClient } from '../github/client.ts'
import { downloadAsset, type Release } from '../github/releases.ts'
import type { RunRecord } from '../pipeline/run-record.ts'
import type { Allocation, Stamp } from './allocate.ts'
import { appendToLedger } from './ledger.ts'
import type { JsonObject, LedgerRecord } from './ledger-record.ts'
import { type Approval, approvalBody } from './read-approval.ts'
import { runBody } from './run-body.ts'
import { readWholes, type Wholes, wholesIn } from './wholes.ts'

/** A release as the ledger knows it. */
export interface PublishedRecord extends Allocation {
  readonly publishedAt: string
  readonly actor: string
  /** Asset name → SHA-256; null where GitHub computed none. */
  readonly assets: Readonly<Record<string, string | null>>
  /** The files that are published in parts. */
  readonly wholes: Wholes
}

/** Records what is published, the run that made it and, where it was seen, who let it in, digests as GitHub computed them, once a tag; true for the one call that did. */
export async function recordPublished(
  client: GitHubClient,
  allocation: Allocation,
  release: Release,
  run: RunRecord,
  stamp: Stamp,
  approval?: Approval,
): Promise<boolean> {
  const { model, version, runKey, commit, dataDigest, tag } = allocation
  const assets = Object.fromEntries(release.assets.map(({ name, sha256 }) => [name, sha256]))
  const publishedAt = release.publishedAt ?? stamp.at
  const wholes = await publishedWholes(client, release)
  const cut = Object.keys(wholes).length > 0 ? { wholes: jsonOf(wholes) } : {}
  const told = approval && approvalBody(approval)
  const letIn = told ? { approval: told } : {}
  const body = { version, runKey, commit, dataDigest, tag, publishedAt, assets, ...cut, ...letIn, run: runBody(run) }
  return appendToLedger(client, (records) =>
    isPublished(records, tag)
      ? { kind: 'known', value: false }
      : { kind: 'append', record: { kind: 'published', model, ...stamp, body }, traced: { run, assets }, value: true },
  )
}

/** As the release itself says: another run may have published it, and cut other files. */
async function publishedWholes(client: GitHubClient, { assets }: Release): Promise<Wholes> {
  const sums = assets.find(({ name }) => name === 'sums.txt')
  if (!sums || !assets.some(({ name }) => name.endsWith('.part-0001'))) return {}
  return wholesIn(Buffer.from(await downloadAsset(client, sums)).toString(), assets)
}

function jsonOf(wholes: Wholes): JsonObject {
  return Object.fromEntries(
    Object.entries(wholes).map(([name, { sha256, bytes, parts }]) => [name, { sha256, bytes, parts: [...parts] }]),
  )
}

/** Whether the ledger's last word on a tag is that it is published. */
export function isPublished(records: readonly LedgerRecord[], tag: string): boolean {
  const last = records.findLast(({ kind, body }) => isAboutReleases(kind) && body['tag'] === tag)
  return last?.kind === 'published'
}

/** A release that retention deleted. */
export interface Cleaned {
  readonly at: string
  readonly actor: string
  readonly reason: string
}

/** Tag → when its release was cleaned; without those that were published again since. */
export function cleanedIn(records: readonly LedgerRecord[]): ReadonlyMap<string, Cleaned> {
  const cleaned = new Map<string, Cleaned>()
  for (const { kind, at, actor, body } of records) {
    const { tag, reason } = body
    if (!isAboutReleases(kind) || typeof tag !== 'string') continue
    cleaned.delete(tag)
    if (kind === 'cleaned') cleaned.set(tag, { at, actor, reason: typeof reason === 'string' ? reason : '' })
  }
  return cleaned
}

function isAboutReleases(kind: string): boolean {
  return kind === 'published' || kind === 'cleaned'
}

/** Every release that the ledger knows, oldest first; one that was cleaned and published again as it was last published. */
export function publishedIn(records: readonly LedgerRecord[]): readonly PublishedRecord[] {
  const byTag = new Map(everyPublished(records).map((record) => [record.tag, record]))
  return [...byTag.values()]
}

function everyPublished(records: readonly LedgerRecord[]): readonly PublishedRecord[] {
  return records.flatMap((record) => {
    if (record.kind !== 'published') return []
    const { version, runKey, commit, dataDigest, tag, publishedAt, assets, wholes } = record.body
    if (typeof version !== 'number' || typeof runKey !== 'string' || typeof commit !== 'string') return []
    if (typeof dataDigest !== 'string' || typeof tag !== 'string' || typeof publishedAt !== 'string') return []
    const digests = Object.entries(isRecord(assets) ? assets : {}).map(([name, digest]) => [
      name,
      typeof digest === 'string' ? digest : null,
    ])
    const { model, actor } = record
    return [
      {
        model,
        version,
        runKey,
        commit,
        dataDigest,
        tag,
        publishedAt,
        actor,
        assets: Object.fromEntries(digests),
        wholes: readWholes(wholes),
      },
    ]
  })
}
