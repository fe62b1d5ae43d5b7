import type { BudgetPolicy } from '../project/project.ts'
import { costOf, hasTrained, isBilled } from './run-cost.ts'
import type { RunRecord, Trigger } from './run-record.ts'

/** Whether a calendar month's budget has room for one more run, with what it rests on. */
export interface BudgetVerdict {
  readonly kind: 'within' | 'spent'
  /** The limits that are reached; empty where there is room. */
  readonly reached: readonly ('runs' | 'minutes')[]
  /** `2025-03`, in UTC. */
  readonly month: string
  /** When the next month begins, ISO 8601. */
  readonly renewsAt: string
  readonly used: { readonly runs: number; readonly minutes: number }
  readonly limits: BudgetPolicy
}

/**
 * Pure. Counts what workflows took in the month of `now`: runs that fitted the model, and billed minutes of all. What ran on
 * a terminal takes nothing of the budget. A limit that is met exactly is spent.
 */
export function decideBudget(executions: readonly RunRecord[], limits: BudgetPolicy, now: Date): BudgetVerdict {
  const month = now.toISOString().slice(0, 7)
  const counted = executions.filter((record) => record.startedAt.startsWith(month) && isBilled(record))
  const used = {
    runs: counted.filter(hasTrained).length,
    minutes: counted.reduce((sum, record) => sum + costOf(record, { perMinute: {} }).billedMinutes, 0),
  }
  const reached = (['runs', 'minutes'] as const).filter((limit) => used[limit] >= (limits[limit] ?? Infinity))
  const renewsAt = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1)).toISOString()
  return { kind: reached.length > 0 ? 'spent' : 'within', reached, month, renewsAt, used, limits }
}

/** Runs that a person started, or whose change a person merged, go on whatever was spent. */
export function mindsBudget({ kind }: Trigger): boolean {
  return kind !== 'manual' && kind !== 'commit'
}
