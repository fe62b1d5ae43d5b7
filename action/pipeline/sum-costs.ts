import type { CostPolicy } from '../project/project.ts'
import { addSpent, costOf, hasTrained, nothing, type Spent } from './run-cost.ts'
import type { RunRecord } from './run-record.ts'

const costGroups = ['model', 'month', 'trigger'] as const
export type CostGroup = (typeof costGroups)[number]

export interface CostRow extends Spent {
  /** Of the model or trigger, or the month as `2025-03`. */
  readonly name: string
  readonly runs: number
  /** Those in which the model was fitted. */
  readonly trained: number
}

/** A time, in UTC: from the first moment up to, and without, the second; null leaves an end open. */
export interface Period {
  readonly since: string | null
  readonly until: string | null
}

/** Adds up what executions took, in groups: months newest first, others dearest first. */
export function sumCosts(
  executions: readonly RunRecord[],
  by: CostGroup,
  prices: Pick<CostPolicy, 'perMinute'>,
  { since, until }: Period,
): { readonly rows: readonly CostRow[]; readonly total: CostRow } {
  const groups = new Map<string, CostRow>()
  let total = emptyRow('total')
  for (const record of executions) {
    if (since !== null && record.startedAt < since) continue
    if (until !== null && record.startedAt >= until) continue
    const spent = costOf(record, prices)
    const name = groupOf(record, by)
    groups.set(name, added(groups.get(name) ?? emptyRow(name), record, spent))
    total = added(total, record, spent)
  }
  const rows = [...groups.values()].sort((one, other) =>
    by === 'month' ? (one.name < other.name ? 1 : -1) : weight(other) - weight(one) || (one.name < other.name ? -1 : 1),
  )
  return { rows, total }
}

function groupOf(record: RunRecord, by: CostGroup): string {
  if (by === 'model') return record.model
  return by === 'month' ? record.startedAt.slice(0, 7) : record.trigger.kind
}

function emptyRow(name: string): CostRow {
  return { name, runs: 0, trained: 0, ...nothing }
}

function added(row: CostRow, record: RunRecord, spent: Spent): CostRow {
  return {
    name: row.name,
    runs: row.runs + 1,
    trained: row.trained + (hasTrained(record) ? 1 : 0),
    ...addSpent(row, spent),
  }
}

function weight({ money, billedMinutes, localMinutes }: CostRow): number {
  return money ?? billedMinutes + localMinutes
}
