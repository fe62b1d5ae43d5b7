import { Fault } from '../base/fault.ts'
import type { GitHubClient } from '../github/client.ts'
import { type CommitFacts, readCommitFacts } from '../github/git-data.ts'
import type { Release } from '../github/releases.ts'
import type { RunRecord } from '../pipeline/run-record.ts'
import type { LockEntry } from '../project/data-lock.ts'
import { aliasesIn } from './aliases.ts'
import { findSubject, type Subject, unknownFile, unknownSubject } from './find-subject.ts'
import { versionNamed } from './find-version.ts'
import { readLedger } from './ledger.ts'
import { lockedFiles } from './locked-files.ts'
import { type PublishedRecord, publishedIn } from './record-published.ts'
import { parseRun, requireRelease, verifiedText } from './verified-release.ts'
import { publishedFiles } from './wanted-files.ts'

/** What produced a model. */
export interface ModelLineage {
  readonly kind: 'model'
  readonly release: PublishedRecord
  readonly url: string
  readonly commit: CommitFacts | null
  readonly run: RunRecord
  /** The release before it, and how the data changed since; null for a model's first. */
  readonly previous: {
    readonly tag: string
    readonly dataDigest: string
    readonly filesAdded: number
    readonly filesRemoved: number
  } | null
  readonly model: { readonly name: string; readonly bytes: number; readonly sha256: string | null }
}

/** Which models used something. */
export interface UseLineage {
  readonly kind: 'used'
  readonly what: Extract<Subject, { kind: 'used' }>['what']
  readonly digest: string
  /** Of a data file: its path in the snapshots. */
  readonly path: string | null
  readonly releases: readonly PublishedRecord[]
}

export type Lineage = ModelLineage | UseLineage

/**
 * What a tag, a name or a digest (at least 8 digits) came from, or what it went into; `fileDigest` is the SHA-256 where the
 * subject is a file here. Only published releases count.
 */
export async function readLineage(client: GitHubClient, subject: string, fileDigest?: string): Promise<Lineage> {
  const { records } = await readLedger(client)
  const releases = publishedIn(records)
  // An alias is as good as the tag that it points at.
  const named = versionNamed(releases, aliasesIn(records), subject)?.tag
  if (fileDigest === undefined) return await lineageOf(client, releases, named ?? subject)
  try {
    return await lineageOf(client, releases, fileDigest)
  } catch (error) {
    if (error instanceof Fault && error.code === 'registry/unknown-subject') throw unknownFile(releases, subject)
    throw error
  }
}

async function lineageOf(
  client: GitHubClient,
  releases: readonly PublishedRecord[],
  subject: string,
): Promise<Lineage> {
  const found = findSubject(releases, subject)
  if (found.kind === 'model') return modelLineage(client, releases, found.release)
  if (found.kind === 'used') return { ...found, path: null }
  return fileLineage(client, releases, found.digest)
}

async function modelLineage(
  client: GitHubClient,
  releases: readonly PublishedRecord[],
  record: PublishedRecord,
): Promise<ModelLineage> {
  const release = await requireRelease(client, record)
  const run = parseRun(record.tag, await verifiedText(client, release, record, 'run.json'))
  const before = releases.findLast(({ model, version }) => model === record.model && version < record.version)
  const model = publishedFiles(release, record).find(({ name }) => /^model(\.|$)/.test(name))
  return {
    kind: 'model',
    release: record,
    url: release.url,
    commit: (await readCommitFacts(client, record.commit)) ?? null,
    run,
    previous: before ? await compareData(client, before, record, release) : null,
    model: { name: model?.name ?? 'none', bytes: model?.bytes ?? 0, sha256: model?.sha256 ?? null },
  }
}

async function compareData(
  client: GitHubClient,
  before: PublishedRecord,
  record: PublishedRecord,
  release: Release,
): Promise<NonNullable<ModelLineage['previous']>> {
  const same = { tag: before.tag, dataDigest: before.dataDigest, filesAdded: 0, filesRemoved: 0 }
  if (before.dataDigest === record.dataDigest) return same
  const [older, newer] = [
    await lockedFiles(client, await requireRelease(client, before), before),
    await lockedFiles(client, release, record),
  ]
  const has = (entries: readonly LockEntry[]) => new Set(entries.map((entry) => `${entry.sha256} ${entry.path}`))
  const [had, holds] = [has(older), has(newer)]
  return {
    ...same,
    filesAdded: [...holds].filter((entry) => !had.has(entry)).length,
    filesRemoved: [...had].filter((entry) => !holds.has(entry)).length,
  }
}

/** Looks into the lock of each snapshot once, newest first. */
async function fileLineage(
  client: GitHubClient,
  releases: readonly PublishedRecord[],
  digest: string,
): Promise<UseLineage> {
  const bySnapshot = new Map<string, PublishedRecord[]>()
  for (const release of releases.toReversed())
    bySnapshot.set(release.dataDigest, [...(bySnapshot.get(release.dataDigest) ?? []), release])
  const using: PublishedRecord[] = []
  let entry: LockEntry | undefined
  for (const [first, ...others] of bySnapshot.values()) {
    if (!first) continue
    const files = await lockedFiles(client, await requireRelease(client, first), first)
    const found = files.find((file) => file.sha256.startsWith(digest))
    if (found) using.push(first, ...others)
    entry ??= found
  }
  if (!entry) throw unknownSubject(releases, digest)
  const oldestFirst = releases.filter((release) => using.includes(release))
  return { kind: 'used', what: 'data file', digest: entry.sha256, path: entry.path, releases: oldestFirst }
}
