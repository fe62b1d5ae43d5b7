import type { NumberComparison } from '../stats/compare-sorted.ts'
import type { DriftColumn } from './drift-column.ts'

/** What people see of a column: shares of few bins, and the values that came or went. */
export interface DriftPicture {
  /** What the bins are: the inner edges of numbers, the values of categories; empty where they may not be shown. */
  readonly bins: readonly (number | string)[]
  /** Shares, 0..1, a bin more than edges; of categories the most frequent, in their order. */
  readonly reference: readonly number[]
  readonly current: readonly number[]
  /** Values of the current sample alone, and of the reference alone, of at least `minShownRows` rows; with their rows. */
  readonly appeared: readonly (readonly [value: string, rows: number])[]
  readonly vanished: readonly (readonly [value: string, rows: number])[]
  /** How many rarer ones came and went, which are not shown. */
  readonly rareAppeared: number
  readonly rareVanished: number
}

const bars = 8
const maxNamed = 10
/** A value of fewer rows may be somebody's own. */
const minShownRows = 20

/** Null of a column that is gone or not judged. */
export function pictureOf(column: DriftColumn | undefined): DriftPicture | null {
  if (!column || column.kind === 'not judged') return null
  if (column.kind === 'number') return pictureNumbers(column.numbers)
  const { categories } = column
  const total = (side: 'reference' | 'current') => categories.reduce((sum, one) => sum + one[side], 0)
  const shown = categories.filter((one) => isCommon(one.reference) && isCommon(one.current)).slice(0, bars)
  const sharesOf = (side: 'reference' | 'current') => shown.map((one) => one[side] / Math.max(1, total(side)))
  const only = (side: 'reference' | 'current', other: 'reference' | 'current') =>
    categories.filter((one) => one[other] === 0 && one[side] > 0)
  const named = (side: 'reference' | 'current', other: 'reference' | 'current') => {
    const list = only(side, other).filter((one) => one[side] >= minShownRows)
    return list.slice(0, maxNamed).map((one) => [one.value, one[side]] as const)
  }
  const appeared = named('current', 'reference')
  const vanished = named('reference', 'current')
  return {
    bins: shown.map(({ value }) => value),
    reference: sharesOf('reference'),
    current: sharesOf('current'),
    appeared,
    vanished,
    rareAppeared: only('current', 'reference').length - appeared.length,
    rareVanished: only('reference', 'current').length - vanished.length,
  }
}

/** Whether the count of a value tells of nobody. */
function isCommon(rows: number): boolean {
  return rows === 0 || rows >= minShownRows
}

/** Bins of one width between the reference's 1st and 99th percentile, the outer ones open. */
function pictureNumbers({ middle, n, m }: NumberComparison): DriftPicture | null {
  if (!middle) return null
  return {
    bins: middle.edges,
    reference: middle.reference.map((count) => count / Math.max(1, n)),
    current: middle.current.map((count) => count / Math.max(1, m)),
    appeared: [],
    vanished: [],
    rareAppeared: 0,
    rareVanished: 0,
  }
}
