import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { backOffMs } from '../../action/base/back-off.ts'

describe('backOffMs()', () => {
  test('grows by its factor', () => {
    const backOff = { firstMs: 60_000, factor: 3, longestMs: 600_000 }
    expect([1, 2, 3, 4].map((failures) => backOffMs(backOff, failures))).toEqual([60_000, 180_000, 540_000, 600_000])
  })

  test('never shrinks, never passes the longest, and is a number after any number of failures', () => {
    const backOff = fc.record({
      firstMs: fc.integer({ min: 0, max: 1e9 }),
      factor: fc.double({ min: 1, max: 10, noNaN: true }),
      longestMs: fc.integer({ min: 0, max: 1e9 }),
    })
    fc.assert(
      fc.property(backOff, fc.integer({ min: 1, max: 5000 }), (given, failures) => {
        const [now, next] = [backOffMs(given, failures), backOffMs(given, failures + 1)]
        expect(now >= 0 && now <= next && next <= given.longestMs, `${now}, then ${next}`).toBe(true)
      }),
    )
  })
})
