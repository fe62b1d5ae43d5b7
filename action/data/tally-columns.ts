import type { DuckDBConnection, DuckDBVector } from '@duckdb/node-api'

import { type NumberCollector, type NumberTally, numberCollector } from '../stats/number-tally.ts'

/** Columns of numbers of one relation. */
export interface NumbersToTally {
  /** What SELECT … FROM takes. */
  readonly relation: string
  /** SQL of a DOUBLE, NULL where a row has none. */
  readonly numbers: readonly string[]
}

/** Columns of one scan: each collects in some 300 KB. */
const columnsAScan = 64

/** Tallies columns while the engine reads on by itself; in the order that was asked for. A connection that is free for it. */
export async function tallyColumns(
  connection: DuckDBConnection | undefined,
  { relation, numbers }: NumbersToTally,
): Promise<NumberTally[]> {
  if (!connection) throw new Error('A connection of its own tallies columns; expected an engine with readAhead')
  const tallies: NumberTally[] = []
  for (let from = 0; from < numbers.length; from += columnsAScan) {
    const some = numbers.slice(from, from + columnsAScan)
    const collectors = some.map(() => numberCollector())
    const stream = await connection.stream(`SELECT ${some.join(', ')} FROM ${relation}`)
    for (;;) {
      const chunk = await stream.fetchChunk()
      if (!chunk || chunk.rowCount === 0) break
      for (const [index, collector] of collectors.entries()) collect(collector, chunk.getColumnVector(index))
    }
    for (const collector of collectors) tallies.push(collector.collected())
  }
  return tallies
}

/** The numbers where they lie: one by one would take ten times as long. */
function collect(collector: NumberCollector, vector: DuckDBVector): void {
  const items: unknown = Reflect.get(vector, 'items')
  if (!(items instanceof Float64Array)) throw new Error('DuckDB gave no DOUBLE; expected a column of them')
  const bits: unknown = Reflect.get(Object(Reflect.get(vector, 'validity')), 'data')
  if (!(bits instanceof BigUint64Array)) return collector.add(items)
  collector.add(items, new Uint8Array(bits.buffer, bits.byteOffset, bits.byteLength))
}
