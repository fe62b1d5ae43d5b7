import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { calibrationError, fitCalibration } from '../../action/evaluation/calibration.ts'
import {
  type ConfidenceMetric,
  estimateByConfidence,
  fitCalibrations,
  type PredictedRows,
} from '../../action/evaluation/estimate-by-confidence.ts'
import { fitRising } from '../../action/stats/isotonic.ts'
import { isNear, labelledRows, oracle, type Scored } from '../oracle/performance-oracle.ts'

type Known = (typeof oracle.estimates)[number]

function predicted({ task, classes = [] }: Known, { called, score, truth = called }: Scored) {
  const labelled = { task, classes, truth, predicted: called, probability: score, probabilities: score }
  const rows = labelledRows(labelled)
  if (rows.task === 'regression') throw new Error('no classes')
  return rows
}

function curvesOf(known: Known) {
  const rows = predicted(known, known.reference)
  if (rows.task === 'binary') return [fitRising(rows.probability, rows.truth)]
  return [...rows.classes.keys()].map((label) =>
    fitRising(
      Float64Array.from(rows.truth, (_, row) => rows.probabilities[row * rows.classes.length + label] ?? Number.NaN),
      Float64Array.from(rows.truth, (truth) => Number(truth === label)),
    ),
  )
}

function unlike(found: Readonly<Record<ConfidenceMetric, number | null>>, known: Readonly<Record<string, number>>) {
  return Object.entries(found).filter(([name, value]) => value === null || !isNear(value, known[name] ?? Number.NaN))
}

describe('estimateByConfidence()', () => {
  test.each(oracle.estimates)('is NannyML’s of a $task sample, raw', (known) => {
    const rows = predicted(known, known.current)
    const none = rows.task === 'binary' ? [null] : rows.classes.map(() => null)
    expect(unlike(estimateByConfidence(rows, none), known.raw)).toEqual([])
  })

  test.each(oracle.estimates)('is NannyML’s of a $task sample, calibrated', (known) => {
    expect(unlike(estimateByConfidence(predicted(known, known.current), curvesOf(known)), known.calibrated)).toEqual([])
  })

  test('is the metric itself where the probabilities are sure and right, and does not mind the order of rows', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(1), fc.nat(1)), { minLength: 1, maxLength: 40 }), (pairs) => {
        const rows: PredictedRows = {
          task: 'binary',
          rows: pairs.length,
          predicted: Uint8Array.from(pairs, ([called]) => called),
          probability: Float64Array.from(pairs, ([, truth]) => truth),
        }
        const right = pairs.filter(([called, truth]) => called === truth).length
        const found = estimateByConfidence(rows, [null])
        expect(found.accuracy).toBeCloseTo(right / pairs.length, 12)
        const turned = { ...rows, predicted: rows.predicted.toReversed(), probability: rows.probability.toReversed() }
        expect(estimateByConfidence(turned, [null])).toEqual(found)
      }),
    )
  })
})

describe('fitCalibration()', () => {
  test('calibrates scores that are too sure', () => {
    for (const known of oracle.estimates) {
      const calibrations = fitCalibrations(predicted(known, known.reference))
      expect(calibrations.every((one) => one !== null)).toBe(true)
    }
  })

  test('leaves probabilities alone that are right as they are', () => {
    const score = Float64Array.from({ length: 4000 }, (_, row) => ((row * 37) % 20) / 20 + 0.025)
    const outcome = Uint8Array.from(score, (value, row) => Number((Math.floor(row / 20) + 0.5) / 200 < value))
    expect(calibrationError(score, outcome)).toBeLessThan(1e-3)
    expect(fitCalibration(score, outcome)).toBeNull()
  })

  test('leaves a score that parts the classes as it is', () => {
    const score = Float64Array.from({ length: 100 }, (_, row) => row / 1000)
    expect(
      fitCalibration(
        score,
        Uint8Array.from(score, (_, row) => Number(row > 60)),
      ),
    ).toBeNull()
  })
})

describe('calibrationError()', () => {
  test.each(oracle.calibrationErrors.map((known) => ({ ...known, rows: known.outcome.length })))(
    'is NannyML’s of $rows rows',
    ({ probability, outcome, error }) => {
      expect(isNear(calibrationError(Float64Array.from(probability), outcome), error)).toBe(true)
    },
  )
})
