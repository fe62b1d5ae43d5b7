import type { Release } from '../github/releases.ts'
import type { DeploymentState } from '../project/deployment-state.ts'
import { allocationsIn } from './allocate.ts'
import type { LedgerFinding } from './ledger-finding.ts'
import { type LedgerRecord, recordPath } from './ledger-record.ts'
import { decideRecord } from './record-deployment.ts'
import { cleanedIn, type PublishedRecord, publishedIn } from './record-published.ts'
import { short } from './verification.ts'

/** What GitHub has, beside its ledger. */
export interface Published {
  readonly releases: readonly Release[]
  /** Tag → commit. */
  readonly tags: ReadonlyMap<string, string>
  readonly states: readonly { readonly environment: string; readonly state: DeploymentState }[]
}

/** Holds the ledger's records against the releases, tags and environments that stand beside it: what either lacks is told. */
export function verifyPublished(records: readonly LedgerRecord[], github: Published): readonly LedgerFinding[] {
  const published = publishedIn(records)
  const known = new Set(published.map(({ tag }) => tag))
  const released = new Map(github.releases.filter(({ isDraft }) => !isDraft).map((one) => [one.tag, one]))
  const unknown = [...released.keys()].filter((tag) => isOurs(tag) && !known.has(tag))
  return [
    ...published.flatMap((record) => verifyOne(records, record, released.get(record.tag), github.tags)),
    ...unknown.map((tag) => found(tag, null, missing)),
    ...github.states.flatMap(({ environment, state }) => verifyState(records, environment, state)),
  ]
}

const missing =
  'it is published, and the ledger has no record of it: one was dropped, or register was interrupted and mends it when run again'

function verifyOne(
  records: readonly LedgerRecord[],
  published: PublishedRecord,
  release: Release | undefined,
  tags: ReadonlyMap<string, string>,
): readonly LedgerFinding[] {
  const { tag, model, version, commit, dataDigest } = published
  const record = records.findLast(({ kind, body }) => kind === 'published' && body['tag'] === tag)
  const [file, seq] = record ? [recordPath(record), record.seq] : [tag, null]
  const say = (problem: string) => found(file, seq, problem)
  const allocation = allocationsIn(records).find((known) => known.tag === tag)
  const differs = allocation && keys.filter((key) => allocation[key] !== published[key])
  const tagCommit = tags.get(tag)
  return [
    ...(differs === undefined ? [say(`the ledger has no record that ${tag} was fixed`)] : []),
    ...(differs ?? []).map((key) => say(`its ${key} is another than that of the record that fixed ${tag}`)),
    ...(tag === `${model}-v${version}-g${commit.slice(0, 8)}-d${dataDigest.slice(0, 8)}`
      ? []
      : [say(`its tag ${tag} tells of another model, version, commit or data`)]),
    ...(tagCommit === commit
      ? []
      : [say(`the tag ${tag} points at ${short(tagCommit)}; expected ${short(commit)}, as it was published`)]),
    ...verifyAssets(records, published, release, say),
  ]
}

const keys = ['model', 'version', 'runKey', 'commit', 'dataDigest'] as const

function verifyAssets(
  records: readonly LedgerRecord[],
  { tag, assets }: PublishedRecord,
  release: Release | undefined,
  say: (problem: string) => LedgerFinding,
): readonly LedgerFinding[] {
  if (!release) {
    return cleanedIn(records).has(tag)
      ? []
      : [say(`the release ${tag} is gone, and no record says that it was cleaned`)]
  }
  const held = new Map(release.assets.map((asset) => [asset.name, asset.sha256]))
  const changed = Object.entries(assets).flatMap(([name, expected]) => {
    const digest = held.get(name)
    if (digest === undefined) return [say(`"${name}" of ${tag} is gone`)]
    if (digest === null || expected === null || digest === expected) return []
    return [say(`"${name}" of ${tag} has sha256 ${short(digest)}; expected ${short(expected)}, as it was published`)]
  })
  const added = [...held.keys()].filter((name) => !Object.hasOwn(assets, name))
  return [...changed, ...added.map((name) => say(`"${name}" of ${tag} was added after it was published`))]
}

function verifyState(
  records: readonly LedgerRecord[],
  environment: string,
  state: DeploymentState,
): readonly LedgerFinding[] {
  if (decideRecord(records, environment, state).kind === 'known') return []
  const did = state.last
    ? `${state.last.did} ${state.last.tag} by ${state.last.actor}, ${state.last.at.slice(0, 10)}`
    : ''
  const problem = `its newest change (${did}) has no record: one was dropped or edited, or a rollout was interrupted and mends it when run again`
  return [found(`plumbline/deploy/${environment}`, null, problem)]
}

/** Whether a release is called as Plumbline's are. */
function isOurs(tag: string): boolean {
  return /^[a-z][a-z0-9-]*-v\d+-g[0-9a-f]{8}-d[0-9a-f]{8}$/.test(tag)
}

function found(file: string, seq: number | null, problem: string): LedgerFinding {
  return { file, seq, problem }
}
