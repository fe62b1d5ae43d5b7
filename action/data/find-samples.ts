import { type ContractColumn, isClassified } from '../project/contract.ts'
import type { SampleRow } from './contract-result.ts'
import type { RowDigest, RowDigests } from './digest-rows.ts'
import type { Engine } from './engine.ts'
import { plainRows } from './plain-rows.ts'
import { quoteName } from './quote.ts'
import { feedingColumn, rowNumberColumn, rowsReaderOf } from './read-source.ts'
import { rowStarts } from './row-starts.ts'
import type { DescribedFile } from './source-file.ts'

const maxValueLength = 80
/** Each is a scan of its own within the query, and all of them hold memory at once. */
const maxQuestionsAQuery = 20

/** A row that breaks a promise. */
interface FoundRow {
  readonly question: number
  readonly group: RowDigest
  /** Of the file, among all. */
  readonly place: number
  /** From 1. */
  readonly row: number
}

/**
 * The first rows that break each of the promises, by file and row; their places are known from the scan, so that only
 * their values are read. The values of a classified column are left out.
 */
export async function findSamples(
  engine: Engine,
  digests: RowDigests,
  files: readonly DescribedFile[],
  asked: ReadonlyMap<number, ContractColumn>,
  maxSamples: number,
): Promise<ReadonlyMap<number, readonly SampleRow[]>> {
  if (maxSamples <= 0) return new Map()
  const rows = (await findRows(engine, digests, [...asked.keys()], maxSamples)).sort(
    (a, b) => a.question - b.question || a.place - b.place || a.row - b.row,
  )
  const first = rows.filter(({ question }, index) => rows[index - maxSamples]?.question !== question)
  const values = await readValues(engine, files, first, asked)
  const samples = new Map<number, SampleRow[]>()
  for (const { question, place, row } of first) {
    const column = asked.get(question)
    const value = values.get(valueKey(place, row, column))
    const sample = { file: files[place]?.path ?? '', row, ...(!isClassified(column) && { value: value ?? null }) }
    samples.set(question, [...(samples.get(question) ?? []), sample])
  }
  return samples
}

async function findRows(
  engine: Engine,
  { groups }: RowDigests,
  questions: readonly number[],
  maxSamples: number,
): Promise<FoundRow[]> {
  const found: FoundRow[] = []
  for (const group of groups) {
    const open = questions.filter((question) => (group.broken.get(question) ?? 0) > 0)
    if (open.length === 0) continue
    const starts = await rowStarts(engine, group)
    for (let from = 0; from < open.length; from += maxQuestionsAQuery) {
      const firstOf = (question: number) =>
        `(SELECT ${question} AS question, ${group.files.length > 1 ? 'file' : '0 AS file'}, ${group.at} AS place FROM ${group.table}
         WHERE ${group.bits.get(question) ?? 'false'} ORDER BY ${group.files.length > 1 ? 'file, ' : ''}place LIMIT ${maxSamples})`
      const rows = await engine.query<{ question: number; file: number; place: number }>(
        open
          .slice(from, from + maxQuestionsAQuery)
          .map(firstOf)
          .join(' UNION ALL '),
      )
      for (const { question, file, place } of rows) {
        found.push({ question, group, place: group.places[file] ?? 0, row: place - (starts[file] ?? 0) + 1 })
      }
    }
  }
  return found
}

/** File, row and column → the value as text, shortened. One query a file. */
async function readValues(
  engine: Engine,
  files: readonly DescribedFile[],
  rows: readonly FoundRow[],
  asked: ReadonlyMap<number, ContractColumn>,
): Promise<ReadonlyMap<string, string | null>> {
  const values = new Map<string, string | null>()
  for (const [place, ofFile] of groupBy(rows, (row) => row.place)) {
    const file = files[place]
    const columns = [...new Set(ofFile.flatMap(({ question }) => asked.get(question) ?? []))].filter(
      (column) => !isClassified(column),
    )
    const numbers = [...new Set(ofFile.map(({ row }) => row))]
    if (!file || columns.length === 0) continue
    const plain = await plainRows(file, numbers)
    const read = plain
      ? [...plain].map((row) => shownOf(row, columns, file))
      : await readRows(engine, file, columns, numbers)
    for (const { row, shown } of read) {
      for (const [index, column] of columns.entries()) values.set(valueKey(place, row, column), shown[index] ?? null)
    }
  }
  return values
}

/** A row's values of columns, shortened. */
interface ShownRow {
  readonly row: number
  readonly shown: readonly (string | null)[]
}

/** A field of a CSV file that holds nothing is NULL. */
function shownOf(
  [row, fields]: readonly [number, readonly string[]],
  columns: readonly ContractColumn[],
  file: DescribedFile,
): ShownRow {
  const shown = columns.map((column) => {
    const name = feedingColumn(file, column)?.name
    const text = fields[file.columns.findIndex((candidate) => candidate.name === name)] ?? ''
    return text === ''
      ? null
      : Array.from(text.slice(0, 2 * maxValueLength))
          .slice(0, maxValueLength)
          .join('')
  })
  return { row, shown }
}

async function readRows(
  engine: Engine,
  file: DescribedFile,
  columns: readonly ContractColumn[],
  numbers: readonly number[],
): Promise<ShownRow[]> {
  const selected = columns.map((column, index) => {
    const name = quoteName(feedingColumn(file, column)?.name ?? column.name)
    return `left(CAST(${name} AS VARCHAR), ${maxValueLength}) AS c${index}`
  })
  const read = await engine.query<Record<string, string | number | null>>(
    `SELECT ${rowNumberColumn} AS number, ${selected.join(', ')} FROM ${rowsReaderOf(file, numbers)}`,
  )
  return read.map((row) => ({
    row: Number(row['number']),
    shown: columns.map((_, index) => {
      const value = row[`c${index}`]
      return typeof value === 'string' ? value : null
    }),
  }))
}

function valueKey(place: number, row: number, column: ContractColumn | undefined): string {
  return JSON.stringify([place, row, column?.name])
}

function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>()
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item])
  return groups
}
