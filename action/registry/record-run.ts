import type { GitHubClient } from '../github/client.ts'
import type { RunRecord } from '../pipeline/run-record.ts'
import type { Stamp } from './allocate.ts'
import { appendToLedger, type LedgerDecision } from './ledger.ts'

export interface RecordedRun {
  /** This call added it. */
  readonly isNew: boolean
}

/** Records a run that is not released, failed or refused, once: the same run again adds nothing. */
export function recordRun(client: GitHubClient, run: RunRecord, stamp: Stamp): Promise<RecordedRun> {
  const { model, runKey, outcome, failure, startedAt, finishedAt } = run
  return appendToLedger(client, (records): LedgerDecision<RecordedRun> => {
    const isKnown = records.some(
      ({ kind, body }) => kind === 'run' && body['runKey'] === runKey && body['startedAt'] === startedAt,
    )
    if (isKnown) return { kind: 'known', value: { isNew: false } }
    const body = {
      runKey,
      outcome,
      // What a program printed before it failed stays in its log: the ledger is for ever.
      failure: failure?.split('\n', 1)[0],
      startedAt,
      finishedAt,
      trigger: { ...run.trigger },
      commit: run.code.commit,
      dataDigest: run.data.digest,
      metrics: Object.fromEntries(run.metrics.map(({ name, value }) => [name, value])),
      refused: run.gates.filter(({ kind }) => kind !== 'pass').map(({ gate, reason }) => ({ gate, reason })),
    }
    return { kind: 'append', record: { kind: 'run', model, ...stamp, body }, value: { isNew: true } }
  })
}
