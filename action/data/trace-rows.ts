import type { Contract } from '../project/contract.ts'
import { describeFiles } from './describe-files.ts'
import type { Engine } from './engine.ts'
import { quoteName, quoteText } from './quote.ts'
import { castTo, fileColumn, numberColumn, rawRelation, rowIdColumn, typedRelation } from './read-source.ts'
import type { DescribedFile, SourceFile } from './source-file.ts'

export interface TracedRow {
  /** As text. */
  readonly id: string
  /** Where the data holds the row, its number from 1; undefined where its files are not at hand. */
  readonly source?: { readonly file: string; readonly row: number }
}

export interface Trace {
  /** A stage's output. */
  readonly output: DescribedFile
  /** Its rows that are asked for, by number from 1. */
  readonly numbers: readonly number[]
  /** The column that names rows; without one, `_row`. */
  readonly id: string | undefined
  /** The data's own contract, which types the id. */
  readonly contract: Contract
  /** The pinned files; none where they are not at hand. */
  readonly sources: readonly SourceFile[]
}

/** From rows of a stage's output to the rows of the data that they were made of, by id; by row number, which may lack some. */
export async function traceRows(engine: Engine, trace: Trace): Promise<ReadonlyMap<number, TracedRow>> {
  const { output, numbers, id = rowIdColumn, sources } = trace
  const found = new Map<number, TracedRow>()
  if (numbers.length === 0 || !output.columns.some(({ name }) => name === id)) return found
  const rows = await engine.query<{ number: number; id: string | null }>(
    `SELECT ${numberColumn} AS number, CAST(${quoteName(id)} AS VARCHAR) AS id
     FROM ${rawRelation([output], { withPlace: true })} WHERE ${numberColumn} IN (${numbers.join(', ')})`,
  )
  const ids = rows.flatMap((row) => (row.id === null ? [] : [row.id]))
  const places = sources.length === 0 ? new Map() : await findPlaces(engine, trace, ids)
  for (const { number, id: text } of rows) {
    if (text === null) continue
    const source = places.get(text)
    found.set(number, { id: text, ...(source && { source }) })
  }
  return found
}

async function findPlaces(
  engine: Engine,
  { id, contract, sources }: Trace,
  ids: readonly string[],
): Promise<Map<string, { file: string; row: number }>> {
  const described = await describeFiles(engine, sources)
  const column = contract.columns.find(({ name }) => name === id)
  if (!described.ok || ids.length === 0 || (id !== undefined && !column)) return new Map()
  const columns = column ? [column] : []
  const name = column ? quoteName(column.name) : rowIdColumn
  const wanted = ids.map((text) => (column ? castTo(column.logicalType, quoteText(text), 'VARCHAR') : quoteText(text)))
  const relation = typedRelation(described.value, { ...contract, columns }, { withPlace: true, withRowId: !column })
  const rows = await engine.query<{ id: string; file: string; row: number }>(
    `SELECT CAST(${name} AS VARCHAR) AS id, ${fileColumn} AS file, ${numberColumn} AS row
     FROM ${relation} WHERE ${name} IN (${wanted.join(', ')})`,
  )
  return new Map(rows.map(({ id: text, file, row }) => [text, { file, row }]))
}
