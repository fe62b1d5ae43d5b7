import { isRecord } from '../base/is-record.ts'
import type { DropCause, DropVerdict, MeasuredSql, MetricDrop } from '../evaluation/metric-drop.ts'
import type { GitHubClient } from '../github/client.ts'
import { isMetricName, metricKinds } from '../project/metric-kinds.ts'
import type { SqlMetric } from '../project/project.ts'
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
  readonly better: 'higher' | 'lower'
  /** Null of Plumbline's own metrics. Another expression under the same name is another metric. */
  readonly sql: MeasuredSql | null
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
  readonly better: 'higher' | 'lower'
  readonly sql: MeasuredSql | null
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
    sql: found.sql && { ...found.sql },
    reference: { ...found.reference },
    columns: [...found.columns],
    cohorts: jsonOf(cohorts),
  }
  return { kind: 'append', record: { kind: 'performance', model, ...stamp, body }, value: true }
}

/** The end of the newest cohort that was judged by the same rule; null where none was. */
export function judgedUntilOf(
  records: readonly LedgerRecord[],
  rule: Pick<Performance, 'model' | 'release' | 'metric' | 'better' | 'sql' | 'limit' | 'overMs' | 'windowMs'>,
): string | null {
  const ends = records.flatMap((record) => {
    if (record.kind !== 'performance' || record.model !== rule.model) return []
    const isSame = (['release', 'metric', 'limit', 'overMs', 'windowMs'] as const).every(
      (key) => record.body[key] === rule[key],
    )
    return isSame && isOf(record, rule) ? cohortsIn(record).map(({ until }) => until) : []
  })
  return ends.reduce<string | null>((newest, end) => (newest !== null && newest > end ? newest : end), null)
}

/** Whether a record is of this metric: of the same SQL that points the same way, or of one of Plumbline's own. */
function isOf(record: LedgerRecord, { better, sql }: Pick<Performance, 'better' | 'sql'>): boolean {
  const known = sqlOf(record.body['sql'])
  return known?.expression === sql?.expression && (sql === null || record.body['better'] === better)
}

/** The newest word on a model's metric, or on any where none is named; undefined where nothing was recorded. */
export function performanceIn(
  records: readonly LedgerRecord[],
  model: string,
  metric?: string,
): PerformanceFinding | undefined {
  return findingsIn(records, model).findLast((found) => metric === undefined || found.metric === metric)
}

/**
 * The newest word on each metric of a model over each length of time; of those in SQL on what `metrics` say they are now: what
 * was found by other SQL under a name of theirs is left out.
 */
export function performancesIn(
  records: readonly LedgerRecord[],
  model: string,
  metrics: readonly SqlMetric[],
): readonly PerformanceFinding[] {
  const isOfNow = ({ metric, better, sql }: PerformanceFinding) => {
    const own = metrics.find(({ name }) => name === metric)
    return own?.expression === sql?.expression && (own === undefined || own.better === better)
  }
  const found = findingsIn(records, model).filter(isOfNow)
  return [...new Map(found.map((one) => [`${one.overMs} ${one.metric}`, one])).values()]
}

function findingsIn(records: readonly LedgerRecord[], model: string): readonly PerformanceFinding[] {
  return records.flatMap((record) => {
    if (record.kind !== 'performance' || record.model !== model) return []
    const { release, metric, limit, overMs, reference, cause, better, sql } = record.body
    const before = isRecord(reference) ? reference['value'] : undefined
    const newest = cohortsIn(record).at(-1)
    if (typeof release !== 'string' || typeof metric !== 'string' || typeof limit !== 'number') return []
    if (typeof overMs !== 'number' || typeof before !== 'number' || !newest) return []
    const { drop, interval, verdict, since, until, rows } = newest
    const told = { drop, interval, verdict, since, until, rows, cause: causeOf(cause) }
    const points = { better: betterOf(metric, better), sql: sqlOf(sql) }
    return [{ release, metric, ...points, limit, overMs, before, ...told, at: record.at }]
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

/** A record of before it held which way its metric points is of one of Plumbline's own. */
function betterOf(metric: string, value: unknown): 'higher' | 'lower' {
  if (value === 'higher' || value === 'lower') return value
  return isMetricName(metric) ? metricKinds[metric].better : 'higher'
}

function sqlOf(value: unknown): MeasuredSql | null {
  if (!isRecord(value)) return null
  const { expression } = value
  const form = forms.find((known) => known === value['form'])
  return typeof expression === 'string' && form !== undefined ? { expression, form } : null
}

const forms: readonly MeasuredSql['form'][] = ['sum', 'avg', 'other']

function readInterval(value: unknown): Interval | null {
  if (!isRecord(value)) return null
  const { low, high } = value
  return typeof low === 'number' && typeof high === 'number' ? { low, high } : null
}

function jsonOf(cohorts: readonly JudgedCohort[]): readonly JsonObject[] {
  return cohorts.map(({ interval, ...cohort }) => ({ ...cohort, interval: interval && { ...interval } }))
}
