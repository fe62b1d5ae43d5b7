import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { judgeGates, overallVerdict } from '../../action/evaluation/judge-gates.ts'
import type { JudgedRows } from '../../action/evaluation/judged-rows.ts'
import { measureMetrics } from '../../action/evaluation/measure.ts'
import type { Gate } from '../../action/project/project.ts'

type Row = readonly [day: string | null, isRight: boolean]

/** Rows of a binary model whose accuracy is the share of `isRight`; one score for all, so that AUC is 0.5. */
function rowsOf(rows: readonly Row[]): Extract<JudgedRows, { task: 'binary' }> {
  const truth = rows.map((_, index) => index % 2)
  return {
    task: 'binary',
    rows: rows.length,
    slices: {
      weekday: rows.map(([day]) => day),
      half: rows.map((_, index) => (index < rows.length / 2 ? 'first' : 'second')),
    },
    truth: Uint8Array.from(truth),
    predicted: Uint8Array.from(rows, ([, isRight], index) => (isRight ? truth[index]! : 1 - truth[index]!)),
    probability: new Float64Array(rows.length).fill(0.3),
  }
}

function on(name: string | null, right: number, of: number): Row[] {
  return Array.from({ length: of }, (_, index): Row => [name, index < right])
}

function gate(change: Partial<Gate>): Gate {
  return { name: 'floor', metric: 'accuracy', by: [], minRows: 1, line: 1, ...change }
}

function judge(change: Partial<Gate>, rows: JudgedRows) {
  return judgeGates([gate(change)], rows, measureMetrics(rows), 1)[0]
}

const week = rowsOf([...on('Mon', 9, 10), ...on('Sun', 6, 10), ...on('Sat', 8, 10), ...on('Fri', 0, 2)])

describe('judgeGates()', () => {
  test.each([
    [{ min: 0.7 }, 'pass', '0.719 ≥ 0.7'],
    [{ min: 0.75 }, 'fail', '0.719 < 0.75'],
    [{ max: 0.75 }, 'pass', '0.719 ≤ 0.75'],
    [{ max: 0.5 }, 'fail', '0.719 > 0.5'],
    [{ min: 0.1, max: 0.72 }, 'pass', '0.719 ≤ 0.72'],
    [{ min: 0.7187, max: 0.9 }, 'pass', '0.719 ≥ 0.7187'],
    [{ min: 0.71875 }, 'pass', '0.71875 ≥ 0.71875'],
    [{ metric: 'roc_auc', min: 0.5 }, 'pass', '0.5 ≥ 0.5'],
  ] as const)('judges all rows by %j', (bounds, kind, reason) => {
    expect(judge(bounds, week)).toMatchObject({ gate: 'floor', kind, reason, slices: [] })
  })

  test('takes fewer test rows than the gate wants for too little data, however good they look', () => {
    expect(judge({ min: 0.1, minRows: week.rows }, week)).toMatchObject({ kind: 'pass' })
    expect(judge({ min: 0.1, minRows: week.rows + 1 }, week)).toMatchObject({
      kind: 'insufficient data',
      reason: expect.stringContaining('32 test rows, fewer than 33'),
    })
  })

  test('judges each slice, worst first, and shows the small ones last', () => {
    expect(judge({ by: ['weekday'], min: 0.6, minRows: 5 }, week)).toEqual({
      gate: 'floor',
      metric: 'accuracy',
      kind: 'pass',
      min: 0.6,
      value: 0.6,
      reason: 'worst Sun 0.6 ≥ 0.6 (n 10), 1 of 4 with too little data',
      slices: [
        { slice: 'weekday = Sun', rows: 10, value: 0.6, kind: 'pass' },
        { slice: 'weekday = Sat', rows: 10, value: 0.8, kind: 'pass' },
        { slice: 'weekday = Mon', rows: 10, value: 0.9, kind: 'pass' },
        { slice: 'weekday = Fri', rows: 2, value: null, kind: 'insufficient data', reason: 'fewer than 5 rows' },
      ],
    })
  })

  test('lists values that are too rare to be shown as one', () => {
    const rows = rowsOf([...on('Mon', 9, 10), ...on('Fri', 1, 2), ...on('Sat', 1, 3), ...on('Sun', 4, 4)])
    const [verdict] = judgeGates([gate({ by: ['weekday'], min: 0.6, minRows: 5 })], rows, [], 4)

    expect(verdict?.reason).toBe('worst Mon 0.9 ≥ 0.6 (n 10), 3 of 4 with too little data')
    expect(verdict?.slices.map(({ slice, rows: count }) => [slice, count])).toEqual([
      ['weekday = Mon', 10],
      ['weekday = Sun', 4],
      ['2 of fewer than 4 rows', 5],
    ])
  })

  test('cuts values that nobody would read, and keeps them apart', () => {
    const [long, longer] = ['x'.repeat(100_000), 'x'.repeat(100_001)]
    const verdict = judge({ by: ['weekday'], min: 0.5 }, rowsOf([...on(long, 1, 1), ...on(longer, 0, 2)]))

    expect(verdict?.slices.map(({ slice, rows }) => [slice.length, rows])).toEqual([
      [70, 2],
      [70, 1],
    ])
    expect(verdict?.reason).toMatch(/^worst x{59}… 0 < 0.5 \(n 2\)$/)
  })

  test('fails where one slice does, and counts them', () => {
    expect(judge({ by: ['weekday'], min: 0.85, minRows: 5 }, week)).toMatchObject({
      kind: 'fail',
      value: 0.6,
      reason: 'worst Sun 0.6 < 0.85 (n 10), 2 of 4 slices fail, 1 of 4 with too little data',
    })
  })

  test('takes the highest for the worst where a limit is above', () => {
    expect(judge({ by: ['weekday'], max: 0.85, minRows: 5 }, week)).toMatchObject({
      kind: 'fail',
      reason: 'worst Mon 0.9 > 0.85 (n 10), 1 of 4 with too little data',
    })
  })

  test('crosses several columns, and keeps null apart from text', () => {
    const rows = rowsOf([...on(null, 1, 2), ...on('null', 2, 2)])
    const verdict = judge({ by: ['weekday', 'half'], min: 0.9 }, rows)

    expect(verdict?.slices.map(({ slice }) => slice)).toEqual([
      'weekday is missing · half = first',
      'weekday = null · half = second',
    ])
    expect(verdict?.reason).toBe('worst no weekday · first 0.5 < 0.9 (n 2)')
  })

  test.each([
    [
      'no slice is large enough',
      { by: ['weekday'], min: 0, minRows: 11 },
      'no slice by weekday has 11 rows (the largest: n 10)',
    ],
    [
      'the metric belongs to another task',
      { metric: 'rmse', max: 1 },
      'rmse is undefined: rmse is not a metric of binary models',
    ],
    ['the metric is unknown', { metric: 'auc', min: 0 }, 'auc is not a metric'],
    ['the metric is a word that objects know', { metric: 'constructor', min: 0 }, 'constructor is not a metric'],
    ['there is no bound', {}, 'the gate sets no bound'],
    ['the column is unknown', { by: ['month'], min: 0 }, 'the test rows have no column "month"'],
    ['the column is a word that objects know', { by: ['toString'], min: 0 }, 'the test rows have no column "toString"'],
  ])('says `insufficient data` where %s', (_, change, reason) => {
    expect(judge(change, week)).toMatchObject({ kind: 'insufficient data', value: null, reason })
  })

  test('says `insufficient data` where the metric is undefined on all rows or in every slice', () => {
    const oneClass = { ...week, truth: new Uint8Array(week.rows) }

    expect(judge({ metric: 'roc_auc', min: 0 }, oneClass)).toMatchObject({
      kind: 'insufficient data',
      reason: 'roc_auc is undefined: no row is of the positive class',
    })
    expect(judge({ metric: 'roc_auc', min: 0, by: ['weekday'] }, oneClass)).toMatchObject({
      kind: 'insufficient data',
      reason: 'roc_auc is undefined in every slice by weekday that is large enough: no row is of the positive class',
    })
  })

  test('never passes without rows', () => {
    for (const by of [[], ['weekday']]) {
      expect(judge({ by, min: 0, max: 1 }, rowsOf([]))).toMatchObject({ kind: 'insufficient data', value: null })
    }
  })

  test('passes exactly where every slice that is large enough keeps to the bounds', () => {
    const anyRow = fc.tuple(fc.constantFrom('a', 'b', 'c', null), fc.boolean())
    fc.assert(
      fc.property(
        fc.array(anyRow, { maxLength: 40 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(8),
        (rows, min, minRows) => {
          const verdict = judge({ by: ['weekday'], min, minRows }, rowsOf(rows))
          const shares = ['a', 'b', 'c', null]
            .map((name) => rows.filter(([of]) => of === name))
            .filter((members) => members.length > 0 && members.length >= minRows)
            .map((members) => members.filter(([, isRight]) => isRight).length / members.length)
          const expected = shares.every((share) => share >= min) ? 'pass' : 'fail'

          expect(verdict?.kind).toBe(shares.length === 0 ? 'insufficient data' : expected)
          expect(verdict?.slices.reduce((total, slice) => total + slice.rows, 0)).toBe(rows.length)
        },
      ),
    )
  })
})

describe('overallVerdict()', () => {
  const verdicts = judgeGates([gate({ min: 0 }), gate({ metric: 'auc', min: 0 }), gate({ min: 0.99 })], week, [])

  test.each([
    [[0], 'pass'],
    [[], 'pass'],
    [[0, 1], 'insufficient data'],
    [[0, 1, 2], 'fail'],
  ])('of the verdicts %j is %s', (chosen, kind) => {
    expect(overallVerdict(chosen.map((index) => verdicts[index]!))).toBe(kind)
  })
})
