import type { Interval } from '../stats/interval.ts'

/** Whether a metric fell; `insufficient data` where a fall of the limit could not have been seen. */
export type DropVerdict = 'drop' | 'no drop' | 'insufficient data'

/** What lies behind a fall: the inputs changed, or they did not and the relation of the target to them did; else not known. */
export type DropCause = 'concept' | 'data' | 'unknown'

/** A metric over the newest stretch of time, against what it was when the model was judged. */
export interface MetricDrop {
  readonly metric: string
  /** Estimated fall, in units of the metric; positive is worse, whichever way the metric points. Null where there is none. */
  readonly drop: number | null
  /** Always-valid interval of the fall: it may be looked at as often as one likes. */
  readonly interval: Interval | null
  /** The fall that matters, above 0. */
  readonly limit: number
  readonly verdict: DropVerdict
  /** Of the stretch, ISO 8601; `until` is not part of it. */
  readonly since: string
  readonly until: string
  /** Labelled rows in it. */
  readonly rows: number
}

/** A metric in SQL, and what of it was judged. */
export interface MeasuredSql {
  readonly expression: string
  /** `sum`: a sum, told a row; `avg`: a mean of rows; `other`: neither, so that its error is that of groups of rows. */
  readonly form: 'sum' | 'avg' | 'other'
}
