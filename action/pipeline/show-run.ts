import type { CostPolicy } from '../project/project.ts'
import type { KnownRelease, KnownRun } from './merge-runs.ts'
import { addSpent, costOf, nothing, type Spent } from './run-cost.ts'
import type { RunRecord } from './run-record.ts'

export interface ShownRun {
  /** Of the newest execution that ended, else of the newest: one that was interrupted takes nothing back. */
  readonly record: RunRecord
  /** Newest first. */
  readonly executions: readonly {
    readonly startedAt: string
    readonly outcome: RunRecord['outcome']
    readonly trigger: RunRecord['trigger']
    readonly spent: Spent
  }[]
  /** Of all of them. */
  readonly spent: Spent
  readonly release: KnownRelease | null
  readonly isHere: boolean
  readonly isInLedger: boolean
}

/** Pure. */
export function showRun(run: KnownRun, prices: Pick<CostPolicy, 'perMinute'>): ShownRun {
  const { executions, release, isHere, isInLedger } = run
  const shown = executions.map((record) => {
    const { startedAt, outcome, trigger } = record
    return { startedAt, outcome, trigger, spent: costOf(record, prices) }
  })
  const spent = shown.map((execution) => execution.spent).reduce(addSpent, nothing)
  const record = executions.find(({ outcome }) => outcome !== 'interrupted') ?? executions[0]
  return { record, executions: shown, spent, release, isHere, isInLedger }
}
