import { setTimeout as sleep } from 'node:timers/promises'

import { Fault } from '../base/fault.ts'
import type { GitHubClient } from '../github/client.ts'
import { commitFiles, downloadTarball, readBranch } from '../github/git-data.ts'
import { type Chain, emptyChain, type LedgerRecord, type NewRecord, nextRecord, readChain } from './ledger-record.ts'
import { readTar } from './read-tar.ts'

const ledgerBranch = 'plumbline/ledger'

export interface Ledger extends Chain {
  /** The branch's commit; undefined before the first record. */
  readonly head: string | undefined
}

/** Reads and verifies the whole chain: two calls, however long it is. */
export async function readLedger(client: GitHubClient): Promise<Ledger> {
  const head = await readBranch(client, ledgerBranch)
  if (head === undefined) return { ...emptyChain, head }
  return { ...readChain(await readTar(await downloadTarball(client, head))), head }
}

/** What a decision over the records comes to: nothing to add, or one record. */
export type LedgerDecision<T> =
  | { readonly kind: 'known'; readonly value: T }
  | { readonly kind: 'append'; readonly record: NewRecord; readonly value: T }

/** Losing this often means that something other than other writers is in the way. */
const mostAttempts = 40

/**
 * Decides over the records as they are and appends by compare-and-swap; whenever another writer was first, reads again and
 * decides again, so that `decide` must be free of effects. Killed anywhere and called again, it appends once.
 */
export async function appendToLedger<T>(
  client: GitHubClient,
  decide: (records: readonly LedgerRecord[]) => LedgerDecision<T>,
): Promise<T> {
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const ledger = await readLedger(client)
    const decision = decide(ledger.records)
    if (decision.kind === 'known') return decision.value
    const { path, text, record } = nextRecord(ledger, decision.record)
    const committed = await commitFiles(client, {
      branch: ledgerBranch,
      parent: ledger.head,
      message: `${record.kind} ${record.model} (record ${record.seq})`,
      files: { [path]: text },
      author: { name: 'Plumbline', email: 'plumbline@users.noreply.github.com', date: record.at },
    })
    if (committed.kind === 'done') return decision.value
    await sleep(Math.random() * Math.min(20 * attempt, 400))
  }
  throw new Fault(
    'registry/not-settled',
    `Cannot append to "${ledgerBranch}": the branch moved or refused ${mostAttempts} times; expected a free moment`,
    { remedy: 'Look whether a ruleset protects the branch, then run it again.' },
  )
}
