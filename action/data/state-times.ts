import type { NumberTally } from '../stats/number-tally.ts'
import { beginOf, type DayCounts, dayMs, mergeDays, nextOf, type TimeUnit, timeUnits } from './day-counts.ts'
import { spansAt } from './state-numbers.ts'

export interface TimeStatement {
  /** ISO 8601 in UTC, as roundest moments among the `minCount` first and last; null of fewer rows. */
  readonly first: string | null
  readonly last: string | null
  /** The finest unit of which each between the first and the last has `minCount` rows, or none. */
  readonly unit: TimeUnit
  /** Those with `minCount` rows or more, ascending. */
  readonly rows: readonly { readonly start: string; readonly rows: number }[]
  /** Rows of the other units together. */
  readonly otherRows: number
  /** Units without any row, between such with rows; the longest first. */
  readonly gaps: readonly TimeGap[]
  /** All of them together. */
  readonly emptyUnits: number
}

export interface TimeGap {
  /** The first unit without rows, and the first with rows again. */
  readonly from: string
  readonly until: string
  readonly units: number
}

const mostListed = 400
const mostGaps = 10

export function stateTimes(tally: NumberTally, days: DayCounts, minCount: number): TimeStatement {
  const [first, last] = spansAt(tally, [0, 1], minCount).map(({ span }) => roundestMoment(...span))
  const counted = finestOf(days, minCount)
  const { unit } = counted
  const listed = counted.starts.flatMap((start, index) => {
    const rows = counted.counts[index] ?? 0
    return rows >= minCount ? [{ start, rows }] : []
  })
  const word = (moment: number) => wordUnit(moment, unit)
  const starts = listed.map(({ start }) => start)
  const gaps = areAllOf(counted, minCount) ? gapsIn(unit, starts) : []
  return {
    first: first ?? null,
    last: last ?? null,
    unit,
    rows: listed.map(({ start, rows }) => ({ start: word(start), rows })),
    otherRows: listed.reduce((left, { rows }) => left - rows, sumOf(counted.counts)),
    gaps: gaps
      .toSorted((a, b) => b.units - a.units)
      .slice(0, mostGaps)
      .map(({ from, until, units }) => ({ from: word(from), until: word(until), units })),
    emptyUnits: gaps.reduce((all, { units }) => all + units, 0),
  }
}

function finestOf(days: DayCounts, minCount: number): DayCounts {
  for (const unit of timeUnits.slice(timeUnits.indexOf(days.unit))) {
    const counted = mergeDays([{ ...days, unit }])
    if (unit === 'year' || (counted.starts.length <= mostListed && areAllOf(counted, minCount))) return counted
  }
  return days
}

/** The first and the last are cut off. */
function areAllOf({ counts }: DayCounts, minCount: number): boolean {
  return counts.slice(1, -1).every((count) => count >= minCount)
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0)
}

function gapsIn(unit: TimeUnit, starts: readonly number[]): { from: number; until: number; units: number }[] {
  return starts.slice(1).flatMap((until, index) => {
    const from = nextOf(starts[index] ?? 0, unit)
    return from < until ? [{ from, until, units: unitsBetween(from, until, unit) }] : []
  })
}

function unitsBetween(from: number, until: number, unit: TimeUnit): number {
  if (unit === 'day') return Math.round((until - from) / dayMs)
  const [one, other] = [new Date(from), new Date(until)]
  const years = other.getUTCFullYear() - one.getUTCFullYear()
  return unit === 'year' ? years : 12 * years + other.getUTCMonth() - one.getUTCMonth()
}

function wordUnit(moment: number, unit: TimeUnit): string {
  return new Date(moment)
    .toISOString()
    .replace(/T.*/, '')
    .split('-')
    .slice(0, { day: 3, month: 2, year: 1 }[unit])
    .join('-')
}

/** The moment between both that takes the fewest words: where a year begins, else a month, a day, an hour and so on. */
function roundestMoment(least: number, largest: number): string {
  for (const unit of ['year', 'month', 'day'] as const) {
    const begin = beginOf(least, unit)
    const found = begin === least ? least : nextOf(begin, unit)
    if (found <= largest) return new Date(found).toISOString().slice(0, -14)
  }
  for (const [ms, words] of [
    [3_600_000, 16],
    [60_000, 16],
    [1000, 19],
  ] as const) {
    const found = Math.ceil(least / ms) * ms
    if (found <= largest) return `${new Date(found).toISOString().slice(0, words)}Z`
  }
  return new Date(least).toISOString()
}
