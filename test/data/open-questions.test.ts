import { describe, expect, it } from 'vitest'

import type { ModelWishes } from '../../action/data/infer-model.ts'
import type { InferredColumn, InferredModel } from '../../action/data/inferred-model.ts'
import { keyOf, openQuestions, withAnswer } from '../../action/data/open-questions.ts'

function column(name: string, more: Partial<InferredColumn> = {}): InferredColumn {
  return {
    name,
    type: 'integer',
    rows: 100,
    nulls: 0,
    distinct: 2,
    isUnique: false,
    values: [
      ['kept', 70],
      ['lost', 30],
    ],
    minimum: null,
    maximum: null,
    missingIn: [],
    ...more,
  }
}

const sure: InferredModel = {
  files: ['a.csv'],
  rows: 100,
  columns: [],
  task: 'binary',
  target: column('fate', { type: 'string' }),
  isTaskSure: true,
  positive: 'lost',
  isPositiveSure: true,
  features: [],
  leftOut: [],
  floor: { metric: 'roc_auc', constant: 0.5, best: null, minimum: 0.5 },
  test: '0.2',
}

const moment = column('sent', { type: 'date' })
const wishes: ModelWishes = { target: 'fate', exclude: [] }

describe('openQuestions()', () => {
  it('asks nothing where nothing is doubted', () => {
    const time = { column: moment, isSure: true, why: { kind: 'given' }, since: '', until: '' } as const
    expect(openQuestions(sure)).toEqual([])
    expect(openQuestions({ ...sure, time })).toEqual([])
  })

  it('asks which class, which column, which kind, with its own guess first to mind', () => {
    const why = { kind: 'first-of', others: ['seen'] } as const
    const time = { column: moment, isSure: false, why, since: '', until: '' }
    expect(openQuestions({ ...sure, isPositiveSure: false, time })).toEqual([
      { kind: 'time', guess: 'sent', choices: ['sent', 'seen'] },
      { kind: 'positive', guess: 'lost', choices: ['kept', 'lost'] },
    ])
    const target = column('grade', { distinct: 5 })
    const { positive: _none, ...graded } = sure
    expect(openQuestions({ ...graded, target, task: 'multiclass', isTaskSure: false })).toEqual([
      { kind: 'task', guess: 'multiclass', choices: ['multiclass', 'regression'] },
    ])
  })

  it('asks how values are spelled before all else, and what would leak after it', () => {
    const dated = column('sent', { spelling: { kind: 'time', pattern: 'dd/MM/yyyy', rivals: ['MM/dd/yyyy'] } })
    const priced = column('price', { spelling: { kind: 'decimal', mark: '.', isSure: false } })
    const leak = { column: column('score'), reason: { kind: 'prediction', strength: 0.9 } } as const
    const asked = openQuestions({ ...sure, columns: [dated, priced], leftOut: [leak], isPositiveSure: false })
    expect(asked.map((question) => [keyOf(question), question.guess])).toEqual([
      ['format sent', 'dd/MM/yyyy'],
      ['format price', '.'],
      ['positive', 'lost'],
      ['leak score', 'leave-out'],
    ])
  })

  it('asks by which column a table is joined where several would do, first of all', () => {
    const other = { columns: ['b', 'c'], repeats: 0, foundShare: 1 }
    const key = { columns: ['a'], isSure: false, others: [other] }
    const source = { name: 'lanes', files: ['l.csv'], rows: 5, key, foundShare: 1, isWhole: true, columns: [] }
    const [question, next] = openQuestions({ ...sure, joined: [source], isPositiveSure: false })
    expect(question).toEqual({ kind: 'key', joined: source, guess: 'a', choices: ['a', 'b, c'] })
    expect(next?.kind).toBe('positive')
    if (!question) throw new Error('nothing is asked')
    expect(keyOf(question)).toBe('key lanes')
    expect(withAnswer(wishes, question, 'b, c').keys).toEqual(new Map([['lanes', ['b', 'c']]]))
    expect(openQuestions({ ...sure, joined: [{ ...source, key: { ...key, isSure: true } }] })).toEqual([])
  })

  it('asks no more than five times of a kind', () => {
    const leftOut = Array.from({ length: 40 }, (_, i) => {
      return { column: column(`p${i}`), reason: { kind: 'tells-target', strength: 1 } } as const
    })
    expect(openQuestions({ ...sure, leftOut })).toHaveLength(5)
  })
})

describe('withAnswer()', () => {
  it('makes a wish of an answer', () => {
    const leak = { kind: 'leak', column: column('score'), reason: 'prediction', strength: 0.9 } as const
    const format = { kind: 'format', column: moment, guess: 'a', choices: ['a', 'b'] } as const
    const about = { guess: 'leave-out', choices: ['leave-out', 'keep'] }
    expect(withAnswer(wishes, { kind: 'time', guess: 'a', choices: ['a', 'b'] }, 'b')).toMatchObject({ time: 'b' })
    expect(withAnswer(wishes, { ...leak, ...about }, 'keep')).toMatchObject({ keep: ['score'] })
    expect(withAnswer(wishes, { ...leak, ...about }, 'leave-out')).toEqual(wishes)
    expect(withAnswer(wishes, format, 'b').formats).toEqual(new Map([['sent', 'b']]))
  })
})
