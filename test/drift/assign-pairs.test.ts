import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { assignPairs } from '../../action/drift/assign-pairs.ts'

describe('assignPairs()', () => {
  it('prefers the best sum to the best single pair', () => {
    const scores = [
      [0.9, 0.8],
      [0.8, 0.1],
    ]
    expect(assignPairs(scores)).toEqual([1, 0])
  })

  it('leaves rows or columns over where there are more of them', () => {
    expect(assignPairs([[0.1], [0.9], [0.5]])).toEqual([undefined, 0, undefined])
    expect(assignPairs([[0.1, 0.7, 0.2]])).toEqual([1])
    expect(assignPairs([])).toEqual([])
    expect(assignPairs([[], []])).toEqual([undefined, undefined])
  })

  it('finds what trying all pairings finds', () => {
    const matrix = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })).chain(([rows, columns]) => {
      const score = fc.integer({ min: 0, max: 20 }).map((n) => n / 20)
      return fc.array(fc.array(score, { minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows })
    })
    fc.assert(
      fc.property(matrix, (scores) => {
        const assigned = assignPairs(scores)
        const used = assigned.filter((column) => column !== undefined)
        expect(new Set(used).size).toBe(used.length)
        const sum = assigned.reduce<number>(
          (total, column, row) => total + (column === undefined ? 0 : scores[row]![column]!),
          0,
        )
        expect(sum).toBeCloseTo(bestSum(scores, 0, new Set()), 9)
      }),
    )
  })
})

function bestSum(scores: readonly (readonly number[])[], row: number, used: ReadonlySet<number>): number {
  const line = scores[row]
  if (!line) return 0
  const without = bestSum(scores, row + 1, used)
  const withOne = line.flatMap((score, column) =>
    used.has(column) ? [] : [score + bestSum(scores, row + 1, new Set([...used, column]))],
  )
  return Math.max(without, ...withOne)
}
