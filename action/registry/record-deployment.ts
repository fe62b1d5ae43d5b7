import { isDeepStrictEqual } from 'node:util'

import type { GitHubClient } from '../github/client.ts'
import type { DeploymentState } from '../project/deployment-state.ts'
import { appendToLedger, type LedgerDecision } from './ledger.ts'
import type { JsonObject, LedgerRecord, NewRecord } from './ledger-record.ts'

/**
 * Records what is live in an environment since when, by whom and why, unless a record says so already: called after each
 * change, and before the next one, in case of a kill, it tells of each once. True for the call that added it.
 */
export function recordDeployment(client: GitHubClient, environment: string, state: DeploymentState): Promise<boolean> {
  return appendToLedger(client, (records) => decideRecord(records, environment, state))
}

export function decideRecord(
  records: readonly LedgerRecord[],
  environment: string,
  state: DeploymentState,
): LedgerDecision<boolean> {
  const { model, stable, previous, candidate, last } = state
  if (!last) return { kind: 'known', value: false }
  const { did, tag, at, actor, reason } = last
  const body: JsonObject = {
    environment,
    did,
    tag,
    stable: stable.tag,
    previous: previous?.tag ?? null,
    candidate: candidate?.tag ?? null,
    share: candidate?.share ?? null,
    ...(reason !== undefined && { reason }),
  }
  const record: NewRecord = { kind: 'deployed', model, at, actor, body }
  const isKnown = records.some(
    (known) =>
      known.kind === 'deployed' &&
      known.model === model &&
      known.at === at &&
      known.actor === actor &&
      isDeepStrictEqual({ ...known.body }, { ...body }),
  )
  return isKnown ? { kind: 'known', value: false } : { kind: 'append', record, value: true }
}

/** Tags of a model's releases that were taken back last, from a share or from all, in whichever environment. */
export function takenBackIn(records: readonly LedgerRecord[], model: string): ReadonlySet<string> {
  const taken = new Set<string>()
  for (const record of records) {
    const { did, tag } = record.body
    if (record.kind !== 'deployed' || record.model !== model || typeof tag !== 'string') continue
    if (did === 'withdrawn' || did === 'restored') taken.add(tag)
    else taken.delete(tag)
  }
  return taken
}

/** When a release was first given a share, or all, in an environment, milliseconds since 1970; undefined where no record says. */
export function firstDeployedMs(
  records: readonly LedgerRecord[],
  { model, environment, tag }: { readonly model: string; readonly environment: string; readonly tag: string },
): number | undefined {
  const times = records.flatMap(({ kind, model: whose, at, body }) => {
    if (kind !== 'deployed' || whose !== model || body['environment'] !== environment) return []
    const isGiven = body['stable'] === tag || body['candidate'] === tag
    const ms = Date.parse(at)
    return isGiven && Number.isFinite(ms) ? [ms] : []
  })
  return times.length === 0 ? undefined : Math.min(...times)
}
