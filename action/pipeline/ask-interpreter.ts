import { execFile } from 'node:child_process'
import { readFile, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { cacheFolder } from '../base/cache-folder.ts'
import { writeWhole } from '../base/write-whole.ts'
import type { Candidate } from './interpreter-places.ts'

export interface Interpreter {
  readonly path: string
  /** `3.12.4` */
  readonly version: string
}

/** What an interpreter said of itself, true as long as the file behind its path is this one. */
interface KnownInterpreter extends Interpreter {
  readonly file: string
  readonly bytes: number
  readonly changedMs: number
}

type Environment = Readonly<Record<string, string | undefined>>

const question = 'import sys; print(sys.executable); print("%d.%d.%d" % sys.version_info[:3])'

/**
 * Where a Python is and which; undefined where it is none. An answer is kept in the cache folder, for starting an
 * interpreter takes longer than all else before a stage; that of a program which starts another one is not, for which
 * one may change without it.
 */
export async function askInterpreter(
  { file, args }: Candidate,
  environment: Environment,
): Promise<Interpreter | undefined> {
  const state = args.length === 0 ? await stateOf(file) : undefined
  const known = await readKnown(environment)
  const kept = known[file]
  if (kept && state && kept.file === state.file && kept.bytes === state.bytes && kept.changedMs === state.changedMs) {
    return { path: kept.path, version: kept.version }
  }
  const interpreter = await ask(file, args, environment)
  if (interpreter && state && (await realpath(interpreter.path).catch(() => undefined)) === state.file) {
    // What another process noted meanwhile is asked again.
    const text = JSON.stringify({ ...known, [file]: { ...interpreter, ...state } }, null, 1)
    await writeWhole(knownFile(environment), `${text}\n`).catch(() => undefined)
  }
  return interpreter
}

async function ask(file: string, args: readonly string[], environment: Environment): Promise<Interpreter | undefined> {
  try {
    const { stdout } = await promisify(execFile)(file, [...args, '-c', question], {
      env: { ...environment },
      timeout: 30_000,
    })
    const [path, version] = stdout.trim().split(/\r?\n/)
    return path && version && /^\d+\.\d+\.\d+$/.test(version) ? { path, version } : undefined
  } catch {
    return undefined
  }
}

async function stateOf(path: string): Promise<Omit<KnownInterpreter, keyof Interpreter> | undefined> {
  try {
    const file = await realpath(path)
    const { size, mtimeMs } = await stat(file)
    return { file, bytes: size, changedMs: mtimeMs }
  } catch {
    return undefined
  }
}

function knownFile(environment: Environment): string {
  return join(cacheFolder(environment), 'interpreters.json')
}

async function readKnown(environment: Environment): Promise<Readonly<Record<string, KnownInterpreter>>> {
  try {
    const known: unknown = JSON.parse(await readFile(knownFile(environment), 'utf8'))
    if (typeof known !== 'object' || known === null) return {}
    return Object.fromEntries(
      Object.entries(known).filter((entry): entry is [string, KnownInterpreter] => isKnown(entry[1])),
    )
  } catch {
    return {}
  }
}

function isKnown(value: unknown): value is KnownInterpreter {
  if (typeof value !== 'object' || value === null) return false
  const { path, version, file, bytes, changedMs } = value as Partial<Record<keyof KnownInterpreter, unknown>>
  return [path, version, file].every((field) => typeof field === 'string') && [bytes, changedMs].every(Number.isFinite)
}
