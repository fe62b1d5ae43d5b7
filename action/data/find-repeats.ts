import { type ContractColumn, isClassified } from '../project/contract.ts'
import type { SampleRow } from './contract-result.ts'
import { isThere } from './contract-sql.ts'
import type { RowDigest, RowDigests } from './digest-rows.ts'
import type { Engine } from './engine.ts'
import { quoteText } from './quote.ts'
import { canNumberRows, fileIndexColumn, numberedReaderOf, rowNumberColumn, rowsReaderOf } from './read-source.ts'
import { rowStarts } from './row-starts.ts'
import type { DescribedFile } from './source-file.ts'

export interface Repeats {
  /** Rows that repeat the values of an earlier row, over all files. */
  readonly count: number
  /** Rows whose values stand in another row too: equal ones beside each other. */
  readonly samples: readonly SampleRow[]
}

/** Hashes that are looked at together: more of them take more memory, fewer another pass over the table. */
const maxHeldHashes = 4_000_000
const maxGroupedHashes = 2_500_000
/** So many rows' hashes come at once: the engine is at the next ones while these are looked at. */
const rowsAPart = 1 << 20
/** Beyond these DuckDB groups them: they are no exception then. */
const maxFewHashes = 50_000
const maxLiterals = 5000
const maxListedHashes = 100
const maxRowsReadSingly = 1000
/** Each is a scan of its own within the query. */
const maxFilesReadSingly = 20

/**
 * Exactly those rows that repeat others, though only hashes are compared at first: values of different hashes differ, and
 * the few rows whose hash comes twice are compared by their values. A row that lacks one of the values repeats nothing.
 */
export async function findRepeats(
  engine: Engine,
  digests: RowDigests,
  files: readonly DescribedFile[],
  question: { readonly index: number; readonly columns: readonly ContractColumn[] },
  maxSamples: number,
): Promise<Repeats> {
  const { index, columns } = question
  const groups = digests.groups.filter(({ hashed }) => hashed.has(index))
  if (groups.length === 0) return { count: 0, samples: [] }
  try {
    const isDoubtful = await findDoubtfulHashes(engine, groups, index, digests.rows)
    if (isDoubtful === undefined) return { count: 0, samples: [] }
    const rows = await doubtfulRows(engine, groups, question, isDoubtful)
    await engine.run(`CREATE OR REPLACE TEMP TABLE ${rowsTable} AS ${rows}`)
    const names = columns.map((_, place) => `v${place}`).join(', ')
    const [[row], samples] = await Promise.all([
      engine.query<{ repeats: number | null }>(
        `SELECT CAST(sum(n - 1) AS BIGINT) AS repeats FROM (SELECT count(*) AS n FROM ${rowsTable} GROUP BY ${names})`,
      ),
      findSamples(engine, files, columns, maxSamples),
    ])
    return { count: row?.repeats ?? 0, samples }
  } finally {
    await Promise.all([hashTable, rowsTable].map((table) => engine.run(`DROP TABLE IF EXISTS ${table}`)))
  }
}

const hashTable = 'plumbline_hashes'
const rowsTable = 'plumbline_repeats'
const isKept = `IN (SELECT h FROM ${hashTable})`

/** What follows a hash in SQL, so that it holds for those that come more than once; where they are many, from a table. */
async function findDoubtfulHashes(
  engine: Engine,
  groups: readonly RowDigest[],
  index: number,
  rows: number,
): Promise<string | undefined> {
  const few = await repeatedOf(engine, groups, index, rows)
  if (few?.length === 0) return undefined
  if (few && few.length <= maxListedHashes) return `IN (${few.map((hash) => `${hash}::UBIGINT`).join(', ')})`
  await engine.run(`CREATE OR REPLACE TEMP TABLE ${hashTable} (h UBIGINT)`)
  if (few) return await keepHashes(engine, few)
  const all = groups.map(({ table }) => `SELECT h${index} AS h FROM ${table}`).join(' UNION ALL ')
  for (const isOfPass of passes(rows, maxGroupedHashes)) {
    await engine.run(`INSERT INTO ${hashTable} SELECT h FROM (${all}) WHERE ${isOfPass} GROUP BY h HAVING count(*) > 1`)
  }
  return isKept
}

async function keepHashes(engine: Engine, hashes: readonly bigint[]): Promise<string> {
  for (let from = 0; from < hashes.length; from += maxLiterals) {
    const literals = hashes.slice(from, from + maxLiterals).map((hash) => `(${hash})`)
    await engine.run(`INSERT INTO ${hashTable} VALUES ${literals.join(', ')}`)
  }
  return isKept
}

/** The hashes that come more than once where they are few, as they should be. */
async function repeatedOf(
  engine: Engine,
  groups: readonly RowDigest[],
  index: number,
  rows: number,
): Promise<bigint[] | undefined> {
  const found: bigint[] = []
  const parts = partsOf(groups, index)
  for (const isOfPass of passes(rows, maxHeldHashes)) {
    const expected = { rows: Math.min(rows, maxHeldHashes), most: maxFewHashes - found.length }
    const selects = parts.map((part) => `SELECT h FROM (${part}) WHERE ${isOfPass}`)
    const more = await engine.repeated(selects, expected)
    if (!more) return undefined
    found.push(...more)
  }
  return found
}

/** SELECTs of about `rowsAPart` hashes each, of all of them together. */
function partsOf(groups: readonly RowDigest[], index: number): string[] {
  const parts: string[][] = []
  let filled = rowsAPart
  for (const { table, rows } of groups) {
    for (let from = 0; from < rows; from += rowsAPart) {
      const isOfPart = rows > rowsAPart ? ` WHERE rowid >= ${from} AND rowid < ${from + rowsAPart}` : ''
      if (filled >= rowsAPart) {
        parts.push([])
        filled = 0
      }
      parts.at(-1)?.push(`SELECT h${index} AS h FROM ${table}${isOfPart}`)
      filled += Math.min(rowsAPart, rows - from)
    }
  }
  return parts.map((selects) => selects.join(' UNION ALL '))
}

/** Conditions on `h` that part all hashes into so many passes that about `most` come in each. */
function passes(rows: number, most: number): string[] {
  const bits = Math.max(0, Math.ceil(Math.log2(rows / most)))
  return Array.from({ length: 2 ** bits }, (_, pass) => (bits === 0 ? 'h IS NOT NULL' : `h >> ${64 - bits} = ${pass}`))
}

/** SELECT of `file` (its place among all), `number` (of the row, from 1) and the values. */
async function doubtfulRows(
  engine: Engine,
  groups: readonly RowDigest[],
  { index, columns }: { readonly index: number; readonly columns: readonly ContractColumn[] },
  isDoubtful: string,
): Promise<string> {
  const selects: string[] = []
  for (const group of groups) {
    const placed = (place: string) =>
      group.files.length === 1 ? `${group.places[0] ?? 0}` : `${listOf(group.places)}[1 + ${place}]`
    if (group.keepsValues) {
      const values = columns.map((_, place) => `v${index}_${place} AS v${place}`)
      const starts = await rowStarts(engine, group)
      const start = group.files.length === 1 ? `${starts[0] ?? 0}` : `${listOf(starts)}[1 + file]`
      selects.push(
        `SELECT ${placed('file')} AS file, ${group.at} - ${start} + 1 AS number, ${values.join(', ')}
         FROM ${group.table} WHERE h${index} ${isDoubtful}`,
      )
      continue
    }
    const typed = columns.flatMap((column) => group.columns.expressions(column)?.typed ?? [])
    const values = typed.map((value, place) => `${value} AS v${place}`)
    const few = await fewDoubtfulRows(engine, group, `h${index} ${isDoubtful}`)
    if (few) {
      for (const [at, numbers] of few) {
        const file = group.files[at] ?? group.shape
        selects.push(
          `SELECT ${group.places[at] ?? 0} AS file, ${rowNumberColumn} AS number, ${values.join(', ')}
           FROM ${group.columns.relation(columns, rowsReaderOf(file, numbers), [rowNumberColumn])}`,
        )
      }
      continue
    }
    for (const part of canNumberRows(group.shape) ? [group.files] : group.files.map((file) => [file])) {
      const reader = numberedReaderOf({ file: group.shape, files: part })
      const isOne = part.length === 1 && group.files.length > 1
      const at = isOne ? `${group.places[group.files.indexOf(part[0] ?? group.shape)] ?? 0}` : placed('file')
      const more = [rowNumberColumn, part.length > 1 ? `CAST(${fileIndexColumn} AS INTEGER) AS file` : '0 AS file']
      selects.push(
        `SELECT ${at} AS file, ${rowNumberColumn} AS number, ${values.join(', ')}
         FROM ${group.columns.relation(columns, reader, more)} WHERE hash(${typed.join(', ')}) ${isDoubtful}
         AND ${columns.map(({ logicalType }, place) => isThere(logicalType, typed[place] ?? '')).join(' AND ')}`,
      )
    }
  }
  return selects.join(' UNION ALL ')
}

/**
 * File, by its place in the group, → the numbers of the doubtful rows, where they are so few that reading them one by one is
 * less than looking at all.
 */
async function fewDoubtfulRows(
  engine: Engine,
  { table, files, shape }: RowDigest,
  isDoubtful: string,
): Promise<ReadonlyMap<number, readonly number[]> | undefined> {
  if (!canNumberRows(shape)) return undefined
  const rows = await engine.query<{ file: number; number: number }>(
    `SELECT ${files.length > 1 ? 'file' : '0 AS file'}, number FROM ${table}
     WHERE ${isDoubtful} LIMIT ${maxRowsReadSingly + 1}`,
  )
  if (rows.length > maxRowsReadSingly) return undefined
  const numbers = new Map<number, number[]>()
  for (const { file, number } of rows) {
    const ofFile = numbers.get(file)
    if (ofFile) ofFile.push(number)
    else numbers.set(file, [number])
  }
  return numbers.size > maxFilesReadSingly ? undefined : numbers
}

function listOf(numbers: readonly number[]): string {
  return `[${numbers.join(', ')}]`
}

async function findSamples(
  engine: Engine,
  files: readonly DescribedFile[],
  columns: readonly ContractColumn[],
  maxSamples: number,
): Promise<SampleRow[]> {
  const names = columns.map((_, place) => `v${place}`).join(', ')
  const shown = columns.flatMap((column, place) =>
    isClassified(column) ? [] : [{ name: column.name, value: `v${place}` }],
  )
  const words = shown.map(
    ({ name, value }) => `${columns.length === 1 ? '' : `${quoteText(`${name} `)} || `}CAST(${value} AS VARCHAR)`,
  )
  const value = words.length > 0 ? `left(concat_ws(', ', ${words.join(', ')}), 80)` : 'NULL'
  const rows = await engine.query<{ file: number; row: number; value: string | null }>(
    `SELECT file, number AS row, ${value} AS value FROM
     (SELECT *, count(*) OVER (PARTITION BY ${names}) AS n FROM ${rowsTable}) WHERE n > 1
     ORDER BY ${names}, file, number LIMIT ${maxSamples}`,
  )
  return rows.map(({ file, row, value: text }) => {
    return { file: files[file]?.path ?? '', row, ...(shown.length > 0 && { value: text }) }
  })
}
