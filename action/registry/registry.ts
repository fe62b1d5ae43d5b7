import type { GitHubClient } from '../github/client.ts'
import { listReleases, type Release } from '../github/releases.ts'
import { type Alias, aliasesIn } from './aliases.ts'
import { findVersion } from './find-version.ts'
import { type Ledger, readLedger } from './ledger.ts'
import { type LiveRelease, type LiveReleases, readLiveReleases } from './live-releases.ts'
import { type Cleaned, cleanedIn, type PublishedRecord, publishedIn } from './record-published.ts'

/** All that is known of the releases of a repository. */
export interface Registry {
  readonly ledger: Ledger
  /** Of all models, oldest first. */
  readonly entries: readonly RegistryEntry[]
  readonly aliases: readonly Alias[]
  /** Everything under Releases, drafts and what is not Plumbline's included. */
  readonly releases: readonly Release[]
  readonly unreadable: LiveReleases['unreadable']
}

export interface RegistryEntry {
  readonly record: PublishedRecord
  /** What stands under Releases; null where it was cleaned, or where somebody deleted it. */
  readonly release: Release | null
  readonly cleaned: Cleaned | null
  readonly aliases: readonly string[]
  readonly live: readonly LiveRelease[]
  /** Of the run that made it, as the ledger has it: nobody vouches for it yet. */
  readonly runBody: unknown
}

/** Reads ledger, releases and what is live side by side: 4 calls, one more for every further 100 releases, two an environment. */
export async function readRegistry(client: GitHubClient): Promise<Registry> {
  const [ledger, releases, live] = await Promise.all([
    readLedger(client),
    listReleases(client),
    readLiveReleases(client),
  ])
  return registryOf(ledger, releases, live)
}

export function registryOf(ledger: Ledger, releases: readonly Release[], live: LiveReleases): Registry {
  const aliases = aliasesIn(ledger.records)
  const cleaned = cleanedIn(ledger.records)
  const published = new Map(releases.filter(({ isDraft }) => !isDraft).map((release) => [release.tag, release]))
  const runs = new Map<unknown, unknown>()
  for (const { kind, body } of ledger.records) if (kind === 'published') runs.set(body['tag'], body['run'])
  const entries = publishedIn(ledger.records).map((record): RegistryEntry => {
    const { tag } = record
    return {
      record,
      release: published.get(tag) ?? null,
      cleaned: cleaned.get(tag) ?? null,
      aliases: aliases.filter((alias) => alias.tag === tag).map(({ name }) => name),
      live: live.releases.filter((place) => place.tag === tag),
      runBody: runs.get(tag),
    }
  })
  return { ledger, entries, aliases, releases, unreadable: live.unreadable }
}

/** What a tag, a model, a version or an alias means. Throws `registry/unknown-version`, `registry/ambiguous-alias`. */
export function findEntry({ entries, aliases }: Registry, text: string): RegistryEntry {
  const releases = entries.map((entry) => ({ ...entry.record, entry }))
  return findVersion(releases, aliases, text).entry
}
