import { Fault } from '../base/fault.ts'
import { nearestName } from '../base/nearest-name.ts'
import type { MetricValue } from '../evaluation/metric.ts'
import type { CostPolicy } from '../project/project.ts'
import type { KnownRun } from './merge-runs.ts'
import { addSpent, costOf, nothing, type Spent } from './run-cost.ts'
import type { RunRecord } from './run-record.ts'

/** One run in a list: its newest execution, and what all of them took. */
export interface ListedRun {
  readonly runKey: string
  readonly model: string
  readonly record: RunRecord
  readonly executions: number
  /** The metric that is shown, where the run has it. */
  readonly metric: MetricValue | null
  readonly spent: Spent
  readonly tag: string | null
}

export interface ListedRuns {
  readonly runs: readonly ListedRun[]
  /** All that are known, shown or not. */
  readonly total: number
  readonly metric: string | null
  /** Its values over the runs that have it, oldest first. */
  readonly line: readonly { readonly runKey: string; readonly startedAt: string; readonly value: number }[]
}

/** As many points as a line of bars can show. */
const mostPoints = 40

interface Wanted {
  readonly limit: number
  readonly metric: string | null
  readonly prices: Pick<CostPolicy, 'perMinute'>
}

/** Pure: `runs` are newest first, and so is the list. */
export function listRuns(runs: readonly KnownRun[], { limit, metric, prices }: Wanted): ListedRuns {
  return {
    runs: runs.slice(0, limit).map((run) => ({
      runKey: run.runKey,
      model: run.model,
      record: run.executions[0],
      executions: run.executions.length,
      metric: metricOf(run, metric) ?? null,
      spent: run.executions.map((record) => costOf(record, prices)).reduce(addSpent, nothing),
      tag: run.release?.tag ?? null,
    })),
    total: runs.length,
    metric,
    line: lineOf(runs, metric),
  }
}

/** The metric asked for, else that of the newest judged run's first gate, else its first; null where nothing was judged. */
export function chooseMetric(runs: readonly Pick<KnownRun, 'executions'>[], asked: string | undefined): string | null {
  const judged = runs.flatMap(({ executions }) => executions).find(({ metrics }) => metrics.length > 0)
  if (asked === undefined) return judged?.gates[0]?.metric ?? judged?.metrics[0]?.name ?? null
  const executions = runs.flatMap((run) => run.executions)
  const names = new Set(executions.flatMap(({ metrics }) => metrics.map(({ name }): string => name)))
  if (names.has(asked)) return asked
  const meant = nearestName(asked, names)
  throw new Fault(
    'runs/unknown-metric',
    `Cannot show metric "${asked}": no run was judged by it; expected one that a run has`,
    {
      remedy:
        meant !== undefined
          ? `Did you mean "${meant}"?`
          : names.size === 0
            ? 'No run was judged yet: plumbline run'
            : `Choose one of: ${[...names].join(', ')}.`,
    },
  )
}

/** Of the newest execution that was judged: one that was interrupted since takes nothing back. */
function metricOf({ executions }: KnownRun, metric: string | null): MetricValue | undefined {
  return executions.find(({ metrics }) => metrics.length > 0)?.metrics.find(({ name }) => name === metric)
}

function lineOf(runs: readonly KnownRun[], metric: string | null): ListedRuns['line'] {
  const points = runs.flatMap((run) => {
    const value = metricOf(run, metric)?.value
    return typeof value === 'number' ? [{ runKey: run.runKey, startedAt: run.executions[0].startedAt, value }] : []
  })
  return points.slice(0, mostPoints).reverse()
}
