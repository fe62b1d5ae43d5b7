import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { correlate } from '../../action/stats/correlation.ts'
import { roundest } from '../../action/stats/roundest.ts'

describe('roundest', () => {
  it.each([
    [17, 24, 20],
    [95, 117, 100],
    [0.00123, 0.05, 0.03],
    [-0.2, 0.3, 0],
    [-117, -95, -100],
    [3.14159, 3.14159, 3.14159],
    [1999.5, 2000.5, 2000],
    [1e308, 1.7e308, 1e308],
  ])('of %d and %d is %d', (least, largest, expected) => {
    expect(roundest(least, largest)).toBe(expected)
  })

  it('lies between both', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true })
    fc.assert(
      fc.property(number, number, (a, b) => {
        const found = roundest(Math.min(a, b), Math.max(a, b))
        expect(found >= Math.min(a, b) && found <= Math.max(a, b)).toBe(true)
      }),
    )
  })
})

describe('correlate', () => {
  const ones = (count: number) => new Float64Array(count).fill(1)
  const of = (name: string, numbers: readonly number[]) => ({ name, numbers: Float64Array.from(numbers) })

  it('is Pearson’s r of the rows that have both, as often as they come', () => {
    const a = of('a', [1, 2, 3, 4, Number.NaN, 6])
    const b = of('b', [2, 1, 4, 3, 9, Number.NaN])
    // 0.6 by hand: Σxy 3, Σx² 5, Σy² 5.
    expect(correlate([a, b], ones(6), 1)).toEqual([{ columns: ['a', 'b'], r: expect.closeTo(0.6, 12), rows: 4 }])
    const twice = correlate([of('a', [1, 2, 3]), of('b', [1, 2, 2])], Float64Array.of(2, 1, 1), 1)
    const written = correlate([of('a', [1, 1, 2, 3]), of('b', [1, 1, 2, 2])], ones(4), 1)
    expect(twice).toEqual([{ ...written[0], r: expect.closeTo(written[0]?.r ?? 0, 12) }])
  })

  it('leaves out what does not vary, and too few rows; nothing overflows', () => {
    const a = of('a', [1e308, -1e308, 1e308, 5])
    expect(correlate([a, of('b', [0.1, 0.1, 0.1, 0.1])], ones(4), 1)).toEqual([])
    expect(correlate([a, of('b', [1, 2, 3, 4])], ones(4), 5)).toEqual([])
    const [found] = correlate([a, of('b', [1e-308, -1e-308, 1e-308, 0])], ones(4), 1)
    expect(found?.r).toBeCloseTo(1, 12)
  })
})
