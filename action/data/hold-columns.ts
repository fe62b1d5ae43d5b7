import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sample, SampleColumn } from './open-samples.ts'
import { quoteName, quotePath, quoteText } from './quote.ts'

/** Columns that can be read one by one. */
export interface HeldColumns {
  readonly engine: Sample['engine']
  /** What SELECT … FROM takes. */
  readonly relation: string
  readonly rows: number
  /** SQL of a column's value: a DOUBLE without NULL of those that are read as numbers, a text of others. */
  readonly valueOf: (name: string) => string
}

export interface ColumnToHold {
  readonly name: string
  readonly asNumber: boolean
}

/**
 * Columns for many queries: as they lie in Parquet; of CSV and JSON, which each query would read from end to end, from a
 * copy in Parquet that goes when the engine goes.
 */
export async function holdColumns(sample: Sample, asked: readonly ColumnToHold[], copy: string): Promise<HeldColumns> {
  const { engine, files, columns } = sample
  const types = new Map(columns.map((column) => [column.name, column]))
  const reads = new Map(asked.map(({ name, asNumber }) => [name, readingOf(types.get(name), name, asNumber)]))
  if (files.every(({ format }) => format === 'parquet')) {
    return await counted(engine, sample.relation, (name) => reads.get(name) ?? quoteName(name))
  }
  const names = new Map(asked.map(({ name }, index) => [name, `c${index}`]))
  const selected = asked.map(({ name }) => `${reads.get(name)} AS ${names.get(name)}`)
  const file = await copyTo(engine, `SELECT ${['true AS held', ...selected].join(', ')} FROM ${sample.relation}`, copy)
  return await counted(engine, `read_parquet(${quotePath(file)})`, (name) => names.get(name) ?? quoteName(name))
}

/** A sample for many queries: as it lies in Parquet, else from a copy, all columns, as `holdColumns()` makes it. */
export async function holdSample(sample: Sample, copy: string): Promise<Sample> {
  const { engine, files, relation } = sample
  if (files.every(({ format }) => format === 'parquet')) return sample
  const file = await copyTo(engine, `SELECT * FROM ${relation}`, copy)
  return { ...sample, relation: `read_parquet(${quotePath(file)})` }
}

async function copyTo(engine: Sample['engine'], select: string, copy: string): Promise<string> {
  await mkdir(engine.textFolder, { recursive: true, mode: 0o700 })
  const file = join(engine.textFolder, copy)
  await engine.run(`COPY (${select}) TO ${quoteText(file)} (FORMAT parquet)`)
  return file
}

async function counted(
  engine: Sample['engine'],
  relation: string,
  valueOf: (name: string) => string,
): Promise<HeldColumns> {
  const [row] = await engine.query<{ rows: number }>(`SELECT count(*) AS rows FROM ${relation}`)
  return { engine, relation, rows: row?.rows ?? 0, valueOf }
}

function readingOf(column: SampleColumn | undefined, name: string, asNumber: boolean): string {
  const value = quoteName(name)
  if (!asNumber) return column?.type === 'VARCHAR' ? value : `CAST(${value} AS VARCHAR)`
  const number = column?.type === 'DOUBLE' ? value : `TRY_CAST(${value} AS DOUBLE)`
  return `coalesce(${number}, CAST('NaN' AS DOUBLE))`
}
