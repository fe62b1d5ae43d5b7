import { describe, expect, test } from 'vitest'

import type { ColumnBlock } from '../../action/drift/column-block.ts'
import type { DataBlock } from '../../action/drift/drift-reference.ts'
import { findDrift, followWindows, showWindow } from '../../action/drift/follow-windows.ts'
import { emptyWindow, predictionName } from '../../action/drift/learned.ts'
import { storeReference } from '../../action/drift/stored-reference.ts'
import type { DriftPolicy } from '../../action/project/drift-policy.ts'

const dayMs = 86_400_000
const weekMs = 7 * dayMs

const policy: DriftPolicy = {
  ...{ windowMs: weekMs, latenessMs: dayMs, recentMs: 30 * dayMs, season: null, persist: { need: 2, of: 3 } },
  ...{ effect: 0.1, fdr: 0.05, limits: {}, weights: {} },
}

/** Rows of two values; `more` of a hundred hold the second. */
function column(rows: number, more: number): ColumnBlock {
  const second = Math.round((rows * more) / 100)
  const values = [
    ['a', rows - second],
    ['b', second],
  ] as const
  return { rows, missing: 0, unreadable: 0, values: { kind: 'category', values } }
}

function block(sinceMs: number, lengthMs: number, columns: Readonly<Record<string, ColumnBlock>>): DataBlock {
  return { sinceMs, untilMs: sinceMs + lengthMs, columns: new Map(Object.entries(columns)) }
}

/** Ten inputs over twenty weeks; the model was judged on the last five of them, in blocks of half a week. */
const names = Array.from({ length: 10 }, (_, index) => `input ${index}`)
const quiet = Object.fromEntries(names.map((name) => [name, column(700, 50)]))
const inputs = storeReference(
  Array.from({ length: 20 }, (_, number) => block(number * weekMs, weekMs, quiet)),
  weekMs,
  20,
)
const prediction = storeReference(
  Array.from({ length: 10 }, (_, half) =>
    block(15 * weekMs + half * (weekMs / 2), weekMs / 2, { prediction: column(350, 50) }),
  ),
  weekMs / 2,
  20,
)
const learned = { inputs, prediction }

function week(number: number, more: number, answered = 700): DataBlock {
  return block(number * weekMs, weekMs, { ...quiet, prediction: column(answered, more) })
}

function verdictOf(windows: readonly DataBlock[], own: Partial<DriftPolicy> = {}) {
  const used = { ...policy, ...own }
  return findDrift('v1', [...followWindows(learned, windows, used)], used)
}

describe('followWindows beside inputs and a prediction', () => {
  test('a prediction that moves is drift of the whole by itself, beside many inputs that do not', () => {
    const found = verdictOf([week(20, 50), week(21, 75), week(22, 75)])
    expect(found).toMatchObject({
      ...{ verdict: 'drift', confirmedShare: 0.2 },
      columns: [{ name: 'prediction', isPrediction: true, standing: 'confirmed', rows: [700, 700] }],
    })
    expect(verdictOf([week(20, 50), week(21, 50), week(22, 50)])).toMatchObject({ verdict: 'no drift', columns: [] })
  })

  test('judging it takes nothing from the inputs: what is drift without it is drift with it', () => {
    const moved = Object.fromEntries(names.slice(0, 3).map((name) => [name, column(700, 75)]))
    const window = block(20 * weekMs, weekMs, { ...quiet, ...moved, prediction: column(700, 50) })
    const own = { ...policy, persist: { need: 1, of: 1 } }
    const beside = [learned, { inputs }].map((what) => {
      const columns = new Map([...window.columns].filter(([name]) => what === learned || name !== 'prediction'))
      return findDrift('v1', [...followWindows(what, [{ ...window, columns }], own)], own)
    })
    expect(beside.map((found) => [found?.verdict, found?.confirmedShare])).toEqual([
      ['drift', 0.3],
      ['drift', 0.3],
    ])
    const all = block(
      20 * weekMs,
      weekMs,
      Object.fromEntries([...names, 'prediction'].map((name) => [name, column(700, 95)])),
    )
    expect(verdictOf([all])?.confirmedShare).toBe(1)
  })

  test('weights that are given hold of it, too: without one it counts nothing', () => {
    const windows = [week(20, 50), week(21, 75), week(22, 75)]
    expect(verdictOf(windows, { weights: { 'input 1': 1 } })).toMatchObject({ verdict: 'notable', confirmedShare: 0 })
    expect(verdictOf(windows, { weights: { 'input 1': 0.9, prediction: 0.1 } })).toMatchObject({ verdict: 'notable' })
    expect(verdictOf(windows, { weights: { 'input 1': 0.7, prediction: 0.3 } })).toMatchObject({ verdict: 'drift' })
  })

  test('an effect as large is found at once, and is named by the rows that were answered', () => {
    const found = verdictOf([week(20, 95, 400)])
    expect(found?.columns).toMatchObject([{ name: 'prediction', isAtOnce: true, rows: [400], standing: 'confirmed' }])
  })

  test('without an answer nothing is known, and that is no good news', () => {
    const none = { ...week(20, 50), columns: new Map([...week(20, 50).columns, ...answerless()]) }
    expect(verdictOf([none])).toMatchObject({ verdict: 'insufficient data', columns: [] })
    // It weighs what it weighs: where it is named with little weight, the inputs say what there is to say.
    const weights = { ...Object.fromEntries(names.map((name) => [name, 1])), prediction: 1 }
    expect(verdictOf([none], { weights })).toMatchObject({ verdict: 'no drift' })
  })

  test('shows it as it was judged', () => {
    const shown = showWindow(learned, week(20, 75), policy)
    const [own] = shown.columns
    expect(own).toMatchObject({ name: 'prediction', verdict: 'drift', picture: { current: expect.any(Array) } })
    expect(shown.rows).toBe(700)
  })
})

function answerless() {
  return [...emptyWindow(learned, { sinceMs: 0, untilMs: weekMs }).columns].filter(([name]) => name === 'prediction')
}

describe('predictionName', () => {
  test('is one that no other column has', () => {
    expect(predictionName(['distance'])).toBe('prediction')
    expect(predictionName(['prediction'])).toBe('prediction of the model')
    expect(predictionName(['prediction', 'prediction of the model'])).toBe('prediction of the model of the model')
  })
})
