import type { BigIntStats } from 'node:fs'
import { lstat, readdir, readFile, rm } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

import { sha256 } from '../base/sha256.ts'
import { writeWhole } from '../base/write-whole.ts'
import { isSettled, stateOf } from '../data/file-state.ts'
import { digestOf, readResult, resultFolder, type StageResult } from './stage-result.ts'

/** What lies under a cache key. */
export type FoundResult =
  | { readonly kind: 'whole'; readonly result: StageResult }
  | { readonly kind: 'none' }
  /** It was there and is removed: `why` says, behind the stage's name, what was wrong with it. */
  | { readonly kind: 'spoilt'; readonly why: string }

/**
 * The finished result of this very key, its bytes what the stage wrote. A result that was cut, swapped or linked elsewhere is
 * removed; what is no result at all counts as none.
 */
export async function findResult(folder: string, stage: string, cacheKey: string): Promise<FoundResult> {
  const examined = await examineResult(folder, stage, cacheKey)
  if (examined.kind !== 'spoilt') return examined
  // Of a link it alone goes: what it leads to is somebody else's.
  await rm(examined.path, { recursive: true, force: true })
  return { kind: 'spoilt', why: examined.why }
}

type Examined = Exclude<FoundResult, { kind: 'spoilt' }> | { kind: 'spoilt'; why: string; path: string }

/** The same, but nothing is removed: for saying what a run would do. */
export async function examineResult(folder: string, stage: string, cacheKey: string): Promise<Examined> {
  const place = resultFolder(folder, stage, cacheKey)
  const link = await findLinkAbove(folder, place)
  if (link !== undefined) return { kind: 'spoilt', why: 'it was a link', path: link }

  const result = await readResult(join(place, 'result.json'))
  if (!result || result.cacheKey !== cacheKey || result.stage !== stage) return { kind: 'none' }
  const why = await whatIsWrong(place, result)
  return why === undefined ? { kind: 'whole', result } : { kind: 'spoilt', why, path: place }
}

/** The first link on the way from the project's folder to a result. */
async function findLinkAbove(folder: string, place: string): Promise<string | undefined> {
  let at = folder
  for (const step of relative(folder, place).split(sep)) {
    at = join(at, step)
    if ((await lstat(at).catch(() => undefined))?.isSymbolicLink()) return at
  }
  return undefined
}

/** `seal.json`: what the files were like when their bytes were last known to be the recorded ones. */
interface Seal {
  /** SHA-256 of `result.json`. */
  readonly result: string
  /** Path inside `out/` → state, of files that had been left alone for long enough. */
  readonly files: Readonly<Record<string, string>>
}

/**
 * What is wrong with the result in a folder, behind its stage’s name; undefined where its bytes are what it records.
 *
 * Reads each byte once, and after that again only where a file's size, times or inode differ: a run with nothing to do asks
 * the system for states and hashes nothing. The time of the last change of any kind, which is among them, is beyond what
 * programs can set, so that bytes put in place of others with their old size and date are found too.
 */
export async function whatIsWrong(place: string, result: StageResult): Promise<string | undefined> {
  if ((await lstat(join(place, 'out')).catch(() => undefined))?.isSymbolicLink()) return 'it holds a link or a device'
  const sealFile = join(place, 'seal.json')
  const seal = await readSeal(sealFile)
  const digest = sha256(await readFile(join(place, 'result.json')))
  if (seal && seal.result !== digest) return 'its record changed'

  const nowNs = BigInt(Date.now()) * 1_000_000n
  const files: Record<string, string> = {}
  for (const { path, sha256: recorded } of Object.values(result.outputs)) {
    const states = await statesOf(join(place, 'out'), path)
    if (typeof states === 'string') return states
    const isSealed =
      seal !== undefined &&
      states.length > 0 &&
      states.every(({ file, found }) => seal.files[file] === stateOf(found)) &&
      countBelow(seal, path) === states.length
    if (!isSealed) {
      const bytes = await digestOf(join(place, 'out', path)).catch(() => undefined)
      if (bytes !== recorded) return bytes === undefined ? 'its bytes cannot be read' : 'its bytes changed'
    }
    for (const { file, found } of states) if (isSettled(found, nowNs)) files[file] = stateOf(found)
  }
  const next: Seal = { result: digest, files }
  // A folder that cannot be written to only makes the next time slower.
  if (!isSame(seal, next)) await writeWhole(sealFile, `${JSON.stringify(next)}\n`).catch(() => undefined)
  return undefined
}

interface FileState {
  /** Inside `out/`, with `/`. */
  readonly file: string
  readonly found: BigIntStats
}

/** The states of an output's files, or what is wrong with one. */
async function statesOf(out: string, path: string): Promise<readonly FileState[] | string> {
  const top = await lstat(join(out, path)).catch(() => undefined)
  if (!top) return 'a file of it is gone'
  const entries = top.isDirectory() ? await readdir(join(out, path), { recursive: true, withFileTypes: true }) : []
  const below = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name))
  const states: FileState[] = []
  for (const place of top.isDirectory() ? below : [join(out, path)]) {
    const found = await lstat(place, { bigint: true })
    if (!found.isFile()) return 'it holds a link or a device'
    const file = relative(out, place).split(sep).join('/')
    states.push({ file, found })
  }
  return states
}

function countBelow(seal: Seal, path: string): number {
  return Object.keys(seal.files).filter((file) => file === path || file.startsWith(`${path}/`)).length
}

function isSame(seal: Seal | undefined, next: Seal): boolean {
  return seal !== undefined && JSON.stringify(seal) === JSON.stringify(next)
}

/** Undefined where there is none, or none that can be trusted: then every byte is read. */
async function readSeal(file: string): Promise<Seal | undefined> {
  try {
    if (!(await lstat(file)).isFile()) return undefined
    const seal: unknown = JSON.parse(await readFile(file, 'utf8'))
    return isSeal(seal) ? { result: seal.result, files: seal.files } : undefined
  } catch {
    return undefined
  }
}

function isSeal(value: unknown): value is Seal {
  if (typeof value !== 'object' || value === null || !('result' in value) || !('files' in value)) return false
  return typeof value.result === 'string' && typeof value.files === 'object' && value.files !== null
}
