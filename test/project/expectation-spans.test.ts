import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { type Expectation, operators } from '../../action/project/contract.ts'
import { meets } from '../../action/project/expectation.ts'
import { anyNumbers, counts, isWithin, percents } from '../../action/project/expectation-spans.ts'

const expectation = fc
  .tuple(
    fc.constantFrom(...operators),
    fc.integer({ min: -2, max: 8 }),
    fc.integer({ min: 0, max: 5 }),
    fc.constantFrom(0, 0.5),
  )
  .map(([operator, first, width, part]): Expectation => {
    const limits = operator.endsWith('Between') ? [first + part, first + part + width] : [first + part]
    return { operator, limits }
  })

describe('isWithin()', () => {
  it('agrees with meets() on every number that there is', () => {
    const whole = Array.from({ length: 20 }, (_, i) => i)
    const halves = Array.from({ length: 81 }, (_, i) => i / 4 - 3)
    fc.assert(
      fc.property(expectation, expectation, (inner, outer) => {
        for (const [numbers, domain] of [
          [whole, counts],
          [halves, anyNumbers],
          [halves.filter((number) => number >= 0), percents],
        ] as const) {
          const holds = numbers.every((number) => !meets(number, inner) || meets(number, outer))
          expect(isWithin(inner, outer, domain)).toBe(holds)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('takes smaller numbers too where it is asked to', () => {
    const between: Expectation = { operator: 'mustBeBetween', limits: [3, 5] }
    expect(isWithin(between, between, counts, true)).toBe(false)
    expect(isWithin(between, { operator: 'mustBeLessThan', limits: [6] }, counts, true)).toBe(true)
    expect(isWithin(between, { operator: 'mustBeLessThan', limits: [5] }, counts, true)).toBe(false)
  })
})
