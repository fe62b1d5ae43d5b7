import type { ContractColumn, LogicalType } from '../project/contract.ts'
import type { Engine } from './engine.ts'
import { escapePattern, quoteName } from './quote.ts'
import { feedingColumn, typedRelation } from './read-source.ts'
import type { DescribedFile } from './source-file.ts'

/** The types that order rows in time: an integer (a year, a round) only orders, it measures no durations. */
export type TimeType = Extract<LogicalType, 'integer' | 'date' | 'timestamp'>

export function isTimeType(type: LogicalType): type is TimeType {
  return type === 'integer' || type === 'date' || type === 'timestamp'
}

/** SQL: a moment as the lock and the split write it, ISO 8601 in UTC or an integer as text. */
export function momentText(type: TimeType, expression: string): string {
  if (type === 'integer') return `CAST(${expression} AS VARCHAR)`
  if (type === 'date') return `strftime(${expression}, '%Y-%m-%d')`
  return `rtrim(rtrim(strftime(${expression}, '%Y-%m-%dT%H:%M:%S.%f'), '0'), '.') || 'Z'`
}

export interface EventSpan {
  readonly rows: number
  readonly since: string | null
  readonly until: string | null
}

/** What a time column is where no contract says so: by its raw type, or by all its texts. */
export async function inferTimeType(
  engine: Engine,
  files: readonly DescribedFile[],
  column: ContractColumn,
): Promise<TimeType> {
  const types = files.map((file) => feedingColumn(file, column)?.type ?? '')
  if (types.some((type) => type.startsWith('TIMESTAMP'))) return 'timestamp'
  if (types.includes('DATE')) return 'date'
  if (types.every((type) => /INT/.test(type))) return 'integer'
  const texts = typedRelation(files, {
    file: '',
    id: '',
    version: '',
    table: 'data',
    tableRules: [],
    columns: [{ ...column, logicalType: 'string' }],
  })
  const name = quoteName(column.name)
  const [shapes] = await engine.query<{ integers: boolean | null; dates: boolean | null }>(
    `SELECT bool_and(regexp_full_match(${name}, '[+-]?[0-9]+')) AS integers,
       bool_and(regexp_full_match(${name}, '[0-9]{4}-[0-9]{2}-[0-9]{2}')) AS dates
     FROM ${texts}`,
  )
  if (shapes?.integers) return 'integer'
  return shapes?.dates ? 'date' : 'timestamp'
}

/** The oldest moment among the rows of one Parquet file. */
export async function oldestMoment(
  engine: Engine,
  file: string,
  time: ContractColumn & { readonly logicalType: TimeType },
): Promise<string | null> {
  const [row] = await engine.query<{ since: string | null }>(
    `SELECT ${momentText(time.logicalType, `min(${quoteName(time.name)})`)} AS since FROM read_parquet($1)`,
    [escapePattern(file)],
  )
  return row?.since ?? null
}
