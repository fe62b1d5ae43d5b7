import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { type DriftState, judgePersistence, nextDriftState, noDriftState } from '../../action/drift/drift-state.ts'
import type { JudgedColumn } from '../../action/drift/judge-drift.ts'
import type { JudgedWindowDrift, WindowColumn } from '../../action/drift/judge-window.ts'

const rule = { effect: 0.1 }
const persist = { need: 2, of: 3 }
const against: JudgedColumn = {
  name: 'a',
  kind: 'number',
  verdict: 'no drift',
  because: null,
  weight: 1,
  reference: null,
  current: null,
  rows: [],
  measures: null,
  above: [],
}

/** d drift, D drift at once, l already learned, q no drift, ? insufficient data, v vanished. */
function window(index: number, verdicts: Readonly<Record<string, string>>): JudgedWindowDrift {
  const names = Object.keys(verdicts)
  const words = {
    d: 'drift',
    D: 'drift',
    l: 'already learned',
    q: 'no drift',
    '?': 'insufficient data',
    v: 'vanished',
  } as const
  return {
    sinceMs: index * 10,
    untilMs: index * 10 + 10,
    rows: 7,
    columns: names.map((name): WindowColumn => {
      const letter = verdicts[name] as keyof typeof words
      const effect = letter === 'v' ? 1 : letter === 'D' ? 0.3 : 0.15
      return {
        name,
        verdict: words[letter],
        weight: 1 / names.length,
        effect,
        againstTraining: against,
        againstRecent: null,
        mostLost: 0,
      }
    }),
    added: [],
    questions: names.length,
    trainingBlocks: 10,
    recentBlocks: 4,
  }
}

function standings(letters: string): string {
  let state = noDriftState
  return Array.from(letters, (letter, index) => {
    const judged = window(index, { a: letter })
    state = nextDriftState(state, judged, persist)
    const { columns, verdict } = judgePersistence(state, judged, rule, persist)
    return `${columns[0]?.standing}: ${verdict}`
  }).join(' | ')
}

describe('judgePersistence', () => {
  it.each([
    ['d', 'suspected: notable'],
    ['dd', 'suspected: notable | confirmed: drift'],
    ['dqd', 'suspected: notable | quiet: no drift | confirmed: drift'],
    ['dqqd', 'suspected: notable | quiet: no drift | quiet: no drift | suspected: notable'],
    ['ddqq', 'suspected: notable | confirmed: drift | confirmed: drift | quiet: no drift'],
    ['d?d', 'suspected: notable | unknown: insufficient data | confirmed: drift'],
    ['d??d', 'suspected: notable | unknown: insufficient data | unknown: insufficient data | suspected: notable'],
    ['D', 'confirmed: drift'],
    ['v', 'confirmed: drift'],
    ['Dq', 'confirmed: drift | quiet: no drift'],
    ['lll', 'quiet: no drift | quiet: no drift | quiet: no drift'],
    ['???', 'unknown: insufficient data | unknown: insufficient data | unknown: insufficient data'],
  ])('%s', (letters, expected) => {
    expect(standings(letters)).toBe(expected)
  })

  it('weighs confirmed columns: a quarter together or a fifth alone', () => {
    const of = (verdicts: Record<string, string>) => {
      const first = nextDriftState(noDriftState, window(0, verdicts), persist)
      const state = nextDriftState(first, window(1, verdicts), persist)
      return judgePersistence(state, window(1, verdicts), rule, persist)
    }
    const eight = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`c${index}`, 'q']))
    expect(of({ ...eight, c0: 'd' })).toMatchObject({ verdict: 'notable', confirmedShare: 0.125 })
    expect(of({ ...eight, c0: 'd', c1: 'd' })).toMatchObject({ verdict: 'drift', confirmedShare: 0.25 })
    expect(of({ ...eight, c0: 'd', c1: '?' })).toMatchObject({ verdict: 'insufficient data' })
  })
})

describe('nextDriftState', () => {
  const letter = fc.constantFrom('d', 'D', 'l', 'q', '?', 'v')
  const history = fc.array(fc.record({ a: letter, b: letter, ['__proto__x']: letter }), { maxLength: 12 })
  const replay = (windows: readonly JudgedWindowDrift[], from: DriftState = noDriftState) =>
    windows.reduce((state, one) => nextDriftState(state, one, persist), from)

  it('says the same of repeated, old and interrupted runs, and is JSON', () => {
    fc.assert(
      fc.property(history, fc.nat(12), fc.integer({ min: 1, max: 50 }), (list, cut, times) => {
        const windows = list.map((verdicts, index) => window(index, verdicts))
        const state = replay(windows)
        const repeated = windows.flatMap((one, index) => [
          ...Array.from({ length: times }, () => one),
          ...windows.slice(0, index),
        ])
        expect(replay(repeated)).toEqual(state)
        const stored: DriftState = JSON.parse(JSON.stringify(replay(windows.slice(0, cut))))
        expect(replay(windows, stored)).toEqual(state)
        expect(state.judged.map(({ untilMs }) => untilMs)).toEqual(windows.map(({ untilMs }) => untilMs))
        for (const marks of Object.values(state.marks)) expect(marks.length).toBeLessThanOrEqual(persist.of)
      }),
      { numRuns: 100, seed: 3, endOnFailure: true },
    )
  })
})
