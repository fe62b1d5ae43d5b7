import { readFileSync } from 'node:fs'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { exactDeviation, exactMean, mergeSums, sumCollector } from '../../action/stats/exact-sums.ts'

interface Oracle {
  readonly cases: readonly { name: string; values: number[]; mean: number; deviation: number }[]
}

const oracle = JSON.parse(readFileSync(new URL('../oracle/profile.json', import.meta.url), 'utf8')) as Oracle

function sumsOf(values: readonly number[]) {
  const collector = sumCollector()
  collector.add(Float64Array.from(values))
  return collector.collected()
}

describe('exactMean, exactDeviation', () => {
  it.each(oracle.cases)('are those of fractions, rounded once: $name', ({ values, mean, deviation }) => {
    const sums = sumsOf(values)
    expect(exactMean(sums)).toBe(mean)
    expect(Math.abs(exactDeviation(sums) / deviation - 1)).toBeLessThanOrEqual(2 ** -52)
  })

  it('are not numbers of nothing, and 0 of what does not vary', () => {
    expect([exactMean(sumsOf([])), exactDeviation(sumsOf([7]))]).toEqual([Number.NaN, Number.NaN])
    expect([exactMean(sumsOf([0.1, 0.1, 0.1])), exactDeviation(sumsOf([0.1, 0.1, 0.1]))]).toEqual([0.1, 0])
    expect(exactMean(sumsOf([5e-324, 5e-324]))).toBe(5e-324)
    expect(exactMean(sumsOf([1.7e308, 1.7e308]))).toBe(1.7e308)
  })
})

describe('sumCollector', () => {
  const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)

  it('gives the same sums whatever the order, the chunks and the parts', () => {
    const chunks = fc.array(fc.array(finite, { maxLength: 30 }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(chunks, (parts) => {
        const whole = sumsOf(parts.flat())
        expect(mergeSums(parts.map(sumsOf))).toEqual(whole)
        expect(sumsOf(parts.flat().toReversed())).toEqual(whole)
      }),
    )
  })

  it('takes a number so many times as it comes once each', () => {
    fc.assert(
      fc.property(finite, fc.constantFrom(1, 2, 7, 1000), (value, times) => {
        const collector = sumCollector()
        collector.addTimes(value, times)
        const each = sumsOf([value])
        const [n, { sum, squares }] = [BigInt(times), each]
        expect(collector.collected()).toEqual({ count: times, sum: sum * n, squares: squares * n })
      }),
    )
  })

  it('stays exact beyond what a double could add', () => {
    const collector = sumCollector()
    const [chunk, chunks] = [new Float64Array(2048).fill(2 ** 53 - 1), 1200]
    for (let each = 0; each < chunks; each += 1) collector.add(chunk)
    collector.addTimes(-(2 ** 53 - 1), 5_000_000)
    const units = 2n ** 53n - 1n
    const n = BigInt(2048 * chunks)
    expect(collector.collected()).toEqual({
      count: 2048 * chunks + 5_000_000,
      sum: (units * (n - 5_000_000n)) << 1074n,
      squares: (units ** 2n * (n + 5_000_000n)) << 2148n,
    })
  })
})
