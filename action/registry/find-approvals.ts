import pLimit from 'p-limit'

import type { GitHubClient } from '../github/client.ts'
import type { Allocation } from './allocate.ts'
import type { AuditEntry } from './audit-entries.ts'
import { readLedger } from './ledger.ts'
import type { LedgerRecord } from './ledger-record.ts'
import { type Approval, approvalOfPull, readApproval } from './read-approval.ts'
import { proposedIn } from './record-proposed.ts'

const atOnce = 6

/**
 * The same entries, with who let in what they tell of, where their record does not tell it: of a proposal its pull request; of
 * a release the one that brought its commit, else the one that proposed its data. A pull request is asked about once.
 */
export async function findApprovals(
  client: GitHubClient,
  entries: readonly AuditEntry[],
  records: readonly LedgerRecord[],
): Promise<readonly AuditEntry[]> {
  const limit = pLimit(atOnce)
  const asked = new Map<number, Promise<Approval>>()
  const approvalOf = (pull: number) => {
    const known = asked.get(pull) ?? approvalOfPull(client, pull)
    asked.set(pull, known)
    return known
  }
  const find = async (entry: AuditEntry): Promise<AuditEntry> => {
    const commit = entry.kind === 'proposed' ? null : entry.commit
    const pull = entry.pull ?? proposalOf(entry, records)
    return { ...entry, approval: await readApproval(client, { commit, pull }, approvalOf) }
  }
  return await Promise.all(entries.map((entry) => (isAsked(entry) ? limit(() => find(entry)) : Promise.resolve(entry))))
}

/** Who let in a release that is about to go on record: by its commit, else by the proposal of its data. */
export async function approvalOfRelease(
  client: GitHubClient,
  { model, commit, dataDigest }: Pick<Allocation, 'model' | 'commit' | 'dataDigest'>,
): Promise<Approval> {
  const { records } = await readLedger(client)
  return await readApproval(client, { commit, pull: proposedPull(records, model, dataDigest) })
}

/** Whether somebody's yes is behind a record of its kind, and the record does not say whose. */
function isAsked({ kind, pull, approval }: AuditEntry): boolean {
  if (approval.kind !== 'not asked') return false
  return kind === 'published' || (kind === 'proposed' && pull !== null)
}

/** The newest pull request that proposed a release's data before it. */
function proposalOf({ model, data, seq }: AuditEntry, records: readonly LedgerRecord[]): number | null {
  const before = records.filter((record) => record.seq < seq)
  return data === null ? null : proposedPull(before, model, data.digest)
}

/** Number of the newest pull request that proposed data; null where none did. */
function proposedPull(records: readonly LedgerRecord[], model: string, digest: string): number | null {
  const proposed = proposedIn(records, model)
  return proposed.findLast(({ dataDigest, pull }) => dataDigest === digest && pull !== null)?.pull ?? null
}
