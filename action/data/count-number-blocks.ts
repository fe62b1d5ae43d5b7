import type { DuckDBConnection } from '@duckdb/node-api'

import { countNumbers, type NumberCounts } from '../stats/number-counts.ts'
import { sortNumbers } from '../stats/sort-numbers.ts'
import type { RowsToRead } from './compare-columns.ts'
import { doubleColumns, fillColumns } from './stream-doubles.ts'

/** Columns of numbers, each row in a block. */
export interface NumbersToCount extends RowsToRead {
  /** SQL of a DOUBLE without NULL: the number of a row's block; NaN of a row that is in none. */
  readonly block: string
  /** With more blocks nothing is counted. */
  readonly mostBlocks: number
}

export interface NumberBlocks {
  /** Ascending; those that hold rows. */
  readonly blocks: readonly number[]
  /** Of each column, in the order that was asked for. */
  readonly columns: readonly NumberColumnBlocks[]
}

export interface NumberColumnBlocks {
  /** Of each block. */
  readonly counts: readonly NumberCounts[]
  /** Whether it holds whole numbers alone that all differ, over all blocks. */
  readonly isOnceEach: boolean
}

/** So many numbers are held at once, 8 bytes each, where a column has no more of them. */
const numbersAtOnce = 4_000_000
const columnsAtOnce = 64

/** Counts numbers block by block, few columns at a time. Undefined where there are too many blocks. */
export async function countNumberBlocks(
  connection: DuckDBConnection,
  asked: NumbersToCount,
): Promise<NumberBlocks | undefined> {
  const { relation, rows, numbers, block, mostBlocks } = asked
  const perBatch = Math.max(1, Math.min(columnsAtOnce, numbers.length, Math.floor(numbersAtOnce / Math.max(1, rows))))
  const held = doubleColumns(perBatch + 1, rows)
  const grouped = new Float64Array(rows)
  const counted: NumberColumnBlocks[] = []
  let blocks: readonly number[] = []
  for (let from = 0; from === 0 || from < numbers.length; from += perBatch) {
    const batch = numbers.slice(from, from + perBatch)
    const stream = await connection.stream(`SELECT ${[block, ...batch].join(', ')} FROM ${relation}`)
    const [own = new Float64Array(), ...columns] = held
    const end = await fillColumns(held, stream)
    const plan = planBlocks(own.subarray(0, end), mostBlocks)
    if (!plan) return undefined
    blocks = plan.blocks
    for (const column of columns.slice(0, batch.length)) counted.push(countColumn(column, plan, grouped))
  }
  return { blocks, columns: counted }
}

/** Which row belongs where once rows are in the order of their blocks. */
interface BlockPlan {
  readonly blocks: readonly number[]
  /** Of each block the place of its first row, and at the end that after the last. */
  readonly starts: readonly number[]
  /** Of each row its place; of those in no block, after all others. */
  readonly places: Uint32Array
}

function planBlocks(own: Float64Array, mostBlocks: number): BlockPlan | undefined {
  const rowsOf = new Map<number, number>()
  for (const block of own) {
    if (!Number.isNaN(block)) rowsOf.set(block, (rowsOf.get(block) ?? 0) + 1)
    if (rowsOf.size > mostBlocks) return undefined
  }
  const blocks = [...rowsOf.keys()].sort((a, b) => a - b)
  const starts = [0]
  for (const block of blocks) starts.push((starts.at(-1) ?? 0) + (rowsOf.get(block) ?? 0))
  const next = new Map(blocks.map((block, index) => [block, starts[index] ?? 0]))
  let outside = starts.at(-1) ?? 0
  const places = Uint32Array.from(own, (block) => {
    const place = next.get(block)
    if (place === undefined) return outside++
    next.set(block, place + 1)
    return place
  })
  return { blocks, starts, places }
}

function countColumn(
  column: Float64Array,
  { blocks, starts, places }: BlockPlan,
  grouped: Float64Array,
): NumberColumnBlocks {
  for (const [row, place] of places.entries()) grouped[place] = column[row] ?? Number.NaN
  let isOnceEach = true
  const counts = blocks.map((_, index) => {
    const [from, to] = [starts[index] ?? 0, starts[index + 1] ?? 0]
    const sorted = sortNumbers(grouped.subarray(from, to))
    isOnceEach &&= isAscendingByWholes(sorted)
    return countNumbers(sorted)
  })
  // Only where no block says otherwise are all of them sorted together.
  const end = starts.at(-1) ?? 0
  const whole = column.subarray(0, places.length).filter((_, row) => (places[row] ?? end) < end)
  return { counts, isOnceEach: isOnceEach && isAscendingByWholes(sortNumbers(whole)) }
}

function isAscendingByWholes(sorted: Float64Array): boolean {
  return sorted.every((value, index) => Number.isSafeInteger(value) && value !== sorted[index - 1])
}
