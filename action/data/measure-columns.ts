import type { ColumnProfile } from '../drift/column-profile.ts'
import type { Engine } from './engine.ts'
import { quoteName } from './quote.ts'
import { fileColumn, numberColumn, rawRelation } from './read-source.ts'
import type { DescribedFile } from './source-file.ts'

/** Columns with more distinct values are compared by their distribution or shape alone. */
const maxListedValues = 1000
const maxShapes = 100

/**
 * What columns look like in files that all hold them, under their names there.
 * Of more than `maxRows` rows only about as many are looked at, the same ones each time.
 */
export async function measureColumns(
  engine: Engine,
  files: readonly DescribedFile[],
  names: readonly string[],
  maxRows: number,
): Promise<ColumnProfile[]> {
  const [counted] = await engine.query<{ rows: number }>(`SELECT count(*) AS rows FROM ${rawRelation(files)}`)
  const every = Math.max(1, Math.ceil((counted?.rows ?? 0) / Math.max(1, maxRows)))
  const relation =
    every === 1
      ? rawRelation(files)
      : `(SELECT * FROM ${rawRelation(files, { withPlace: true })} WHERE hash(${fileColumn}, ${numberColumn}) % ${every} = 0)`
  const profiles: ColumnProfile[] = []
  for (const name of names) profiles.push(await measureColumn(engine, relation, name))
  return profiles
}

async function measureColumn(engine: Engine, relation: string, name: string): Promise<ColumnProfile> {
  const values = `(SELECT CAST(${quoteName(name)} AS VARCHAR) AS v FROM ${relation})`
  const [summary] = await engine.query<Summary>(
    `SELECT count(*) AS rows, count(*) FILTER (WHERE v IS NULL) AS nulls, count(DISTINCT v) AS distinct_values,
       count(*) FILTER (WHERE v IS NOT NULL AND TRY_CAST(v AS DOUBLE) IS NULL) AS texts,
       count(*) FILTER (WHERE TRY_CAST(v AS DOUBLE) = 0) AS zeros,
       quantile_disc(TRY_CAST(v AS DOUBLE), [${percentiles}]) AS percentiles
     FROM ${values}`,
  )
  if (!summary) throw new Error('DuckDB gave no row for an aggregate')
  const { rows, nulls, distinct_values: distinct, texts, zeros } = summary
  const isNumeric = texts === 0 && rows > nulls
  const shape = "regexp_replace(regexp_replace(v, '[\\p{L}]+', 'a', 'g'), '[0-9]+', '9', 'g')"
  return {
    name,
    rows,
    nulls,
    distinct,
    isNumeric,
    zeros,
    values: distinct <= maxListedValues ? await countValues(engine, values, 'v', maxListedValues) : [],
    percentiles: isNumeric ? (summary.percentiles ?? []) : [],
    shapes: await countValues(engine, values, `left(${shape}, 20)`, maxShapes),
  }
}

interface Summary extends Record<string, unknown> {
  readonly rows: number
  readonly nulls: number
  readonly distinct_values: number
  readonly texts: number
  readonly zeros: number
  readonly percentiles: readonly number[] | null
}

const percentiles = Array.from({ length: 101 }, (_, i) => (i / 100).toFixed(2)).join(', ')

async function countValues(engine: Engine, values: string, expression: string, limit: number) {
  const rows = await engine.query<{ value: string; rows: number }>(
    `SELECT ${expression} AS value, count(*) AS rows FROM ${values} WHERE v IS NOT NULL
     GROUP BY 1 ORDER BY rows DESC, value LIMIT ${limit}`,
  )
  return rows.map(({ value, rows: count }) => [value, count] as const)
}
