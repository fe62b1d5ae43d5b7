import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { estimateMean, estimateMetric } from '../../action/evaluation/estimate-metric.ts'
import type { JudgedRows } from '../../action/evaluation/judged-rows.ts'
import { measureMetric } from '../../action/evaluation/measure.ts'
import { pickRows } from '../../action/evaluation/pick-rows.ts'
import { isMetricName, metricsOfTask } from '../../action/project/metric-kinds.ts'
import { isNear, labelledRows, oracle } from '../oracle/performance-oracle.ts'

const cases = oracle.errors.flatMap((sample) =>
  Object.entries(sample.errors).map(([metric, error]) => ({ metric, task: sample.task, sample, error })),
)
/** What has no formula in a reference library is held against a derivative by differences. */
const differentiated = new Set(['f1', 'rmse', 'r2'])

function errorOf(metric: string, rows: JudgedRows): number {
  if (!isMetricName(metric)) throw new Error(metric)
  const found = estimateMetric(metric, rows)
  if (found.kind === 'undefined') throw new Error(found.reason)
  expect(found.estimate.value).toBe(measureMetric(metric, rows).value)
  return found.estimate.standardError
}

describe('estimateMetric()', () => {
  test.each(cases)('has the standard error of $metric of a $task sample', ({ metric, task, sample, error }) => {
    const isExact = !differentiated.has(metric) && !(metric === 'roc_auc' && task === 'multiclass')
    const tolerance = isExact ? oracle.tolerance : oracle.jackknifeTolerance
    expect(isNear(errorOf(metric, labelledRows(sample)), error ?? Number.NaN, tolerance)).toBe(true)
  })

  test('knows every metric of every task', () => {
    const known = oracle.errors.map(({ task, errors }) => [task, Object.keys(errors).sort()])
    expect(known).toEqual(oracle.errors.map(({ task }) => [task, [...metricsOfTask(task)].sort()]))
  })

  test('halves as each row comes four times, but for the last digits of n − 1', () => {
    for (const sample of oracle.errors) {
      const rows = labelledRows(sample)
      const indices = Array.from({ length: rows.rows * 4 }, (_, place) => place % rows.rows)
      for (const metric of Object.keys(sample.errors)) {
        const ratio = errorOf(metric, rows) / errorOf(metric, pickRows(rows, indices))
        expect(ratio, metric).toBeCloseTo(2, 1)
      }
    }
  })

  test('says why there is none', () => {
    const [binary] = oracle.errors
    if (!binary) throw new Error('no sample')
    const rows = labelledRows(binary)
    const negatives = [...binary.truth.entries()].filter(([, truth]) => truth === 0).map(([row]) => row)
    expect(estimateMetric('roc_auc', pickRows(rows, negatives))).toEqual({
      kind: 'undefined',
      reason: 'no row is of the positive class',
    })
    expect(estimateMetric('accuracy', pickRows(rows, [0]))).toEqual({
      kind: 'undefined',
      reason: 'too few rows for a standard error',
    })
    expect(estimateMetric('mae', rows)).toMatchObject({ kind: 'undefined' })
  })
})

describe('estimateMean()', () => {
  test('is the accuracy of what is right or wrong', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1), { minLength: 2, maxLength: 50 }), (right) => {
        const rows: JudgedRows = {
          task: 'binary',
          rows: right.length,
          slices: {},
          truth: Uint8Array.from(right, () => 1),
          predicted: Uint8Array.from(right),
          probability: Float64Array.from(right),
        }
        expect(estimateMean(right)).toEqual(estimateMetric('accuracy', rows))
      }),
    )
  })
})

describe('pickRows()', () => {
  test('keeps what belongs to a row together', () => {
    for (const sample of oracle.errors) {
      const rows = labelledRows(sample)
      const all = Array.from({ length: rows.rows }, (_, row) => row)
      expect(pickRows(rows, all)).toEqual(rows)
      for (const metric of metricsOfTask(rows.task)) {
        const [there, back] = [rows, pickRows(rows, all.toReversed())].map((one) => measureMetric(metric, one).value)
        expect(there).toBeCloseTo(back ?? Number.NaN, 12)
      }
    }
  })
})
