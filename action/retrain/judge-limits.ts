import type { BudgetVerdict } from '../pipeline/decide-budget.ts'
import type { RetrainCondition, RetrainPolicy } from '../project/project.ts'
import { proposedBefore } from './findings.ts'
import type { JudgedTrigger } from './judge-triggers.ts'
import { isFuture, timeOf } from './moment.ts'
import type { RetrainFacts } from './retrain-facts.ts'

/** What keeps a trigger from proposing, with its number and its limit in milliseconds, runs, minutes, rows or a share. */
export interface JudgedLimit {
  readonly kind:
    | 'same data'
    | 'proposed before'
    | 'proposed finding'
    | 'cool-down'
    | 'runs-per-month'
    | 'budget'
    | 'min-new-share'
    | 'refused run'
  readonly holds: boolean
  readonly observed: number | null
  readonly limit: number | null
  /** What the number is told of: a moment, a run key. */
  readonly since?: string
  readonly subject?: string
  /** The moment lies ahead, so that a clock is wrong. */
  readonly isFuture?: boolean
}

/** Pure. Every limit that is set, whether it holds or not. */
export function judgeLimits(
  { when, limits }: RetrainPolicy,
  facts: RetrainFacts,
  condition: JudgedTrigger,
): readonly JudgedLimit[] {
  const { data, pinned } = facts
  const share = data.labelledRows === 0 ? 0 : data.newRows / data.labelledRows
  return [
    { kind: 'same data', holds: pinned?.digest === data.digest, observed: null, limit: null, subject: data.digest },
    ...(facts.proposedAt === null
      ? []
      : [{ kind: 'proposed before', holds: true, observed: null, limit: null, since: facts.proposedAt } as const]),
    ...repetition(condition, facts),
    coolDown(limits.coolDownMs, facts),
    ...spentOf('runs-per-month', facts.monthly),
    ...spentOf('budget', facts.budget),
    ...(limits.minNewShare > 0
      ? [
          {
            kind: 'min-new-share',
            holds: share < limits.minNewShare,
            observed: share,
            limit: limits.minNewShare,
          } as const,
        ]
      : []),
    ...refusal(when, limits.minNewShare, facts),
  ]
}

/** A person had their say on these findings: a newer window has to say so again. */
function repetition(condition: JudgedTrigger, facts: RetrainFacts): readonly JudgedLimit[] {
  const newest = proposedBefore(condition, facts).at(-1)
  if (!newest) return []
  return [
    { kind: 'proposed finding', holds: true, observed: null, limit: null, since: newest.at, subject: newest.kind },
  ]
}

function coolDown(limit: number, { last, now }: RetrainFacts): JudgedLimit {
  const lastMs = timeOf(last?.at ?? null)
  if (last === null || lastMs === null) return { kind: 'cool-down', holds: false, observed: null, limit }
  const observed = Math.max(0, now.getTime() - lastMs)
  const told = { since: last.at, subject: last.kind, ...(isFuture(lastMs, now) && { isFuture: true }) }
  return { kind: 'cool-down', holds: observed < limit, observed, limit, ...told }
}

function spentOf(kind: 'runs-per-month' | 'budget', verdict: BudgetVerdict | null): readonly JudgedLimit[] {
  if (verdict === null) return []
  const what = verdict.reached[0] ?? (verdict.limits.runs === undefined ? 'minutes' : 'runs')
  const { used, limits, month } = verdict
  const holds = verdict.kind === 'spent'
  return [{ kind, holds, observed: used[what], limit: limits[what] ?? null, since: month, subject: what }]
}

/** Where nothing says how many new rows are worth a run, this share of them is after one that ended badly. */
const shareAfterRefusal = 0.1

/** The same data would end the same way: it takes enough new rows since. */
function refusal(when: RetrainCondition, minNewShare: number, { refused, data }: RetrainFacts): readonly JudgedLimit[] {
  if (refused === null) return []
  const share = minNewShare > 0 ? minNewShare : shareAfterRefusal
  // Rounded where a multiplication leaves dust: a tenth of 70 rows is 7.
  const enough = fewestNewRows(when) ?? Math.max(1, Math.ceil(Number((data.labelledRows * share).toFixed(6))))
  const { newRows, at, runKey } = refused
  return [
    { kind: 'refused run', holds: newRows < enough, observed: newRows, limit: enough, since: at, subject: runKey },
  ]
}

function fewestNewRows(condition: RetrainCondition): number | undefined {
  if (condition.kind === 'new-rows') return condition.rows
  if (condition.kind !== 'any' && condition.kind !== 'all') return undefined
  const counts = condition.of.flatMap((one) => fewestNewRows(one) ?? [])
  return counts.length > 0 ? Math.min(...counts) : undefined
}
