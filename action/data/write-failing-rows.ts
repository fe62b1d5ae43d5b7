import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

import { type Contract, type ContractColumn, isClassified } from '../project/contract.ts'
import { knownKeys } from './check-references.ts'
import { CheckedColumns } from './checked-columns.ts'
import type { ContractCheck, ContractPromise } from './contract-result.ts'
import { breaks } from './contract-sql.ts'
import type { Engine } from './engine.ts'
import { quoteName, quoteText } from './quote.ts'
import { feedingColumn, fileColumn, numberColumn, rawRelation, typedRelation } from './read-source.ts'
import type { DescribedFile } from './source-file.ts'

/** Files that were checked, against what, and what came of it. */
export interface CheckedFiles {
  readonly files: readonly DescribedFile[]
  readonly contract: Contract
  readonly checks: readonly ContractCheck[]
}

/**
 * Writes every row that breaks a promise as Parquet, once for each promise that it breaks: `_check`, `_line` of the
 * contract, `_file`, `_row`, then the columns of the contract as they stand in the file. A classified column is null
 * throughout. A promise of all rows together, or of a column that is missing, has no rows of its own.
 */
export async function writeFailingRows(engine: Engine, parts: readonly CheckedFiles[], path: string): Promise<void> {
  const selects = parts.flatMap((part) => part.checks.flatMap((check) => selectsOf(part, check, parts)))
  const draft = failingRowsDraft(path)
  await mkdir(dirname(path), { recursive: true })
  try {
    await engine.run(
      `COPY (${[emptySelect(parts), ...selects].join(' UNION ALL BY NAME ')}) TO ${quoteText(draft)} (FORMAT parquet, USE_TMP_FILE false)`,
    )
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

/** Where the rows are written before the file appears, whole. */
export function failingRowsDraft(path: string): string {
  return `${path}.${process.pid}.draft`
}

/** So that the file has the same columns whichever promise is broken, or none. */
function emptySelect(parts: readonly CheckedFiles[]): string {
  const names = new Set(parts.flatMap(({ contract }) => contract.columns.map(({ name }) => name)))
  const columns = [...names].map((name) => `, CAST(NULL AS VARCHAR) AS ${quoteName(name)}`)
  return `SELECT '' AS _check, CAST(0 AS INTEGER) AS _line, '' AS ${fileColumn}, CAST(0 AS BIGINT) AS _row${columns.join('')} WHERE false`
}

function selectsOf({ files, contract }: CheckedFiles, check: ContractCheck, parts: readonly CheckedFiles[]): string[] {
  const column = contract.columns.find(({ name }) => name === check.column)
  if (check.outcome !== 'fail') return []
  return files.flatMap((file) => {
    const columns = new CheckedColumns(contract, file)
    const condition =
      check.promise.kind === 'references'
        ? lostCondition(check.promise, contract, parts, columns)
        : conditionOf(check, column, contract, files, columns)
    if (condition === undefined) return []
    const place = [`${fileColumn} AS file`, `${numberColumn} AS number`]
    const values = contract.columns.map((each) => `${valueOf(each, columns)} AS ${quoteName(each.name)}`)
    return [
      `SELECT ${quoteText(`${check.column ?? 'rows'} ${check.promise.kind}`)} AS _check, CAST(${check.line} AS INTEGER) AS _line,
         file AS ${fileColumn}, CAST(number AS BIGINT) AS _row, ${values.join(', ')}
       FROM ${columns.relation(contract.columns, rawRelation([file], { withPlace: true }), place)} WHERE ${condition}`,
    ]
  })
}

function valueOf(column: ContractColumn, columns: CheckedColumns): string {
  const raw = columns.expressions(column)?.raw
  return raw === undefined || isClassified(column) ? 'CAST(NULL AS VARCHAR)' : `CAST(${raw} AS VARCHAR)`
}

/** Rows whose keys, all of them there, lead nowhere. */
function lostCondition(
  promise: ContractPromise & { readonly kind: 'references' },
  contract: Contract,
  parts: readonly CheckedFiles[],
  columns: CheckedColumns,
): string | undefined {
  const own = promise.columns.flatMap((name) => contract.columns.find((column) => column.name === name) ?? [])
  const typed = own.flatMap((column) => columns.expressions(column)?.typed ?? [])
  if (typed.length === 0 || typed.length < promise.columns.length) return undefined
  const known = knownKeys(
    promise,
    parts.filter((part) => part.contract.table === promise.table),
  )
  const isLost = `NOT EXISTS (SELECT 1 FROM (${known}) AS known WHERE ${typed.map((name, place) => `${name} = k${place}`).join(' AND ')})`
  return [...typed.map((name) => `${name} IS NOT NULL`), isLost].join(' AND ')
}

function conditionOf(
  { promise }: ContractCheck,
  column: ContractColumn | undefined,
  contract: Contract,
  files: readonly DescribedFile[],
  columns: CheckedColumns,
): string | undefined {
  const expressions = column && columns.expressions(column)
  if (promise.kind !== 'unique' && promise.kind !== 'unique-together') {
    return column && expressions ? breaks(promise, column.logicalType, expressions) : undefined
  }
  const unique =
    promise.kind === 'unique-together'
      ? promise.columns.flatMap((name) => contract.columns.filter((each) => each.name === name))
      : [...(column ? [column] : [])]
  const typed = unique.flatMap((each) => columns.expressions(each)?.typed ?? [])
  const isThere = unique.every((each) => files.some((file) => feedingColumn(file, each)))
  if (typed.length === 0 || typed.length < unique.length || !isThere) return undefined
  const names = unique.map(({ name }) => quoteName(name)).join(', ')
  return `(${typed.join(', ')}) IN (SELECT (${names}) FROM ${typedRelation(files, { ...contract, columns: unique })}
    GROUP BY ${names} HAVING count(*) > 1)`
}
