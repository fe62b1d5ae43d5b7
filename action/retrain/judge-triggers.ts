import type { DriftFinding } from '../drift/drift-finding.ts'
import type { RetrainCondition, RetrainTrigger } from '../project/project.ts'
import type { PerformanceFinding } from '../registry/record-performance.ts'
import { isFuture, timeOf } from './moment.ts'
import type { RetrainFacts } from './retrain-facts.ts'

/** What the condition of `retrain:` came to, as it is nested there. */
export type JudgedTrigger =
  | { readonly kind: 'any' | 'all'; readonly fires: boolean; readonly of: readonly JudgedTrigger[] }
  | JudgedLeaf

export type JudgedLeaf = MeasuredTrigger | DriftTrigger | MetricTrigger

/** With its number and its limit: milliseconds, or rows of `new-rows`. Null: not known, `unknown` has why. */
export interface MeasuredTrigger {
  readonly kind: Exclude<RetrainTrigger['kind'], 'drift' | 'metric'>
  readonly fires: boolean
  readonly observed: number | null
  readonly limit: number
  readonly unknown?: 'never trained' | 'no time' | 'in the future'
}

export interface DriftTrigger {
  readonly kind: 'drift'
  readonly fires: boolean
  /** With the worst columns alone; null where there is none. */
  readonly finding: DriftFinding | null
  /** Columns whose drift is confirmed, beyond those too. */
  readonly confirmed: number
  readonly unknown?: UnknownFinding
}

export interface MetricTrigger {
  readonly kind: 'metric'
  readonly fires: boolean
  readonly metric: string
  readonly drop: number
  readonly overMs: number
  readonly finding: PerformanceFinding | null
  /** The metric then and now, as it points; null where it was not measured. */
  readonly before: number | null
  readonly now: number | null
  readonly unknown?: UnknownFinding
}

/**
 * Why a finding says nothing of now: there is none; it is of a release that another took the place of; the data that it was
 * found in is pinned by now; so many windows came since that none of those it rests on counts any more; its window has not
 * ended yet, by the clock of here.
 */
export type UnknownFinding =
  | 'never judged'
  | 'of another release'
  | 'pinned since'
  | 'stale'
  | 'in the future'
  | 'insufficient data'

/** Pure. What is not known fires nothing. */
export function judgeTriggers(condition: RetrainCondition, facts: RetrainFacts): JudgedTrigger {
  switch (condition.kind) {
    case 'any':
    case 'all': {
      const of = condition.of.map((one) => judgeTriggers(one, facts))
      const fires = condition.kind === 'any' ? of.some((one) => one.fires) : of.every((one) => one.fires)
      return { kind: condition.kind, fires, of }
    }
    case 'new-rows':
      return measured('new-rows', facts.data.newRows, condition.rows)
    case 'every':
      return facts.last === null
        ? { kind: 'every', fires: true, observed: null, limit: condition.limitMs, unknown: 'never trained' }
        : since('every', facts.last.at, condition.limitMs, facts.now)
    case 'age':
      return since('age', facts.learnedUntil, condition.limitMs, facts.now)
    case 'freshness':
      return freshness(condition.limitMs, facts)
    case 'drift':
      return judgeDrift(facts)
    case 'metric':
      return judgeMetric(condition, facts)
  }
}

/** What fires and is why the whole does: within `all` that does not fire, nothing. */
export function causesOf(judged: JudgedTrigger): readonly JudgedLeaf[] {
  if (!judged.fires) return []
  return 'of' in judged ? judged.of.flatMap(causesOf) : [judged]
}

function measured(kind: MeasuredTrigger['kind'], observed: number, limit: number): MeasuredTrigger {
  return { kind, fires: observed >= limit, observed, limit }
}

function unmeasured(
  kind: MeasuredTrigger['kind'],
  limit: number,
  unknown: NonNullable<MeasuredTrigger['unknown']>,
): MeasuredTrigger {
  return { kind, fires: false, observed: null, limit, unknown }
}

function since(kind: 'every' | 'age', moment: string | null, limit: number, now: Date): MeasuredTrigger {
  const momentMs = timeOf(moment)
  if (momentMs === null) return unmeasured(kind, limit, 'no time')
  if (isFuture(momentMs, now)) return unmeasured(kind, limit, 'in the future')
  return measured(kind, Math.max(0, now.getTime() - momentMs), limit)
}

/** How much newer the data is than what is pinned, by the rows' own times. */
function freshness(limit: number, { data, pinned, now }: RetrainFacts): MeasuredTrigger {
  const [newestMs, pinnedMs] = [timeOf(data.until), timeOf(pinned?.until ?? null)]
  if (newestMs === null || pinnedMs === null) return unmeasured('freshness', limit, 'no time')
  if (isFuture(newestMs, now) || isFuture(pinnedMs, now)) return unmeasured('freshness', limit, 'in the future')
  return measured('freshness', newestMs - pinnedMs, limit)
}

/** Columns that a finding keeps on its way to the ledger and the pull request. */
const mostColumns = 20

function judgeDrift(facts: RetrainFacts): DriftTrigger {
  const { drift } = facts
  if (drift === null) return { kind: 'drift', fires: false, finding: null, confirmed: 0, unknown: 'never judged' }
  const finding = { ...drift, columns: drift.columns.slice(0, mostColumns) }
  const unknown = unknownOf(drift, facts) ?? outdatedBy(drift, facts) ?? lackOf(drift)
  const fires = unknown === undefined && drift.verdict === 'drift'
  const confirmed = drift.columns.filter(({ standing }) => standing === 'confirmed').length
  return { kind: 'drift', fires, finding, confirmed, ...(unknown && { unknown }) }
}

function judgeMetric(
  { metric, drop, overMs }: Extract<RetrainTrigger, { kind: 'metric' }>,
  facts: RetrainFacts,
): MetricTrigger {
  const asked = { kind: 'metric', metric, drop, overMs } as const
  const finding = facts.performance.find((one) => one.metric === metric && one.overMs === overMs) ?? null
  const values = finding ? valuesOf(finding) : { before: null, now: null }
  if (finding === null) return { ...asked, fires: false, finding, ...values, unknown: 'never judged' }
  const isWorse = hasFallen(finding, drop)
  const unknown = unknownOf(finding, facts) ?? (isWorse ? undefined : lackOf(finding))
  return { ...asked, fires: isWorse && unknown === undefined, finding, ...values, ...(unknown && { unknown }) }
}

/** By so much, and in more than chance: the interval, which holds however often one looks, leaves out no change. */
function hasFallen({ drop, interval }: PerformanceFinding, limit: number): boolean {
  return drop !== null && interval !== null && drop >= limit && interval.low > 0
}

function valuesOf({ better, before, drop }: PerformanceFinding): Pick<MetricTrigger, 'before' | 'now'> {
  if (drop === null) return { before, now: null }
  return { before, now: better === 'lower' ? before + drop : before - drop }
}

function unknownOf(
  { release, until }: DriftFinding | PerformanceFinding,
  facts: RetrainFacts,
): UnknownFinding | undefined {
  const untilMs = timeOf(until)
  if (facts.release !== release) return 'of another release'
  return untilMs !== null && isFuture(untilMs, facts.now) ? 'in the future' : undefined
}

/** What became of the rows since: they are pinned, or as many windows as it rests on came after it. */
function outdatedBy(
  { until, windowMs, persist }: DriftFinding,
  { data, pinned, now }: RetrainFacts,
): UnknownFinding | undefined {
  const untilMs = timeOf(until) ?? -Infinity
  if ((timeOf(pinned?.until ?? null) ?? -Infinity) >= untilMs) return 'pinned since'
  // A row from the future says nothing of how much came since.
  const newestMs = Math.min(timeOf(data.until) ?? -Infinity, now.getTime())
  return newestMs - untilMs >= persist.of * windowMs ? 'stale' : undefined
}

function lackOf({ verdict }: DriftFinding | PerformanceFinding): UnknownFinding | undefined {
  return verdict === 'insufficient data' ? 'insufficient data' : undefined
}
