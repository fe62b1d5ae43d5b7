import { mkdir, mkdtemp, realpath, rm, stat } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { delimiter, isAbsolute, join, relative, sep } from 'node:path'

import { Fault } from '../../base/fault.ts'
import type { SourcePlace } from '../../project/source-place.ts'
import { runSqlChild } from '../run-sql-child.ts'
import { resultOf, sqlLimits } from '../sql-limits.ts'
import { adoptFile } from './adopt-files.ts'
import { safeName } from './landed-name.ts'
import type { Arrival, Landing } from './landing.ts'
import type { Database } from './table-request.ts'

export type TablePlace = Extract<SourcePlace, { readonly kind: 'sqlite' | 'postgres' }>

const longestMs = 3_600_000

/** Brings a table as one Parquet file, through DuckDB in a process of its own. Throws faults `source/…`. */
export async function fetchTable(landing: Landing, place: TablePlace): Promise<Arrival> {
  const shown =
    place.kind === 'sqlite' ? `sqlite:${place.file}#${place.table}` : `postgres:${place.variable}#${place.table}`
  const database = await databaseOf(landing, place, shown)
  const work = await mkdtemp(join(tmpdir(), 'plumbline-table-'))
  try {
    const out = join(work, 'table.parquet')
    const request = {
      task: 'table',
      database,
      shown,
      table: place.table,
      out,
      extensionFolders: extensionFolders(landing.environment),
      ...(await sqlLimits(join(work, 'spill'))),
    } as const
    resultOf(await runSqlChild(request, longestMs, landing.signal))
    await mkdir(landing.partsFolder, { recursive: true })
    return await adoptFile(landing, out, `${safeName(place.table)}.parquet`, shown)
  } finally {
    await rm(work, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function databaseOf(landing: Landing, place: TablePlace, shown: string): Promise<Database> {
  if (place.kind === 'sqlite')
    return { kind: 'sqlite', file: await fileInside(landing.projectFolder, place.file, shown) }
  const connection = landing.environment[place.variable]?.trim()
  if (connection) return { kind: 'postgres', connection }
  throw new Fault(
    'source/no-variable',
    `Cannot read "${shown}": the variable ${place.variable} is not set; expected the connection string in it`,
    {
      remedy: `In a workflow, give the step env: ${place.variable}; on a terminal, export ${place.variable}=postgresql://….`,
    },
  )
}

async function fileInside(folder: string, file: string, shown: string): Promise<string> {
  const path = await realpath(join(folder, file)).catch(() => undefined)
  if (path === undefined || !(await stat(path)).isFile()) {
    throw new Fault('source/not-found', `Cannot read "${shown}": there is no file "${file}"; expected a database`, {
      remedy: 'Mend the path between sqlite: and # in data.source.',
    })
  }
  const place = relative(await realpath(folder), path)
  if (place !== '..' && !place.startsWith(`..${sep}`) && !isAbsolute(place)) return path
  throw new Fault('data/outside-folder', `Cannot read "${shown}": it leads out of the folder; expected a file inside`, {
    remedy: 'Copy the database into the folder of plumbline.yaml, or move plumbline.yaml up.',
  })
}

/** The caller's own, then DuckDB's, where `INSTALL` puts them. */
function extensionFolders(environment: Landing['environment']): readonly string[] {
  const own = (environment['PLUMBLINE_DUCKDB_EXTENSIONS'] ?? '').split(delimiter).filter(Boolean)
  return [...own, join(environment['HOME'] ?? homedir(), '.duckdb/extensions')]
}
