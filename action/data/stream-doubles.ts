import type { DuckDBConnection, DuckDBDataChunk, DuckDBVector } from '@duckdb/node-api'
import type { RowsToRead } from './compare-columns.ts'

type Stream = Awaited<ReturnType<DuckDBConnection['stream']>>

/** Some of the columns of a relation. */
export function selectNumbers({ relation, numbers }: RowsToRead, from: number, count: number): string {
  return `SELECT ${numbers.slice(from, from + count).join(', ')} FROM ${relation}`
}

/** Arrays for a stream's columns, of so many rows each; `isShared` with other threads. */
export function doubleColumns(count: number, rows: number, isShared = false): Float64Array[] {
  const bytes = rows * Float64Array.BYTES_PER_ELEMENT
  return Array.from({ length: count }, () =>
    isShared ? new Float64Array(new SharedArrayBuffer(bytes)) : new Float64Array(rows),
  )
}

/** Moves all rows of a SELECT of DOUBLEs without NULL into arrays that have room for them. Answers how many rows there were. */
export async function fillColumns(columns: readonly Float64Array[], stream: Stream): Promise<number> {
  let end = 0
  await eachChunk(stream, (parts, rows) => {
    for (const [index, part] of parts.entries()) columns[index]?.set(part, end)
    end += rows
  })
  return end
}

/** The columns of a few rows after the other of a SELECT of DOUBLEs without NULL, to be taken before the next come. */
export async function eachChunk(stream: Stream, take: (columns: readonly Float64Array[], rows: number) => void) {
  const count = stream.columnCount
  for await (const chunk of chunksOf(stream)) {
    take(
      Array.from({ length: count }, (_, index) => doublesOf(chunk.getColumnVector(index))),
      chunk.rowCount,
    )
  }
}

/** The chunks of a stream; while one is gone through, the next is on its way, on another thread. */
export async function* chunksOf(stream: Stream): AsyncGenerator<DuckDBDataChunk> {
  const fetch = () => {
    const chunk = stream.fetchChunk()
    // Whoever waits for it is told.
    chunk.catch(() => {})
    return chunk
  }
  let next = fetch()
  try {
    for (;;) {
      const chunk = await next
      if (!chunk || chunk.rowCount === 0) return
      next = fetch()
      yield chunk
    }
  } finally {
    // Nothing may be under way when the engine is closed.
    await next.catch(() => {})
  }
}

/** The numbers where they lie: one by one would take ten times as long. */
function doublesOf(vector: DuckDBVector): Float64Array {
  const items: unknown = Reflect.get(vector, 'items')
  if (!(items instanceof Float64Array)) throw new Error('DuckDB gave no DOUBLE; expected a column of them')
  return items
}
