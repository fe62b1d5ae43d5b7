import { describe, expect, it } from 'vitest'

import { suggestWindow, type WindowedColumn } from '../../action/drift/suggest-window.ts'

const dayMs = 86_400_000
const policy = { windowMs: 7 * dayMs, effect: 0.1, fdr: 0.05, persist: { need: 2, of: 3 } }

function column(kind: WindowedColumn['kind'], distinct: number, hasMissing = false): WindowedColumn {
  return { kind, distinct, hasMissing }
}

const columns = [
  ...[column('category', 5), column('category', 6), column('number', 251, true), column('number', 760)],
  ...[column('category', 4), column('number', 2, true)],
]
const daysOf = (rows: number, own = columns, rule = policy, days = 364) =>
  suggestWindow({ rows, spanMs: days * dayMs, columns: own }, rule)?.days

describe('suggestWindow', () => {
  it('is the shortest of whole weeks whose rows can see the effect limit; none where the usual one can', () => {
    const rowsAWeek = [1000, 500, 300, 150, 50, 10]
    expect(rowsAWeek.map((rows) => daysOf(52 * rows))).toEqual([undefined, undefined, 14, 28, 91, undefined])
    expect(suggestWindow({ rows: 52 * 300, spanMs: 364 * dayMs, columns }, policy)).toEqual({
      days: 14,
      rows: 600,
      usualRows: 300,
      usualMs: policy.windowMs,
      effect: policy.effect,
    })
  })

  it('is longer for a smaller effect, shorter for fewer questions, and never more than half of what is there', () => {
    expect(daysOf(52 * 300, columns, { ...policy, effect: 0.05 })).toBe(91)
    expect(daysOf(52 * 300, [column('number', 2)])).toBeUndefined()
    expect(daysOf(4 * 150, columns, policy, 28)).toBeUndefined()
  })

  it('is none of data without time or columns', () => {
    expect(daysOf(1000, columns, policy, 0)).toBeUndefined()
    expect(daysOf(1000, [])).toBeUndefined()
  })
})
