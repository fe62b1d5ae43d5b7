import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { rocAuc } from '../../action/evaluation/roc-auc.ts'

/** Rows of both classes; scores of a coarse grid, so that many tie. */
const sample = fc
  .array(fc.tuple(fc.nat(1), fc.integer({ min: -4, max: 4 })), { minLength: 2, maxLength: 60 })
  .filter((rows) => new Set(rows.map(([truth]) => truth)).size === 2)
  .map((rows) => ({ truth: rows.map(([truth]) => truth), score: rows.map(([, score]) => score) }))

function area(truth: readonly number[], score: readonly number[]): number {
  const measured = rocAuc(truth, score)
  if (measured.kind === 'undefined') throw new Error(measured.reason)
  return measured.value
}

function countedByPairs(truth: readonly number[], score: readonly number[]): number {
  let won = 0
  let pairs = 0
  for (const [one, first] of truth.entries()) {
    for (const [other, second] of truth.entries()) {
      if (first !== 1 || second !== 0) continue
      pairs++
      won += (Math.sign(score[one]! - score[other]!) + 1) / 2
    }
  }
  return won / pairs
}

describe('rocAuc()', () => {
  test('is the share of pairs in the right order, ties counted a half', () => {
    fc.assert(
      fc.property(sample, ({ truth, score }) => {
        expect(area(truth, score)).toBeCloseTo(countedByPairs(truth, score), 12)
      }),
    )
  })

  test('turns into its complement when the classes change places', () => {
    fc.assert(
      fc.property(sample, ({ truth, score }) => {
        expect(
          area(
            truth.map((label) => 1 - label),
            score,
          ),
        ).toBeCloseTo(1 - area(truth, score), 12)
      }),
    )
  })

  test('depends on nothing but the order of the scores', () => {
    fc.assert(
      fc.property(sample, ({ truth, score }) => {
        const measured = rocAuc(truth, score)

        expect(rocAuc(truth, score.map(Math.exp))).toEqual(measured)
        expect(
          rocAuc(
            truth,
            score.map((value) => value ** 3 - 7),
          ),
        ).toEqual(measured)
      }),
    )
  })

  test('does not depend on the order of the rows', () => {
    fc.assert(
      fc.property(sample, ({ truth, score }) => {
        expect(area(truth.toReversed(), score.toReversed())).toBe(area(truth, score))
      }),
    )
  })

  test.each([
    [[1, 1], 'every row is of the positive class'],
    [[0, 0], 'no row is of the positive class'],
  ])('is undefined for the classes %j', (truth, reason) => {
    expect(rocAuc(truth, [0.1, 0.2])).toEqual({ kind: 'undefined', reason })
  })
})
