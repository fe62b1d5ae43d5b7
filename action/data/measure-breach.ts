import type { Contract, ContractColumn } from '../project/contract.ts'
import type { ContractCheck } from './contract-result.ts'
import { breaks } from './contract-sql.ts'
import type { Engine } from './engine.ts'
import { quoteName } from './quote.ts'
import { typedRelation } from './read-source.ts'
import type { DescribedFile } from './source-file.ts'

/** What the values look like that break a promise, and those that keep it. */
export type Breach =
  /** Of allowed values: those that are not, with their rows, most frequent first; at most 1,000. */
  | { readonly kind: 'values'; readonly values: readonly (readonly [value: string, rows: number])[] }
  /** Of a limit on numbers or lengths: the range of all values, and of those within the column's limits; finite ones. */
  | { readonly kind: 'range'; readonly all: Range; readonly good: Range }
  | { readonly kind: 'none' }

export interface Range {
  readonly low: number | null
  readonly high: number | null
}

const maxValues = 1000

/** Looks at the values of one column. */
export async function measureBreach(
  engine: Engine,
  files: readonly DescribedFile[],
  contract: Contract,
  column: ContractColumn,
  { promise }: ContractCheck,
): Promise<Breach> {
  const { name, logicalType } = column
  const relation = `(SELECT ${quoteName(name)} AS v FROM ${typedRelation(files, { ...contract, columns: [column] })})`
  const expressions = { raw: 'v', typed: 'v', alwaysFits: true, isEmptyNull: false }
  if (promise.kind === 'allowed') {
    const rows = await engine.query<{ x: string; n: number }>(
      `SELECT CAST(v AS VARCHAR) AS x, count(*) AS n FROM ${relation} WHERE ${breaks(promise, logicalType, expressions)}
       GROUP BY x ORDER BY n DESC, x LIMIT ${maxValues}`,
    )
    const isNumber = logicalType === 'number'
    return { kind: 'values', values: rows.map(({ x, n }) => [isNumber ? String(Number(x)) : x, n] as const) }
  }
  const isOfLength = promise.kind === 'min-length' || promise.kind === 'max-length'
  const isOfNumber = (promise.kind === 'minimum' || promise.kind === 'maximum') && typeof promise.limit === 'number'
  if (!isOfLength && !isOfNumber) return { kind: 'none' }
  const kinds = isOfLength ? ['min-length', 'max-length'] : ['minimum', 'maximum']
  const isOutside = column.rules
    .filter(({ kind }) => kinds.includes(kind))
    .map((rule) => `(${breaks(rule, logicalType, expressions)})`)
    .join(' OR ')
  const size = isOfLength ? 'length(v)' : 'v'
  const [row] = await engine.query<Record<string, number | null>>(
    `SELECT min(x) AS low, max(x) AS high, min(x) FILTER (NOT bad) AS good_low, max(x) FILTER (NOT bad) AS good_high
     FROM (SELECT CAST(${size} AS DOUBLE) AS x, (${isOutside}) AS bad FROM ${relation}) WHERE isfinite(x)`,
  )
  return {
    kind: 'range',
    all: { low: row?.['low'] ?? null, high: row?.['high'] ?? null },
    good: { low: row?.['good_low'] ?? null, high: row?.['good_high'] ?? null },
  }
}
