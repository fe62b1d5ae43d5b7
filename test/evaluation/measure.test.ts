import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { JudgedRows } from '../../action/evaluation/judged-rows.ts'
import { measureMetric, measureMetrics } from '../../action/evaluation/measure.ts'
import { metricsOfTask } from '../../action/project/metric-kinds.ts'
import { isNear, judgedRows, oracle } from '../oracle/metrics-oracle.ts'

const judgments = oracle.cases.flatMap((sample) =>
  Object.entries(sample.metrics).map(([metric, expected]) => ({
    title: `${metric} of ${sample.task} "${sample.name}"`,
    sample,
    metric,
    expected,
  })),
)

function binaryRows(truth: readonly number[], probability: readonly number[]): JudgedRows {
  return {
    task: 'binary',
    rows: truth.length,
    slices: {},
    truth: Uint8Array.from(truth),
    predicted: Uint8Array.from(probability, (value) => Number(value >= 0.5)),
    probability: Float64Array.from(probability),
  }
}

describe('measureMetrics()', () => {
  test('knows an oracle of every task', () => {
    expect(new Set(oracle.cases.map(({ task }) => task)).size).toBe(3)
    expect(judgments.length).toBeGreaterThan(90)
  })

  test.each(judgments)('agrees with scikit-learn on $title', ({ sample, metric, expected }) => {
    const measured = measureMetrics(judgedRows(sample)).find(({ name }) => name === metric)

    expect(measured).toBeDefined()
    expect(measured?.reason === undefined).toBe(expected.value !== null)
    for (const part of ['value', 'low', 'high'] as const) {
      expect(measured?.[part] ?? null).toSatisfy((actual: number | null) => isNear(actual, expected[part]))
    }
  })

  test('has no value without rows, and says so', () => {
    expect(measureMetrics(binaryRows([], []))).toEqual(
      metricsOfTask('binary').map((name) =>
        expect.objectContaining({ name, value: null, rows: 0, reason: 'there are no rows' }),
      ),
    )
  })

  test('names the class that is missing', () => {
    const rows: JudgedRows = {
      task: 'multiclass',
      rows: 2,
      slices: {},
      classes: ['calm', 'storm'],
      truth: Uint32Array.of(0, 0),
      predicted: Uint32Array.of(0, 1),
      probabilities: Float64Array.of(0.9, 0.1, 0.4, 0.6),
    }

    expect(measureMetric('roc_auc', rows).reason).toBe('every row is of class "calm"')
  })

  test('keeps values inside their intervals', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(1), fc.double({ min: 0, max: 1, noNaN: true })), { minLength: 1 }),
        (pairs) => {
          const rows = binaryRows(
            pairs.map(([truth]) => truth),
            pairs.map(([, probability]) => probability),
          )
          for (const { value, low, high } of measureMetrics(rows)) {
            if (value === null || low === undefined || high === undefined) continue
            expect(low).toBeLessThanOrEqual(value + 1e-12)
            expect(high).toBeGreaterThanOrEqual(value - 1e-12)
          }
        },
      ),
    )
  })
})

describe('measureMetric()', () => {
  test.each(oracle.cases.filter(({ truth }) => truth.length > 50))(
    'gives for some rows of "$name" what those rows alone give',
    (sample) => {
      const kept = sample.truth.map((_, row) => row).filter((row) => row % 3 !== 1)
      const width = sample.classes?.length ?? 1
      const alone = judgedRows({
        ...sample,
        truth: kept.map((row) => sample.truth[row] ?? 0),
        predicted: kept.map((row) => sample.predicted[row] ?? 0),
        probability: kept.map((row) => sample.probability?.[row] ?? 0),
        probabilities: kept.flatMap((row) => sample.probabilities?.slice(row * width, (row + 1) * width) ?? []),
      })

      const rows = judgedRows(sample)
      expect(metricsOfTask(sample.task).map((name) => measureMetric(name, rows, Uint32Array.from(kept)))).toEqual(
        measureMetrics(alone),
      )
    },
  )

  test('is undefined for a metric of another task', () => {
    expect(measureMetric('rmse', binaryRows([0, 1], [0.1, 0.9]))).toMatchObject({
      value: null,
      reason: 'rmse is not a metric of binary models',
    })
  })

  test('is undefined where squares overflow or scores are not numbers', () => {
    const rows: JudgedRows = {
      task: 'regression',
      rows: 2,
      slices: {},
      truth: Float64Array.of(1e300, 0),
      predicted: Float64Array.of(-1e300, 0),
    }

    expect(measureMetric('rmse', rows)).toMatchObject({
      value: null,
      reason: 'the numbers are too large, or not numbers',
    })
    expect(measureMetric('roc_auc', binaryRows([0, 1], [Number.NaN, 0.5]))).toMatchObject({ value: null })
    expect(measureMetric('log_loss', binaryRows([0, 1], [Number.NaN, 0.5]))).toMatchObject({ value: null })
  })
})
