import { isRecord } from '../base/is-record.ts'
import type { RunRecord } from '../pipeline/run-record.ts'
import { type Alias, aliasesIn } from './aliases.ts'
import type { LedgerRecord } from './ledger-record.ts'
import { type PublishedRecord, publishedIn } from './record-published.ts'

/** What a ledger holds of runs. Nobody vouches for the bodies: their reader checks them. */
export interface LedgerRuns {
  readonly runs: readonly {
    /** Number of the ledger's record. */
    readonly seq: number
    readonly body: unknown
  }[]
  readonly releases: readonly PublishedRecord[]
  readonly aliases: readonly Alias[]
}

export function runsInLedger(records: readonly LedgerRecord[]): LedgerRuns {
  const runs = records.flatMap(({ seq, kind, body }) => {
    if (kind === 'run') return [{ seq, body }]
    return kind === 'published' && body['run'] !== undefined ? [{ seq, body: body['run'] }] : []
  })
  return { runs, releases: publishedIn(records), aliases: aliasesIn(records) }
}

/** Whether a ledger has this very execution as it ended, as a run or with its release. A job that ran again ends it anew. */
export function hasRun(records: readonly LedgerRecord[], { runKey, startedAt, finishedAt }: RunRecord): boolean {
  return runsInLedger(records).runs.some(({ body }) => {
    return (
      isRecord(body) &&
      body['runKey'] === runKey &&
      body['startedAt'] === startedAt &&
      body['finishedAt'] === finishedAt
    )
  })
}
