import { readFileSync } from 'node:fs'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { exactDeviation, exactMean, mergeSums } from '../../action/stats/exact-sums.ts'
import { plainSums } from '../support/plain-sums.ts'

interface Oracle {
  readonly cases: readonly { name: string; values: number[]; mean: number; deviation: number }[]
}

const oracle = JSON.parse(readFileSync(new URL('../oracle/profile.json', import.meta.url), 'utf8')) as Oracle

describe('exactMean, exactDeviation', () => {
  it.each(oracle.cases)('are those of fractions, rounded once: $name', ({ values, mean, deviation }) => {
    const sums = plainSums(values)
    expect(exactMean(sums)).toBe(mean)
    expect(Math.abs(exactDeviation(sums) / deviation - 1)).toBeLessThanOrEqual(2 ** -52)
  })

  it('are not numbers of nothing, and 0 of what does not vary', () => {
    expect([exactMean(plainSums([])), exactDeviation(plainSums([7]))]).toEqual([Number.NaN, Number.NaN])
    expect([exactMean(plainSums([0.1, 0.1, 0.1])), exactDeviation(plainSums([0.1, 0.1, 0.1]))]).toEqual([0.1, 0])
    expect(exactMean(plainSums([5e-324, 5e-324]))).toBe(5e-324)
    expect(exactMean(plainSums([1.7e308, 1.7e308]))).toBe(1.7e308)
  })
})

describe('mergeSums', () => {
  it('gives the same sums whatever the order and the parts', () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)
    const chunks = fc.array(fc.array(finite, { maxLength: 30 }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(chunks, (parts) => {
        const whole = plainSums(parts.flat())
        expect(mergeSums(parts.map(plainSums))).toEqual(whole)
        expect(plainSums(parts.flat().toReversed())).toEqual(whole)
      }),
    )
  })
})
