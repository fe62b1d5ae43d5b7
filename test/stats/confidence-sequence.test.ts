import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  alphaOfSequence,
  errorForReach,
  sequenceInterval,
  sequenceReach,
} from '../../action/stats/confidence-sequence.ts'
import { normalQuantile } from '../../action/stats/quantiles.ts'
import { isNear, oracle } from '../oracle/performance-oracle.ts'

const error = fc.double({ min: 1e-6, max: 1e3, noNaN: true })
const alphas = fc.double({ min: 1e-9, max: 0.5, noNaN: true })
const mixtures = fc.double({ min: 1e-4, max: 1e2, noNaN: true })

describe('sequenceInterval()', () => {
  test.each(oracle.sequences)('is GrowthBook’s at alpha $alpha, estimate $estimate', (known) => {
    const { low, high } = sequenceInterval(known.estimate, known.standardError, known.alpha, known.mixture)
    expect([isNear(low, known.low), isNear(high, known.high)]).toEqual([true, true])
  })

  test('reaches further than an interval for one look', () => {
    fc.assert(
      fc.property(error, alphas, mixtures, (standardError, alpha, mixture) => {
        const once = standardError * normalQuantile(1 - alpha / 2)
        expect(sequenceReach(standardError, alpha, mixture)).toBeGreaterThan(once)
      }),
    )
  })

  test('reaches further with a greater error, and where less may go wrong', () => {
    fc.assert(
      fc.property(error, alphas, mixtures, (standardError, alpha, mixture) => {
        const reach = sequenceReach(standardError, alpha, mixture)
        expect(sequenceReach(standardError * 1.01, alpha, mixture)).toBeGreaterThan(reach)
        expect(sequenceReach(standardError, alpha / 2, mixture)).toBeGreaterThan(reach)
      }),
    )
  })
})

describe('errorForReach()', () => {
  test('is the error that reaches so far', () => {
    fc.assert(
      fc.property(mixtures, alphas, mixtures, (reach, alpha, mixture) => {
        const found = errorForReach(reach, alpha, mixture)
        expect(Math.abs(sequenceReach(found, alpha, mixture) / reach - 1)).toBeLessThan(1e-6)
      }),
    )
  })
})

describe('alphaOfSequence()', () => {
  test('adds up to no more than alpha, and to nearly all of it', () => {
    const shares = Array.from({ length: 10_000 }, (_, index) => alphaOfSequence(0.05, index + 1))
    const whole = shares.reduce((total, share) => total + share, 0)
    expect(whole).toBeLessThanOrEqual(0.05)
    expect(whole).toBeGreaterThan(0.0499)
  })
})
