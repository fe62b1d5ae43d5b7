import type { DuckDBConnection } from '@duckdb/node-api'
import { compareSorted, type NumberComparison } from '../stats/compare-sorted.ts'
import { sortNumbers } from '../stats/sort-numbers.ts'
import { doubleColumns, fillColumns } from './stream-doubles.ts'

/** Columns of two relations, in pairs. */
export interface ColumnsToCompare {
  readonly reference: RowsToRead
  readonly current: RowsToRead
}

export interface RowsToRead {
  /** What SELECT … FROM takes. */
  readonly relation: string
  readonly rows: number
  /** SQL of a DOUBLE without NULL for each pair; NaN where there is no number. */
  readonly numbers: readonly string[]
}

/** So many numbers of a side are held at once, 8 bytes each, where a column has no more of them. */
const numbersAtOnce = 2_000_000
/** A chunk of more columns brings nothing. */
const columnsAtOnce = 64

/**
 * Compares the pairs, few columns at a time: while these are sorted on this thread, the engine reads the next ones on its
 * own. Two connections that are free for it.
 */
export async function compareColumns(
  [one, other]: readonly DuckDBConnection[],
  { reference, current }: ColumnsToCompare,
): Promise<NumberComparison[]> {
  const pairs = reference.numbers.length
  const rows = Math.max(reference.rows, current.rows)
  const perBatch = Math.max(1, Math.min(columnsAtOnce, pairs, Math.floor(numbersAtOnce / rows)))
  if (!one || !other) throw new Error('Two connections compare columns; expected an engine with readAhead')
  const open = async (from: number) =>
    await Promise.all([
      one.stream(selectNumbers(reference, from, perBatch)),
      other.stream(selectNumbers(current, from, perBatch)),
    ])
  // Used again and again.
  const [left, right] = [doubleColumns(perBatch, rows), doubleColumns(perBatch, rows)]
  const compared: NumberComparison[] = []
  let next = pairs > 0 ? await open(0) : undefined
  for (let from = 0; next; from += perBatch) {
    const streams: NonNullable<typeof next> = next
    const [n, m] = [await fillColumns(left, streams[0]), await fillColumns(right, streams[1])]
    next = from + perBatch < pairs ? await open(from + perBatch) : undefined
    for (let column = 0; column < Math.min(perBatch, pairs - from); column += 1) {
      const sorted = (numbers: readonly Float64Array[], count: number) =>
        sortNumbers((numbers[column] ?? new Float64Array()).subarray(0, count))
      compared.push(compareSorted(sorted(left, n), sorted(right, m)))
    }
  }
  return compared
}

function selectNumbers({ relation, numbers }: RowsToRead, from: number, count: number): string {
  return `SELECT ${numbers.slice(from, from + count).join(', ')} FROM ${relation}`
}
