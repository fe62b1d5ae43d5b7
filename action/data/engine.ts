import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type {
  DuckDBConnection,
  DuckDBInstance,
  DuckDBMaterializedResult,
  DuckDBValue,
  DuckDBVector,
  JS,
} from '@duckdb/node-api'
import type { NumberComparison } from '../stats/compare-sorted.ts'
import type { ColumnsToCompare } from './compare-columns.ts'
import type { NumberBlocks, NumbersToCount } from './count-number-blocks.ts'
import { loadDuckdb, openInMemory } from './load-duckdb.ts'
import { escapePattern, quoteList, quoteText } from './quote.ts'
import { repeatedHashes } from './repeated-hashes.ts'
import type { RowsTally, RowsToTally } from './tally-columns.ts'

export interface EngineOptions {
  /** As DuckDB writes it: `2GB`. By default 80 % of the machine's. */
  readonly memoryLimit?: string
  readonly threads?: number
  /** Where it may spill to; without one nothing is written outside memory. */
  readonly tempFolder?: string
  /** With `isLocked`: the only files that may be read or written, absolute. */
  readonly allowedPaths?: readonly string[]
  /** The same for everything below these folders. */
  readonly allowedFolders?: readonly string[]
  /** No file, network or setting can be reached beyond what is allowed here. */
  readonly isLocked?: boolean
  /** A new one by default. */
  readonly textFolder?: string
  /** How much it may read ahead of `compared()`, of each side, and of `tallied()`; without this it can neither. As DuckDB writes it. */
  readonly readAhead?: string
  /** A `duckdb.node` located before. */
  readonly nativeFile?: string
  /** Opened by `openInMemory()` for this engine alone. */
  readonly instance?: Promise<DuckDBInstance>
  /** Aborted, it stops the running statement, which then throws the signal's reason. */
  readonly signal?: AbortSignal
}

/** One DuckDB in memory, in UTC, without extensions from the network. */
export interface Engine extends AsyncDisposable {
  /** All rows as plain values: BIGINT as number where exact, DATE and TIMESTAMP as Date, a missing value as null. */
  query<Row extends Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<Row[]>
  /** The same, column by column: far less memory where there are many rows. */
  columns(sql: string, values?: readonly unknown[]): Promise<Record<string, unknown[]>>
  run(sql: string, values?: readonly unknown[]): Promise<void>
  /**
   * The values that come more than once in SELECTs of one UBIGINT column, of no NULL, all of them together; undefined where there
   * are too many. Each SELECT is held as a whole while it is looked at, and the next one.
   */
  repeated(selects: readonly string[], expected: ExpectedRepeats): Promise<bigint[] | undefined>
  /** What is asked of pairs of columns of numbers, in their order; beside other statements, and one such at a time. */
  compared(asked: ColumnsToCompare): Promise<NumberComparison[]>
  /** Numbers, counted in blocks of rows; undefined where there are too many blocks. */
  blocked(asked: NumbersToCount): Promise<NumberBlocks | undefined>
  /** What is told of columns of numbers, and some of the rows; beside other statements, and one such at a time. */
  tallied(asked: RowsToTally): Promise<RowsTally>
  /** Absolute; there or not. It reads what lies below, which goes when it goes: copies of texts that it cannot read. */
  readonly textFolder: string
}

export interface ExpectedRepeats {
  /** How many values there are, nearly. */
  readonly rows: number
  /** How many of them may come more than once. */
  readonly most: number
}

/** Opens a DuckDB of its own. Throws the faults `data/engine-…` where the native part cannot be had. */
export async function openEngine(options: EngineOptions = {}): Promise<Engine> {
  const duckdb = await loadDuckdb(options.nativeFile)
  const instance = await (options.instance ?? openInMemory(options.nativeFile))
  const connection = await instance.connect()
  const textFolder = options.textFolder ?? textFolderIn(options.tempFolder ?? tmpdir())
  // Nothing can be set once it is locked.
  const readers: DuckDBConnection[] = []
  for (let reader = 0; reader < 2 && options.readAhead !== undefined; reader += 1) {
    const own = await instance.connect()
    await own.run(`SET streaming_buffer_size = ${quoteText(options.readAhead)}`)
    readers.push(own)
  }
  await connection.run(settingsOf(options, textFolder).join('; '))

  const interrupt = () => {
    for (const one of [connection, ...readers]) one.interrupt()
  }
  options.signal?.addEventListener('abort', interrupt)
  const running = new Set<Promise<unknown>>()
  const watch = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    options.signal?.throwIfAborted()
    const result = work()
    running.add(result)
    try {
      return await result
    } catch (error) {
      options.signal?.throwIfAborted()
      throw error
    } finally {
      running.delete(result)
      // The next one has begun by now.
      if (options.signal?.aborted) interrupt()
    }
  }
  const read = async (sql: string, values: readonly unknown[] = []) =>
    await watch(async () =>
      values.length === 0
        ? await connection.runAndReadAll(sql)
        : await connection.runAndReadAll(sql, values as DuckDBValue[], nullTypes(values, duckdb.SQLNULL)),
    )
  return {
    textFolder,
    async query<Row extends Record<string, unknown>>(sql: string, values?: readonly unknown[]) {
      const reader = await read(sql, values)
      return reader.getRowObjectsJS().map(plainRow) as Row[]
    },
    async columns(sql, values) {
      const columns = Object.entries((await read(sql, values)).getColumnsObjectJS())
      return Object.fromEntries(columns.map(([name, column]) => [name, column.map(plain)]))
    },
    async run(sql, values) {
      await read(sql, values)
    },
    async repeated(selects, { rows, most }) {
      const hashes = repeatedHashes(rows)
      await watch(async () => {
        for await (const part of wholes(connection, selects)) {
          for (let at = 0; at < part.chunkCount; at += 1) hashes.take(wordsOf(part.getChunk(at).getColumnVector(0)))
        }
      })
      return hashes.found(most)
    },
    async compared(asked) {
      const { compareColumns } = await import('./compare-columns.ts')
      return await watch(async () => await compareColumns(readers, asked, join(textFolder, 'numbers')))
    },
    async blocked(asked) {
      const { countNumberBlocks } = await import('./count-number-blocks.ts')
      return await watch(async () => await countNumberBlocks(connection, asked))
    },
    async tallied(asked) {
      const { tallyColumns } = await import('./tally-columns.ts')
      return await watch(async () => await tallyColumns(readers[0], asked))
    },
    async [Symbol.asyncDispose]() {
      // Closing under a running statement would end the process.
      await Promise.allSettled(running)
      options.signal?.removeEventListener('abort', interrupt)
      for (const one of [connection, ...readers]) one.closeSync()
      instance.closeSync()
      await rm(textFolder, { recursive: true, force: true })
    },
  }
}

/** What each statement gives, in their order; the engine is at the next one meanwhile, which a stream would wait for in each few rows. */
async function* wholes(
  connection: DuckDBConnection,
  selects: readonly string[],
): AsyncGenerator<DuckDBMaterializedResult> {
  const waiting = selects.values()
  const ask = () => {
    const { value } = waiting.next()
    const asked = value === undefined ? undefined : connection.run(value)
    // Whoever awaits it is told.
    asked?.catch(() => {})
    return asked
  }
  let coming = ask()
  try {
    while (coming) {
      const result = await coming
      coming = ask()
      yield result
    }
  } finally {
    // Nothing may be closed under a running statement.
    await coming?.catch(() => {})
  }
}

/** One that no other engine has. */
export function textFolderIn(folder: string): string {
  return join(folder, `plumbline-text-${randomBytes(6).toString('hex')}`)
}

function settingsOf(options: EngineOptions, textFolder: string): string[] {
  const settings = [
    "SET TimeZone = 'UTC'",
    'SET autoinstall_known_extensions = false',
    'SET autoload_known_extensions = false',
    'SET enable_progress_bar = false',
    // By default eight times as much stays with the process after it was freed.
    "SET allocator_flush_threshold = '16MB'",
    ...(options.threads === undefined ? [] : [`SET threads = ${options.threads}`]),
    ...(options.memoryLimit === undefined ? [] : [`SET memory_limit = ${quoteText(options.memoryLimit)}`]),
    `SET temp_directory = ${quoteText(options.tempFolder ?? '')}`,
    ...(options.tempFolder === undefined ? [] : ["SET max_temp_directory_size = '100GB'"]),
  ]
  if (!options.isLocked) return settings
  return [
    ...settings,
    // A path that is read is compared as the pattern that it is written as.
    `SET allowed_paths = ${quoteList((options.allowedPaths ?? []).flatMap((path) => [path, escapePattern(path)]))}`,
    `SET allowed_directories = ${quoteList([...(options.allowedFolders ?? []), textFolder])}`,
    'SET enable_external_access = false',
    'SET lock_configuration = true',
  ]
}

/** The bytes of 64-bit values where they lie: one by one they would come as bigints, which takes ten times as long. */
function wordsOf(vector: DuckDBVector): Uint32Array {
  const items: unknown = Reflect.get(vector, 'items')
  if (!(items instanceof BigUint64Array)) throw new Error('DuckDB gave no UBIGINT; expected a column of them')
  return new Uint32Array(items.buffer, items.byteOffset, items.length * 2)
}

/** The client cannot tell the type of null by itself. */
function nullTypes<Type>(values: readonly unknown[], nullType: Type): Type[] {
  const types: Type[] = []
  for (const [index, value] of values.entries()) if (value === null) types[index] = nullType
  return types
}

function plainRow(row: Record<string, JS>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)]))
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value
  if (Array.isArray(value)) return value.map(plain)
  return value
}
