import pLimit from 'p-limit'

import { Fault } from '../base/fault.ts'
import type { GitHubClient } from '../github/client.ts'
import { type Merge, mergedPullsOf, readMerge } from '../github/pulls.ts'
import type { Approval, AuditEntry } from './audit-entries.ts'
import type { LedgerRecord } from './ledger-record.ts'
import { proposedIn } from './record-proposed.ts'

const atOnce = 6

/**
 * The same entries, with who merged what they tell of: of a proposal its pull request; of a release the one that brought its
 * commit, else the one that proposed its data. Two calls each at the most; a token that may not see them is told as that.
 */
export async function findApprovals(
  client: GitHubClient,
  entries: readonly AuditEntry[],
  records: readonly LedgerRecord[],
): Promise<readonly AuditEntry[]> {
  const limit = pLimit(atOnce)
  const merges = new Map<number, Promise<Merge | undefined>>()
  const mergeOf = (number: number) => {
    const asked = merges.get(number) ?? readMerge(client, number)
    merges.set(number, asked)
    return asked
  }
  const find = async (entry: AuditEntry): Promise<AuditEntry> => {
    const [ofCommit] =
      entry.commit === null || entry.kind === 'proposed' ? [] : await mergedPullsOf(client, entry.commit)
    const pull = ofCommit ?? entry.pull ?? proposalOf(entry, records)
    const merge = pull === null ? undefined : await mergeOf(pull)
    if (!merge) return { ...entry, approval: { kind: 'none' } }
    const { number, by, at, url } = merge
    return { ...entry, approval: { kind: 'merged', by, at, url, pull: number } }
  }
  return await Promise.all(
    entries.map((entry) => (isApproved(entry) ? limit(() => seen(entry, find)) : Promise.resolve(entry))),
  )
}

const notSeen: Approval = { kind: 'cannot see' }

async function seen(entry: AuditEntry, find: (entry: AuditEntry) => Promise<AuditEntry>): Promise<AuditEntry> {
  try {
    return await find(entry)
  } catch (error) {
    if (error instanceof Fault && error.code === 'github/forbidden') return { ...entry, approval: notSeen }
    throw error
  }
}

/** Whether somebody's yes is behind a record of its kind. */
function isApproved({ kind, pull }: AuditEntry): boolean {
  return kind === 'published' || (kind === 'proposed' && pull !== null)
}

/** The newest pull request that proposed a release's data before it. */
function proposalOf({ model, data, seq }: AuditEntry, records: readonly LedgerRecord[]): number | null {
  const before = proposedIn(
    records.filter((record) => record.seq < seq),
    model,
  )
  return before.findLast(({ dataDigest, pull }) => dataDigest === data?.digest && pull !== null)?.pull ?? null
}
