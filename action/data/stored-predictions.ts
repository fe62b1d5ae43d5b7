import { rm, writeFile } from 'node:fs/promises'

import type { JudgedRows } from '../evaluation/judged-rows.ts'
import type { Gate, Task } from '../project/project.ts'
import { quoteText } from './quote.ts'
import { openReading } from './reading-engine.ts'

/** What a release keeps of its judgement: enough to judge again, and nothing of a row but what that takes. */
export interface StoredJudgement {
  readonly rows: JudgedRows
  readonly gates: readonly Gate[]
  readonly minCount: number
}

interface Header {
  readonly schema: 'plumbline/predictions/v1'
  readonly task: Task
  readonly classes: readonly string[]
  /** Columns by which gates slice; their values are numbered in the file. */
  readonly slices: readonly string[]
  readonly gates: readonly Gate[]
  readonly minCount: number
}

const headerKey = 'plumbline'

/**
 * Writes judged rows to a Parquet file: `row` is a pseudonym of the id, and the values of slices are numbers without names. No
 * feature is in it. The same rows give the same bytes. `pseudonyms` are in the order of the rows.
 */
export async function writeStoredPredictions(
  file: string,
  { rows, gates, minCount }: StoredJudgement,
  pseudonyms: readonly string[],
): Promise<void> {
  const slices = Object.keys(rows.slices)
  const columns = [...columnsOf(rows), ...slices.map((name) => numbered(rows.slices[name] ?? []))]
  const names = ['row', ...namesOf(rows), ...slices.map((_, index) => `slice_${index}`)]
  const types = ['VARCHAR', ...typesOf(rows), ...slices.map(() => 'INTEGER')]
  const lines = pseudonyms.map((pseudonym, row) => [pseudonym, ...columns.map((column) => column(row))].join(','))
  const text = `${file}.csv`
  await writeFile(text, `${lines.join('\n')}\n`)
  const header: Header = {
    schema: 'plumbline/predictions/v1',
    task: rows.task,
    classes: rows.task === 'multiclass' ? rows.classes : [],
    slices,
    gates,
    minCount,
  }
  try {
    // One thread: the order of row groups is that of the rows.
    await using engine = await openReading({ files: [], otherPaths: [text, file], threads: 1 })
    const struct = names.map((name, index) => `${quoteText(name)}: ${quoteText(types[index] ?? 'DOUBLE')}`).join(', ')
    await engine.run(
      `COPY (SELECT * FROM read_csv(${quoteText(text)}, header = false, auto_detect = false, delim = ',', quote = '"', escape = '"', nullstr = '', columns = {${struct}})) TO ${quoteText(file)} (FORMAT parquet, COMPRESSION zstd, KV_METADATA {${headerKey}: ${quoteText(JSON.stringify(header))}})`,
    )
  } finally {
    await rm(text, { force: true })
  }
}

/** Reads what `writeStoredPredictions()` wrote, in a process of its own. Throws an Error that says what is wrong with the file. */
export async function readStoredPredictions(file: string, signal?: AbortSignal): Promise<StoredJudgement> {
  await using engine = await openReading({ files: [], otherPaths: [file] }, signal)
  const [found] = await engine.query<{ value: unknown }>(
    `SELECT decode(value) AS value FROM parquet_kv_metadata(${quoteText(file)}) WHERE decode(key) = '${headerKey}'`,
  )
  const header = readHeader(found?.value)
  const columns = await engine.columns(`SELECT * FROM read_parquet(${quoteText(file)})`)
  const numbers = (name: string) => Float64Array.from(columns[name] ?? [], Number)
  const count = columns['row']?.length ?? 0
  const slices = Object.fromEntries(
    header.slices.map((name, index) => [name, (columns[`slice_${index}`] ?? []).map(codeText)]),
  )
  const common = { rows: count, slices }
  const judged = { gates: header.gates, minCount: header.minCount }
  const [truth, predicted] = [numbers('truth'), numbers('predicted')]
  if (header.task === 'regression') return { ...judged, rows: { ...common, task: header.task, truth, predicted } }
  if (header.task === 'binary') {
    const probability = numbers('probability')
    const [isTrue, isPredicted] = [Uint8Array.from(truth), Uint8Array.from(predicted)]
    return { ...judged, rows: { ...common, task: 'binary', truth: isTrue, predicted: isPredicted, probability } }
  }
  const { classes } = header
  const probabilities = new Float64Array(count * classes.length)
  for (const place of classes.keys()) {
    for (const [row, value] of numbers(`probability_${place}`).entries())
      probabilities[row * classes.length + place] = value
  }
  const [places, predictedPlaces] = [Uint32Array.from(truth), Uint32Array.from(predicted)]
  return {
    ...judged,
    rows: { ...common, task: 'multiclass', classes, truth: places, predicted: predictedPlaces, probabilities },
  }
}

function columnsOf(rows: JudgedRows): readonly ((row: number) => string)[] {
  const of = (values: ArrayLike<number>) => (row: number) => String(values[row] ?? '')
  if (rows.task === 'regression') return [of(rows.truth), of(rows.predicted)]
  if (rows.task === 'binary') return [of(rows.truth), of(rows.predicted), of(rows.probability)]
  const { classes, probabilities } = rows
  return [
    of(rows.truth),
    of(rows.predicted),
    ...classes.map((_, place) => (row: number) => String(probabilities[row * classes.length + place] ?? '')),
  ]
}

function namesOf(rows: JudgedRows): readonly string[] {
  if (rows.task === 'regression') return ['truth', 'predicted']
  if (rows.task === 'binary') return ['truth', 'predicted', 'probability']
  return ['truth', 'predicted', ...rows.classes.map((_, place) => `probability_${place}`)]
}

function typesOf(rows: JudgedRows): readonly string[] {
  const value = rows.task === 'regression' ? 'DOUBLE' : 'UINTEGER'
  return namesOf(rows).map((name) => (name.startsWith('probability') ? 'DOUBLE' : value))
}

/** Values as numbers from 1 on, in the order of the values; nothing where null. */
function numbered(values: readonly (string | null)[]): (row: number) => string {
  const known = [...new Set(values.filter((value) => value !== null))].sort()
  const numbers = new Map(known.map((value, index) => [value, String(index + 1)]))
  return (row) => numbers.get(values[row] ?? '') ?? ''
}

function codeText(value: unknown): string | null {
  return typeof value === 'number' ? String(value) : null
}

function readHeader(value: unknown): Header {
  const header: unknown = typeof value === 'string' ? JSON.parse(value) : undefined
  if (typeof header === 'object' && header !== null && 'schema' in header) {
    if (header.schema === 'plumbline/predictions/v1') return header as Header
    throw new Error(`its predictions are of schema "${String(header.schema)}"; expected plumbline/predictions/v1`)
  }
  throw new Error('it does not say how it was judged')
}
