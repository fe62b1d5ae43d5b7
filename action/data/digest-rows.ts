import type { Contract, ContractColumn } from '../project/contract.ts'
import { CheckedColumns } from './checked-columns.ts'
import { type Expressions, isThere } from './contract-sql.ts'
import type { Engine } from './engine.ts'
import { canTellFile, fileIndexColumn, numberedReaderOf, readerKey, readerOf, rowNumberColumn } from './read-source.ts'
import type { DescribedFile } from './source-file.ts'

/** What is wanted of each row: whether it keeps a promise on one column, or its values of columns that are to be unique. */
export type RowQuestion =
  | {
      readonly kind: 'keeps'
      readonly column: ContractColumn
      /** SQL that holds for a row that breaks the promise, given its values; undefined where no row alone can. */
      readonly condition: (expressions: Expressions) => string | undefined
    }
  | { readonly kind: 'unique'; readonly columns: readonly ContractColumn[] }

/** Files that one reader reads together, so that one expression fits all of them. */
export interface FileGroup {
  /** Their places among all files. */
  readonly places: readonly number[]
  readonly files: readonly DescribedFile[]
  readonly shape: DescribedFile
}

/**
 * What one scan leaves of a group's rows: a table with a row each. `m0`, `m1` … hold a bit for
 * each broken promise, `h<question>` the hash of values that are to be unique (NULL where one of them is missing), and
 * `file`, where there are several, the place of the row's file in the group. Where reading again is dear, `v<question>_0`
 * … keep those values themselves, and `n<place of the column>` those of numbers that have limits, as DOUBLE.
 */
export interface RowDigest extends FileGroup {
  readonly table: string
  readonly columns: CheckedColumns
  readonly rows: number
  /** Question → how many rows break it; absent where the group cannot answer it. */
  readonly broken: ReadonlyMap<number, number>
  /** Question → SQL that holds for a row of the table that breaks it. */
  readonly bits: ReadonlyMap<number, string>
  /** Questions whose columns are all there. */
  readonly hashed: ReadonlySet<number>
  readonly keepsValues: boolean
  /** Columns whose numbers are kept, by the names of their columns here. */
  readonly numbers: ReadonlyMap<ContractColumn, string>
  /** SQL that counts a file's rows up from a start. */
  readonly at: 'rowid' | 'number'
}

export interface RowDigests extends AsyncDisposable {
  readonly groups: readonly RowDigest[]
  readonly rows: number
}

/** DuckDB plans a query in the square of its aggregates. */
const maxCountsAQuery = 100
const bitsAMask = 32

/** Whether values of numbers that have limits are there. */
export function keepsNumbers({ groups }: RowDigests): boolean {
  return groups.some(({ numbers }) => numbers.size > 0)
}

/** Reads all files once. The tables live until disposal. */
export async function digestRows(
  engine: Engine,
  files: readonly DescribedFile[],
  contract: Contract,
  questions: readonly (RowQuestion | undefined)[],
  numbers: readonly ContractColumn[] = [],
): Promise<RowDigests> {
  const kept = mayBeKept(files, numbers.length) ? numbers : []
  const tables: string[] = []
  const dispose = async () => {
    for (const table of tables) await engine.run(`DROP TABLE IF EXISTS ${table}`)
  }
  try {
    const groups: RowDigest[] = []
    for (const [index, group] of groupAlike(files).entries()) {
      const table = `plumbline_rows_${index}`
      tables.push(table)
      groups.push(await digestGroup(engine, group, contract, questions, kept, table))
    }
    const rows = groups.reduce((sum, group) => sum + group.rows, 0)
    return { groups, rows, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose().catch(() => {})
    throw error
  }
}

/** Of a few columns of a million rows, all. */
const maxKeptNumbers = 5_000_000
/** Of few columns more are kept, where memory has no room for them in the folder for temporary files. */
const fewColumns = 16
const maxKeptOfFew = 100_000_000
/** As short as the values of most files are, so that no file holds many more. */
const bytesAValue = 8

function mayBeKept(files: readonly DescribedFile[], columns: number): boolean {
  const rows = files.reduce((sum, { bytes, columns: own }) => sum + bytes / (bytesAValue * own.length), 0)
  return rows * columns <= (columns <= fewColumns ? maxKeptOfFew : maxKeptNumbers)
}

function groupAlike(files: readonly DescribedFile[]): FileGroup[] {
  const groups = new Map<string, { places: number[]; files: DescribedFile[]; shape: DescribedFile }>()
  for (const [place, file] of files.entries()) {
    const alone = canTellFile(file) ? '' : file.path
    const key = JSON.stringify([readerKey(file), alone])
    const group = groups.get(key) ?? { places: [], files: [], shape: file }
    group.places.push(place)
    group.files.push(file)
    groups.set(key, group)
  }
  return [...groups.values()]
}

async function digestGroup(
  engine: Engine,
  group: FileGroup,
  contract: Contract,
  questions: readonly (RowQuestion | undefined)[],
  kept: readonly ContractColumn[],
  table: string,
): Promise<RowDigest> {
  const columns = new CheckedColumns(contract, group.shape)
  const keepsValues = group.shape.format !== 'parquet'
  const needed = new Set<ContractColumn>()
  const conditions: { readonly index: number; readonly sql: string }[] = []
  const selected: string[] = []
  const hashed = new Set<number>()
  const broken = new Map<number, number>()
  for (const [index, question] of questions.entries()) {
    if (question?.kind === 'keeps') {
      const expressions = columns.expressions(question.column)
      const sql = expressions && question.condition(expressions)
      if (sql === undefined) continue
      broken.set(index, 0)
      if (sql === 'false') continue
      needed.add(question.column)
      conditions.push({ index, sql })
    } else if (question) {
      const hash = hashOf(question.columns, columns)
      if (hash === undefined) continue
      hashed.add(index)
      for (const column of question.columns) needed.add(column)
      selected.push(`${hash.sql} AS h${index}`)
      if (keepsValues) selected.push(...hash.values.map((value, place) => `${value} AS v${index}_${place}`))
    }
  }
  const numbers = new Map<ContractColumn, string>()
  for (const [place, column] of kept.entries()) {
    const expressions = keepsValues ? columns.expressions(column) : undefined
    if (!expressions) continue
    needed.add(column)
    numbers.set(column, `n${place}`)
    selected.push(`CAST(${expressions.typed} AS DOUBLE) AS n${place}`)
  }
  const { masks, bits } = masksOf(conditions)
  const batch = { file: group.shape, files: group.files }
  const scan = (at: RowDigest['at']) => {
    const places = [
      ...(group.files.length > 1 ? [`CAST(${fileIndexColumn} AS INTEGER) AS file`] : []),
      ...(at === 'number' ? [rowNumberColumn] : []),
    ]
    const wanted = [...masks, ...selected, ...(group.files.length > 1 ? ['file'] : [])]
    if (at === 'number') wanted.push(`CAST(${rowNumberColumn} AS UINTEGER) AS number`)
    const reader = at === 'number' ? numberedReaderOf(batch) : readerOf(batch)
    const list = wanted.length > 0 ? wanted.join(', ') : 'true AS there'
    return `SELECT ${list} FROM ${columns.relation(needed, reader, places)}`
  }
  // Parquet knows its rows' numbers; texts, read in parallel, are numbered by their order, or one by one.
  const at = !keepsValues || !(await keepsOrder(engine, scan('rowid'))) ? 'number' : 'rowid'
  await engine.run(`CREATE OR REPLACE TEMP TABLE ${table} AS ${scan(at)}`)
  const conditionsOf = new Map([...bits].map(([index, { mask, bit }]) => [index, `m${mask} & ${bit >>> 0} <> 0`]))
  const isFew = masks.length === 1 && bits.size <= bitsOfFew
  const counted = isFew ? await countTogether(engine, table, bits) : await countEach(engine, table, bits, conditionsOf)
  for (const [index, rows] of counted.broken) broken.set(index, rows)
  return { ...group, table, columns, rows: counted.rows, broken, bits: conditionsOf, hashed, keepsValues, numbers, at }
}

/** Whether rows come in the order of the files: a long list of allowed values becomes a join, which gives them in any. */
async function keepsOrder(engine: Engine, select: string): Promise<boolean> {
  const plan = await engine.query<{ explain_value: string }>(`EXPLAIN ${select}`)
  return !plan.some(({ explain_value }) => /JOIN|UNION|AGGREGATE|GROUP/.test(explain_value))
}

/** Undefined where the files lack one of the columns. */
function hashOf(unique: readonly ContractColumn[], columns: CheckedColumns) {
  const values = unique.flatMap((column) => columns.expressions(column)?.typed ?? [])
  if (values.length === 0 || values.length < unique.length) return undefined
  const isWhole = unique.map(({ logicalType }, place) => isThere(logicalType, values[place] ?? '')).join(' AND ')
  return { values, sql: `CASE WHEN ${isWhole} THEN hash(${values.join(', ')}) END` }
}

interface Bit {
  readonly mask: number
  readonly bit: number
}

function masksOf(conditions: readonly { readonly index: number; readonly sql: string }[]) {
  const masks: string[] = []
  const bits = new Map<number, Bit>()
  for (let from = 0; from < conditions.length; from += bitsAMask) {
    const part = conditions.slice(from, from + bitsAMask)
    const type = part.length <= 8 ? 'UTINYINT' : part.length <= 16 ? 'USMALLINT' : 'UINTEGER'
    const terms = part.map(({ index, sql }, place) => {
      const bit = 1 << place
      bits.set(index, { mask: masks.length, bit })
      return `CASE WHEN ${sql} THEN CAST(${bit >>> 0} AS ${type}) ELSE CAST(0 AS ${type}) END`
    })
    masks.push(`${terms.join(' | ')} AS m${masks.length}`)
  }
  return { masks, bits }
}

/** Rows in all, and question → those that break it. */
interface CountedRows {
  readonly rows: number
  readonly broken: ReadonlyMap<number, number>
}

/** Of so few conditions rows are grouped by all that they break at once: there are 2^16 such groups, at most. */
const bitsOfFew = 16

async function countTogether(engine: Engine, table: string, bits: ReadonlyMap<number, Bit>): Promise<CountedRows> {
  const groups = await engine.query<{ m: number; n: number }>(`SELECT m0 AS m, count(*) AS n FROM ${table} GROUP BY m0`)
  const sumOf = (some: typeof groups) => some.reduce((sum, { n }) => sum + n, 0)
  const broken = [...bits].map(([index, { bit }]) => [index, sumOf(groups.filter(({ m }) => (m & bit) !== 0))] as const)
  return { rows: sumOf(groups), broken: new Map(broken) }
}

async function countEach(
  engine: Engine,
  table: string,
  bits: ReadonlyMap<number, Bit>,
  conditionsOf: ReadonlyMap<number, string>,
): Promise<CountedRows> {
  const masks = new Set([...bits.values()].map(({ mask }) => mask)).size
  const seen = await seenBits(engine, table, masks)
  const raised = [...bits].filter(([, { mask, bit }]) => ((seen.masks[mask] ?? 0) & bit) !== 0)
  const broken = new Map<number, number>()
  for (let from = 0; from < raised.length; from += maxCountsAQuery) {
    const part = raised.slice(from, from + maxCountsAQuery)
    const counts = part.map(([index]) => `count(*) FILTER (${conditionsOf.get(index) ?? 'false'}) AS c${index}`)
    const [row] = await engine.query<Record<string, number>>(`SELECT ${counts.join(', ')} FROM ${table}`)
    for (const [index] of part) broken.set(index, row?.[`c${index}`] ?? 0)
  }
  return { rows: seen.rows, broken }
}

/** Which bits are raised anywhere: mostly none, which spares counting them one by one. */
async function seenBits(engine: Engine, table: string, masks: number) {
  const found: number[] = []
  let rows = 0
  for (let from = 0; from === 0 || from < masks; from += maxCountsAQuery) {
    const part = Array.from({ length: Math.min(maxCountsAQuery, masks - from) }, (_, place) => from + place)
    const ors = part.map((mask) => `, bit_or(m${mask}) AS m${mask}`)
    const [row] = await engine.query<Record<string, number | null>>(`SELECT count(*) AS n${ors.join('')} FROM ${table}`)
    rows = row?.['n'] ?? 0
    found.push(...part.map((mask) => row?.[`m${mask}`] ?? 0))
  }
  return { rows, masks: found }
}
