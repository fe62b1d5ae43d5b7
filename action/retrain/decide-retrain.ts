import type { BudgetVerdict } from '../pipeline/decide-budget.ts'
import type { Trigger } from '../pipeline/run-record.ts'
import type { RetrainCondition, RetrainPolicy, RetrainTrigger } from '../project/project.ts'

/** All that the decision rests on; who gathers it reads clock, files and ledger. */
export interface RetrainFacts {
  readonly now: Date
  /** Of the data that lies there now, as it would be pinned. */
  readonly data: DataFacts
  /** Of the snapshot that is pinned; null before the first. */
  readonly pinned: Pick<DataFacts, 'digest' | 'until'> | null
  /** The newest row that the newest release learned, or the pinned snapshot's before the first; null without a time. */
  readonly learnedUntil: string | null
  /** The newest release or proposal of other data than what lies there now. */
  readonly last: { readonly kind: 'release' | 'proposal'; readonly at: string } | null
  /** When this very data was proposed before. */
  readonly proposedAt: string | null
  /** The newest run, where it ended badly, and how many labelled rows are new since its snapshot. */
  readonly refused: RefusedRun | null
  /** Of `limits.runs-per-month`, and of `cost.budget`; null where none is set. */
  readonly monthly: BudgetVerdict | null
  readonly budget: BudgetVerdict | null
}

export interface DataFacts {
  readonly digest: string
  /** Newest event time; null without a time column. */
  readonly until: string | null
  /** Labelled rows that the pinned snapshot does not hold. */
  readonly newRows: number
  readonly labelledRows: number
}

export interface RefusedRun {
  readonly runKey: string
  readonly outcome: 'refused' | 'failed'
  readonly at: string
  readonly dataDigest: string
  readonly newRows: number
}

/** A trigger with its number and its limit: milliseconds, or rows of `new-rows`. Null: not known, `says` has why. */
export type JudgedTrigger =
  | { readonly kind: 'any' | 'all'; readonly fires: boolean; readonly of: readonly JudgedTrigger[] }
  | {
      readonly kind: RetrainTrigger['kind']
      readonly fires: boolean
      readonly observed: number | null
      readonly limit: number
      readonly unknown?: 'never trained' | 'no time'
    }

/** What keeps a trigger from proposing, with its number and its limit in milliseconds, runs, minutes, rows or a share. */
export interface JudgedLimit {
  readonly kind:
    | 'same data'
    | 'proposed before'
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
}

export interface RetrainVerdict {
  readonly verdict: 'retrain' | 'wait'
  /** The condition of `retrain:` is met, whatever holds it back. */
  readonly fires: boolean
  /** What the run that this leads to says started it. */
  readonly trigger: Extract<Trigger['kind'], 'new data' | 'schedule' | 'manual'>
  readonly condition: JudgedTrigger
  readonly limits: readonly JudgedLimit[]
  /** Why a person wants it whatever the limits say. */
  readonly forced: string | null
}

/**
 * Pure. Retrains where the condition is met and no limit holds. A person who forces it needs no condition and minds no limit,
 * but the same data as is pinned is never proposed: there is nothing to merge.
 */
export function decideRetrain(policy: RetrainPolicy, facts: RetrainFacts, forced: string | null): RetrainVerdict {
  const condition = judge(policy.when, facts)
  const limits = judgeLimits(policy, facts)
  const isHeld = limits.some(({ kind, holds }) => holds && (forced === null || kind === 'same data'))
  const goes = (forced !== null || condition.fires) && !isHeld
  const trigger = forced !== null ? 'manual' : leavesOf(condition).some(isAboutData) ? 'new data' : 'schedule'
  return { verdict: goes ? 'retrain' : 'wait', fires: condition.fires, trigger, condition, limits, forced }
}

/** The triggers themselves, without what joins them. */
function leavesOf(condition: JudgedTrigger): readonly Exclude<JudgedTrigger, { kind: 'any' | 'all' }>[] {
  return 'of' in condition ? condition.of.flatMap(leavesOf) : [condition]
}

function isAboutData({ kind, fires }: JudgedTrigger): boolean {
  return fires && (kind === 'new-rows' || kind === 'freshness')
}

function judge(condition: RetrainCondition, facts: RetrainFacts): JudgedTrigger {
  switch (condition.kind) {
    case 'any':
    case 'all': {
      const of = condition.of.map((one) => judge(one, facts))
      const fires = condition.kind === 'any' ? of.some((one) => one.fires) : of.every((one) => one.fires)
      return { kind: condition.kind, fires, of }
    }
    case 'new-rows':
      return measured('new-rows', facts.data.newRows, condition.rows)
    case 'every':
      return facts.last === null
        ? { kind: 'every', fires: true, observed: null, limit: condition.limitMs, unknown: 'never trained' }
        : measured('every', between(facts.last.at, facts.now), condition.limitMs)
    case 'age':
      return measured('age', between(facts.learnedUntil, facts.now), condition.limitMs)
    case 'freshness':
      return measured('freshness', ahead(facts), condition.limitMs)
  }
}

/** What is not known fires nothing. */
function measured(kind: RetrainTrigger['kind'], observed: number | null, limit: number): JudgedTrigger {
  if (observed === null) return { kind, fires: false, observed, limit, unknown: 'no time' }
  return { kind, fires: observed >= limit, observed, limit }
}

/** Null where the moment is none, or a whole number, which only orders; 0 of one that a clock elsewhere puts into the future. */
function between(moment: string | null, now: Date): number | null {
  const sinceMs = timeOf(moment)
  return sinceMs === null ? null : Math.max(0, now.getTime() - sinceMs)
}

/** How much newer the data is than what is pinned. */
function ahead({ data, pinned }: RetrainFacts): number | null {
  const [nowMs, thenMs] = [timeOf(data.until), timeOf(pinned?.until ?? null)]
  return nowMs === null || thenMs === null ? null : nowMs - thenMs
}

function timeOf(moment: string | null): number | null {
  if (moment === null || /^-?\d+$/.test(moment)) return null
  const ms = Date.parse(moment)
  return Number.isNaN(ms) ? null : ms
}

function judgeLimits({ when, limits }: RetrainPolicy, facts: RetrainFacts): readonly JudgedLimit[] {
  const { data, pinned, last, now } = facts
  const share = data.labelledRows === 0 ? 0 : data.newRows / data.labelledRows
  const sinceLast = between(last?.at ?? null, now)
  return [
    { kind: 'same data', holds: pinned?.digest === data.digest, observed: null, limit: null, subject: data.digest },
    ...(facts.proposedAt === null
      ? []
      : [{ kind: 'proposed before', holds: true, observed: null, limit: null, since: facts.proposedAt } as const]),
    {
      kind: 'cool-down',
      holds: sinceLast !== null && sinceLast < limits.coolDownMs,
      observed: sinceLast,
      limit: limits.coolDownMs,
      ...(last && { since: last.at, subject: last.kind }),
    },
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
  const enough = fewestNewRows(when) ?? Math.max(1, Math.ceil(data.labelledRows * share))
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
