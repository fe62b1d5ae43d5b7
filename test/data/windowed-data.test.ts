import { describe, expect, it } from 'vitest'

import type { InferredColumn, InferredModel } from '../../action/data/inferred-model.ts'
import { windowedData } from '../../action/data/windowed-data.ts'

function column(name: string, type: InferredColumn['type'], distinct: number, nulls = 0): InferredColumn {
  const nothing = { values: [], minimum: null, maximum: null, missingIn: [] }
  return { name, type, rows: 1000, nulls, distinct, isUnique: distinct === 1000, ...nothing }
}

function model(time: InferredColumn, since: string, until: string): InferredModel {
  const given = { isSure: true, why: { kind: 'given' } } as const
  const id = column('parcel', 'string', 1000)
  const target = column('late', 'boolean', 2, 30)
  const others = [column('km', 'number', 700), column('note', 'string', 900), column('region', 'string', 5), target]
  const floor = { metric: 'roc_auc', minimum: 0.5, constant: 0.5, best: null } as const
  return {
    ...{ files: [], rows: 1000, columns: [id, time, ...others], task: 'binary', target, isTaskSure: true, test: '0.2' },
    ...{ isPositiveSure: true, id: { column: id, ...given }, time: { column: time, ...given, since, until } },
    ...{ features: [], leftOut: [], floor },
  }
}

describe('windowedData', () => {
  it('leaves out what drift does not compare: the time, ids and texts that nearly all differ', () => {
    expect(windowedData(model(column('at', 'timestamp', 990), '2025-01-01', '2025-03-02'))).toEqual({
      rows: 1000,
      spanMs: 60 * 86_400_000,
      columns: [
        { kind: 'number', distinct: 700, hasMissing: false },
        { kind: 'category', distinct: 5, hasMissing: false },
        { kind: 'category', distinct: 2, hasMissing: true },
      ],
    })
  })

  it('is nothing of a time that only orders', () => {
    expect(windowedData(model(column('year', 'integer', 9), '2016', '2024'))).toBeUndefined()
  })
})
