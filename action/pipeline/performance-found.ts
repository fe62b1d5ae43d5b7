import type { ConfidenceEstimates } from '../evaluation/estimate-by-confidence.ts'
import type { Estimate } from '../evaluation/estimate-metric.ts'
import type { CohortState } from '../evaluation/judge-cohorts.ts'
import type { DropCause, DropVerdict, MeasuredSql } from '../evaluation/metric-drop.ts'
import type { Interval } from '../stats/interval.ts'

export interface PerformanceRule {
  /** The fall that matters, above 0, in units of the metric. */
  readonly limit: number
  /** Length of the stretch over which it is judged, and of a cohort. */
  readonly overMs: number
  readonly windowMs: number
  /** How long after the end of a window its labels are due. */
  readonly delayMs: number
  /** The share of predictions, 0..1, that must have their label. */
  readonly coverage: number
  /** How likely at most any of all intervals, ever, misses the truth. */
  readonly alpha: number
}

/** Predictions of one window, and what is known of them. */
export interface ToldCohort {
  /** ISO 8601; `until` is not part of it. */
  readonly since: string
  readonly until: string
  readonly state: CohortState
  readonly predicted: number
  readonly labelled: number
  /** The metric of its labelled rows; null where it has none, `reason` says why. */
  readonly value: number | null
  readonly standardError: number | null
  readonly reason?: string
  /** What the predictions alone let expect, under the assumption; null where they do not. */
  readonly estimates: ConfidenceEstimates | null
  /** Of the same metric, with a band of 3 standard errors of a sample of this size. */
  readonly estimated: (Interval & { readonly value: number }) | null
  readonly stretch: ToldStretch | null
}

/** What is said after a cohort of the stretch that ends with it. */
export interface ToldStretch {
  readonly since: string
  readonly rows: number
  readonly realised: number | null
  /** Positive is worse. */
  readonly drop: number | null
  readonly interval: Interval | null
  /** The smallest fall that it would have shown. */
  readonly couldSee: number | null
  /** Labelled rows that it takes to show the limit; null where the reference is too small. */
  readonly rowsNeeded: number | null
  readonly verdict: DropVerdict
  readonly because?: string
}

/** [since, until), ISO 8601. */
export interface StretchOfTime {
  readonly since: string
  readonly until: string
}

/** What is known of the inputs over the same time. */
export type InputDrift =
  | { readonly kind: 'none' }
  | { readonly kind: 'drift'; readonly columns: readonly string[] }
  | { readonly kind: 'unknown'; readonly why: string }

export interface PerformanceFound {
  readonly metric: string
  readonly better: 'higher' | 'lower'
  /** Null of Plumbline's own metrics. */
  readonly sql: MeasuredSql | null
  readonly rule: PerformanceRule
  /** Tag of the release whose predictions these are; null where the log names none. */
  readonly release: string | null
  /** Of the model as it was judged. */
  readonly reference: Estimate
  /** In order of time. */
  readonly cohorts: readonly ToldCohort[]
  /** What estimates before labels rest on; null where there are none. */
  readonly assumption: typeof estimateAssumption | null
  /** Whether the probabilities had to be calibrated on the reference first. */
  readonly isCalibrated: boolean
  /** Of the newest cohort that is judged. */
  readonly verdict: DropVerdict
  readonly inputs: InputDrift
  readonly cause: DropCause
  readonly leftOut: {
    /** Predictions of an id that another answered before. */
    readonly repeatedRows: number
    /** Ids with more than one label: taken for unlabelled. */
    readonly conflictingIds: number
    /** Rows without an id, a prediction, or a probability that is needed. */
    readonly unusableRows: number
    /** Rows without a time, which are in no cohort. */
    readonly timelessRows: number
  }
}

/** In a constant, as nobody may tell an estimate without it. */
export const estimateAssumption =
  'The relation of the target to the inputs is as it was in the reference, and probabilities are as right as there: inputs may change, but a change of concept does not show in an estimate.'

/** The newest cohort that is judged, which carries the verdict. */
export function newestJudged(
  cohorts: readonly ToldCohort[],
): (ToldCohort & { readonly stretch: ToldStretch }) | undefined {
  return cohorts.flatMap((cohort) => (cohort.stretch ? [{ ...cohort, stretch: cohort.stretch }] : [])).at(-1)
}

/** What a fall is put down to. Without one there is nothing to explain, and inputs that nobody looked at explain nothing. */
export function causeOf(verdict: DropVerdict, inputs: InputDrift): DropCause {
  if (verdict !== 'drop' || inputs.kind === 'unknown') return 'unknown'
  return inputs.kind === 'drift' ? 'data' : 'concept'
}

/** What of a followed metric `retrain:` of plumbline.yaml may say. */
export type MetricWord = 'metric' | 'drop' | 'over'

/** Of several metrics, a fall comes first, then what is not known. */
export function worstVerdict(verdicts: readonly DropVerdict[]): DropVerdict {
  const ranks: readonly DropVerdict[] = ['drop', 'insufficient data', 'no drop']
  return ranks.find((verdict) => verdicts.includes(verdict)) ?? 'insufficient data'
}
