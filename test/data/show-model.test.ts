import { describe, expect, it } from 'vitest'
import type { InferredColumn, InferredModel } from '../../action/data/inferred-model.ts'
import { showModel } from '../../action/data/show-model.ts'

const column = (name: string, values: InferredColumn['values']): InferredColumn => ({
  name,
  type: 'integer',
  rows: 100,
  nulls: 0,
  distinct: values.length,
  isUnique: false,
  values,
  minimum: 0,
  maximum: 9,
  missingIn: [],
  almost: { kind: 'numbers', otherRows: 1, example: '9?' },
})
const target = column('y', [
  ['0', 95],
  ['1', 5],
])
const feature = column('x', [
  ['1', 80],
  ['2', 20],
  ['9', 19],
])
const secret = column('sex', [['7', 100]])
const model: InferredModel = {
  files: ['a.csv'],
  rows: 100,
  columns: [target, feature, secret],
  task: 'binary',
  target,
  isTaskSure: true,
  isPositiveSure: true,
  group: { column: feature, isSure: true, why: { kind: 'given' } },
  features: [feature],
  leftOut: [{ column: secret, reason: { kind: 'excluded' } }],
  floor: { metric: 'roc_auc', constant: 0.5, best: null, minimum: 0.6 },
  test: '20 rows',
}

describe('showModel()', () => {
  it('keeps no value of few rows, none of an excluded column, and every class of the target', () => {
    const shown = showModel(model)
    const often = [
      ['1', 80],
      ['2', 20],
    ]
    expect(shown.columns.map(({ values }) => values)).toEqual([target.values, often, []])
    expect(shown.target).toEqual(target)
    expect([shown.features[0]?.values, shown.group?.column.values]).toEqual([often, often])
    const { almost: _almost, ...rest } = secret
    expect(shown.leftOut).toEqual([
      { column: { ...rest, values: [], minimum: null, maximum: null }, reason: { kind: 'excluded' } },
    ])
  })

  it('keeps only what many rows hold of a target that is a number', () => {
    expect(showModel({ ...model, task: 'regression' }).target.values).toEqual([['0', 95]])
  })
})
