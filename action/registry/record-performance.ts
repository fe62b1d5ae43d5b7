import { isRecord } from '../base/is-record.ts'
import type { DropCause, DropVerdict, MetricDrop } from '../evaluation/metric-drop.ts'
import type { GitHubClient } from '../github/client.ts'
import type { Interval } from '../stats/interval.ts'
import type { Stamp } from './allocate.ts'
import { appendToLedger, type LedgerDecision } from './ledger.ts'
import type { JsonObject, LedgerRecord } from './ledger-record.ts'

/** A cohort of predictions as it was judged, with the verdict over the stretch that ends with it. */
export interface JudgedCohort extends Omit<MetricDrop, 'metric' | 'limit'> {
  /** When the cohort itself begins; `since` is the stretch's. */
  readonly cohortSince: string
  /** Predictions in the cohort, and how many of them have a label. */
  readonly predicted: number
  readonly labelled: number
}

/** What `plumbline performance` found of a model's release. */
export interface Performance {
  readonly model: string
  /** Tag. */
  readonly release: string
  readonly metric: string
  readonly limit: number
  /** Length of a stretch, and of a cohort. */
  readonly overMs: number
  readonly windowMs: number
  /** Of the model as it was judged. */
  readonly reference: { readonly value: number; readonly standardError: number; readonly rows: number }
  /** Oldest first, by their end. */
  readonly cohorts: readonly JudgedCohort[]
  readonly cause: DropCause
  /** Input columns of confirmed drift. */
  readonly columns: readonly string[]
}

/** The newest word on a metric of a model. */
export interface PerformanceFinding extends MetricDrop {
  readonly release: string
  /** Length of the stretch that it is about. */
  readonly overMs: number
  /** The metric of the model as it was judged. */
  readonly before: number
  readonly cause: DropCause
  /** When it was recorded, ISO 8601. */
  readonly at: string
}

/**
 * Records the cohorts that no record has judged before by the same rule, all in one; true for the call that did. A cohort is
 * judged once: later labels, or a run elsewhere at the same time, add nothing to it.
 */
export function recordPerformance(client: GitHubClient, found: Performance, stamp: Stamp): Promise<boolean> {
  return appendToLedger(client, (records) => decidePerformance(records, found, stamp))
}

export function decidePerformance(
  records: readonly LedgerRecord[],
  found: Performance,
  stamp: Stamp,
): LedgerDecision<boolean> {
  const judgedUntil = judgedUntilOf(records, found)
  const cohorts = found.cohorts.filter(({ until }) => judgedUntil === null || until > judgedUntil)
  if (cohorts.length === 0) return { kind: 'known', value: false }
  const { model, ...rest } = found
  const body: JsonObject = {
    ...rest,
    reference: { ...found.reference },
    columns: [...found.columns],
    cohorts: jsonOf(cohorts),
  }
  return { kind: 'append', record: { kind: 'performance', model, ...stamp, body }, value: true }
}

/** The end of the newest cohort that was judged by the same rule; null where none was. */
export function judgedUntilOf(
  records: readonly LedgerRecord[],
  rule: Pick<Performance, 'model' | 'release' | 'metric' | 'limit' | 'overMs' | 'windowMs'>,
): string | null {
  const ends = records.flatMap((record) => {
    if (record.kind !== 'performance' || record.model !== rule.model) return []
    const isSame = (['release', 'metric', 'limit', 'overMs', 'windowMs'] as const).every(
      (key) => record.body[key] === rule[key],
    )
    return isSame ? cohortsIn(record).map(({ until }) => until) : []
  })
  return ends.reduce<string | null>((newest, end) => (newest !== null && newest > end ? newest : end), null)
}

/** The newest word on a model's metric, or on any where none is named; undefined where nothing was recorded. */
export function performanceIn(
  records: readonly LedgerRecord[],
  model: string,
  metric?: string,
): PerformanceFinding | undefined {
  return findingsIn(records, model).findLast((found) => metric === undefined || found.metric === metric)
}

/** The newest word on each metric of a model over each length of time. */
export function performancesIn(records: readonly LedgerRecord[], model: string): readonly PerformanceFinding[] {
  const newest = new Map(findingsIn(records, model).map((found) => [`${found.overMs} ${found.metric}`, found]))
  return [...newest.values()]
}

function findingsIn(records: readonly LedgerRecord[], model: string): readonly PerformanceFinding[] {
  return records.flatMap((record) => {
    if (record.kind !== 'performance' || record.model !== model) return []
    const { release, metric, limit, overMs, reference, cause } = record.body
    const before = isRecord(reference) ? reference['value'] : undefined
    const newest = cohortsIn(record).at(-1)
    if (typeof release !== 'string' || typeof metric !== 'string' || typeof limit !== 'number') return []
    if (typeof overMs !== 'number' || typeof before !== 'number' || !newest) return []
    const { drop, interval, verdict, since, until, rows } = newest
    const told = { drop, interval, verdict, since, until, rows, cause: causeOf(cause) }
    return [{ release, metric, limit, overMs, before, ...told, at: record.at }]
  })
}

/** Nobody vouches for a body: what is no cohort is left out. */
function cohortsIn({ body }: LedgerRecord): readonly JudgedCohort[] {
  const { cohorts } = body
  return Array.isArray(cohorts) ? cohorts.flatMap((cohort) => readCohort(cohort) ?? []) : []
}

function readCohort(value: unknown): JudgedCohort | undefined {
  if (!isRecord(value)) return undefined
  const { cohortSince, since, until, rows, predicted, labelled, drop, interval, verdict } = value
  const kind = verdicts.find((known) => known === verdict)
  if (kind === undefined || typeof cohortSince !== 'string' || typeof since !== 'string') return undefined
  if (typeof until !== 'string' || typeof rows !== 'number') return undefined
  if (typeof predicted !== 'number' || typeof labelled !== 'number') return undefined
  const told = { drop: typeof drop === 'number' ? drop : null, interval: readInterval(interval), verdict: kind }
  return { cohortSince, since, until, rows, predicted, labelled, ...told }
}

const verdicts: readonly DropVerdict[] = ['drop', 'no drop', 'insufficient data']
const causes: readonly DropCause[] = ['concept', 'data', 'unknown']

function causeOf(value: unknown): DropCause {
  return causes.find((cause) => cause === value) ?? 'unknown'
}

function readInterval(value: unknown): Interval | null {
  if (!isRecord(value)) return null
  const { low, high } = value
  return typeof low === 'number' && typeof high === 'number' ? { low, high } : null
}

function jsonOf(cohorts: readonly JudgedCohort[]): readonly JsonObject[] {
  return cohorts.map(({ interval, ...cohort }) => ({ ...cohort, interval: interval && { ...interval } }))
}
