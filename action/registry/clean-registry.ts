import { Fault } from '../base/fault.ts'
import type { Progress } from '../base/progress.ts'
import type { GitHubClient } from '../github/client.ts'
import { deleteAsset, deleteRelease, type Release } from '../github/releases.ts'
import { aliasesIn } from './aliases.ts'
import type { Stamp } from './allocate.ts'
import { appendToLedger, type LedgerDecision } from './ledger.ts'
import type { LedgerRecord } from './ledger-record.ts'
import { type LiveReleases, readLiveReleases } from './live-releases.ts'
import { type Leftover, planJanitor } from './plan-janitor.ts'
import { type Decided, planRetention, type RetentionPlan } from './plan-retention.ts'
import { cleanedIn } from './record-published.ts'
import type { Registry, RegistryEntry } from './registry.ts'

export interface CleanTerms {
  readonly model: string
  /** How many of the newest releases stay. */
  readonly keepNewest: number
  readonly olderThanMs: number
  readonly nowMs: number
}

export interface CleanPlan extends RetentionPlan {
  readonly leftovers: readonly Leftover[]
}

export interface Cleanup {
  readonly removed: readonly Decided[]
  /** What was to go, and must not any more: somebody made it live, or gave it a name, since. */
  readonly spared: readonly Decided[]
}

/** What would go. Throws `registry/unreadable-state` where nobody knows what is live: then nothing may. */
export function planClean(registry: Registry, { model, keepNewest, olderThanMs, nowMs }: CleanTerms): CleanPlan {
  requireReadable(registry.unreadable)
  const entries = registry.entries.filter(({ record }) => record.model === model)
  const retained = entries.map(({ record, release, cleaned, aliases, live }) => ({
    tag: record.tag,
    model: record.model,
    version: record.version,
    isThere: release !== null,
    isHalfCleaned: release !== null && cleaned !== null && isBefore(release, cleaned.at),
    aliases,
    roles: live.map(({ role, environment }) => `${role} in ${environment}`),
  }))
  const leftovers = planJanitor(registry.releases, { model, nowMs, olderThanMs })
  return { ...planRetention(retained, keepNewest), leftovers }
}

/** One that is published since was published again, and somebody may be about to record that. */
function isBefore({ publishedAt }: Release, at: string): boolean {
  return publishedAt !== null && Date.parse(publishedAt) <= Date.parse(at)
}

/**
 * Does what a plan says. Of each release the ledger is told first, then it is deleted: its tag and its records stay. What is
 * live and what has an alias is read again before each, so that what became needed meanwhile stays.
 */
export async function applyClean(
  client: GitHubClient,
  registry: Registry,
  plan: CleanPlan,
  { stamp, progress }: { readonly stamp: Stamp; readonly progress: Progress },
): Promise<Cleanup> {
  const removed: Decided[] = []
  const spared: Decided[] = []
  for (const leftover of plan.leftovers) {
    if (leftover.kind === 'draft') await deleteRelease(client, leftover.draft)
    else await deleteAsset(client, leftover.asset)
  }
  const total = plan.remove.length
  if (total > 0) progress.started('clean')
  const since = performance.now()
  for (const [index, decided] of plan.remove.entries()) {
    progress.update('clean', `${decided.tag}  ${index + 1} of ${total}`)
    const entry = registry.entries.find(({ record }) => record.tag === decided.tag)
    if (!entry?.release) continue
    const need = (await neededNow(client, decided.tag)) ?? (await recordCleaned(client, entry, decided.reason, stamp))
    if (need !== undefined) {
      spared.push({ tag: decided.tag, reason: need })
      continue
    }
    const after = await neededNow(client, decided.tag)
    if (after !== undefined) {
      await recordKept(client, entry, stamp)
      spared.push({ tag: decided.tag, reason: after })
      continue
    }
    await deleteRelease(client, entry.release)
    removed.push(decided)
  }
  const seconds = (performance.now() - since) / 1000
  if (total > 0) progress.finished('clean', 'done', `${removed.length} of ${total} releases deleted`, seconds)
  return { removed, spared }
}

async function neededNow(client: GitHubClient, tag: string): Promise<string | undefined> {
  const { releases, unreadable } = await readLiveReleases(client)
  requireReadable(unreadable)
  const found = releases.find((release) => release.tag === tag)
  return found && `${found.role} in ${found.environment}`
}

/** Why it must not be cleaned any more; undefined once the ledger says that it is. */
function recordCleaned(
  client: GitHubClient,
  { record }: RegistryEntry,
  reason: string,
  stamp: Stamp,
): Promise<string | undefined> {
  const { tag, model, version } = record
  return appendToLedger(client, (records): LedgerDecision<string | undefined> => {
    const alias = aliasesIn(records).find((known) => known.tag === tag)
    if (alias) return { kind: 'known', value: `alias ${alias.name}` }
    if (cleanedIn(records).has(tag)) return { kind: 'known', value: undefined }
    const body = { tag, version, reason }
    return { kind: 'append', record: { kind: 'cleaned', model, ...stamp, body }, value: undefined }
  })
}

/** Takes a `cleaned` back: the release is as it was published. */
function recordKept(client: GitHubClient, { record: { tag } }: RegistryEntry, stamp: Stamp): Promise<void> {
  return appendToLedger(client, (records): LedgerDecision<void> => {
    const published = records.findLast((record): record is LedgerRecord => isPublication(record, tag))
    if (!cleanedIn(records).has(tag) || !published) return { kind: 'known', value: undefined }
    const { kind, model, body } = published
    return { kind: 'append', record: { kind, model, ...stamp, body }, value: undefined }
  })
}

function isPublication({ kind, body }: LedgerRecord, tag: string): boolean {
  return kind === 'published' && body['tag'] === tag
}

function requireReadable(unreadable: LiveReleases['unreadable']): void {
  const [first] = unreadable
  if (!first) return
  throw new Fault(
    'registry/unreadable-state',
    `Cannot clean: what is live in "${first.place}" cannot be read (${first.problem}); expected a state of plumbline/state/v1`,
    {
      remedy: 'Mend that file on its branch: nothing may go while nobody knows what is live.',
      stays: 'nothing was deleted',
    },
  )
}
