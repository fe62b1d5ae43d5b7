import { describe, expect, test } from 'vitest'

import { type Cohort, type CohortRule, followCohorts } from '../../action/evaluation/judge-cohorts.ts'

const weekMs = 7 * 86_400_000
const rule: CohortRule = { better: 'higher', limit: 0.03, alpha: 0.05, overMs: 2 * weekMs, coverage: 0.95 }

function cohort(week: number, value: number, rows: number, more: Partial<Cohort> = {}): Cohort {
  return {
    sinceMs: week * weekMs,
    untilMs: (week + 1) * weekMs,
    isClosed: true,
    predicted: rows,
    labelled: rows,
    estimate: { kind: 'estimate', estimate: { value, standardError: 0.36 / Math.sqrt(rows), rows } },
    ...more,
  }
}

const reference = { value: 0.86, standardError: 0.004, rows: 8000 }

describe('followCohorts()', () => {
  test('judges the stretch that ends with each cohort, in order of time', () => {
    const weeks = [cohort(2, 0.7, 3000), cohort(0, 0.86, 3000), cohort(1, 0.86, 1000)]
    const found = followCohorts(reference, weeks, rule)
    expect(found.map(({ judged }) => [judged?.sinceMs, judged?.rows])).toEqual([
      [0, 3000],
      [0, 4000],
      [weekMs, 4000],
    ])
    expect(found[2]?.judged?.realised).toBeCloseTo((0.86 * 1000 + 0.7 * 3000) / 4000, 12)
    expect(found.map(({ judged }) => judged?.verdict)).toEqual(['no drop', 'no drop', 'drop'])
  })

  test('shows and does not judge what waits for labels, lacks them, or has no metric', () => {
    const undefinedHere = { estimate: { kind: 'undefined', reason: 'no row is of the positive class' } } as const
    const found = followCohorts(
      reference,
      [
        cohort(0, 0.5, 1000, { predicted: 1053 }),
        cohort(1, 0.86, 1000, { predicted: 1052 }),
        cohort(2, 0.86, 1000, undefinedHere),
        cohort(3, 0.5, 0),
        cohort(4, 0.5, 1000, { isClosed: false }),
      ],
      rule,
    )
    expect(found.map(({ state }) => state)).toEqual(['low coverage', 'judged', 'unmeasured', 'low coverage', 'waiting'])
    expect(found.map(({ judged }) => judged?.rows)).toEqual([undefined, 1000, undefined, undefined, undefined])
  })

  test('spends the same of alpha whichever labels came', () => {
    const all = [0, 1, 2, 3, 4].map((week) => cohort(week, 0.86, 2000))
    const some = all.map((one, week) => (week === 1 || week === 2 ? { ...one, labelled: 0 } : one))
    const [one, other] = [all, some].map((cohorts) => followCohorts(reference, cohorts, rule).at(-1)?.judged)
    expect(other).toEqual(one)
  })

  test('counts stretches from when the release was deployed, whatever of its predictions is still at hand', () => {
    const all = [0, 1, 2, 3, 4].map((week) => cohort(week, 0.86, 2000))
    const of = (cohorts: readonly Cohort[], beginsMs?: number) =>
      followCohorts(reference, cohorts, { ...rule, ...(beginsMs !== undefined && { beginsMs }) }).at(-1)?.judged
    const begun = all[0]?.sinceMs ?? 0
    expect(of(all.slice(3), begun)).toEqual(of(all))
    expect(of(all.slice(3))?.couldSee).toBeLessThan(of(all)?.couldSee ?? 0)
    expect(of(all, begun + 30 * 86_400_000)).toEqual(of(all))
  })
})
