import type { GitHubClient } from '../github/client.ts'
import type { RunRecord } from '../pipeline/run-record.ts'
import type { Stamp } from './allocate.ts'
import { appendToLedger, type LedgerDecision } from './ledger.ts'
import { runBody } from './run-body.ts'
import { hasRun } from './runs-in-ledger.ts'

export interface RecordedRun {
  /** This call added it. */
  readonly isNew: boolean
}

/** Records a run that made no release of its own, once: the same run again adds nothing. */
export function recordRun(client: GitHubClient, run: RunRecord, stamp: Stamp): Promise<RecordedRun> {
  return appendToLedger(client, (records): LedgerDecision<RecordedRun> => {
    if (hasRun(records, run)) return { kind: 'known', value: { isNew: false } }
    const record = { kind: 'run', model: run.model, ...stamp, body: runBody(run) }
    return { kind: 'append', record, traced: { run, assets: {} }, value: { isNew: true } }
  })
}
