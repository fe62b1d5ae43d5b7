import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

import { Fault } from '../base/fault.ts'
import type { GitHubClient } from '../github/client.ts'
import { commitFiles, downloadTarball, listTree, readBlob, readBranch, type TreeFile } from '../github/git-data.ts'
import { keepLedgerCopy, type LedgerCopy, readLedgerCopy } from './ledger-copy.ts'
import {
  type Chain,
  commitSubject,
  emptyChain,
  extendChain,
  type LedgerRecord,
  type NewRecord,
  nextRecord,
  readChain,
  recordPath,
} from './ledger-record.ts'
import { lineageEvents, lineagePath, type TracedRun } from './lineage-events.ts'
import { readTar } from './read-tar.ts'

export const ledgerBranch = 'plumbline/ledger'

export interface Ledger extends Chain {
  /** The branch's commit; undefined before the first record. */
  readonly head: string | undefined
}

/** With more new records than this, the whole branch is one call that is cheaper. */
const mostSingleRecords = 2

/**
 * Reads and verifies the whole chain: one call where this folder read it before and nothing was added, three where it has no
 * copy, and never more than four, however long it is.
 */
export async function readLedger(client: GitHubClient): Promise<Ledger> {
  const head = await readBranch(client, ledgerBranch)
  if (head === undefined) return { ...emptyChain, head }
  const copy = await readLedgerCopy(client.connection)
  if (copy?.head === head) return copy
  const chain =
    (copy && (await grown(client, copy, head))) ?? readChain(await readTar(await downloadTarball(client, head)))
  await keepLedgerCopy(client.connection, { ...chain, head })
  return { ...chain, head }
}

/** A copy and the few records that the branch has more; undefined where it has many, or other ones. */
async function grown(client: GitHubClient, copy: LedgerCopy, head: string): Promise<Chain | undefined> {
  const listed = await listTree(client, head)
  const records = listed?.filter(({ path }) => path.startsWith('records/'))
  if (!records) return undefined
  const known = new Map(copy.records.map((record, index) => [recordPath(record), gitBlobId(copy.texts[index] ?? '')]))
  const isNew = ({ path, id }: TreeFile) => known.get(path) !== id
  const added = records.filter(isNew)
  if (records.length - added.length !== known.size || added.length > mostSingleRecords) return undefined
  const texts = await Promise.all(
    added.map(async ({ path, id }) => [path, (await readBlob(client, id)).toString()] as const),
  )
  const before = copy.records.map((record, index) => [recordPath(record), copy.texts[index] ?? ''] as const)
  return readChain(new Map([...before, ...texts]))
}

/** What a decision over the records comes to: nothing to add, or one record. */
export type LedgerDecision<T> =
  | { readonly kind: 'known'; readonly value: T }
  | {
      readonly kind: 'append'
      readonly record: NewRecord
      /** Its events are written beside the record, by the same commit. */
      readonly traced?: TracedRun
      readonly value: T
    }

/** Losing this often means that something other than other writers is in the way. */
const mostAttempts = 40

/**
 * Decides over the records as they are and appends by compare-and-swap; whenever another writer was first, reads again and
 * decides again, so that `decide` must be free of effects. Killed anywhere and called again, it appends once. A branch that is
 * gone, and that this call or this folder has read, is not begun anew: `registry/ledger-broken`.
 */
export async function appendToLedger<T>(
  client: GitHubClient,
  decide: (records: readonly LedgerRecord[]) => LedgerDecision<T>,
): Promise<T> {
  let known: string | undefined
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const ledger = await readLedger(client)
    known = ledger.head ?? known ?? (await readLedgerCopy(client.connection))?.head
    if (ledger.head === undefined && known !== undefined) throw gone(known)
    const decision = decide(ledger.records)
    if (decision.kind === 'known') return decision.value
    const { path, text, record } = nextRecord(ledger, decision.record)
    const committed = await commitFiles(client, {
      branch: ledgerBranch,
      parent: ledger.head,
      message: commitSubject(record),
      files: { [path]: text, ...eventsBeside(client, record, decision.traced) },
      author: { name: 'Plumbline', email: 'plumbline@users.noreply.github.com', date: record.at },
    })
    if (committed.kind === 'done') {
      await keepLedgerCopy(client.connection, { ...extendChain(ledger, { text, record }), head: committed.data })
      return decision.value
    }
    await sleep(Math.random() * Math.min(20 * attempt, 400))
  }
  throw new Fault(
    'registry/not-settled',
    `Cannot append to "${ledgerBranch}": the branch moved or refused ${mostAttempts} times; expected a free moment`,
    { remedy: 'Look whether a ruleset protects the branch, then run it again.' },
  )
}

function eventsBeside(
  { connection }: GitHubClient,
  { seq }: LedgerRecord,
  traced: TracedRun | undefined,
): Readonly<Record<string, string>> {
  return traced ? { [lineagePath(seq)]: lineageEvents(traced, connection) } : {}
}

function gone(commit: string): Fault {
  return new Fault(
    'registry/ledger-broken',
    `Cannot append to "${ledgerBranch}": the branch is gone, and was read at ${commit.slice(0, 8)} before; expected it there`,
    {
      remedy: `Make the branch again at commit ${commit}. To begin a new ledger after all, remove .plumbline/ledger first.`,
      stays: 'nothing was written',
    },
  )
}

/** As git names a file of these bytes. */
function gitBlobId(text: string): string {
  const bytes = Buffer.from(text)
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
}
