import type { DuckDBConnection, DuckDBVector } from '@duckdb/node-api'

type Stream = Awaited<ReturnType<DuckDBConnection['stream']>>

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
  for (;;) {
    const chunk = await stream.fetchChunk()
    if (!chunk || chunk.rowCount === 0) return end
    for (let index = 0; index < stream.columnCount; index += 1) {
      columns[index]?.set(doublesOf(chunk.getColumnVector(index)), end)
    }
    end += chunk.rowCount
  }
}

/** The numbers where they lie: one by one would take ten times as long. */
function doublesOf(vector: DuckDBVector): Float64Array {
  const items: unknown = Reflect.get(vector, 'items')
  if (!(items instanceof Float64Array)) throw new Error('DuckDB gave no DOUBLE; expected a column of them')
  return items
}
