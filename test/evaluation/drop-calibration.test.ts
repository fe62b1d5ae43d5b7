import { describe, expect, test } from 'vitest'

import { type Estimate, estimateMetric } from '../../action/evaluation/estimate-metric.ts'
import { type Cohort, followCohorts } from '../../action/evaluation/judge-cohorts.ts'
import type { MetricName } from '../../action/project/metric-kinds.ts'
import { randomNumbers, scoredRows } from '../support/performance-streams.ts'

const weekMs = 7 * 86_400_000
const weeks = 52
const alpha = 0.05

interface Streams {
  readonly count: number
  readonly metric: MetricName
  /** Rows of the reference and of a week. */
  readonly rows: readonly [number, number]
  readonly limit: number
  /** How the target depends on the input from week `at` on; 1.5 is what the model learned. */
  readonly later?: { readonly at: number; readonly slope: number }
}

/** The week of each stream in which a drop is called first, looked at after each of a year; null of those without one. */
function firstCalls({ count, metric, rows: [first, weekly], limit, later }: Streams): (number | null)[] {
  const random = randomNumbers(20_250_106)
  const estimate = (rows: number, slope?: number) => {
    const found = estimateMetric(metric, scoredRows(random, rows, slope))
    if (found.kind === 'undefined') throw new Error(found.reason)
    return found
  }
  return Array.from({ length: count }, () => {
    const reference: Estimate = estimate(first).estimate
    const cohorts = Array.from({ length: weeks }, (_, week): Cohort => {
      const slope = later && week >= later.at ? later.slope : undefined
      const span = { sinceMs: week * weekMs, untilMs: (week + 1) * weekMs }
      const counts = { predicted: weekly, labelled: weekly }
      return { ...span, isClosed: true, ...counts, estimate: estimate(weekly, slope) }
    })
    const rule = {
      better: metric === 'log_loss' ? 'lower' : 'higher',
      limit,
      alpha,
      overMs: 2 * weekMs,
      coverage: 0.95,
    } as const
    const called = followCohorts(reference, cohorts, rule).findIndex(({ judged }) => judged?.verdict === 'drop')
    return called === -1 ? null : called
  })
}

function shareOf(calls: readonly (number | null)[], isCounted: (week: number | null) => boolean): number {
  return calls.filter(isCounted).length / calls.length
}

describe('followCohorts(), over a year of weeks', () => {
  // The limit is next to nothing, so that the interval alone keeps a fall from being called.
  test.each<Streams>([
    { count: 200, metric: 'accuracy', rows: [1000, 200], limit: 0.001 },
    { count: 100, metric: 'roc_auc', rows: [800, 150], limit: 0.001 },
    { count: 100, metric: 'f1', rows: [800, 150], limit: 0.001 },
    { count: 100, metric: 'log_loss', rows: [1000, 200], limit: 0.001 },
  ])('calls a drop of $metric that is none in at most alpha of $count streams', (streams) => {
    expect(shareOf(firstCalls(streams), (week) => week !== null)).toBeLessThanOrEqual(alpha)
  })

  test.each<Streams & { power: number }>([
    { count: 30, metric: 'roc_auc', rows: [4000, 2000], limit: 0.03, later: { at: 20, slope: 0.7 }, power: 0.95 },
    { count: 30, metric: 'accuracy', rows: [4000, 2000], limit: 0.03, later: { at: 20, slope: 0.7 }, power: 0.95 },
  ])('finds a fall of $metric within the two weeks after it, and not before', ({ power, ...streams }) => {
    const calls = firstCalls(streams)
    expect(shareOf(calls, (week) => week !== null && week < 20)).toBeLessThanOrEqual(alpha)
    expect(shareOf(calls, (week) => week !== null && week >= 20 && week <= 22)).toBeGreaterThanOrEqual(power)
  })
})
