import type { Diagnostic, Read } from '../base/diagnostic.ts'
import { copyAsUtf8 } from './copy-as-utf8.ts'
import { diagnoseReadError } from './diagnose-read-error.ts'
import type { Engine } from './engine.ts'
import { isWhole } from './is-whole.ts'
import { quotePath } from './quote.ts'
import { readHeader } from './read-header.ts'
import { plainHeader } from './read-start.ts'
import { ownColumns } from './read-source.ts'
import { recogniseFile, withOwnEncoding } from './recognise-file.ts'
import { mapSections, type SectionFiles } from './section-files.ts'
import {
  compressionOf,
  type DescribedFile,
  encodingOf,
  formatOf,
  type RawColumn,
  type SourceFile,
} from './source-file.ts'

/**
 * Looks at each file's columns and raw types, without reading the files to their end.
 * Everything that is wrong with their beginnings is told in one go: empty, without rows, not UTF-8, not Parquet, a column
 * named twice. What is wrong further down shows when the rows are read: `diagnoseReadError()` words it.
 */
export async function describeFiles(
  engine: Engine,
  files: readonly SourceFile[],
): Promise<Read<readonly DescribedFile[]>> {
  const described: DescribedFile[] = []
  const diagnostics: Diagnostic[] = []
  // Of ten thousand partitions only the first is asked after in full.
  const byHeader = new Map<string, DescribedFile>()
  for (const found of files) {
    // Files of one header are taken for alike, marks and all.
    const file = found.encoding === undefined ? found : ownEncodingOf(found)
    const header = headerOf(file)
    const alike = header === undefined ? undefined : byHeader.get(header)
    const result = await describeFile(engine, file, alike)
    if (result.ok && header !== undefined) byHeader.set(header, result.value)
    if (result.ok) described.push(result.value)
    else diagnostics.push(...result.diagnostics)
  }
  return diagnostics.length === 0 ? { ok: true, value: described } : { ok: false, diagnostics }
}

/** As declared where the file cannot be read. */
function ownEncodingOf(file: SourceFile): SourceFile {
  try {
    return withOwnEncoding(file)
  } catch {
    return file
  }
}

/** Undefined, too, where the file cannot be read, which whoever looks closely says. */
function headerOf(file: SourceFile): string | undefined {
  try {
    return plainHeader(file)
  } catch {
    return undefined
  }
}

/** The same of each section. */
export async function describeSections(
  engine: Engine,
  sections: SectionFiles,
): Promise<Read<SectionFiles<DescribedFile>>> {
  const diagnostics: Diagnostic[] = []
  const described = await mapSections(sections, async (files) => {
    const read = await describeFiles(engine, files)
    if (!read.ok) diagnostics.push(...read.diagnostics)
    return read.ok ? read.value : []
  })
  return diagnostics.length > 0 ? { ok: false, diagnostics } : { ok: true, value: described }
}

async function describeFile(
  engine: Engine,
  found: SourceFile,
  alike: DescribedFile | undefined,
): Promise<Read<DescribedFile>> {
  if (found.bytes === 0) return wrong(found, 'data/empty-file', 'it is empty', 'a header and rows')
  try {
    const other = recogniseFile(found)
    if (other) return { ok: false, diagnostics: [other] }
    if (!(await isWhole(found))) return breaksOff(found)
    const format = formatOf(found.path)
    const own = alike || format !== 'csv' ? found : withOwnEncoding(found)
    const readable = await copyAsUtf8(engine.textFolder, own)
    if (!readable.ok) return readable
    const file = readable.value
    if (alike) return { ok: true, value: { ...alike, ...file } }
    if (format === 'csv') return await describeCsv(engine, file)
    if (format === 'json') return await describeJson(engine, file)
    return await describeParquet(engine, file)
  } catch (error) {
    const diagnostic = diagnoseReadError(error, [found])
    if (!diagnostic) throw error
    return { ok: false, diagnostics: [diagnostic] }
  }
}

/** So much is read at a time: by itself DuckDB would take 32 MB for each of its threads. */
const headBytes = 4 << 20
/** As it is by itself; but where `buffer_size` is given, a line may be as long as that. */
const longestLine = 2_000_000

async function describeCsv(engine: Engine, file: SourceFile): Promise<Read<DescribedFile>> {
  // Not strict: a quoted text may end its lines otherwise than the records do.
  const lines = await engine.query<{ line: string | null }>(
    `SELECT line FROM read_csv(${quotePath(file.absolutePath)}, auto_detect = false, columns = {'line': 'VARCHAR'},
       delim = '\u0001', quote = '', escape = '', header = false, nullstr = '\u0002', strict_mode = false,
       parallel = false, buffer_size = ${headBytes}, max_line_size = ${longestLine},
       ${compressionOf(file)}, ${encodingOf(file)}) LIMIT 64`,
  )
  const text = lines.map(({ line }) => line ?? '').join('\n')
  const header = readHeader(text.replace(/^\ufeff/, ''))
  if (header.isOpen && !header.hasRows) {
    return wrong(file, 'data/open-quote', 'its header opens a quote and never closes it', 'a closing quote')
  }
  if (header.names.length === 0) return wrong(file, 'data/empty-file', 'it is empty', 'a header and rows')
  if (!header.hasRows) return wrong(file, 'data/no-rows', 'it holds a header and no rows', 'at least one row')
  if (header.names.some((name) => name.includes('\0'))) {
    return wrong(file, 'data/bad-header', 'its header holds a NUL', 'names without one')
  }
  const columns = header.names.map((name) => ({ name, type: 'VARCHAR' }))
  return oncePerName({ ...file, format: 'csv', delimiter: header.delimiter, columns })
}

async function describeParquet(engine: Engine, file: SourceFile): Promise<Read<DescribedFile>> {
  const path = quotePath(file.absolutePath)
  const [columns, [counted]] = await Promise.all([
    columnsOf(engine, `SELECT * FROM read_parquet(${path}, ${ownColumns})`),
    engine.query<{ rows: number }>(`SELECT num_rows AS rows FROM parquet_file_metadata(${path})`),
  ])
  if (counted?.rows === 0) return wrong(file, 'data/no-rows', 'it holds no rows', 'at least one row')
  return { ok: true, value: { ...file, format: 'parquet', columns } }
}

/** Dates and the like stay the text that they are in the file; the contract says what they mean. */
async function describeJson(engine: Engine, file: SourceFile): Promise<Read<DescribedFile>> {
  const found = await columnsOf(
    engine,
    `SELECT * FROM read_json(${quotePath(file.absolutePath)}, sample_size = -1, records = 'true', ${ownColumns}, ${compressionOf(file)})`,
  )
  const columns = found.map(({ name, type }) => ({ name, type: jsonTypes.has(type) ? type : 'VARCHAR' }))
  if (columns.length === 0) return wrong(file, 'data/no-rows', 'it holds no rows', 'at least one object')
  return { ok: true, value: { ...file, format: 'json', columns } }
}

const jsonTypes: ReadonlySet<string> = new Set(['BIGINT', 'UBIGINT', 'HUGEINT', 'DOUBLE', 'BOOLEAN'])

async function columnsOf(engine: Engine, sql: string): Promise<RawColumn[]> {
  const rows = await engine.query<{ column_name: string; column_type: string }>(`DESCRIBE ${sql}`)
  return rows.map((row) => ({ name: row.column_name, type: row.column_type }))
}

/** DuckDB's names ignore case and the contract's Unicode form, and one of two equal ones would silently win. */
function oncePerName(file: DescribedFile): Read<DescribedFile> {
  const seen = new Map<string, string>()
  for (const { name } of file.columns) {
    const earlier = seen.get(folded(name))
    if (earlier !== undefined) {
      const names =
        earlier === name ? `"${name}" twice` : `"${earlier}" and "${name}", which ${wordAlike(earlier, name)}`
      return wrong(file, 'data/duplicate-column', `its header names ${names}`, 'each column once')
    }
    seen.set(folded(name), name)
  }
  return { ok: true, value: file }
}

function folded(name: string): string {
  return name.normalize('NFC').toLowerCase()
}

function wordAlike(a: string, b: string): string {
  return a.toLowerCase() === b.toLowerCase() ? 'differ in case alone' : 'look the same in another Unicode form'
}

function breaksOff(file: SourceFile): Read<never> {
  const message = `Cannot read "${file.path}": it cannot be decompressed to its end; expected what its ending says, whole`
  const remedy = 'Compress or fetch the file anew, or give it the ending of what it holds.'
  const place = { file: file.path, line: 1, column: 1 }
  return { ok: false, diagnostics: [{ code: 'data/bad-compression', ...place, message, remedy }] }
}

function wrong(file: SourceFile, code: string, state: string, expected: string): Read<never> {
  const message = `Cannot read "${file.path}": ${state}; expected ${expected}`
  const remedy = 'Mend the file, or leave it out of the glob that names it.'
  return { ok: false, diagnostics: [{ code, file: file.path, line: 1, column: 1, message, remedy }] }
}
