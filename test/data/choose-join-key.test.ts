import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { chooseJoinKey, isKey, noKeyFound, settleKeyColumn } from '../../action/data/choose-join-key.ts'
import type { InferredColumn, KeyCandidate } from '../../action/data/inferred-model.ts'

const candidate = (names: string, foundShare: number, repeats = 0): KeyCandidate => {
  return { columns: names.split(' '), repeats, foundShare }
}

describe('chooseJoinKey()', () => {
  it('is sure of the one column that names a row and that nearly all find', () => {
    const found = chooseJoinKey([candidate('zone', 0, 3), candidate('carrier', 0.97), candidate('size', 0.2)])
    expect(found).toEqual({ columns: ['carrier'], isSure: true, others: [] })
  })

  it('takes of several the one that the most rows find, the first among equals, and doubts it', () => {
    const [a, b, c] = [candidate('a', 0.96), candidate('b', 1), candidate('c', 1)]
    expect(chooseJoinKey([a, b, c])).toEqual({ columns: ['b'], isSure: false, others: [c, a] })
  })

  it('takes fewer columns before more', () => {
    expect(chooseJoinKey([candidate('a b', 1), candidate('c', 0.96)])?.columns).toEqual(['c'])
  })

  it('has none where each repeats or is found by too few', () => {
    expect(chooseJoinKey([])).toBeUndefined()
    expect(chooseJoinKey([candidate('a', 0, 1), candidate('b', 0.94)])).toBeUndefined()
  })

  it('never chooses what is no key, and doubts wherever two would do', () => {
    const any = fc.record({
      columns: fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 2 }),
      repeats: fc.nat({ max: 2 }),
      foundShare: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    fc.assert(
      fc.property(fc.array(any), (candidates) => {
        const keys = candidates.filter(isKey)
        const chosen = chooseJoinKey(candidates)
        expect(chosen === undefined).toBe(keys.length === 0)
        expect(chosen?.isSure ?? true).toBe(keys.length < 2)
        expect(chosen?.others.length ?? 0).toBe(Math.max(0, keys.length - 1))
        for (const { foundShare, columns } of chosen?.others ?? []) {
          const isWorse =
            columns.length > (chosen?.columns.length ?? 0) || foundShare <= Math.max(...keys.map((k) => k.foundShare))
          expect(isWorse).toBe(true)
        }
      }),
    )
  })
})

describe('noKeyFound()', () => {
  it('says what is wrong with each, without a value, and no more than four', () => {
    const many = Array.from({ length: 6 }, (_, i) => candidate(`c${i}`, i / 10, i === 0 ? 7 : 0))
    expect(noKeyFound('carriers', [], many).message).toBe(
      'Cannot join "carriers": no column of both names its rows: c0 (7 of its values repeat); c1 (10 % of the rows find theirs); c2 (20 % of the rows find theirs); c3 (30 % of the rows find theirs); 2 more; expected a key',
    )
  })
})

describe('settleKeyColumn()', () => {
  const column = (type: InferredColumn['type'], more: Partial<InferredColumn> = {}): InferredColumn => {
    const counts = { rows: 9, nulls: 0, distinct: 9, isUnique: true, values: [], minimum: 1, maximum: 9, missingIn: [] }
    return { name: 'k', type, ...counts, ...more }
  }

  it.each([
    ['integer', 'integer', 'integer'],
    ['integer', 'number', 'number'],
    ['integer', 'string', 'string'],
    ['date', 'timestamp', 'timestamp'],
    ['date', 'string', 'string'],
    ['boolean', 'integer', 'string'],
  ] as const)('compares %s and %s as %s', (own, other, expected) => {
    for (const pair of [settleKeyColumn(column(own), column(other)), settleKeyColumn(column(other), column(own))]) {
      expect(pair.map(({ type }) => type)).toEqual([expected, expected])
    }
  })

  it('reads what becomes a text as it stands', () => {
    const dated = column('date', { spelling: { kind: 'time', pattern: 'dd.MM.yyyy', rivals: [] } })
    const [text, same] = settleKeyColumn(dated, column('string'))
    expect(text).not.toHaveProperty('spelling')
    expect(text).toMatchObject({ type: 'string', minimum: null, maximum: null })
    expect(same).toEqual(column('string'))
  })
})
