import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { placements } from '../../action/stats/placements.ts'

describe('placements()', () => {
  test('counts the others below, equal ones a half, in the order given', () => {
    expect([...placements([5, 1, 3], [1, 3, 3, 4])]).toEqual([4, 0.5, 2])
  })

  test('agrees with counting', () => {
    const values = fc.array(fc.integer({ min: -3, max: 3 }))
    fc.assert(
      fc.property(values, values, (own, others) => {
        const counted = own.map(
          (value) =>
            others.filter((other) => other < value).length + others.filter((other) => other === value).length / 2,
        )

        expect([...placements(own, others)]).toEqual(counted)
      }),
    )
  })

  test('takes 0 and −0 for equal, and knows infinities', () => {
    expect([...placements([0, -0, Infinity, -Infinity], [0, -0, Infinity])]).toEqual([1, 1, 2.5, 0])
  })
})
