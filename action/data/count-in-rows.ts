import type { Engine } from './engine.ts'
import type { InferredColumn } from './inferred-model.ts'
import { quoteName } from './quote.ts'

/** A table of typed rows, one a key. */
export interface KeyedTable {
  readonly table: string
  readonly key: readonly string[]
  /** What is counted: not the key. */
  readonly columns: readonly InferredColumn[]
}

export interface CountedInRows {
  readonly rows: number
  /** Rows whose key is whole. */
  readonly filled: number
  /** Rows that find a partner. */
  readonly found: number
  /** As they are once they are joined: a value counts as often as rows find it, and a row without a partner holds none. */
  readonly columns: readonly InferredColumn[]
}

const maxListedValues = 1000
/** Rows that a key stands for. */
const weight = 'plumbline_weight'

/** What the columns of a table are to the rows that it is joined onto, of which `relation` holds the keys. Reads the rows once. */
export async function countInRows(
  engine: Engine,
  { table, key, columns }: KeyedTable,
  relation: string,
): Promise<CountedInRows> {
  const keys = key.map(quoteName).join(', ')
  const isWhole = key.map((name) => `${quoteName(name)} IS NOT NULL`).join(' AND ')
  const [counts, partners] = ['plumbline_keys', 'plumbline_partners']
  await engine.run(
    `CREATE OR REPLACE TEMP TABLE ${counts} AS SELECT ${keys}, count(*) AS ${weight} FROM ${relation} GROUP BY ${keys}`,
  )
  await engine.run(`CREATE OR REPLACE TEMP TABLE ${partners} AS SELECT * FROM ${counts} JOIN ${table} USING (${keys})`)
  const [sums] = await engine.query<Record<'rows' | 'filled' | 'found', number>>(
    `SELECT CAST(coalesce(sum(${weight}), 0) AS BIGINT) AS rows,
       CAST(coalesce(sum(${weight}) FILTER (WHERE ${isWhole}), 0) AS BIGINT) AS filled,
       (SELECT CAST(coalesce(sum(${weight}), 0) AS BIGINT) FROM ${partners}) AS found FROM ${counts}`,
  )
  const { rows, filled, found } = sums ?? { rows: 0, filled: 0, found: 0 }
  const counted: InferredColumn[] = []
  for (const column of columns) counted.push(await countColumn(engine, partners, column, rows))
  return { rows, filled, found, columns: counted }
}

async function countColumn(
  engine: Engine,
  table: string,
  column: InferredColumn,
  rows: number,
): Promise<InferredColumn> {
  const name = quoteName(column.name)
  const value = column.type === 'string' ? `nullif(trim(${name}), '')` : name
  const values = `(SELECT ${value} AS x, ${weight} AS n FROM ${table} WHERE ${value} IS NOT NULL)`
  const number = column.type === 'integer' || column.type === 'number' ? 'CAST(x AS DOUBLE)' : 'NULL::DOUBLE'
  const [seen] = await engine.query<{
    filled: number
    distinct_values: number
    minimum: number | null
    maximum: number | null
  }>(
    `SELECT CAST(coalesce(sum(n), 0) AS BIGINT) AS filled, count(DISTINCT x) AS distinct_values,
       min(${number}) FILTER (WHERE isfinite(${number})) AS minimum,
       max(${number}) FILTER (WHERE isfinite(${number})) AS maximum FROM ${values}`,
  )
  const {
    filled,
    distinct_values: distinct,
    minimum,
    maximum,
  } = seen ?? {
    filled: 0,
    distinct_values: 0,
    minimum: null,
    maximum: null,
  }
  const isListed = distinct > 0 && distinct <= maxListedValues
  const listed = isListed
    ? await engine.query<{ text: string; n: number }>(
        `SELECT CAST(x AS VARCHAR) AS text, CAST(sum(n) AS BIGINT) AS n FROM ${values} GROUP BY x ORDER BY n DESC, text`,
      )
    : []
  return {
    ...column,
    rows,
    nulls: rows - filled,
    distinct,
    isUnique: filled === rows && distinct === rows,
    values: listed.map(({ text, n }) => [text, n] as const),
    minimum,
    maximum,
  }
}
