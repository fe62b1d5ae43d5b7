import type { Contract, ContractColumn, LogicalType } from '../project/contract.ts'
import { quoteName, quotePath, quoteText } from './quote.ts'
import { compressionOf, type DescribedFile, encodingOf } from './source-file.ts'
import { momentOf, plainNumber, spelledTruth } from './spelled-values.ts'

/** What a row is called where the model has no id column: the first 12 digits of its file's SHA-256, `:`, its number. */
export const rowIdColumn = '_row'
/** The file's path and the row's number, from 1, where they are asked for. */
export const fileColumn = '_file'
export const numberColumn = '_number'

export interface RawOptions {
  /** Adds `_file` and `_number`. */
  readonly withPlace?: boolean
}

/** The rows of all files under their own column names and types, as something that SELECT … FROM takes. */
export function rawRelation(files: readonly DescribedFile[], options: RawOptions = {}): string {
  const selects = batches(files, options.withPlace ?? false).map((batch) =>
    options.withPlace
      ? `SELECT *, ${quoteText(batch.file.path)} AS ${fileColumn} FROM ${numbered(batch)}`
      : `SELECT * FROM ${readerOf(batch)}`,
  )
  return `(${selects.join(' UNION ALL BY NAME ')})`
}

export interface TypedOptions {
  /** Adds `_row`; the files must be pinned. */
  readonly withRowId?: boolean
  /** Adds `_file` and `_number`. */
  readonly withPlace?: boolean
}

/**
 * The rows of all files as the contract sees them: its columns under its names, found file by file under an older name
 * where the file has one, of its logical types. A value that does not fit its type is NULL, and so is a column that a
 * file lacks: the contract's checks tell both.
 */
export function typedRelation(files: readonly DescribedFile[], contract: Contract, options: TypedOptions = {}): string {
  const needsNumber = Boolean(options.withRowId || options.withPlace)
  const selects = batches(files, needsNumber).map((batch) => {
    const columns = contract.columns.map((column) => typedColumn(batch.file, column))
    if (options.withRowId) columns.push(`${rowIdOf(batch.file)} AS ${rowIdColumn}`)
    if (options.withPlace) columns.push(`${quoteText(batch.file.path)} AS ${fileColumn}, ${numberColumn}`)
    return `SELECT ${columns.join(', ')} FROM ${needsNumber ? numbered(batch) : readerOf(batch)}`
  })
  return `(${selects.join(' UNION ALL ')})`
}

/** The column of a file that feeds a contract's column: under its own name, else under the first alias that is there. */
export function feedingColumn(
  file: DescribedFile,
  column: ContractColumn,
): DescribedFile['columns'][number] | undefined {
  for (const name of [column.name, ...column.aliases]) {
    const found = file.columns.find((candidate) => candidate.name === name)
    if (found) return found
  }
  return undefined
}

/** The same for a column, whose values may be spelled in a way of their own. */
export function castColumn(column: ContractColumn, written: string, rawType: string): string {
  const { logicalType, format, decimal, epoch, truth } = column
  const expression = filledValue(column, written, rawType)
  if (truth !== undefined && rawType === 'VARCHAR') return spelledTruth(expression, truth)
  if (epoch !== undefined) return `CAST(${momentOf(expression, rawType, epoch)} AS ${sqlTypes[logicalType]})`
  if (decimal !== undefined && rawType === 'VARCHAR') {
    return castTo(logicalType, plainNumber(expression, decimal), rawType)
  }
  // Integers spell a date too: 20241231.
  const isText = rawType === 'VARCHAR' || /INT/.test(rawType)
  if (format === undefined || !isText) return castTo(logicalType, expression, rawType)
  const text = rawType === 'VARCHAR' ? `trim(${expression})` : `CAST(${expression} AS VARCHAR)`
  return `CAST(try_strptime(${text}, ${quoteText(format)}) AS ${sqlTypes[logicalType]})`
}

/** SQL for the value as it stands, NULL where it is a word for nothing. */
export function filledValue({ missing }: ContractColumn, written: string, rawType: string): string {
  if (missing === undefined || rawType !== 'VARCHAR') return written
  const words = missing.map((word) => quoteText(word.toLowerCase())).join(', ')
  return `CASE WHEN list_contains([${words}], lower(trim(${written}))) THEN NULL ELSE ${written} END`
}

/** SQL that turns an expression of a raw type into a logical type, NULL where the value is none. */
export function castTo(logicalType: LogicalType, expression: string, rawType: string): string {
  return casts[logicalType](expression, rawType)
}

const casts: Readonly<Record<LogicalType, (expression: string, rawType: string) => string>> = {
  string: (expression, rawType) => (rawType === 'VARCHAR' ? expression : `CAST(${expression} AS VARCHAR)`),
  integer: toInteger,
  number: (expression, rawType) => (rawType === 'DOUBLE' ? expression : `TRY_CAST(${expression} AS DOUBLE)`),
  boolean: toBoolean,
  date: toDate,
  timestamp: toTimestamp,
}

/** Whether a value of the raw type always fits the logical type, so that nothing need be tried. */
export function alwaysFits(logicalType: LogicalType, rawType: string): boolean {
  switch (logicalType) {
    case 'string':
      return true
    case 'integer':
      return /^U?(TINYINT|SMALLINT|INTEGER)$|^BIGINT$/.test(rawType)
    case 'number':
      return /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT)|FLOAT|DOUBLE)$/.test(rawType)
    case 'boolean':
      return rawType === 'BOOLEAN'
    case 'date':
    case 'timestamp':
      return false
  }
}

/** DuckDB's type of a logical type. */
export const sqlTypes: Readonly<Record<LogicalType, string>> = {
  string: 'VARCHAR',
  integer: 'BIGINT',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
}

function typedColumn(file: DescribedFile, column: ContractColumn): string {
  const raw = feedingColumn(file, column)
  const value = raw
    ? castColumn(column, quoteName(raw.name), raw.type)
    : `CAST(NULL AS ${sqlTypes[column.logicalType]})`
  return `${value} AS ${quoteName(column.name)}`
}

/**
 * A cast alone would round 1.5 to 2. `1.0` is whole: pandas writes integers so once a column has gaps.
 * The usual form is told without the pattern, which costs more than all the rest.
 */
function toInteger(expression: string, rawType: string): string {
  if (rawType === 'BIGINT') return expression
  const cast = `TRY_CAST(${expression} AS BIGINT)`
  if (rawType === 'VARCHAR') {
    return `CASE WHEN CAST(${cast} AS VARCHAR) = ${expression} THEN ${cast}
      WHEN regexp_full_match(${expression}, '\\s*[+-]?[0-9]+(\\.0*)?\\s*') THEN ${cast} END`
  }
  if (/^(FLOAT|DOUBLE|DECIMAL)/.test(rawType)) return `CASE WHEN ${expression} = trunc(${expression}) THEN ${cast} END`
  return cast
}

function toDate(expression: string, rawType: string): string {
  const date = `TRY_CAST(${expression} AS DATE)`
  const any = inCalendar(date, 'DATE')
  return rawType === 'VARCHAR' ? `coalesce(${whereSpelled(expression, ['____-__-__'], date)}, ${any})` : any
}

/** Most moments are written in one of few ways that need no closer look, which costs more than the cast: NULL for others. */
function whereSpelled(expression: string, patterns: readonly string[], cast: string): string {
  const isSpelled = patterns.map((pattern) => `${expression} LIKE ${quoteText(pattern)}`).join(' OR ')
  return `CASE WHEN (${isSpelled}) AND ${expression} >= '0001' AND ${expression} < ':' THEN ${cast} END`
}

/**
 * In UTC, as the engine's time zone is: a text without an offset is taken as it stands. DuckDB would take it in the zone
 * of the row before where that names one, and far more slowly; a cast to TIMESTAMP in turn would ignore an offset.
 */
function toTimestamp(expression: string, rawType: string): string {
  if (rawType === 'TIMESTAMP') return inCalendar(expression, 'TIMESTAMP')
  const plain = inCalendar(`TRY_CAST(${expression} AS TIMESTAMP)`, 'TIMESTAMP')
  if (/^(TIMESTAMP_|DATE)/.test(rawType)) return plain
  const zoned = `${inCalendar(`TRY_CAST(${expression} AS TIMESTAMPTZ)`, 'TIMESTAMPTZ')} AT TIME ZONE 'UTC'`
  if (rawType !== 'VARCHAR') return zoned
  const time = `substr(${expression}, instr(${expression}, ':'))`
  const hasOffset = `contains(${expression}, '+') OR (contains(${expression}, ':') AND contains(${time}, '-'))`
  const usual = whereSpelled(expression, usualMoments, `TRY_CAST(${expression} AS TIMESTAMP)`)
  return `coalesce(${usual}, CASE WHEN ${hasOffset} THEN ${zoned} ELSE coalesce(${plain}, ${zoned}) END)`
}

const usualMoments = ['____-__-__ __:__:__', '____-__-__T__:__:__']

/** Infinity and years beyond 1 to 9999, which ISO 8601 cannot write, are no moments. */
function inCalendar(expression: string, type: 'DATE' | 'TIMESTAMP' | 'TIMESTAMPTZ'): string {
  const last = type === 'DATE' ? '9999-12-31' : '9999-12-31 23:59:59.999999'
  return `CASE WHEN ${expression} BETWEEN ${type} '0001-01-01' AND ${type} '${last}' THEN ${expression} END`
}

function toBoolean(expression: string, rawType: string): string {
  if (rawType === 'BOOLEAN') return expression
  const text = rawType === 'VARCHAR' ? expression : `CAST(${expression} AS VARCHAR)`
  return `CASE WHEN ${text} = 'true' THEN true WHEN ${text} = 'false' THEN false
    WHEN list_contains([${yes}], lower(trim(${text}))) THEN true
    WHEN list_contains([${no}], lower(trim(${text}))) THEN false END`
}

const yes = ['true', 't', 'yes', 'y', '1', '1.0'].map(quoteText).join(', ')
const no = ['false', 'f', 'no', 'n', '0', '0.0'].map(quoteText).join(', ')

/** Files that one reader can read together: of one format, delimiter and column list. */
export interface Batch {
  readonly file: DescribedFile
  readonly files: readonly DescribedFile[]
}

function batches(files: readonly DescribedFile[], oneByOne: boolean): Batch[] {
  if (oneByOne) return files.map((file) => ({ file, files: [file] }))
  const groups = new Map<string, DescribedFile[]>()
  for (const file of files) {
    const key = readerKey(file)
    const group = groups.get(key)
    if (group) group.push(file)
    else groups.set(key, [file])
  }
  return [...groups.values()].flatMap((group) => group.slice(0, 1).map((file) => ({ file, files: group })))
}

/** Equal for files that one reader can read together. */
export function readerKey(file: DescribedFile): string {
  return JSON.stringify([file.format, file.delimiter, file.columns, compressionOf(file), file.encoding])
}

/** A file has the same columns wherever its bytes are kept: those of a folder's name, such as `year=2024`, are none. */
export const ownColumns = 'hive_partitioning = false'

export function readerOf({ file, files }: Batch): string {
  const paths = `[${files.map(({ absolutePath }) => quotePath(absolutePath)).join(', ')}]`
  if (file.format === 'parquet') return `read_parquet(${paths}, ${ownColumns})`
  const columns = `${ownColumns}, auto_detect = false, columns = ${columnTypes(file)}, ${compressionOf(file)}`
  if (file.format === 'json') return `read_json(${paths}, ${columns}, format = 'auto')`
  const dialect = `header = true, delim = ${quoteText(file.delimiter ?? ',')}, quote = '"', escape = '"', ${encodingOf(file)}`
  return `read_csv(${paths}, ${columns}, ${dialect})`
}

/** The place of a row's file among those that a reader reads together. */
export const fileIndexColumn = 'file_index'

/** Whether `file_index` is the reader's own, and no column of the file. */
export function canTellFile({ columns }: DescribedFile): boolean {
  return !columns.some(({ name }) => name.toLowerCase() === fileIndexColumn)
}

/** Whether a reader of Parquet can number the rows of such files; where not, `numberedReaderOf()` takes one at a time. */
export function canNumberRows({ format, columns }: DescribedFile): boolean {
  return format === 'parquet' && !columns.some(({ name }) => name.toLowerCase() === 'file_row_number')
}

/** A row's number in the relations below: a file may have a column of its own that is called `number`. */
export const rowNumberColumn = 'plumbline_number'

/** The rows of files with `plumbline_number`, which counts up from 1, in Parquet in each file anew, and `file_index` where there are several. */
export function numberedReaderOf(batch: Batch): string {
  const index = batch.files.length > 1 ? `, ${fileIndexColumn}` : ''
  if (!canNumberRows(batch.file))
    return `(SELECT *${index}, row_number() OVER () AS ${rowNumberColumn} FROM ${readerOf(batch)})`
  const paths = `[${batch.files.map(({ absolutePath }) => quotePath(absolutePath)).join(', ')}]`
  return `(SELECT *, file_row_number + 1 AS ${rowNumberColumn}${index} FROM read_parquet(${paths}, file_row_number = true, ${ownColumns}))`
}

/**
 * The rows of a file that have these numbers, with `plumbline_number`; of text nothing is read beyond the last of them, and of Parquet
 * only the row groups that hold one: DuckDB passes over the others where the number is compared as the reader gives it.
 */
export function rowsReaderOf(file: DescribedFile, numbers: readonly number[]): string {
  if (canNumberRows(file)) {
    const reader = `read_parquet(${quotePath(file.absolutePath)}, file_row_number = true, ${ownColumns})`
    const places = numbers.map((number) => number - 1).join(', ')
    return `(SELECT *, file_row_number + 1 AS ${rowNumberColumn} FROM ${reader} WHERE file_row_number IN (${places}))`
  }
  const last = Math.max(0, ...numbers)
  const rows = `(SELECT *, row_number() OVER () AS ${rowNumberColumn} FROM (SELECT * FROM ${readerOf({ file, files: [file] })} LIMIT ${last}))`
  return `(SELECT * FROM ${rows} WHERE ${rowNumberColumn} IN (${numbers.join(', ')}))`
}

/** The rows of one file with their number; DuckDB keeps a file's order when it numbers rows without an ORDER BY. */
function numbered(batch: Batch): string {
  const { file } = batch
  // Parquet knows its rows' numbers, which unlike counting them takes no single thread.
  if (file.format === 'parquet' && !file.columns.some(({ name }) => name.toLowerCase() === 'file_row_number')) {
    const reader = `read_parquet(${quotePath(file.absolutePath)}, file_row_number = true, ${ownColumns})`
    return `(SELECT * EXCLUDE (file_row_number), file_row_number + 1 AS ${numberColumn} FROM ${reader})`
  }
  return `(SELECT *, row_number() OVER () AS ${numberColumn} FROM ${readerOf(batch)})`
}

function columnTypes(file: DescribedFile): string {
  return `{${file.columns.map(({ name, type }) => `${quoteText(name)}: ${quoteText(type)}`).join(', ')}}`
}

function rowIdOf(file: DescribedFile): string {
  if (!file.sha256) throw new Error(`Cannot name the rows of "${file.path}": it is not pinned; expected its SHA-256`)
  return `${quoteText(file.sha256.slice(0, 12))} || ':' || ${numberColumn}`
}
