import { join } from 'node:path'

import type { Read } from '../base/diagnostic.ts'
import type { StoredReference } from '../drift/stored-reference.ts'
import type { GitHubClient } from '../github/client.ts'
import type { LedgerRecord } from '../registry/ledger-record.ts'
import type { PublishedRecord } from '../registry/record-published.ts'
import type { ReferenceSource } from '../report/report-windows.ts'
import type { CommandContext } from './define-command.ts'
import type { SeenSnapshot } from './retrain-facts.ts'

export interface LiveRelease {
  readonly record: PublishedRecord
  /** False of the newest release, where nothing is rolled out. */
  readonly isLive: boolean
}

export async function liveRelease(
  client: GitHubClient,
  records: readonly LedgerRecord[],
  model: string,
  environment: string,
): Promise<LiveRelease | undefined> {
  const { publishedIn } = await import('../registry/record-published.ts')
  const { readDeployment } = await import('../rollout/deploy-branch.ts')
  const releases = publishedIn(records).filter((release) => release.model === model)
  const state = await readDeployment(client, { model, environment })
  const record = state && releases.find(({ tag }) => tag === state.stable.tag)
  if (record) return { record, isLive: true }
  const newest = releases.toSorted((one, other) => other.version - one.version)[0]
  return newest && { record: newest, isLive: false }
}

/** As it was kept with the release; where it was not, counted anew of the snapshot that the release learned. */
export async function referenceOf(
  client: GitHubClient,
  release: PublishedRecord,
  seen: SeenSnapshot,
  context: CommandContext,
): Promise<Read<{ readonly stored: StoredReference; readonly source: ReferenceSource }>> {
  const { countedReference, keptReference } = await import('../pipeline/learned-reference.ts')
  const { keptAssets } = await import('../registry/kept-assets.ts')
  const { folder, progress, signal } = context
  const { tag, assets } = release
  if ('reference.json' in assets) {
    const keep = join(folder, '.plumbline/served')
    const [file] = (await keptAssets(client, release, ['reference.json'], keep, { progress, signal })) ?? []
    if (file !== undefined) return { ok: true, value: { stored: await keptReference(tag, file), source: 'release' } }
  }
  const { resolveSnapshot } = await import('../data/resolve-snapshot.ts')
  const { fetchSnapshot } = await import('../data/fetch-snapshot.ts')
  const { project, contracts } = seen
  const chosen = await resolveSnapshot(project, tag)
  if (!chosen.ok) return chosen
  const { lock } = chosen.value
  const files = await fetchSnapshot(project, lock, signal, context)
  const counted = await countedReference(tag, { project, contracts, files, until: lock.until }, signal)
  return counted.ok ? { ok: true, value: { stored: counted.value, source: 'snapshot' } } : counted
}

/** As it was kept with the release; undefined where it was not. */
export async function predictionReferenceOf(
  client: GitHubClient,
  release: PublishedRecord,
  others: readonly string[],
  { folder, progress, signal }: CommandContext,
): Promise<StoredReference | undefined> {
  const { keptPredictionReference } = await import('../pipeline/learned-reference.ts')
  const { predictionReferenceName: name } = await import('../registry/assets.ts')
  const { keptAssets } = await import('../registry/kept-assets.ts')
  if (!(name in release.assets)) return undefined
  const keep = join(folder, '.plumbline/served')
  const [file] = (await keptAssets(client, release, [name], keep, { progress, signal })) ?? []
  return file === undefined ? undefined : await keptPredictionReference(release.tag, file, others)
}
