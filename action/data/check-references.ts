import type { Diagnostic } from '../base/diagnostic.ts'
import { nearestName } from '../base/nearest-name.ts'
import { type Contract, type ContractColumn, isClassified, type TableRule } from '../project/contract.ts'
import type { ContractCheck, SampleRow } from './contract-result.ts'
import { isThere } from './contract-sql.ts'
import type { Engine } from './engine.ts'
import { quoteName, quoteText } from './quote.ts'
import { feedingColumn, fileColumn, numberColumn, typedRelation } from './read-source.ts'
import type { DescribedFile } from './source-file.ts'

export interface DescribedTable {
  readonly contract: Contract
  readonly files: readonly DescribedFile[]
  readonly rows: number
}

export interface CheckedReferences {
  readonly checks: readonly ContractCheck[]
  /** Tables and columns that nothing here holds. */
  readonly diagnostics: readonly Diagnostic[]
}

type Reference = TableRule & { readonly kind: 'references' }

/** Holds a table's foreign keys against the tables that they lead to, itself among them. One query a key. */
export async function checkReferences(
  engine: Engine,
  table: DescribedTable,
  tables: readonly DescribedTable[],
  maxSamples = 3,
): Promise<CheckedReferences> {
  const checks: ContractCheck[] = []
  const diagnostics: Diagnostic[] = []
  for (const rule of table.contract.tableRules) {
    if (rule.kind !== 'references') continue
    const others = tables.filter(({ contract }) => contract.table === rule.table)
    const wrong = findWrong(rule, table.contract, others, tables)
    if (wrong) diagnostics.push(wrong)
    else checks.push(await checkReference(engine, rule, table, others, maxSamples))
  }
  return { checks, diagnostics }
}

async function checkReference(
  engine: Engine,
  rule: Reference,
  table: DescribedTable,
  others: readonly DescribedTable[],
  maxSamples: number,
): Promise<ContractCheck> {
  const { line, severity = 'error', dimension = null, ...promise } = rule
  const column = rule.columns.length === 1 ? (rule.columns[0] ?? null) : null
  const base = { column, promise, line, rows: table.rows, tolerance: null, severity, dimension, missingIn: [] }
  const columns = columnsOf(table.contract, rule.columns)
  const areHeld = columns.every((each) => table.files.some((file) => feedingColumn(file, each)))
  if (!areHeld) return { ...base, outcome: 'skipped', failing: 0, samples: [] }

  const names = rule.columns.map(quoteName)
  const own = typedRelation(table.files, { ...table.contract, columns }, { withPlace: true })
  const lost = `${own} AS data ANTI JOIN (${knownKeys(rule, others)}) AS known
    ON ${names.map((name, place) => `data.${name} = known.k${place}`).join(' AND ')}
    WHERE ${columns.map(({ name, logicalType }) => isThere(logicalType, `data.${quoteName(name)}`)).join(' AND ')}`
  const [counted] = await engine.query<{ lost: number }>(`SELECT count(*) AS lost FROM ${lost}`)
  const failing = counted?.lost ?? 0
  if (failing === 0) return { ...base, outcome: 'pass', failing, samples: [] }
  return { ...base, outcome: 'fail', failing, samples: await findLost(engine, columns, lost, maxSamples) }
}

/** SELECT of the keys `k0`, `k1`, … that a reference may lead to. */
export function knownKeys(
  { others }: Pick<Reference, 'others'>,
  tables: readonly Pick<DescribedTable, 'contract' | 'files'>[],
): string {
  return tables
    .map(({ contract, files }) => ({ files, contract: { ...contract, columns: columnsOf(contract, others) } }))
    .filter(({ contract, files }) => contract.columns.length === others.length && files.length > 0)
    .map(({ files, contract }) => {
      const keys = others.map((name, place) => `${quoteName(name)} AS k${place}`)
      return `SELECT DISTINCT ${keys.join(', ')} FROM ${typedRelation(files, contract)}`
    })
    .join(' UNION ALL ')
}

async function findLost(
  engine: Engine,
  columns: readonly ContractColumn[],
  lost: string,
  maxSamples: number,
): Promise<SampleRow[]> {
  const shown = columns.filter((column) => !isClassified(column))
  const words = shown.map(({ name }) =>
    columns.length === 1
      ? `CAST(${quoteName(name)} AS VARCHAR)`
      : `${quoteText(`${name} `)} || CAST(${quoteName(name)} AS VARCHAR)`,
  )
  const value = words.length > 0 ? `left(concat_ws(', ', ${words.join(', ')}), 80)` : 'NULL'
  const rows = await engine.query<{ file: string; row: number; value: string | null }>(
    `SELECT ${fileColumn} AS file, ${numberColumn} AS row, ${value} AS value FROM ${lost}
     ORDER BY ${fileColumn}, ${numberColumn} LIMIT ${maxSamples}`,
  )
  return rows.map(({ file, row, value: text }) => ({ file, row, ...(shown.length > 0 && { value: text }) }))
}

function findWrong(
  rule: Reference,
  { file }: Contract,
  others: readonly DescribedTable[],
  tables: readonly DescribedTable[],
): Diagnostic | undefined {
  const place = { code: 'contract/unknown-table', file, line: rule.line, column: 1 }
  if (others.length === 0) {
    const names = [...new Set(tables.map(({ contract }) => contract.table))]
    const near = nearestName(rule.table, names)
    const message = `Cannot check that ${rule.columns.join(', ')} stands in "${rule.table}": no source holds that table`
    return { ...place, message, remedy: near ? `Did you mean "${near}"?` : 'Name the table under data.source, too.' }
  }
  const held = others.flatMap(({ contract }) => contract.columns.map(({ name }) => name))
  const lacking = rule.others.find((name) => !held.includes(name))
  if (lacking === undefined) return undefined
  const near = nearestName(lacking, held)
  const message = `Cannot check that ${rule.columns.join(', ')} stands in "${rule.table}": it has no column "${lacking}"`
  return { ...place, message, remedy: near ? `Did you mean "${near}"?` : `It has ${held.join(', ')}.` }
}

function columnsOf({ columns }: Contract, names: readonly string[]): ContractColumn[] {
  return names.flatMap((name) => columns.find((column) => column.name === name) ?? [])
}
