import { describe, expect, test } from 'vitest'

import { type Estimate, estimateMetric } from '../../action/evaluation/estimate-metric.ts'
import { type Cohort, followCohorts } from '../../action/evaluation/judge-cohorts.ts'
import type { JudgedDrop } from '../../action/evaluation/judge-drop.ts'
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

type Call = (judged: JudgedDrop) => boolean

const isDrop: Call = ({ verdict }) => verdict === 'drop'
/** The interval alone, whatever the limit: any fall at all. */
const isSurelyBelow: Call = ({ interval }) => (interval?.low ?? 0) > 0
/** As if nobody looked but this once. */
const isBelowAtOneLook: Call = ({ drop, standardError }) => (drop ?? 0) - 1.96 * (standardError ?? Infinity) > 0

/** The week of each stream in which it is called first, looked at after each of a year, by each way; null where it never is. */
function firstCalls(
  { count, metric, rows: [first, weekly], limit, later }: Streams,
  ways: readonly Call[],
): (number | null)[][] {
  const random = randomNumbers(20_250_106)
  const estimate = (rows: number, slope?: number) => {
    const found = estimateMetric(metric, scoredRows(random, rows, slope))
    if (found.kind === 'undefined') throw new Error(found.reason)
    return found
  }
  const streams = Array.from({ length: count }, () => {
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
    return followCohorts(reference, cohorts, rule)
  })
  return ways.map((isCalled) =>
    streams.map((followed) => {
      const called = followed.findIndex(({ judged }) => judged && isCalled(judged))
      return called === -1 ? null : called
    }),
  )
}

function shareOf(calls: readonly (number | null)[], isCounted: (week: number | null) => boolean): number {
  return calls.filter(isCounted).length / calls.length
}

describe('followCohorts(), over a year of weeks', () => {
  test.each<Streams>([
    { count: 200, metric: 'accuracy', rows: [1000, 200], limit: 0.1 },
    { count: 100, metric: 'roc_auc', rows: [800, 150], limit: 0.1 },
    { count: 100, metric: 'f1', rows: [800, 150], limit: 0.1 },
    { count: 100, metric: 'log_loss', rows: [1000, 200], limit: 0.1 },
  ])('is sure of a fall of $metric that is none in at most alpha of $count streams', (streams) => {
    const [ours = [], atOneLook = []] = firstCalls(streams, [isSurelyBelow, isBelowAtOneLook])
    expect(shareOf(ours, (week) => week !== null)).toBeLessThanOrEqual(alpha)
    expect(shareOf(atOneLook, (week) => week !== null)).toBeGreaterThan(0.25)
  })

  test.each<Streams & { power: number }>([
    { count: 30, metric: 'roc_auc', rows: [4000, 2000], limit: 0.03, later: { at: 20, slope: 0.7 }, power: 0.95 },
    { count: 30, metric: 'accuracy', rows: [4000, 2000], limit: 0.03, later: { at: 20, slope: 0.7 }, power: 0.95 },
  ])('finds a fall of $metric within the two weeks after it, and not before', ({ power, ...streams }) => {
    const [calls = []] = firstCalls(streams, [isDrop])
    expect(shareOf(calls, (week) => week !== null && week < 20)).toBeLessThanOrEqual(alpha)
    expect(shareOf(calls, (week) => week !== null && week >= 20 && week <= 22)).toBeGreaterThanOrEqual(power)
  })
})
