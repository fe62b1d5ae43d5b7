import { byBytes } from '../base/byte-order.ts'
import type { NumberCounts } from '../stats/number-counts.ts'
import { mergeNumberCounts } from '../stats/number-counts.ts'
import { sum } from '../stats/sum.ts'
import type { CategoryCounts, ColumnBlock } from './column-block.ts'
import { areIds, maxCategories, type NotJudged } from './drift-column.ts'
import { type BlockedColumn, type DataBlock, rowsOfBlock } from './drift-reference.ts'
import { cellsOf, countInCells, mostLostInCells, mostRanges, type NumberCells, numbersOfCells } from './number-cells.ts'
import type { Window } from './windows.ts'

/**
 * What a model learned, as it may be kept with it: counts of each column in blocks of time, and no value that fewer rows hold
 * than `minCount`.
 */
export interface StoredReference {
  readonly minCount: number
  /** How long a block is, in milliseconds. */
  readonly blockMs: number
  /** The oldest first. */
  readonly blocks: readonly (Window & { readonly rows: number })[]
  readonly columns: readonly StoredColumn[]
}

export type StoredColumn = { readonly name: string } & (
  | {
      readonly kind: 'number'
      readonly cells: NumberCells
      /** Of each block: rows at each place of the cells, in order, and those that hold −∞, +∞ or nothing. */
      readonly blocks: readonly (StoredRows & {
        readonly counts: readonly number[]
        readonly minusInfinity: number
        readonly plusInfinity: number
      })[]
    }
  | {
      readonly kind: 'category'
      /** Ascending by their bytes. */
      readonly values: readonly string[]
      /** Of each block: rows of each value, in order, then those of all rarer ones together. */
      readonly blocks: readonly (StoredRows & { readonly counts: readonly number[] })[]
    }
  | { readonly kind: 'not judged'; readonly because: NotJudged }
)

interface StoredRows {
  readonly missing: number
}

/** What all values are called together that fewer rows of the reference hold than may be told. */
export const rarerValues = '(rarer values)'

/** As many keys tell the numbers of all blocks apart before they are put into cells. */
const maxKeys = 4096

/** So many counts are some ten megabytes. Of very many columns and blocks each column has fewer ranges, and this many at least. */
const mostCounts = 3_000_000
const fewestRanges = 32

/** Keeps what may be kept of blocks, the oldest first, whose columns are the same. */
export function storeReference(blocks: readonly DataBlock[], blockMs: number, minCount: number): StoredReference {
  const names = [...new Set(blocks.flatMap(({ columns }) => [...columns.keys()]))]
  const ranges = rangesFor(names.length * blocks.length)
  return {
    minCount,
    blockMs,
    blocks: blocks.map((block) => ({ sinceMs: block.sinceMs, untilMs: block.untilMs, rows: rowsOfBlock(block) })),
    columns: names.map((name) => {
      const parts = blocks.map(({ columns }) => columns.get(name))
      return { name, ...storeColumn(parts, minCount, ranges) }
    }),
  }
}

/** Ranges that each column of numbers is cut into where there are so many blocks of columns. */
export function rangesFor(columnBlocks: number): number {
  return Math.max(fewestRanges, Math.min(mostRanges, Math.floor(mostCounts / Math.max(1, columnBlocks))))
}

type Stored<Kind extends StoredColumn['kind']> = Omit<Extract<StoredColumn, { kind: Kind }>, 'name'>

function storeColumn(
  parts: readonly (BlockedColumn | undefined)[],
  minCount: number,
  ranges: number,
): Stored<'number'> | Stored<'category'> | Stored<'not judged'> {
  const reason = parts.find((part) => part && 'because' in part)
  if (reason && 'because' in reason) return { kind: 'not judged', because: reason.because }
  const blocks = parts.flatMap((part) => (part && 'values' in part ? [part] : []))
  if (blocks.length < parts.length) return { kind: 'not judged', because: 'it holds nothing on either side' }
  const values = blocks.map((block) => block.values)
  const numbers = values.filter((value) => value.kind === 'number')
  if (numbers.length === blocks.length) return storeNumbers(blocks, numbers, minCount, ranges)
  const texts = values.filter((value) => value.kind === 'category')
  const ids = { kind: 'not judged', because: 'most rows have a value of their own: an id or free text' } as const
  return texts.length === blocks.length ? (storeTexts(blocks, texts, minCount) ?? ids) : ids
}

function storeNumbers(
  blocks: readonly ColumnBlock[],
  numbers: readonly NumberCounts[],
  minCount: number,
  ranges: number,
): Stored<'number'> {
  const cells = cellsOf(mergeNumberCounts(numbers, maxKeys), minCount, ranges)
  const counts = numbers.map((part) => countInCells(cells, part))
  const totals = numbersOfCells(cells).map((_, place) => counts.reduce((all, one) => all + (one[place] ?? 0), 0))
  for (const [place, total] of totals.entries()) {
    // Between two numbers of many rows: these few count as one of them.
    const other = place > 0 ? place - 1 : 1
    if (total === 0 || total >= minCount || other >= totals.length) continue
    for (const one of counts) {
      one[other] = (one[other] ?? 0) + (one[place] ?? 0)
      one[place] = 0
    }
  }
  return {
    kind: 'number',
    cells,
    blocks: blocks.map((block, index) => ({
      missing: block.missing,
      counts: [...(counts[index] ?? [])],
      minusInfinity: numbers[index]?.minusInfinity ?? 0,
      plusInfinity: numbers[index]?.plusInfinity ?? 0,
    })),
  }
}

/** Undefined of what is no category. */
function storeTexts(
  blocks: readonly ColumnBlock[],
  texts: readonly CategoryCounts[],
  minCount: number,
): Stored<'category'> | undefined {
  const totals = new Map<string, number>()
  for (const { values } of texts) for (const [value, rows] of values) totals.set(value, (totals.get(value) ?? 0) + rows)
  const filled = [...totals.values()].reduce((all, rows) => all + rows, 0)
  if (totals.size > maxCategories || areIds(totals.size, filled)) return undefined
  const named = [...totals].flatMap(([value, rows]) => (rows >= minCount && value !== rarerValues ? [value] : []))
  const values = named.sort(byBytes)
  return {
    kind: 'category',
    values,
    blocks: blocks.map(({ missing }, index) => ({ missing, counts: countTexts(values, texts[index]) })),
  }
}

function countTexts(values: readonly string[], counted: CategoryCounts | undefined): number[] {
  const rowsOfValue = new Map(counted?.values)
  const counts = values.map((value) => rowsOfValue.get(value) ?? 0)
  return [...counts, sum([...rowsOfValue.values()]) - sum(counts)]
}

/** The blocks of a reference, as the rule takes them. */
export function blocksOfReference({ blocks, columns }: StoredReference): DataBlock[] {
  const numbers = new Map(
    columns.flatMap((column) => (column.kind === 'number' ? [[column.name, numbersOfCells(column.cells)]] : [])),
  )
  return blocks.map(({ rows, ...window }, index) => {
    const own = columns.map((column): [string, BlockedColumn] => {
      if (column.kind === 'not judged') return [column.name, { because: column.because }]
      if (column.kind === 'category') {
        const { missing = 0, counts = [] } = column.blocks[index] ?? {}
        const values = [...column.values, rarerValues].map((value, place) => [value, counts[place] ?? 0] as const)
        return [column.name, { rows, missing, unreadable: 0, values: categories(values) }]
      }
      const { missing, counts, ...infinities } = column.blocks[index] ?? noNumbers
      const values = numbersAt(numbers.get(column.name) ?? new Float64Array(), counts)
      return [column.name, { rows, missing, unreadable: 0, values: { ...values, ...infinities } }]
    })
    return { ...window, columns: new Map(own) }
  })
}

const noNumbers = { missing: 0, counts: [], minusInfinity: 0, plusInfinity: 0 } as const

/** A window in which nothing came. */
export function emptyBlock({ columns }: StoredReference, { sinceMs, untilMs }: Window): DataBlock {
  const nothing = { rows: 0, missing: 0, unreadable: 0 }
  const own = columns.map((column): [string, BlockedColumn] => {
    if (column.kind === 'not judged') return [column.name, { because: column.because }]
    const values = column.kind === 'number' ? numbersAt(new Float64Array(), []) : categories([])
    return [column.name, { ...nothing, values }]
  })
  return { sinceMs, untilMs, columns: new Map(own) }
}

/** A window told in the terms of a reference, so that both can be compared. */
export interface WindowInCells {
  readonly block: DataBlock
  /** By column, the values that the reference does not tell apart from rarer ones, of at least `minCount` rows; most rows first. */
  readonly appeared: ReadonlyMap<string, readonly (readonly [value: string, rows: number])[]>
}

/** Columns that the reference has not, stay as they are. */
export function windowInCells({ columns, minCount }: StoredReference, window: DataBlock): WindowInCells {
  const known = new Map(columns.map((column) => [column.name, column]))
  const appeared = new Map<string, [string, number][]>()
  const own = [...window.columns].map(([name, block]): [string, BlockedColumn] => {
    const column = known.get(name)
    if (!column || 'because' in block) return [name, block]
    if (column.kind === 'not judged') return [name, { because: column.because }]
    const { values } = block
    if (column.kind === 'number' && values.kind === 'number') {
      const counted = numbersAt(numbersOfCells(column.cells), [...countInCells(column.cells, values)])
      const { minusInfinity, plusInfinity } = values
      return [name, { ...block, values: { ...counted, minusInfinity, plusInfinity } }]
    }
    if (column.kind !== 'category' || values.kind !== 'category') {
      return [name, { because: 'it holds another kind of values than what was learned' }]
    }
    const isKnown = new Set(column.values)
    const counts = countTexts(column.values, values)
    const named = [...column.values, rarerValues].map((value, place) => [value, counts[place] ?? 0] as const)
    const others = values.values.filter(([value, rows]) => !isKnown.has(value) && rows >= minCount)
    appeared.set(
      name,
      others.map(([value, rows]): [string, number] => [value, rows]).sort(([, one], [, other]) => other - one),
    )
    return [name, { ...block, values: categories(named) }]
  })
  return { block: { ...window, columns: new Map(own) }, appeared }
}

/** By how much D of each column of numbers may be more than what cells show of a window. */
export function mostLostOf({ columns }: StoredReference, window: DataBlock): ReadonlyMap<string, number> {
  return new Map(
    columns.flatMap((column): [string, number][] => {
      const block = window.columns.get(column.name)
      if (column.kind !== 'number' || !block || !('values' in block) || block.values.kind !== 'number') return []
      const { cells, blocks } = column
      const learned = numbersOfCells(cells).map((_, place) => sum(blocks.map(({ counts }) => counts[place] ?? 0)))
      return [[column.name, mostLostInCells(cells, learned, countInCells(cells, block.values))]]
    }),
  )
}

function numbersAt(numbers: Float64Array, counts: readonly number[]): NumberCounts {
  const isThere = (_: number, place: number) => (counts[place] ?? 0) > 0
  return {
    kind: 'number',
    bits: 64,
    values: numbers.filter(isThere),
    counts: Float64Array.from(counts.filter((count) => count > 0)),
    minusInfinity: 0,
    plusInfinity: 0,
  }
}

function categories(values: readonly (readonly [value: string, rows: number])[]): CategoryCounts {
  const there = values.filter(([, rows]) => rows > 0)
  return { kind: 'category', values: there.sort(([one], [other]) => byBytes(one, other)) }
}
