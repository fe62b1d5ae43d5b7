import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { canonicalJson } from '../../action/base/canonical-json.ts'
import type { CategoryCounts, ColumnBlock } from '../../action/drift/column-block.ts'
import { type DataBlock, pairWindow } from '../../action/drift/drift-reference.ts'
import { judgeWindow } from '../../action/drift/judge-window.ts'
import { jsonOfReference, readReference } from '../../action/drift/reference-json.ts'
import {
  blocksOfReference,
  rangesFor,
  rarerValues,
  storeReference,
  windowInCells,
} from '../../action/drift/stored-reference.ts'
import { countNumbers } from '../../action/stats/number-counts.ts'
import { DriftStream } from '../support/drift-streams.ts'

const weekMs = 604_800_000

function numbers(values: readonly number[], missing = 0): ColumnBlock {
  const counted = countNumbers(Float64Array.from(values).sort())
  return { rows: values.length + missing, missing, unreadable: 0, values: counted }
}

function texts(values: CategoryCounts['values']): ColumnBlock {
  const rows = values.reduce((sum, [, own]) => sum + own, 0)
  return { rows, missing: 0, unreadable: 0, values: { kind: 'category', values } }
}

function block(week: number, columns: Record<string, ColumnBlock>): DataBlock {
  return { sinceMs: week * weekMs, untilMs: (week + 1) * weekMs, columns: new Map(Object.entries(columns)) }
}

describe('storeReference', () => {
  test('holds no value of fewer rows than min-count', () => {
    const secret = 31_337.25
    const blocks = [0, 1].map((week) =>
      block(week, {
        price: numbers([secret + week, ...Array.from({ length: 300 }, (_, index) => index * 10)]),
        city: texts([
          ['Canary Wharf', 3],
          ['Kyiv', 150],
          ['Wien', 148],
        ]),
      }),
    )
    const text = canonicalJson(jsonOfReference(storeReference(blocks, weekMs, 20)))
    expect(text).not.toContain('31337')
    expect(text).not.toContain('31338')
    expect(text).not.toContain('Canary')
    expect(text).toContain('Kyiv')
  })

  test('few rows between two numbers of many are told by neither their number nor their count', () => {
    const blocks = [block(0, { code: numbers([...Array(50).fill(1), 2, 2, 2, ...Array(40).fill(3)]) })]
    const stored = storeReference(blocks, weekMs, 20)
    const [column] = stored.columns
    expect(column?.kind === 'number' && column.blocks[0]?.counts).toEqual([0, 53, 0, 40, 0])
  })

  test('free text and ids are named, and nothing of them is kept', () => {
    const own = Array.from({ length: 300 }, (_, index): [string, number] => [
      `mail${String(index).padStart(3, '0')}`,
      1,
    ])
    const stored = storeReference([block(0, { mail: texts(own) })], weekMs, 20)
    expect(stored.columns).toEqual([
      { name: 'mail', kind: 'not judged', because: 'most rows have a value of their own: an id or free text' },
    ])
  })

  test('the verdicts on windows of a stream are those that its own blocks would give', () => {
    const quiet = new DriftStream({ seed: 11, variation: 0.02, drift: 0.25 })
    const training = Array.from({ length: 12 }, () => quiet.block(400))
    const stored = storeReference(training, weekMs, 20)
    const rule = { effect: 0.1, fdr: 0.05, limits: {}, weights: {} }
    for (const window of [quiet.block(400), quiet.block(400, true)]) {
      const told = { training: blocksOfReference(stored), recentMs: 4 * weekMs, season: null }
      const [whole, kept] = [
        judgeWindow({ ...told, training }, window, rule),
        judgeWindow(told, windowInCells(stored, window).block, rule),
      ]
      for (const column of whole.columns) {
        const other = kept.columns.find(({ name }) => name === column.name)
        expect(Math.abs((other?.effect ?? 9) - column.effect), column.name).toBeLessThan(0.012)
        const isClear = Math.abs(column.effect - rule.effect) > 0.02
        expect(isClear ? other?.verdict : column.verdict, column.name).toBe(column.verdict)
      }
    }
  })
})

describe('rangesFor', () => {
  test.each([
    [20 * 52, 256],
    [200 * 52, 256],
    [2000 * 20, 75],
    [2000 * 260, 32],
    [0, 256],
  ])('of %d blocks of columns is %d', (columnBlocks, ranges) => {
    expect(rangesFor(columnBlocks)).toBe(ranges)
  })
})

describe('windowInCells', () => {
  const stored = storeReference(
    [
      block(0, {
        city: texts([
          ['Kyiv', 60],
          ['Rare', 4],
          ['Wien', 50],
        ]),
        price: numbers(Array.from({ length: 114 }, (_, index) => index / 7)),
      }),
    ],
    weekMs,
    20,
  )

  test('pools what the reference does not tell apart, and names what came with many rows', () => {
    const window = block(9, {
      city: texts([
        ['Graz', 30],
        ['Kyiv', 60],
        ['Linz', 2],
      ]),
      price: numbers([1, 2]),
    })
    const told = windowInCells(stored, window)
    expect(told.block.columns.get('city')).toMatchObject({
      rows: 92,
      values: {
        values: [
          [rarerValues, 32],
          ['Kyiv', 60],
        ],
      },
    })
    expect(told.appeared.get('city')).toEqual([['Graz', 30]])
  })

  test('says of a column that changed its kind that it did, and the others are judged', () => {
    const told = windowInCells(stored, block(9, { city: numbers([1, 2]), price: numbers([3]), extra: numbers([4]) }))
    expect(told.block.columns.get('city')).toEqual({ because: 'it holds another kind of values than what was learned' })
    const paired = pairWindow(blocksOfReference(stored), told.block)
    expect(paired.added).toEqual(['extra'])
    expect(paired.columns.find(({ name }) => name === 'price')?.kind).toBe('category')
  })
})

describe('readReference', () => {
  const stored = storeReference(
    [0, 1, 2].map((week) =>
      block(week, {
        price: numbers([...Array(30).fill(0), ...Array.from({ length: 90 }, (_, index) => -4 + index * 0.37)], 5),
        city: texts([
          ['Kyiv', 70],
          ['Wien', 55],
        ]),
      }),
    ),
    weekMs,
    20,
  )
  const text = canonicalJson(jsonOfReference(stored))

  test('reads what was written', () => {
    expect(readReference(text)).toEqual({ ok: true, reference: stored })
  })

  test('refuses one that was cut anywhere, and one that was edited', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: text.length - 1 }), (length) => {
        expect(readReference(text.slice(0, length)).ok).toBe(false)
      }),
    )
    expect(readReference(text.replace('[5,0,0,', '[6,0,0,'))).toEqual({
      ok: false,
      state: 'its column 1 does not add up',
    })
  })

  test.each([
    ['[]', 'it is no object'],
    ['{"schema":"plumbline/reference/v9"}', 'a newer Plumbline wrote it'],
    ['{"schema":"evidently"}', 'it is no reference of Plumbline'],
    ['{"schema":"plumbline/reference/v1"}', 'it has no length of blocks'],
    [text.replace('"blocks":[[0,125]', '"blocks":[[99999999999999,125]'), 'its blocks do not follow each other'],
    [text.replace('"name":"city"', '"name":"price"'), 'it has a column twice'],
    [text.replace('"Kyiv"', '7'), 'its column 2 does not add up'],
  ])('says what is wrong: %#', (edited, state) => {
    expect(readReference(edited)).toEqual({ ok: false, state })
  })
})
