import type { Outcomes } from '../data/read-outcomes.ts'
import { closesAt, windowOf } from '../drift/windows.ts'
import type { Calibration } from '../evaluation/calibration.ts'
import {
  type ConfidenceEstimates,
  type ConfidenceMetric,
  estimateByConfidence,
} from '../evaluation/estimate-by-confidence.ts'
import type { Estimate, Estimated } from '../evaluation/estimate-metric.ts'
import { type Cohort, type FollowedCohort, followCohorts } from '../evaluation/judge-cohorts.ts'
import type { JudgedRows } from '../evaluation/judged-rows.ts'
import { pickRows } from '../evaluation/pick-rows.ts'
import type { PerformanceRule, ToldCohort } from './performance-found.ts'

export interface CohortWindow {
  readonly sinceMs: number
  readonly untilMs: number
  /** Places of its rows among the outcomes. */
  readonly rows: readonly number[]
}

export interface CohortsAsked {
  readonly metric: string
  readonly better: 'higher' | 'lower'
  readonly rule: PerformanceRule
  readonly nowMs: number
  /** When the release was first deployed, where that is known. */
  readonly deployedMs?: number | undefined
  readonly reference: Estimate
  /** Of a window's labelled rows, whose places are given. */
  readonly estimateOf: (window: CohortWindow, labelled: readonly number[]) => Estimated
  readonly calibrations: readonly Calibration[]
}

/** Deals outcomes into windows of time, the same for everybody; rows without a time are in none. */
export function windowsOf({ atMs }: Pick<Outcomes, 'atMs'>, windowMs: number): readonly CohortWindow[] {
  const windows = new Map<number, number[]>()
  for (const [row, at] of atMs.entries()) {
    if (Number.isNaN(at)) continue
    const { sinceMs } = windowOf(at, windowMs)
    const rows = windows.get(sinceMs)
    if (rows) rows.push(row)
    else windows.set(sinceMs, [row])
  }
  return [...windows]
    .map(([sinceMs, rows]) => ({ sinceMs, untilMs: sinceMs + windowMs, rows }))
    .sort((one, other) => one.sinceMs - other.sinceMs)
}

/** Measures and judges each cohort, and estimates it from its predictions alone where they have probabilities. */
export function toldCohorts(
  outcomes: Outcomes,
  windows: readonly CohortWindow[],
  asked: CohortsAsked,
): readonly ToldCohort[] {
  const { rule, nowMs, reference, estimateOf, better, deployedMs } = asked
  const cohorts = windows.map((window): Cohort => {
    const labelled = window.rows.filter((row) => outcomes.isLabelled[row] === 1)
    return {
      sinceMs: window.sinceMs,
      untilMs: window.untilMs,
      isClosed: closesAt(window, { windowMs: rule.windowMs, latenessMs: rule.delayMs }) <= nowMs,
      predicted: window.rows.length,
      labelled: labelled.length,
      estimate: estimateOf(window, labelled),
    }
  })
  const begins = deployedMs === undefined ? {} : { beginsMs: windowOf(deployedMs, rule.windowMs).sinceMs }
  const followed = followCohorts(reference, cohorts, { ...rule, ...begins, better })
  return followed.map((one, place) => {
    const rows = windows[place]?.rows ?? []
    return told(one, estimatesOf(pickRows(outcomes.rows, rows), asked.calibrations), asked)
  })
}

function estimatesOf(rows: JudgedRows, calibrations: readonly Calibration[]): ConfidenceEstimates | null {
  if (rows.task === 'regression' || rows.rows === 0) return null
  const chances = rows.task === 'binary' ? rows.probability : rows.probabilities
  return chances.length === 0 || chances.includes(Number.NaN) ? null : estimateByConfidence(rows, calibrations)
}

function told(
  { cohort, state, judged }: FollowedCohort,
  estimates: ConfidenceEstimates | null,
  { metric, reference }: CohortsAsked,
): ToldCohort {
  const { estimate } = cohort
  const known = estimate.kind === 'estimate' ? estimate.estimate : undefined
  return {
    since: moment(cohort.sinceMs),
    until: moment(cohort.untilMs),
    state,
    predicted: cohort.predicted,
    labelled: cohort.labelled,
    value: known?.value ?? null,
    standardError: known?.standardError ?? null,
    ...(estimate.kind === 'undefined' && { reason: estimate.reason }),
    estimates,
    estimated: banded(estimates?.[metric as ConfidenceMetric] ?? null, reference, cohort.predicted),
    stretch: judged && {
      since: moment(judged.sinceMs),
      rows: judged.rows,
      realised: judged.realised,
      drop: judged.drop,
      interval: judged.interval,
      couldSee: judged.couldSee,
      rowsNeeded: judged.rowsNeeded,
      verdict: judged.verdict,
      ...(judged.because !== undefined && { because: judged.because }),
    },
  }
}

/** ± 3 standard errors, the reference's at this number of rows. */
function banded(value: number | null, { standardError, rows }: Estimate, predicted: number): ToldCohort['estimated'] {
  if (value === null) return null
  const reach = 3 * standardError * Math.sqrt(rows / predicted)
  return { value, low: Math.max(0, value - reach), high: Math.min(1, value + reach) }
}

function moment(ms: number): string {
  return new Date(ms).toISOString()
}
