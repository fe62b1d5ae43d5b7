import { describe, expect, test } from 'vitest'

import { toldCohorts, windowsOf } from '../../action/pipeline/follow-cohorts.ts'

const weekMs = 7 * 86_400_000
const first = Date.UTC(2025, 2, 3)

/** Of a week of which nothing before it is still at hand. */
function told(deployedMs: number | undefined) {
  const rows = 500
  const outcomes = {
    ...{ repeatedRows: 0, conflictingIds: 0, unusableRows: 0, isLabelled: new Uint8Array(rows).fill(1) },
    atMs: Float64Array.from({ length: rows }, (_, row) => first + row),
    rows: {
      ...({ task: 'regression', rows, slices: {} } as const),
      ...{ truth: new Float64Array(rows), predicted: new Float64Array(rows) },
    },
  }
  const estimate = { value: 0.8, standardError: 0.02, rows }
  const [cohort] = toldCohorts(outcomes, windowsOf(outcomes, weekMs), {
    ...({ metric: 'profit', better: 'higher', nowMs: first + 9 * weekMs, calibrations: [], deployedMs } as const),
    rule: { limit: 0.1, overMs: 2 * weekMs, windowMs: weekMs, delayMs: 0, coverage: 0.95, alpha: 0.05 },
    reference: { ...estimate, rows: 2000 },
    estimateOf: () => ({ kind: 'estimate', estimate }),
  })
  return cohort?.stretch?.couldSee ?? Number.NaN
}

describe('toldCohorts()', () => {
  test('counts windows from the one in which the release was deployed', () => {
    expect(told(first + 3 * 86_400_000)).toBe(told(undefined))
    expect(told(first - 1)).toBeGreaterThan(told(undefined))
    expect(told(first - weekMs)).toBe(told(first - 1))
    expect(told(first - weekMs - 1)).toBeGreaterThan(told(first - weekMs))
    expect(told(first + 5 * weekMs)).toBe(told(undefined))
  })
})
