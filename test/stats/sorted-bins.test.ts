import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'

import { roundEdges } from '../../action/stats/sorted-bins.ts'

function spread(from: number, to: number, count = 1000): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1))
}

describe('roundEdges()', () => {
  test.each([
    ['of both samples', [spread(0, 1), spread(0.5, 1.4)], false, [0.1, 0.2, 0.3, 0.4], 13],
    ['of fractions, as their digits say', [spread(0, 0.05)], false, [0.005, 0.01, 0.015, 0.02], 9],
    ['of whole numbers, at least two apart', [Float64Array.from(spread(0, 12), Math.round)], true, [2, 4, 6, 8], 6],
    ['below zero', [spread(-900, -100)], false, [-850, -800, -750], 15],
    ['beside one constant', [new Float64Array(99).fill(0.41), spread(0, 1)], false, [0.1, 0.2], 9],
    ['without infinities', [Float64Array.of(-Infinity, ...spread(0, 10), Infinity)], false, [1, 2, 3], 9],
    ['of a huge span', [spread(-1, 1).map((share) => share * 1e308)], false, [-8e307], 9],
  ])('are round %s', (_, samples, areIntegers, first, count) => {
    const edges = roundEdges(samples, 20, areIntegers)
    expect(edges.slice(0, first.length)).toEqual(first)
    expect(edges.length).toBe(count)
  })

  test.each([
    ['nothing', [new Float64Array(), new Float64Array()]],
    ['one number', [new Float64Array(9).fill(3), new Float64Array(9).fill(3)]],
    ['infinities alone', [Float64Array.of(-Infinity, Infinity)]],
    ['numbers that no round one tells apart', [Float64Array.of(2 ** 60, 2 ** 60 + 256)]],
    ['the least numbers that there are', [Float64Array.of(0, 5e-324)]],
  ])('are none of %s', (_, samples) => {
    expect(roundEdges(samples, 20, false)).toEqual([])
  })

  it('are at most 19, ascend, and do not move with the outermost hundredth', () => {
    const numbers = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 200, maxLength: 300 })
    fc.assert(
      fc.property(numbers, fc.double({ min: 1e9, max: 1e300, noNaN: true }), (list, far) => {
        const sorted = Float64Array.from(list).sort()
        const edges = roundEdges([sorted], 20, false)
        expect(edges.length).toBeLessThan(20)
        expect(edges).toEqual(edges.toSorted((a, b) => a - b))
        const moved = sorted.slice()
        moved[moved.length - 1] = far
        expect(roundEdges([moved], 20, false)).toEqual(edges)
      }),
    )
  })
})
