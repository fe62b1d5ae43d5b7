import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { mean, sum, variance } from '../../action/stats/sum.ts'

describe('sum()', () => {
  test('keeps what a plain sum loses', () => {
    expect(sum([1, 1e100, 1, -1e100])).toBe(2)
    expect(sum(new Float64Array(1_000_000).fill(0.1))).toBe(100_000)
  })

  test('does not depend on the order beyond 1e-12 of the sizes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 })),
        fc.infiniteStream(fc.nat()),
        (values, draws) => {
          const shuffled = values
            .map((value) => ({ value, key: draws.next().value }))
            .sort((one, other) => one.key - other.key)
          const size = sum(values.map(Math.abs))

          expect(Math.abs(sum(shuffled.map(({ value }) => value)) - sum(values))).toBeLessThanOrEqual(1e-12 * size)
        },
      ),
    )
  })

  test.each([
    [[], 0],
    [[Infinity, 1], Infinity],
    [[1e308, 1e308], Infinity],
  ])('of %j is %d', (values, total) => {
    expect(sum(values)).toBe(total)
  })
})

describe('mean()', () => {
  test('is no number of nothing', () => {
    expect(mean([])).toBeNaN()
  })
})

describe('variance()', () => {
  test('does not suffer far from zero', () => {
    expect(variance([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16])).toBe(30)
  })

  test('is no number of one value', () => {
    expect(variance([3])).toBeNaN()
  })
})
