import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type * as duckdbModule from '@duckdb/node-api'
import type { DuckDBInstance } from '@duckdb/node-api'
import type bindings from '@duckdb/node-bindings'
import { Fault } from '../base/fault.ts'
import { duckdbVersion } from './duckdb-packages.generated.ts'
import { duckdbPlatform, installDuckdb } from './install-duckdb.ts'

export type DuckdbModule = typeof duckdbModule

let loaded: Promise<DuckdbModule> | undefined

/**
 * DuckDB, loaded once a process and only now: its native part is 70 MB and not in the bundle.
 * `nativeFile` names a `duckdb.node` that was located before, for a child process without our environment.
 */
export function loadDuckdb(nativeFile?: string): Promise<DuckdbModule> {
  loaded ??= load(nativeFile).catch((error: unknown) => {
    loaded = undefined
    throw error
  })
  return loaded
}

/** The path of a checked `duckdb.node`: from `node_modules`, else from the tool cache, where it is installed once. */
export async function locateDuckdb(): Promise<string> {
  return nativeFileOfNodeModules() ?? (await installDuckdb())
}

/** A database in memory that nothing is set of. Its native part opens it while the API around it, half a megabyte, is read. */
export async function openInMemory(nativeFile?: string): Promise<DuckDBInstance> {
  const native = await loadNative(nativeFile)
  const opening = native.open(':memory:')
  // Whoever awaits it is told.
  opening.catch(() => {})
  const { DuckDBInstance } = await loadDuckdb(nativeFile)
  return new DuckDBInstance(await opening)
}

async function load(nativeFile: string | undefined): Promise<DuckdbModule> {
  // The bundle's stand-in for `@duckdb/node-bindings` exports this; from source the package finds the same file itself.
  Reflect.set(globalThis, '__duckdbBindings', await loadNative(nativeFile))
  return await import('@duckdb/node-api')
}

async function loadNative(nativeFile: string | undefined): Promise<typeof bindings> {
  const file = nativeFile ?? (await locateDuckdb())
  try {
    return createRequire(import.meta.url)(file) as typeof bindings
  } catch (cause) {
    throw new Fault(
      'data/engine-damaged',
      `Cannot load "${file}": ${String(cause)}; expected DuckDB ${duckdbVersion}`,
      {
        remedy: `Delete ${dirname(file)} and run again: it is installed anew.`,
        cause,
      },
    )
  }
}

/** A package of another version would speak another ABI, so it does not count. */
function nativeFileOfNodeModules(): string | undefined {
  const name = `@duckdb/node-bindings-${duckdbPlatform()}`
  const require = createRequire(import.meta.url)
  try {
    const manifest = require.resolve(`${name}/package.json`)
    const { version } = require(manifest) as { version: string }
    return version === duckdbVersion ? join(dirname(manifest), 'duckdb.node') : undefined
  } catch {
    return undefined
  }
}
