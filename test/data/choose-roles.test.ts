import { describe, expect, it } from 'vitest'

import { chooseId, chooseTask, chooseTime, isPredictionName, unfitReason } from '../../action/data/choose-roles.ts'
import type { InferredColumn } from '../../action/data/inferred-model.ts'

function column(name: string, traits: Partial<InferredColumn> = {}): InferredColumn {
  const plain = { nulls: 0, isUnique: false, values: [], minimum: null, maximum: null, missingIn: [] }
  return { name, type: 'string', rows: 1000, distinct: 1000, ...plain, ...traits }
}

const unique = (name: string, traits: Partial<InferredColumn> = {}) => column(name, { isUnique: true, ...traits })

describe('chooseTask()', () => {
  it.each([
    ['a text with 51 values', { distinct: 51 }],
    ['a date', { type: 'date', distinct: 12 }],
  ] as const)('finds no task in %s', (_what, traits) => {
    expect(chooseTask(column('y', traits))).toBeUndefined()
  })

  it('doubts that whole numbers are classes where there are many of them', () => {
    const values = Array.from({ length: 15 }, (_, i) => [String(i), 10] as const)
    expect(chooseTask(column('y', { type: 'integer', distinct: 15, values }))).toMatchObject({
      task: 'multiclass',
      isTaskSure: false,
    })
  })
})

describe('chooseId()', () => {
  it('takes a unique column with the name of an id, wherever it stands', () => {
    expect(chooseId([unique('title'), unique('order_id', { type: 'integer' })], [])).toMatchObject({
      column: { name: 'order_id' },
      isSure: true,
    })
  })

  it.each(['id', 'ID', 'customerId', 'parcel_no', 'uuid', 'column0'])('knows "%s" as the name of an id', (name) => {
    expect(chooseId([column('x'), unique(name)], [])?.column.name).toBe(name)
  })

  it('takes the first column where it is a unique text or counts up', () => {
    expect(chooseId([unique('parcel')], [])).toMatchObject({ isSure: true })
    expect(chooseId([unique('row', { type: 'integer', minimum: 1, maximum: 1000 })], [])).toMatchObject({
      isSure: false,
    })
    expect(chooseId([unique('price', { type: 'integer', minimum: 1, maximum: 90_000 })], [])).toBeUndefined()
    expect(chooseId([column('x'), unique('paid')], [])).toBeUndefined()
  })

  it('takes none that is taken, or missing in a file', () => {
    expect(chooseId([unique('id')], ['id'])).toBeUndefined()
    expect(chooseId([unique('id', { missingIn: ['a.csv'] })], [])).toBeUndefined()
  })
})

describe('chooseTime()', () => {
  const moment = (name: string, traits: Partial<InferredColumn> = {}) => column(name, { type: 'timestamp', ...traits })

  it('is sure of the only one, and doubts the first of several', () => {
    expect(chooseTime([column('x'), moment('shipped')], [])).toMatchObject({ isSure: true })
    expect(chooseTime([moment('shipped'), moment('delivered')], [])).toMatchObject({
      column: { name: 'shipped' },
      isSure: false,
    })
    expect(chooseTime([moment('shipped'), moment('ts')], [])).toMatchObject({ column: { name: 'ts' } })
  })

  it('takes none with gaps, and no year', () => {
    expect(chooseTime([moment('shipped', { nulls: 1 }), column('year', { type: 'integer' })], [])).toBeUndefined()
  })
})

describe('unfitReason()', () => {
  it.each([
    ['empty', { nulls: 1000, distinct: 0 }],
    ['constant', { distinct: 1 }],
    ['moment', { type: 'date', distinct: 30 }],
    ['id-like', { distinct: 950 }],
    ['id-like', { type: 'integer', isUnique: true, minimum: 0, maximum: 999 }],
    ['free-text', { distinct: 600 }],
    ['free-text', { rows: 100_000, distinct: 1001 }],
    ['not-everywhere', { missingIn: ['a.csv'], distinct: 3 }],
    [undefined, { distinct: 300 }],
    [undefined, { type: 'number', isUnique: true }],
    [undefined, { rows: 12, distinct: 12 }],
  ] as const)('says %s of %j', (kind, traits) => {
    expect(unfitReason(column('x', traits as Partial<InferredColumn>))?.kind).toBe(kind)
  })
})

describe('isPredictionName()', () => {
  it.each(['prediction', 'pred_v1', 'predicted_probability', 'churn_score', 'proba', 'y_hat', 'Score'])(
    'knows "%s"',
    (name) => {
      expect(isPredictionName(name)).toBe(true)
    },
  )
  it.each(['predator', 'problem', 'scoreboard', 'improbable', 'weight'])('lets "%s" be', (name) => {
    expect(isPredictionName(name)).toBe(false)
  })
})
