import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { beginOf, dayMs, mergeDays, nextOf } from '../../action/data/day-counts.ts'
import { stateNumbers } from '../../action/data/state-numbers.ts'
import { stateTexts } from '../../action/data/state-texts.ts'
import { stateTimes } from '../../action/data/state-times.ts'
import { mergeTexts, mostTexts, shapeOf, tallyTexts } from '../../action/data/text-tally.ts'
import { numberCollector } from '../../action/stats/tally-numbers.ts'

function tallyOf(values: readonly number[]) {
  const collector = numberCollector()
  for (let from = 0; from < values.length; from += 2048) {
    collector.add(Float64Array.from(values.slice(from, from + 2048)))
  }
  return collector.collected()
}

function timesOf(moments: readonly number[], minCount: number) {
  const days = moments.map((moment) => ({ unit: 'day' as const, starts: [beginOf(moment, 'day')], counts: [1] }))
  return stateTimes(tallyOf(moments), mergeDays(days), minCount)
}

describe('stateNumbers', () => {
  it('says of a quantile what lies among as many numbers as a value needs, and no value of fewer', () => {
    const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: -9, max: 9 }))
    fc.assert(
      fc.property(fc.array(number, { maxLength: 60 }), fc.integer({ min: 1, max: 25 }), (values, minCount) => {
        const sorted = Float64Array.from(values, (value) => value + 0).sort()
        const { quantiles, values: pooled, mean } = stateNumbers(tallyOf(values), minCount)
        expect(quantiles).toHaveLength(values.length < minCount ? 0 : 7)
        expect(mean === null).toBe(values.length < Math.max(1, minCount))
        for (const { share, value } of quantiles) {
          const rank = Math.max(0, Math.ceil(share * sorted.length) - 1)
          const from = Math.min(sorted.length - minCount, Math.max(0, rank - Math.floor((minCount - 1) / 2)))
          const [least = Number.NaN, most = Number.NaN] = [sorted[from], sorted[from + minCount - 1]]
          expect(least <= value && value <= most).toBe(true)
          expect(minCount > 1 || value === sorted[rank]).toBe(true)
        }
        const rowsOf = (value: number) => sorted.filter((one) => one === value).length
        for (const { value, rows } of pooled?.top ?? []) {
          expect(rows).toBe(rowsOf(value))
          expect(rows).toBeGreaterThanOrEqual(minCount)
        }
      }),
    )
  })
})

describe('stateTimes', () => {
  const start = Date.UTC(2024, 0, 30)
  const every = (count: number, stepMs: number, from = start) =>
    Array.from({ length: count }, (_, index) => from + index * stepMs)

  it('counts days where each has rows enough, and finds those without any', () => {
    const moments = [...every(240, dayMs / 24), ...every(240, dayMs / 24, start + 14 * dayMs)]
    const times = timesOf(moments, 20)
    expect(times).toMatchObject({ unit: 'day', first: '2024-01-30', emptyUnits: 4, otherRows: 0 })
    expect(times.gaps).toEqual([{ from: '2024-02-09', until: '2024-02-13', units: 4 }])
    expect(times.rows).toHaveLength(20)
  })

  it('takes months where days have too few, and years where months have; a rare one is shown nowhere', () => {
    const daily = timesOf(every(200, dayMs), 20)
    expect(daily).toMatchObject({ unit: 'month', first: '2024-02-01', otherRows: 2 + 16, gaps: [] })
    expect(daily.rows.map(({ start: month }) => month)).toEqual([
      '2024-02',
      '2024-03',
      '2024-04',
      '2024-05',
      '2024-06',
      '2024-07',
    ])
    const monthly = timesOf(every(120, 30 * dayMs), 20)
    expect(monthly).toMatchObject({ unit: 'year', rows: [], otherRows: 120 })
    expect(timesOf(every(19, dayMs), 20)).toMatchObject({ first: null, last: null, rows: [], otherRows: 19 })
  })

  it('knows the first years of the calendar', () => {
    const early = beginOf(-62_100_000_000_000, 'month')
    expect(new Date(early).toISOString()).toBe('0002-02-01T00:00:00.000Z')
    expect(new Date(nextOf(early, 'year')).toISOString()).toBe('0003-01-01T00:00:00.000Z')
    expect(beginOf(early, 'year')).toBeLessThanOrEqual(early)
  })
})

describe('mergeDays', () => {
  it('keeps the finest unit with which all fit, whatever the parts', () => {
    const part = (from: number, count: number) => ({
      ...{ unit: 'day' as const, starts: Array.from({ length: count }, (_, day) => (from + day) * dayMs) },
      counts: Array.from({ length: count }, () => 2),
    })
    const whole = mergeDays([part(0, 90)], 40)
    expect(whole).toMatchObject({ unit: 'month', counts: [62, 56, 62] })
    expect(mergeDays([mergeDays([part(60, 30)], 40), mergeDays([part(0, 60)], 40)], 40)).toEqual(whole)
  })
})

describe('tallyTexts', () => {
  const listed = (texts: readonly string[]) => texts.map((text, index) => ({ text, count: 30, key: index * 1e9 }))

  it('tells shapes and lengths, and pools what is rare', () => {
    expect(['AB-1234', 'Ä12x', '１２', '', ' a b '].map(shapeOf)).toEqual(['a-9', 'a9a', '9', '', ' a a '])
    const rare = { text: 'Canary', count: 19, key: 7e9 }
    const stated = stateTexts(tallyTexts([...listed(['N', 'S 1']), rare]), 20)
    expect(stated.values).toEqual({
      top: [
        { value: 'N', rows: 30 },
        { value: 'S 1', rows: 30 },
      ],
      others: { values: 1, rows: 19 },
    })
    expect(stated.shapes.top).toEqual([
      { value: 'a', rows: 49 },
      { value: 'a 9', rows: 30 },
    ])
    // Nineteen have six characters, the one beside them three.
    expect(stated.lengths).toEqual({ least: 1, median: 3, most: 5 })
  })

  it('lists no more than it may, wherever they come together', () => {
    const many = Array.from({ length: mostTexts + 1 }, (_, index) => `t${index}`)
    const [one, other] = [tallyTexts(listed(many.slice(0, 5))), tallyTexts(listed(many.slice(5)))]
    expect([one.texts.kind, other.texts.kind]).toEqual(['category', 'category'])
    expect(mergeTexts([one, other]).texts).toEqual({ kind: 'too many texts' })
  })
})
