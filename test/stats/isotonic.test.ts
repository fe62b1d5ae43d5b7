import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { fitRising, heightAt } from '../../action/stats/isotonic.ts'
import { isNear, oracle } from '../oracle/performance-oracle.ts'

describe('fitRising()', () => {
  test.each(oracle.curves.map((known, index) => ({ ...known, index })))(
    'is scikit-learn’s of sample $index',
    ({ x, y, at, height }) => {
      const curve = fitRising(x, y)
      expect(at.filter((one, index) => !isNear(heightAt(curve, one), height[index] ?? Number.NaN))).toEqual([])
    },
  )

  test('never falls, keeps the mean, and leaves what rises already as it is', () => {
    const points = fc.array(fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -9, max: 9 })), {
      minLength: 1,
      maxLength: 60,
    })
    fc.assert(
      fc.property(points, (pairs) => {
        const [x, y] = [pairs.map(([one]) => one), pairs.map(([, other]) => other)]
        const curve = fitRising(x, y)
        const heights = [...curve.y]
        expect(heights.every((height, place) => place === 0 || height >= (heights[place - 1] ?? 0))).toBe(true)
        const fitted = x.reduce((total, one) => total + heightAt(curve, one), 0)
        expect(fitted).toBeCloseTo(
          y.reduce((total, one) => total + one, 0),
          6,
        )
        const again = fitRising(curve.x, curve.y)
        for (const [place, height] of again.y.entries()) expect(height).toBeCloseTo(heights[place] ?? Number.NaN, 9)
      }),
    )
  })
})
