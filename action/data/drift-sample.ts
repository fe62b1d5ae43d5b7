import type { Read } from '../base/diagnostic.ts'
import type { ColumnProfile } from '../drift/column-profile.ts'
import { describeFiles } from './describe-files.ts'
import { diagnoseReadError } from './diagnose-read-error.ts'
import type { Engine } from './engine.ts'
import { measureColumns } from './measure-columns.ts'
import { quoteName } from './quote.ts'
import { rawRelation } from './read-source.ts'
import { openReading } from './reading-engine.ts'
import type { DescribedFile, SourceFile } from './source-file.ts'

export type RawKind = 'number' | 'text' | 'truth' | 'time' | 'other'

/** A column as its file types it, and what its values read as. */
export interface SampleColumn {
  readonly name: string
  readonly type: string
  readonly raw: RawKind
  /** Rows that hold something. */
  readonly filled: number
  /** Of these, those that read as a number, NaN among them. */
  readonly numbers: number
  readonly nans: number
  /** Of these, those that read as a date or a moment. */
  readonly times: number
}

/** The rows of one or more files, read in a process of its own. */
export interface DriftSample extends AsyncDisposable {
  readonly rows: number
  readonly columns: readonly SampleColumn[]
  /** The numbers of these columns, each ascending, without NaN and what is no number. */
  numbersOf(names: readonly string[]): Promise<Float64Array[]>
  /** Every value with its rows, the most frequent first; undefined where there are more than `most`. */
  valuesOf(name: string, most: number): Promise<ReadonlyMap<string, number> | undefined>
  profilesOf(names: readonly string[]): Promise<ColumnProfile[]>
}

const maxProfiledRows = 50_000

/** Opens files that nobody vouches for; what is wrong with them is told in one go. */
export async function openDriftSample(files: readonly SourceFile[], signal?: AbortSignal): Promise<Read<DriftSample>> {
  const engine = await openReading({ files }, signal)
  try {
    const described = await describeFiles(engine, files)
    if (described.ok) return { ok: true, value: await sampleOf(engine, described.value) }
    await engine[Symbol.asyncDispose]()
    return described
  } catch (error) {
    await engine[Symbol.asyncDispose]()
    const diagnostic = diagnoseReadError(error, files)
    if (!diagnostic) throw error
    return { ok: false, diagnostics: [diagnostic] }
  }
}

async function sampleOf(engine: Engine, files: readonly DescribedFile[]): Promise<DriftSample> {
  const relation = rawRelation(files)
  const described = await engine.query<{ column_name: string; column_type: string }>(
    `DESCRIBE SELECT * FROM ${relation}`,
  )
  const found = described.map((row) => ({ name: row.column_name, type: row.column_type, raw: kindOf(row.column_type) }))
  const questions = found.flatMap(({ name, raw }, index) => {
    const value = quoteName(name)
    const number = raw === 'number' ? `CAST(${value} AS DOUBLE)` : `TRY_CAST(${value} AS DOUBLE)`
    const isRead = raw === 'number' || raw === 'text'
    return [
      `count(${value}) AS filled${index}`,
      `${isRead ? `count(${number})` : '0'} AS numbers${index}`,
      `${isRead ? `count(*) FILTER (WHERE isnan(${number}))` : '0'} AS nans${index}`,
      `${raw === 'text' ? `count(TRY_CAST(${value} AS TIMESTAMP))` : '0'} AS times${index}`,
    ]
  })
  const [counted = {}] = await engine.query<Record<string, number>>(
    `SELECT count(*) AS "rows", ${questions.join(', ')} FROM ${relation}`,
  )
  const rows = counted['rows'] ?? 0
  const columns = found.map((column, index) => ({
    ...column,
    filled: counted[`filled${index}`] ?? 0,
    numbers: counted[`numbers${index}`] ?? 0,
    nans: counted[`nans${index}`] ?? 0,
    times: counted[`times${index}`] ?? 0,
  }))
  return {
    rows,
    columns,
    async numbersOf(names) {
      if (names.length === 0) return []
      const items = names.map((name) => `coalesce(TRY_CAST(${quoteName(name)} AS DOUBLE), CAST('NaN' AS DOUBLE))`)
      const sorted = await engine.sorted(`SELECT ${items.join(', ')} FROM ${relation}`, rows)
      return sorted.map(withoutNan)
    },
    async valuesOf(name, most) {
      const counts = await engine.columns(
        `SELECT CAST(${quoteName(name)} AS VARCHAR) AS v, count(*) AS n FROM ${relation}
         WHERE ${quoteName(name)} IS NOT NULL GROUP BY 1 ORDER BY n DESC, v LIMIT ${most + 1}`,
      )
      const [values = [], rowCounts = []] = [counts['v'], counts['n']]
      return values.length > most
        ? undefined
        : new Map(values.map((value, index) => [String(value), Number(rowCounts[index])]))
    },
    profilesOf: async (names) => await measureColumns(engine, files, names, maxProfiledRows),
    [Symbol.asyncDispose]: async () => await engine[Symbol.asyncDispose](),
  }
}

function kindOf(type: string): RawKind {
  if (/[[(]/.test(type) && !type.startsWith('DECIMAL') && !type.startsWith('ENUM')) return 'other'
  if (/^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DECIMAL|FLOAT|DOUBLE)/.test(type)) return 'number'
  if (/^(DATE|TIME)/.test(type)) return 'time'
  if (type === 'BOOLEAN') return 'truth'
  return /^(VARCHAR|ENUM|UUID)/.test(type) ? 'text' : 'other'
}

/** NaN stands last. */
function withoutNan(sorted: Float64Array): Float64Array {
  let end = sorted.length
  while (end > 0 && Number.isNaN(sorted[end - 1])) end -= 1
  return sorted.subarray(0, end)
}
