import type { NumberComparison } from '../stats/compare-sorted.ts'
import { sum } from '../stats/sum.ts'
import type { CategoryCount, DriftColumn } from './drift-column.ts'

/** What people see of a column: rows of few bins, and the values that came or went. */
export interface DriftPicture {
  /** What the bins are: the round inner edges of numbers, the values of categories; empty where none may be shown. */
  readonly bins: readonly (number | string)[]
  /** Rows of each bin, one more than edges, [edge, next edge), the outer ones open; of categories the largest shares first. */
  readonly reference: readonly number[]
  readonly current: readonly number[]
  /** All categories that are not among the bins: how many they are, and their rows. */
  readonly others: { readonly values: number; readonly reference: number; readonly current: number }
  /** Values of the current sample alone, and of the reference alone, of at least `minRows` rows; with their rows. */
  readonly appeared: readonly (readonly [value: string, rows: number])[]
  readonly vanished: readonly (readonly [value: string, rows: number])[]
  /** How many others came and went, which are not shown. */
  readonly rareAppeared: number
  readonly rareVanished: number
}

/** What may be seen of a column's values. */
export interface PictureRule {
  /** A value of fewer rows may be somebody's own. */
  readonly minRows: number
  /** False of a column whose values are nobody's business. */
  readonly areValuesShown: boolean
}

const anyValues: PictureRule = { minRows: 20, areValuesShown: true }
const maxBars = 8
const maxNamed = 10
const none = { values: 0, reference: 0, current: 0 } as const

/** Null of a column that is gone or not judged. */
export function pictureOf(column: DriftColumn | undefined, rule: PictureRule = anyValues): DriftPicture | null {
  if (!column || column.kind === 'not judged') return null
  const picture = column.kind === 'number' ? pictureNumbers(column.numbers) : pictureCategories(column.categories, rule)
  return picture && !rule.areValuesShown ? { ...picture, bins: [] } : picture
}

function pictureCategories(categories: readonly CategoryCount[], rule: PictureRule): DriftPicture {
  const { minRows, areValuesShown } = rule
  const isCommon = (rows: number) => rows === 0 || rows >= minRows
  const totals = { reference: rowsOf(categories, 'reference'), current: rowsOf(categories, 'current') }
  const shareOf = ({ reference, current }: CategoryCount) =>
    Math.max(reference / Math.max(1, totals.reference), current / Math.max(1, totals.current))
  const shown = categories
    .filter((one) => isCommon(one.reference) && isCommon(one.current))
    .toSorted((one, other) => shareOf(other) - shareOf(one))
    .slice(0, maxBars)
  const only = (side: 'reference' | 'current', other: 'reference' | 'current') => {
    const all = categories.filter((one) => one[other] === 0 && one[side] > 0)
    const named = areValuesShown ? all.filter((one) => one[side] >= minRows).slice(0, maxNamed) : []
    return { named: named.map((one) => [one.value, one[side]] as const), rare: all.length - named.length }
  }
  const [appeared, vanished] = [only('current', 'reference'), only('reference', 'current')]
  return {
    bins: shown.map(({ value }) => value),
    reference: shown.map(({ reference }) => reference),
    current: shown.map(({ current }) => current),
    others: {
      values: categories.length - shown.length,
      reference: totals.reference - rowsOf(shown, 'reference'),
      current: totals.current - rowsOf(shown, 'current'),
    },
    appeared: appeared.named,
    vanished: vanished.named,
    rareAppeared: appeared.rare,
    rareVanished: vanished.rare,
  }
}

function rowsOf(categories: readonly CategoryCount[], side: 'reference' | 'current'): number {
  return sum(categories.map((one) => one[side]))
}

function pictureNumbers({ histogram }: NumberComparison): DriftPicture | null {
  if (!histogram) return null
  const { edges: bins, reference, current } = histogram
  return { bins, reference, current, others: none, appeared: [], vanished: [], rareAppeared: 0, rareVanished: 0 }
}
