import { describe, expect, it } from 'vitest'

import type { DataBlock } from '../../action/drift/drift-reference.ts'
import { judgePersistence, nextDriftState, noDriftState } from '../../action/drift/drift-state.ts'
import { judgeWindow } from '../../action/drift/judge-window.ts'
import { countAlarms, type ReplayRule, replayWindows } from '../../action/drift/replay-drift.ts'
import { samePhase } from '../../action/drift/season.ts'
import { DriftStream } from '../support/drift-streams.ts'

const weekMs = 604_800_000
const rule = { effect: 0.1, fdr: 0.05, limits: {}, weights: {} }
const persist = { need: 2, of: 3 }

function stream(drift: number, seed = 7) {
  return new DriftStream({ seed, variation: 0.02, drift })
}

function verdictOf(judged: ReturnType<typeof judgeWindow>, name: string) {
  return judged.columns.find((column) => column.name === name)?.verdict
}

describe('judgeWindow', () => {
  const quiet = stream(0.25)
  const training = Array.from({ length: 12 }, () => quiet.block(300))
  const reference = { training, recentMs: 4 * weekMs, season: null }
  const moved = quiet.block(400, true)

  it('says every step with its numbers: variation, its p-value, the adjusted one, what could be seen', () => {
    const judged = judgeWindow(reference, moved, rule)
    expect(judged).toMatchObject({ trainingBlocks: 12, recentBlocks: 4, rows: 400, questions: 20, added: [] })
    const column = judged.columns.find(({ name }) => name === 'n0')
    expect(column).toMatchObject({
      verdict: 'drift',
      againstTraining: { verdict: 'drift' },
      againstRecent: { verdict: 'drift' },
    })
    const row = column?.againstTraining.rows[0]
    expect(row?.varied).toMatchObject({ blocks: 12, blockRows: 300, degrees: 11, trend: null })
    expect(row?.varied?.phi).toBeGreaterThanOrEqual(1)
    expect(row?.varied?.inflation).toBeGreaterThan(row?.varied?.phi ?? 9)
    expect(row?.varied?.pValue).toBeGreaterThan(row?.pValue ?? 1)
    expect(row?.adjusted).toBeGreaterThanOrEqual(row?.varied?.pValue ?? 1)
    expect(row?.smallestEffect).toBeLessThan(0.25)
    expect(JSON.parse(JSON.stringify(judged))).toEqual(judged)
  })

  it('calls already learned what differs from the year and not from its newest weeks', () => {
    const source = stream(0.25, 8)
    const year = [
      ...Array.from({ length: 40 }, () => source.block(600)),
      ...Array.from({ length: 2 }, () => source.block(600, true)),
    ]
    const judged = judgeWindow({ training: year, recentMs: 2 * weekMs, season: null }, source.block(400, true), rule)
    expect(verdictOf(judged, 'n0')).toBe('already learned')
    expect(verdictOf(judged, 'c5')).toBe('already learned')
    const state = nextDriftState(noDriftState, judged, persist)
    expect(judgePersistence(state, judged, rule, persist).verdict).not.toBe('drift')
  })

  it('says of a reference that grows or shrinks what it says of one that it never saw', () => {
    const source = stream(0.1, 9)
    const blocks = Array.from({ length: 24 }, () => source.block(700))
    const window = source.block(500, true)
    for (const length of [8, 9, 10, 20, 12, 24]) {
      const known = { training: blocks.slice(0, length), recentMs: 4 * weekMs, season: null }
      const judged = judgeWindow(known, window, rule)
      expect(judged).toEqual(judgeWindow(structuredClone(known), structuredClone(window), rule))
    }
  })

  it('says insufficient data of fewer than 8 blocks and of too few rows, never no drift', () => {
    const few = judgeWindow({ ...reference, training: training.slice(0, 7) }, moved, rule)
    expect(new Set(few.columns.map(({ verdict }) => verdict))).toEqual(new Set(['insufficient data']))
    const small = judgeWindow(reference, stream(0).block(20), rule)
    expect(new Set(small.columns.map(({ verdict }) => verdict))).toEqual(new Set(['insufficient data']))
    const nothing = judgeWindow({ ...reference, training: [] }, moved, rule)
    expect(nothing.columns).toEqual([])
  })

  it('takes vanished and bad columns one by one', () => {
    const without = new Map([...moved.columns].filter(([name]) => name !== 'n1'))
    const [n2] = [moved.columns.get('n2')]
    if (!n2 || !('values' in n2)) throw new Error('n2 is a column')
    without.set('n2', { rows: 400, missing: 400, unreadable: 0, values: { kind: 'category', values: [] } })
    without.set('new', n2)
    without.set('c1', { because: 'times move by themselves' })
    const judged = judgeWindow(reference, { ...moved, columns: without }, rule)
    expect(judged.added).toEqual(['new'])
    expect(['n0', 'n1', 'n2', 'c1'].map((name) => verdictOf(judged, name))).toEqual([
      'drift',
      'vanished',
      'drift',
      'not judged',
    ])
  })

  it('judges the share of missing rows by how much that varies', () => {
    const missing = (block: DataBlock, share: number): DataBlock => {
      const n0 = block.columns.get('n0')
      if (!n0 || !('values' in n0)) throw new Error('n0 is a column')
      const rows = n0.rows + Math.round(n0.rows * share)
      return { ...block, columns: new Map([['n0', { ...n0, rows, missing: rows - n0.rows }]]) }
    }
    const shares = [0.1, 0.4, 0.2, 0.5, 0.15, 0.35, 0.1, 0.5, 0.3, 0.2]
    const wild = training.slice(0, 10).map((block, index) => missing(block, shares[index] ?? 0))
    const calm = training.slice(0, 10).map((block, index) => missing(block, 0.2 + index / 1000))
    const next = missing(stream(0, 9).block(400), 0.67)
    const verdicts = [wild, calm].map((blocks) => {
      const judged = judgeWindow({ training: blocks, recentMs: 1e15, season: null }, next, rule)
      return judged.columns[0]?.againstTraining.rows.find(({ question }) => question === 'missing')?.verdict
    })
    expect(verdicts).toEqual(['notable', 'drift'])
  })
})

describe('samePhase', () => {
  it('keeps the blocks of the same month, day or hour, by their middle', () => {
    const block = (at: string): DataBlock => ({
      sinceMs: Date.parse(at),
      untilMs: Date.parse(at) + weekMs,
      columns: new Map(),
    })
    const blocks = ['2022-01-03', '2022-07-04', '2023-01-02', '2023-01-30', '2023-06-05'].map(block)
    const kept = samePhase(blocks, block('2024-01-08'), 'month-of-year')
    expect(kept.map(({ sinceMs }) => new Date(sinceMs).toISOString().slice(0, 10))).toEqual([
      '2022-01-03',
      '2023-01-02',
    ])
    expect(samePhase(blocks, block('2024-01-08'), 'day-of-week')).toHaveLength(5)
  })

  it('makes a season of its own no drift, and too few of a phase insufficient data', () => {
    const [winter, summer] = [stream(0.3, 3), stream(0.3, 3)]
    const blocks: DataBlock[] = []
    for (let quarter = 0; quarter < 6; quarter += 1) {
      for (let week = 0; week < 13; week += 1) {
        const { columns } = (quarter % 2 === 0 ? winter : summer).block(150, quarter % 2 === 1)
        const sinceMs = Date.UTC(2022, quarter * 6, 4) + week * weekMs
        blocks.push({ sinceMs, untilMs: sinceMs + weekMs, columns })
      }
    }
    const window = { ...summer.block(400, true), sinceMs: Date.UTC(2025, 6, 14), untilMs: Date.UTC(2025, 6, 21) }
    const judged = judgeWindow({ training: blocks, recentMs: 4 * weekMs, season: 'quarter-of-year' }, window, rule)
    expect(judged.trainingBlocks).toBeGreaterThan(30)
    expect(judged.columns.filter(({ verdict }) => verdict === 'drift')).toEqual([])
    const early = judgeWindow(
      { training: blocks.slice(0, 20), recentMs: 4 * weekMs, season: 'quarter-of-year' },
      window,
      rule,
    )
    expect(early.columns.every(({ verdict }) => verdict === 'insufficient data')).toBe(true)
  })
})

const replayDrift = (blocks: readonly DataBlock[], by: ReplayRule) => countAlarms([...replayWindows(blocks, by)])

describe('countAlarms', () => {
  it('says alarms a year of past windows: none of a calm year, one of a year that moved', () => {
    const source = stream(0.3, 5)
    const calm = Array.from({ length: 16 }, () => source.block(250))
    const moving = [...calm.slice(0, 12), ...Array.from({ length: 5 }, () => source.block(250, true))]
    const options = { ...rule, recentMs: 4 * weekMs, season: null, persist }
    const quiet = replayDrift(calm, options)
    expect(quiet).toMatchObject({ alarms: 0, alarmsPerYear: 0, columns: [] })
    expect(quiet).toMatchObject({ windowsJudged: 8, windows: [], windowsLeftOut: 0 })
    expect(quiet.years).toBeCloseTo((8 * 7) / 365.25, 9)
    const loud = replayDrift(moving, options)
    expect(['c0', 'c5', 'n0', 'n3']).toEqual(expect.arrayContaining(loud.columns.map(({ name }) => name)))
    expect(loud.columns.length).toBeGreaterThanOrEqual(3)
    expect(loud.alarms).toBeLessThanOrEqual(1)
    expect(replayDrift(calm.slice(0, 5), options)).toMatchObject({ windowsJudged: 0, windows: [], alarmsPerYear: null })
  })
})
