import { type NumberCounts, prefixOf } from '../stats/number-counts.ts'
import { sum } from '../stats/sum.ts'

/**
 * A line of numbers cut into places: ranges of at least so many rows each, and between them single numbers that many rows
 * hold. No number of fewer rows can be read off it: ranges meet at the roundest number, in bits, between two that came.
 */
export type NumberCells = readonly CellMark[]

/** Ascending by `at`. */
export interface CellMark {
  readonly at: number
  /** Whether that number is a place of its own, between two ranges; else two ranges meet there. */
  readonly isPlace: boolean
}

/** With so many ranges, none of a smooth column holds more than some 0.4 % of its rows. */
export const mostRanges = 256

/** Where to cut so that about `ranges` are left, each of at least `minCount` of these rows but between two numbers that are places. */
export function cellsOf(
  { bits, values, counts }: NumberCounts,
  minCount: number,
  ranges: number = mostRanges,
): NumberCells {
  const enough = Math.max(minCount, sum(counts) / ranges)
  const marks: CellMark[] = []
  /** Rows since the last mark. */
  let held = 0
  const dropThinRange = () => {
    if (held < minCount && marks.at(-1)?.isPlace === false) marks.pop()
  }
  for (const [index, value] of values.entries()) {
    const count = counts[index] ?? 0
    // A prefix of bits stands for several numbers: none of them is known by itself.
    if (bits >= 64 && count >= enough) {
      if (held > 0) dropThinRange()
      marks.push({ at: value, isPlace: true })
      held = 0
      continue
    }
    if (held >= enough) {
      marks.push({ at: roundestBetween(values[index - 1] ?? value, value), isPlace: false })
      held = 0
    }
    held += count
  }
  if (held > 0) dropThinRange()
  return marks
}

/** How many of these numbers lie at each place, in order; without infinities. */
export function countInCells(cells: NumberCells, counts: NumberCounts): Float64Array {
  const starts = placesBefore(cells)
  const found = new Float64Array((starts.at(-1) ?? 0) + 1)
  const prefixes = cells.map(({ at }) => prefixOf(at, counts.bits))
  for (const [index, value] of counts.values.entries()) {
    const place = placeOf(value, counts.bits < 64 ? prefixes : undefined, cells, starts)
    found[place] = (found[place] ?? 0) + (counts.counts[index] ?? 0)
  }
  return found
}

/** A number for each place, ascending: the number that it is, or one within the range. */
export function numbersOfCells(cells: NumberCells): Float64Array {
  const numbers: number[] = [cells[0] ? below(cells) : 0]
  for (const [index, { at, isPlace }] of cells.entries()) {
    if (isPlace) numbers.push(at)
    const next = cells[index + 1]
    numbers.push(next ? at / 2 + next.at / 2 : above(cells))
  }
  return Float64Array.from(numbers)
}

/**
 * By how much D of two sides, counted in cells, is less than D of their numbers, at most: the largest min(f, g) of a range, f
 * and g being the shares of both sides in it. A place that is one number loses nothing.
 */
export function mostLostInCells(cells: NumberCells, reference: Float64Array, current: Float64Array): number {
  const [n, m] = [Math.max(1, sum(reference)), Math.max(1, sum(current))]
  const starts = placesBefore(cells)
  const numbers = new Set(cells.flatMap(({ isPlace }, index) => (isPlace ? [(starts[index] ?? 0) + 1] : [])))
  return reference.reduce((most, rows, place) => {
    return numbers.has(place) ? most : Math.max(most, Math.min(rows / n, (current[place] ?? 0) / m))
  }, 0)
}

/** The place before each mark, and the last. */
function placesBefore(cells: NumberCells): number[] {
  const starts = [0]
  for (const { isPlace } of cells) starts.push((starts.at(-1) ?? 0) + (isPlace ? 2 : 1))
  return starts
}

/**
 * A number at an edge lies in the range away from 0, as the prefixes of bits do. Of numbers that a prefix stands for, the
 * first place with that prefix is as good as any.
 */
function placeOf(
  value: number,
  prefixes: readonly number[] | undefined,
  cells: NumberCells,
  starts: readonly number[],
): number {
  let [from, to] = [0, cells.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if ((prefixes?.[middle] ?? cells[middle]?.at ?? 0) < value) from = middle + 1
    else to = middle
  }
  const start = starts[from] ?? 0
  for (let at = from; at < cells.length && (prefixes?.[at] ?? cells[at]?.at) === value; at += 1) {
    if (cells[at]?.isPlace) return (starts[at] ?? 0) + 1
  }
  const isAtEdge = (prefixes?.[from] ?? cells[from]?.at) === value
  return isAtEdge && value >= 0 ? start + 1 : start
}

/** The number of fewest bits p with one < p ≤ other, or, where both are below 0, one ≤ p < other. */
function roundestBetween(one: number, other: number): number {
  if (other <= 0) return -roundestBetween(-other, -one)
  if (one < 0) return 0
  for (let bits = 2; bits < 64; bits += 1) {
    const prefix = prefixOf(other, bits)
    if (prefix > one) return prefix
  }
  return other
}

function below(cells: NumberCells): number {
  const [first, second] = [cells[0]?.at ?? 0, cells[1]?.at]
  return beyond(first, second === undefined ? -1 : first - second)
}

function above(cells: NumberCells): number {
  const [last, before] = [cells.at(-1)?.at ?? 0, cells.at(-2)?.at]
  return beyond(last, before === undefined ? 1 : last - before)
}

/** Another number, also where the step is too small to be seen, or leads out of all numbers. */
function beyond(from: number, step: number): number {
  const found = from + step
  if (found !== from && Number.isFinite(found)) return found
  return step < 0 ? -Number.MAX_VALUE : Number.MAX_VALUE
}
