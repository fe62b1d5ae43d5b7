import { availableParallelism } from 'node:os'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { NumberComparison } from '../stats/compare-sorted.ts'
import { compareLongColumns } from './compare-long-columns.ts'
import { openNumberThreads } from './number-threads.ts'
import { doubleColumns, fillColumns, selectNumbers } from './stream-doubles.ts'

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

/** What a comparison may take of the machine; what it finds does not depend on it. */
export interface ComparisonLimits {
  /** So many numbers of a side are held at once, 8 bytes each, where a column has no more of them. */
  readonly numbersAtOnce: number
  /** Starting a thread takes as long as sorting and comparing so many numbers. */
  readonly numbersWorthAThread: number
  readonly maxThreads: number
  /** More rows of a side are sorted in files, of so many at a time. */
  readonly mostRows: number
  readonly rowsAtOnce: number
}

const usualLimits: ComparisonLimits = {
  numbersAtOnce: 2_000_000,
  numbersWorthAThread: 5_000_000,
  // The engine reads meanwhile.
  maxThreads: Math.min(3, availableParallelism() - 1),
  mostRows: 12_000_000,
  rowsAtOnce: 4_000_000,
}
/** A chunk of more columns brings nothing. */
const columnsAtOnce = 64

/** Room for a few columns of both sides. */
interface Room {
  readonly left: readonly Float64Array[]
  readonly right: readonly Float64Array[]
  /** Settles once nobody reads what it holds. */
  free: Promise<unknown>
}

/**
 * Compares the pairs, few columns at a time: while other threads sort and compare these, this one takes the next ones from
 * the engine, which reads them on its own. Two connections that are free for it.
 */
export async function compareColumns(
  [one, other]: readonly DuckDBConnection[],
  asked: ColumnsToCompare,
  folder: string,
  limits: Partial<ComparisonLimits> = {},
): Promise<NumberComparison[]> {
  const { numbersAtOnce, numbersWorthAThread, maxThreads, mostRows, rowsAtOnce } = { ...usualLimits, ...limits }
  const { reference, current } = asked
  if (!one || !other) throw new Error('Two connections compare columns; expected an engine with readAhead')
  const pairs = reference.numbers.length
  const rows = Math.max(reference.rows, current.rows)
  if (rows > mostRows) return await compareLongColumns(one, asked, folder, rowsAtOnce)
  const perBatch = Math.max(1, Math.min(columnsAtOnce, pairs, Math.floor(numbersAtOnce / rows)))
  const wanted = Math.floor(((reference.rows + current.rows) * pairs) / numbersWorthAThread)
  const count = Math.min(wanted, perBatch, maxThreads)
  await using threads = openNumberThreads(count)
  const open = async (from: number) =>
    await Promise.all([
      one.stream(selectNumbers(reference, from, perBatch)),
      other.stream(selectNumbers(current, from, perBatch)),
    ])
  // Used again and again: one is filled while the other is sorted.
  const rooms = Array.from({ length: count > 0 ? 2 : 1 }, (): Room => {
    const [left, right] = [doubleColumns(perBatch, rows, count > 0), doubleColumns(perBatch, rows, count > 0)]
    return { left, right, free: Promise.resolve() }
  })
  const compared: Promise<NumberComparison>[] = []
  let next = pairs > 0 ? await open(0) : undefined
  for (let from = 0; next; from += perBatch) {
    const [streams, room] = [next, rooms.shift()]
    if (!room) break
    rooms.push(room)
    await room.free
    const [n, m] = [await fillColumns(room.left, streams[0]), await fillColumns(room.right, streams[1])]
    next = from + perBatch < pairs ? await open(from + perBatch) : undefined
    const batch = room.left.slice(0, pairs - from).map(async (left, column) => {
      const right = room.right[column] ?? new Float64Array()
      return await threads.compare({ reference: left.subarray(0, n), current: right.subarray(0, m) })
    })
    compared.push(...batch)
    room.free = Promise.all(batch)
    // Whoever waits for it is told.
    room.free.catch(() => {})
  }
  return await Promise.all(compared)
}
