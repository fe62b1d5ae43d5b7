import type { DuckDBConnection, DuckDBVector } from '@duckdb/node-api'

import type { DistinctSample } from '../stats/distinct-sample.ts'
import type { NumberTally } from '../stats/number-tally.ts'
import { numberCollector } from '../stats/tally-numbers.ts'
import { type NumberVector, rowCollector } from './sample-rows.ts'
import { chunksOf } from './stream-doubles.ts'

/** Columns of numbers of one relation, and its rows. */
export interface RowsToTally {
  /** What SELECT … FROM takes. */
  readonly relation: string
  /** SQL of a DOUBLE, NULL where a row has none. */
  readonly numbers: readonly string[]
  /** SQL of a UBIGINT that is equal for rows that hold the same. */
  readonly rowHash: string
  /** Which of the first `columnsAScan` numbers stand beside the rows that are sampled. */
  readonly noted: readonly number[]
  /** So many different rows are sampled, at most. */
  readonly mostRows: number
}

export interface RowsTally {
  /** In the order that was asked for. */
  readonly tallies: readonly NumberTally[]
  readonly sample: DistinctSample
  /** The noted numbers of the sampled rows, row after row: thousands of arrays take longer to send than to make. */
  readonly notes: Float64Array
}

/** Each collects in up to 460 KB. */
export const columnsAScan = 256

/** Tallies columns while the engine reads on by itself; the first scan samples the rows, too. A connection that is free for it. */
export async function tallyColumns(
  connection: DuckDBConnection | undefined,
  { relation, numbers, rowHash, noted, mostRows }: RowsToTally,
): Promise<RowsTally> {
  if (!connection) throw new Error('A connection of its own tallies columns; expected an engine with readAhead')
  const rows = rowCollector(mostRows)
  const tallies: NumberTally[] = []
  for (let from = 0; from === 0 || from < numbers.length; from += columnsAScan) {
    const some = numbers.slice(from, from + columnsAScan)
    const hash = from === 0 ? [`CAST(${rowHash} >> 11 AS DOUBLE)`] : []
    const collectors = some.map(() => numberCollector())
    const stream = await connection.stream(`SELECT ${[...some, ...hash].join(', ')} FROM ${relation}`)
    for await (const chunk of chunksOf(stream)) {
      const vectors = collectors.map((collector, index) => {
        const vector = numbersOf(chunk.getColumnVector(index))
        collector.add(vector.values, vector.areThere)
        return vector
      })
      if (from > 0) continue
      const beside = noted.flatMap((index) => vectors[index] ?? [])
      rows.add(numbersOf(chunk.getColumnVector(some.length)).values, beside)
    }
    for (const collector of collectors) tallies.push(collector.collected())
  }
  const { notes, ...sample } = rows.collected()
  const flat = new Float64Array(notes.length * noted.length)
  for (const [row, note] of notes.entries()) flat.set(note, row * noted.length)
  return { tallies, sample: { ...sample, notes: [] }, notes: flat }
}

/** The sampled rows, each with its numbers. */
export function notedRows({ sample, notes }: RowsTally, width: number): DistinctSample<Float64Array> {
  const own = Array.from(sample.keys, (_, row) => notes.subarray(row * width, (row + 1) * width))
  return { ...sample, notes: own }
}

/** The numbers where they lie: one by one would take ten times as long. */
function numbersOf(vector: DuckDBVector): NumberVector {
  const values: unknown = Reflect.get(vector, 'items')
  if (!(values instanceof Float64Array)) throw new Error('DuckDB gave no DOUBLE; expected a column of them')
  const bits: unknown = Reflect.get(Object(Reflect.get(vector, 'validity')), 'data')
  if (!(bits instanceof BigUint64Array)) return { values }
  return { values, areThere: new Uint8Array(bits.buffer, bits.byteOffset, bits.byteLength) }
}
