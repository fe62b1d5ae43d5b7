import { rm } from 'node:fs/promises'

import { Fault } from '../../base/fault.ts'
import { nearestName } from '../../base/nearest-name.ts'
import { type Engine, openEngine } from '../engine.ts'
import { quoteName, quoteText } from '../quote.ts'
import { findExtension } from './find-extension.ts'
import { maskConnection } from './mask-connection.ts'
import type { Database, TableRequest, WrittenTable } from './table-request.ts'

/**
 * Writes a table of another database as Parquet: the same rows make the same bytes, for they are ordered by the primary
 * key, then by every other column. Throws `source/no-extension`, `source/not-found` and `source/database`.
 */
export async function writeTable(request: TableRequest): Promise<WrittenTable> {
  // A server that does not answer would be waited for forever.
  process.env['PGCONNECT_TIMEOUT'] ??= '30'
  await using engine = await openEngine(request)
  const extension = await findExtension(engine, request.database.kind, request.extensionFolders, request.shown)
  await load(engine, extension, request)
  const { database, shown } = request
  try {
    await engine.run(`ATTACH ${quoteText(addressOf(database))} AS source (TYPE ${database.kind}, READ_ONLY)`)
    const { schema, table } = await findTable(engine, request)
    const place = `source.${quoteName(schema)}.${quoteName(table)}`
    const columns = await orderedColumns(engine, schema, table)
    await engine.run(
      `COPY (SELECT * FROM ${place} ORDER BY ${columns.map(quoteName).join(', ')})
       TO ${quoteText(request.out)} (FORMAT parquet, COMPRESSION zstd)`,
    )
    const [count] = await engine.query<{ rows: number }>(
      `SELECT count(*) AS rows FROM read_parquet(${quoteText(request.out)})`,
    )
    return { rows: count?.rows ?? 0 }
  } catch (error) {
    await rm(request.out, { force: true })
    if (error instanceof Fault) throw error
    throw databaseFault(error, database, shown)
  }
}

async function load(engine: Engine, extension: string, { shown }: TableRequest): Promise<void> {
  try {
    await engine.run(`LOAD ${quoteText(extension)}`)
  } catch (error) {
    throw new Fault(
      'source/no-extension',
      `Cannot read "${shown}": DuckDB refuses ${extension}: ${firstLine(error)}; expected the extension of its version`,
      { remedy: 'Replace the file by the one of this version and platform.' },
    )
  }
}

function addressOf(database: Database): string {
  return database.kind === 'sqlite' ? database.file : database.connection
}

async function findTable(engine: Engine, request: TableRequest): Promise<{ schema: string; table: string }> {
  const { database, shown } = request
  const isPostgres = database.kind === 'postgres'
  const [, inSchema, inTable] = /^([^.]+)\.(.+)$/.exec(request.table) ?? []
  const schema = isPostgres ? (inSchema ?? 'public') : 'main'
  const table = isPostgres ? (inTable ?? request.table) : request.table
  const found = await engine.query<{ schema: string; name: string }>(
    `SELECT schema_name AS schema, table_name AS name FROM duckdb_tables() WHERE database_name = 'source'
     UNION ALL
     SELECT schema_name, view_name FROM duckdb_views() WHERE database_name = 'source' AND NOT internal`,
  )
  if (found.some((one) => one.schema === schema && one.name === table)) return { schema, table }
  const names = found.map((one) => (isPostgres ? `${one.schema}.${one.name}` : one.name))
  const near = nearestName(isPostgres ? `${schema}.${table}` : table, names)
  throw new Fault('source/not-found', `Cannot read "${shown}": the database has no such table; expected one`, {
    remedy: near === undefined ? 'Mend the name behind # in data.source.' : `Did you mean "${near}"?`,
    stays: 'what was landed before stays as it is',
  })
}

/** First those of the primary key, if there is one. */
async function orderedColumns(engine: Engine, schema: string, table: string): Promise<readonly string[]> {
  const keys = await engine.query<{ names: string[] }>(
    `SELECT constraint_column_names AS names FROM duckdb_constraints()
     WHERE database_name = 'source' AND schema_name = $1 AND table_name = $2 AND constraint_type = 'PRIMARY KEY'`,
    [schema, table],
  )
  const columns = await engine.query<{ name: string }>(
    `SELECT column_name AS name FROM (DESCRIBE SELECT * FROM source.${quoteName(schema)}.${quoteName(table)})`,
  )
  return [...new Set([...(keys[0]?.names ?? []), ...columns.map(({ name }) => name)])]
}

function databaseFault(error: unknown, database: Database, shown: string): Fault {
  const said = withoutValues(firstLine(error))
  const state = database.kind === 'postgres' ? maskConnection(said, database.connection) : said
  return new Fault('source/database', `Cannot read "${shown}": ${state}; expected a table that can be read`, {
    remedy:
      database.kind === 'postgres'
        ? 'Check the connection string (host, user, password, database), and that this user may SELECT from the table.'
        : 'Check that the file is a whole SQLite database, and that each column holds values of its type.',
    stays: 'what was landed before stays as it is',
  })
}

/** What a row holds is nobody's to read in a message: its column may be classified. */
function withoutValues(message: string): string {
  return message.replace(/found ".*" of type "([^"]*)"/s, 'found a value of type $1').replace(/string '.*'/s, 'a text')
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return (message.split('\n')[0] ?? '').trim()
}
