import { byBytes } from '../base/byte-order.ts'
import { maxListed, type NumberComparison } from '../stats/compare-sorted.ts'

/** Rows of one side. */
export interface SideRows {
  readonly rows: number
  /** Null, or NaN where numbers stand. */
  readonly missing: number
  /** Something else than a number in a column of numbers, than a time in one of times. */
  readonly unreadable: number
}

/** A value of a category, and its rows on both sides. */
export interface CategoryCount {
  readonly value: string
  readonly reference: number
  readonly current: number
}

/** One column in both samples, without their rows; what the rule judges. */
export type DriftColumn = {
  readonly name: string
  readonly reference: SideRows
  readonly current: SideRows
} & (
  | { readonly kind: 'number'; readonly numbers: NumberComparison }
  | { readonly kind: 'category'; readonly categories: readonly CategoryCount[] }
  | { readonly kind: 'not judged'; readonly because: NotJudged }
)

const notJudged = [
  'it holds nothing on either side',
  'times move by themselves',
  'each row has a number of its own: an id',
  'most rows have a value of their own: an id or free text',
  'lists and structures are not compared',
  'numbers became times, or times numbers',
  'it holds another kind of values than what was learned',
  'the contract classifies it: nothing is kept of its values',
] as const

/** Why a column is not judged. */
export type NotJudged = (typeof notJudged)[number]

export function isNotJudged(value: unknown): value is NotJudged {
  return notJudged.some((known) => known === value)
}

/** More distinct texts than this are no categories. */
export const maxCategories = 10_000
/** Numbers of at most so many distinct values, in both samples together, are compared as categories. */
export const maxCodes = maxListed.together
/** Below, a column of distinct values may be so by chance. */
export const minIdRows = 100

/** Whether nearly every row has a value of its own. */
export function areIds(distinct: number, filled: number): boolean {
  return distinct > minIdRows && distinct > filled / 2
}

/** Numbers as what they are judged as: few distinct ones are categories, and whole ones that all differ are an id. */
export function numberColumn(
  name: string,
  numbers: NumberComparison,
  sides: Pick<DriftColumn, 'reference' | 'current'>,
): DriftColumn {
  const { distinct, listed, areIntegers, isOnceEach } = numbers
  if (distinct === 0 && sides.reference.unreadable + sides.current.unreadable === 0) {
    return { name, ...sides, kind: 'not judged', because: 'it holds nothing on either side' }
  }
  if (listed && distinct <= maxCodes && distinct > 0) {
    const categories = listed.values.map((value, index) => ({
      value: String(value),
      reference: listed.reference[index] ?? 0,
      current: listed.current[index] ?? 0,
    }))
    return { name, ...sides, kind: 'category', categories }
  }
  // A few new rows show nothing of it, and their numbers are always new.
  const rows = Math.max(sides.reference.rows, sides.current.rows)
  if (areIntegers && isOnceEach && rows > minIdRows) {
    return { name, ...sides, kind: 'not judged', because: 'each row has a number of its own: an id' }
  }
  return { name, ...sides, kind: 'number', numbers }
}

/** Values of both sides in one order: by their rows together, then by text. */
export function pairCategories(
  reference: ReadonlyMap<string, number>,
  current: ReadonlyMap<string, number>,
): CategoryCount[] {
  const names = new Set([...reference.keys(), ...current.keys()])
  return [...names]
    .map((value) => ({ value, reference: reference.get(value) ?? 0, current: current.get(value) ?? 0 }))
    .sort((a, b) => b.reference + b.current - a.reference - a.current || byBytes(a.value, b.value))
}
