import type { Estimate, Estimated } from './estimate-metric.ts'
import { type DropRule, type JudgedDrop, judgeDrop } from './judge-drop.ts'

/** Predictions of one window of time, and what is known of them by now. */
export interface Cohort {
  /** [sinceMs, untilMs), milliseconds since 1970 in UTC; all cohorts are as long, and none overlaps another. */
  readonly sinceMs: number
  readonly untilMs: number
  /** Whether its labels are due. */
  readonly isClosed: boolean
  readonly predicted: number
  readonly labelled: number
  /** Of the labelled rows. */
  readonly estimate: Estimated
}

export interface CohortRule extends DropRule {
  /** Length of a stretch: a whole multiple of a cohort's. */
  readonly overMs: number
  /** The share of predictions, 0 to 1, that must have their label. */
  readonly coverage: number
  /** Begin of the window from which stretches are counted; the first cohort's where that is earlier, or nothing is said. */
  readonly beginsMs?: number
}

/** `waiting`: labels are not due yet; `low coverage`: due and not there; `unmeasured`: the metric is undefined of them. */
export type CohortState = 'judged' | 'waiting' | 'low coverage' | 'unmeasured'

export interface FollowedCohort {
  readonly cohort: Cohort
  readonly state: CohortState
  /** What the stretch that ends with it says; null where the cohort is not judged. */
  readonly judged: (JudgedDrop & { readonly sinceMs: number }) | null
}

/**
 * Judges, after each cohort that can be, the stretch of `overMs` that ends with it. Labels that come early tell another story
 * than all of them, so that a cohort is shown and not judged until its labels are due and nearly all there. A stretch has its
 * place among all windows since the first, judged or not: what it may spend of alpha does not depend on which labels came, nor,
 * where `beginsMs` says when the first was, on which predictions are still at hand.
 */
export function followCohorts(
  reference: Estimate,
  cohorts: readonly Cohort[],
  rule: CohortRule,
): readonly FollowedCohort[] {
  const ordered = cohorts.toSorted((one, other) => one.sinceMs - other.sinceMs)
  const firstMs = Math.min(ordered[0]?.sinceMs ?? 0, rule.beginsMs ?? Infinity)
  return ordered.map((cohort) => {
    const state = stateOf(cohort, rule)
    if (state !== 'judged') return { cohort, state, judged: null }
    const fromMs = cohort.untilMs - rule.overMs
    const stretch = ordered.filter(
      (other) => other.sinceMs >= fromMs && other.untilMs <= cohort.untilMs && stateOf(other, rule) === 'judged',
    )
    const sinceMs = stretch[0]?.sinceMs ?? cohort.sinceMs
    const order = Math.round((sinceMs - firstMs) / (cohort.untilMs - cohort.sinceMs)) + 1
    const estimates = stretch.flatMap(({ estimate }) => (estimate.kind === 'estimate' ? [estimate.estimate] : []))
    return { cohort, state, judged: { ...judgeDrop(reference, estimates, order, rule), sinceMs } }
  })
}

function stateOf({ isClosed, predicted, labelled, estimate }: Cohort, { coverage }: CohortRule): CohortState {
  if (!isClosed) return 'waiting'
  // A share such as 0.95 of 20 rows is 19, whatever the product of the two as binary fractions is.
  if (labelled === 0 || labelled < coverage * predicted - 1e-9) return 'low coverage'
  return estimate.kind === 'estimate' ? 'judged' : 'unmeasured'
}
