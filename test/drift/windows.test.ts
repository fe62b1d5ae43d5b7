import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { type JudgedWindow, planWindows, type WindowRows, windowOf } from '../../action/drift/windows.ts'

const dayMs = 86_400_000
const rule = { windowMs: 7 * dayMs, latenessMs: dayMs }
const monday = Date.UTC(2024, 0, 1)

function rows(day: number, count: number, arrivedDay?: number): WindowRows {
  return {
    atMs: monday + day * dayMs,
    rows: count,
    arrivedMs: arrivedDay === undefined ? null : monday + arrivedDay * dayMs,
  }
}

function plan(
  list: readonly WindowRows[],
  nowDay: number,
  judged: readonly JudgedWindow[] = [],
  reachedMs = Number.POSITIVE_INFINITY,
) {
  const { toJudge, open, late, ...others } = planWindows(list, rule, monday + nowDay * dayMs, judged, reachedMs)
  const brief = (windows: readonly JudgedWindow[]) =>
    windows.map(({ sinceMs, rows: count }) => [(sinceMs - monday) / dayMs, count])
  return { toJudge: brief(toJudge), open: brief(open), late: brief(late), ...others }
}

const nothing = { toJudge: [], open: [], late: [], futureRows: 0, timelessRows: 0 }

describe('windowOf', () => {
  it('begins weeks on Mondays and days at midnight, UTC, also before 1970', () => {
    expect(windowOf(monday, 7 * dayMs)).toEqual({ sinceMs: monday, untilMs: monday + 7 * dayMs })
    expect(windowOf(monday + 7 * dayMs - 1, 7 * dayMs).sinceMs).toBe(monday)
    expect(new Date(windowOf(-1, 7 * dayMs).sinceMs).toISOString()).toBe('1969-12-29T00:00:00.000Z')
    expect(new Date(windowOf(Date.UTC(2024, 4, 5, 13), dayMs).sinceMs).toISOString()).toBe('2024-05-05T00:00:00.000Z')
  })
})

describe('planWindows', () => {
  it.each([
    ['nothing', [], 100, [], nothing],
    ['a window is open until its end and lateness', [rows(3, 5)], 7.9, [], { ...nothing, open: [[0, 5]] }],
    ['and is closed then', [rows(3, 5)], 8, [], { ...nothing, toJudge: [[0, 5]] }],
    [
      'its first and its next moment',
      [rows(0, 1), rows(7, 2)],
      9,
      [],
      { ...nothing, toJudge: [[0, 1]], open: [[7, 2]] },
    ],
    [
      'out of order',
      [rows(15, 2), rows(1, 1), rows(8, 4), rows(2, 1)],
      30,
      [],
      {
        ...nothing,
        toJudge: [
          [0, 2],
          [7, 4],
          [14, 2],
        ],
      },
    ],
    [
      'an empty week between is judged',
      [rows(1, 1), rows(15, 2)],
      30,
      [],
      {
        ...nothing,
        toJudge: [
          [0, 1],
          [7, 0],
          [14, 2],
        ],
      },
    ],
    [
      'an empty week at the end is not, for data may not have come',
      [rows(1, 1)],
      30,
      [],
      { ...nothing, toJudge: [[0, 1]] },
    ],
    [
      'what arrived after it closed is late, whoever looks when',
      [rows(1, 1, 2), rows(2, 9, 8.5)],
      30,
      [],
      { ...nothing, toJudge: [[0, 1]], late: [[0, 9]] },
    ],
    ['from the future', [rows(1, 1), rows(400, 7)], 8, [], { ...nothing, toJudge: [[0, 1]], futureRows: 7 }],
    ['today, and later in its week, is not the future', [rows(6, 1)], 1, [], { ...nothing, open: [[0, 1]] }],
    [
      'no time',
      [{ atMs: Number.NaN, rows: 3, arrivedMs: null }, rows(1, 1)],
      8,
      [],
      { ...nothing, toJudge: [[0, 1]], timelessRows: 3 },
    ],
  ] as const)('%s', (_, list, nowDay, judged, expected) => {
    expect(plan(list, nowDay, judged)).toEqual(expected)
  })

  it('judges no window twice, and counts what came to one afterwards', () => {
    const judged = [{ ...windowOf(monday, rule.windowMs), rows: 5 }]
    expect(plan([rows(3, 5)], 30, judged)).toEqual(nothing)
    expect(plan([rows(3, 5), rows(4, 2), rows(-9, 1), rows(8, 6)], 30, judged)).toEqual({
      ...nothing,
      toJudge: [[7, 6]],
      late: [
        [-14, 1],
        [0, 2],
      ],
    })
    // Rows that were pinned since are not late ones less.
    expect(plan([rows(3, 2)], 30, judged)).toEqual(nothing)
  })

  it('leaves a window open in the middle of which a batch ends, until rows come near its end', () => {
    const month = [rows(3, 5), rows(8, 4)]
    const at = (day: number) => monday + day * dayMs
    expect(plan(month, 60, [], at(8.9))).toEqual({ ...nothing, toJudge: [[0, 5]], open: [[7, 4]] })
    expect(planWindows(month, rule, at(60), [], at(8.9)).open).toMatchObject([{ waitsForRows: true }])
    expect(plan(month, 60, [], at(13))).toMatchObject({
      toJudge: [
        [0, 5],
        [7, 4],
      ],
    })
    expect(plan(month, 14.9, [], at(13)).open).toEqual([[7, 4]])
  })

  it('says the same of the same data whenever it is asked: every hour, every week, or fifty times', () => {
    const arrival = fc.record({
      day: fc.double({ min: 0, max: 60, noNaN: true }),
      rows: fc.integer({ min: 1, max: 9 }),
      delay: fc.double({ min: 0, max: 12, noNaN: true }),
    })
    fc.assert(
      fc.property(fc.array(arrival, { maxLength: 25 }), fc.boolean(), (arrivals, isKnown) => {
        const run = (everyDays: number, times: number) => {
          let judged: JudgedWindow[] = []
          for (let now = everyDays; now <= 84; now += everyDays) {
            // Where nobody knows when rows came, they must come in time for the schedules to see the same.
            const seen = arrivals
              .map(({ day, rows: count, delay }) => ({ day, count, came: day + (isKnown ? delay : delay / 12) }))
              .filter(({ came }) => came <= now)
              .map(({ day, count, came }) => rows(day, count, isKnown ? came : undefined))
            for (let time = 0; time < times; time += 1) {
              judged = [
                ...judged,
                ...planWindows(seen, rule, monday + now * dayMs, judged, Number.POSITIVE_INFINITY).toJudge,
              ]
            }
          }
          return judged
        }
        const weekly = run(7, 1)
        expect(run(0.25, 1)).toEqual(weekly)
        expect(run(14, 50)).toEqual(weekly)
        expect(new Set(weekly.map(({ sinceMs }) => sinceMs)).size).toBe(weekly.length)
      }),
      { numRuns: 40, seed: 5, endOnFailure: true },
    )
  })
})
