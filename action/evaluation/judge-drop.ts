import { alphaOfSequence, errorForReach, sequenceReach } from '../stats/confidence-sequence.ts'
import type { Interval } from '../stats/interval.ts'
import { sum } from '../stats/sum.ts'
import type { Estimate } from './estimate-metric.ts'
import type { DropVerdict } from './metric-drop.ts'

export interface DropRule {
  readonly better: 'higher' | 'lower'
  /** The fall that matters, above 0, in units of the metric. */
  readonly limit: number
  /** How likely at most all intervals of a release, over all time, miss the truth anywhere. */
  readonly alpha: number
}

/** How the newest stretch of cohorts compares with the reference. */
export interface JudgedDrop {
  /** The metric over the stretch, each cohort weighted by its rows. */
  readonly realised: number | null
  /** Positive is worse. */
  readonly drop: number | null
  readonly standardError: number | null
  readonly interval: Interval | null
  readonly rows: number
  readonly verdict: DropVerdict
  /** The smallest fall that the stretch would have shown. */
  readonly couldSee: number | null
  /** Labelled rows that a stretch needs to show a fall of the limit; null where the reference alone is too small. */
  readonly rowsNeeded: number | null
  /** Why there is too little data. */
  readonly because?: string
}

/** Fewer labelled rows than this are not judged: nothing about them is normal yet. */
export const fewestRows = 100

/**
 * Judges the fall of a metric from `reference`, itself an estimate, to the mean of `cohorts`. `order` = 1, 2, 3, … is the
 * stretch's place among all that could have been judged; it spends the share of alpha that is its own.
 *
 * `drop` where the fall is at least the limit and its interval lies above 0; `no drop` where the fall is below the limit and
 * the stretch could have shown the limit, or its interval lies below the limit; else `insufficient data`. The sequence is made
 * for a fall of the limit. Between cohorts the variance of a row is taken as no less than the reference's, so that a few rows
 * that happen to agree are not sure of anything.
 */
export function judgeDrop(
  reference: Estimate,
  cohorts: readonly Estimate[],
  order: number,
  { better, limit, alpha }: DropRule,
): JudgedDrop {
  const rows = sum(cohorts.map((cohort) => cohort.rows))
  if (rows === 0) return undecided(rows, 'no labelled rows')
  const realised = sum(cohorts.map((cohort) => cohort.value * cohort.rows)) / rows
  const rowVariance = reference.standardError ** 2 * reference.rows
  const ownVariance = sum(cohorts.map((cohort) => (cohort.rows * cohort.standardError) ** 2)) / rows
  const variance = Math.max(rowVariance, ownVariance)
  const drop = better === 'higher' ? reference.value - realised : realised - reference.value
  const standardError = Math.sqrt(reference.standardError ** 2 + variance / rows)
  const known = { realised, drop, standardError, rows }
  if (rows < fewestRows) return { ...undecided(rows, `fewer than ${fewestRows} labelled rows`), ...known }
  if (!(standardError > 0) || !Number.isFinite(standardError)) {
    return { ...undecided(rows, 'all rows of both are alike, so that chance cannot be measured'), ...known }
  }
  const own = alphaOfSequence(alpha, order)
  const couldSee = sequenceReach(standardError, own, limit)
  const interval = { low: drop - couldSee, high: drop + couldSee }
  const spare = errorForReach(limit, own, limit) ** 2 - reference.standardError ** 2
  const rowsNeeded = spare > 0 ? Math.ceil(variance / spare) : null
  const verdict = verdictOf(drop, couldSee, limit)
  const because = verdict === 'insufficient data' ? { because: tooWide(rowsNeeded) } : {}
  return { ...known, interval, couldSee, rowsNeeded, verdict, ...because }
}

function verdictOf(drop: number, couldSee: number, limit: number): DropVerdict {
  if (drop >= limit && drop - couldSee > 0) return 'drop'
  const isExcluded = drop + couldSee < limit
  return isExcluded || (drop < limit && couldSee <= limit) ? 'no drop' : 'insufficient data'
}

function tooWide(rowsNeeded: number | null): string {
  return rowsNeeded === null
    ? 'the reference has too few rows to show a fall of the limit'
    : 'too few labelled rows to show a fall of the limit'
}

function undecided(rows: number, because: string): JudgedDrop {
  const none = { realised: null, drop: null, standardError: null, interval: null, couldSee: null, rowsNeeded: null }
  return { ...none, rows, verdict: 'insufficient data', because }
}
