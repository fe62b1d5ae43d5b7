import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'

import { Fault } from '../../base/fault.ts'
import type { Engine } from '../engine.ts'
import type { Database } from './table-request.ts'

const extensions = { sqlite: 'sqlite_scanner', postgres: 'postgres_scanner' } as const

/**
 * The file of DuckDB's extension for a database, of the very version that runs; it is never fetched from the network.
 * Throws `source/no-extension` where it is nowhere.
 */
export async function findExtension(
  engine: Engine,
  kind: Database['kind'],
  folders: readonly string[],
  shown: string,
): Promise<string> {
  const name = extensions[kind]
  const { version, platform } = await versionOf(engine)
  const file = `${name}.duckdb_extension`
  const candidates = folders.flatMap((folder) => [
    ...(basename(folder) === file ? [folder] : []),
    join(folder, version, platform, file),
    join(folder, version, file),
    join(folder, file),
  ])
  const found = candidates.find((path) => existsSync(path))
  if (found !== undefined) return found
  throw new Fault(
    'source/no-extension',
    `Cannot read "${shown}": DuckDB's extension ${name} ${version} (${platform}) is nowhere; expected it in ${folders.join(' or ')}`,
    {
      remedy:
        `Install it once (duckdb -c "INSTALL ${kind}" with DuckDB ${version}), or name a folder that holds ${file} in ` +
        `PLUMBLINE_DUCKDB_EXTENSIONS; the package duckdb-extension-${name.replace('_', '-')} ${version.slice(1)} of PyPI brings it.`,
    },
  )
}

async function versionOf(engine: Engine): Promise<{ version: string; platform: string }> {
  const [row] = await engine.query<{ version: string }>('SELECT version() AS version')
  const [other] = await engine.query<{ platform: string }>('PRAGMA platform')
  return { version: row?.version ?? '', platform: other?.platform ?? '' }
}
