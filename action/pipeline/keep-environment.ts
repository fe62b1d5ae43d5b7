import { lstatSync, readdirSync, type Stats, statSync } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { cacheFolder } from '../base/cache-folder.ts'
import { withExclusiveLock } from '../base/exclusive-lock.ts'
import { Fault } from '../base/fault.ts'
import type { Progress } from '../base/progress.ts'
import { systemFault } from '../base/system-fault.ts'
import { writeWhole } from '../base/write-whole.ts'
import { wordSpoiltEnvironment } from '../report/word-environment.ts'

export interface KeepWish {
  /** Of all that the environment is made of. */
  readonly digest: string
  readonly caller: Readonly<Record<string, string | undefined>>
  readonly progress: Progress
  readonly signal: AbortSignal
  /** Builds it in this empty folder, where it stays. `isRepair`: files of it changed, and those that tools keep may have too. */
  readonly build: (folder: string, isRepair: boolean) => Promise<void>
}

/** `plumbline-complete`: written last, so that a folder which has it is whole. */
interface Marker {
  readonly schema: 'plumbline/environment/v1'
  readonly digest: string
  /** Where it was built: environments hold their own path and cannot be moved. */
  readonly folder: string
  /** Of each file that programs may run or read: path → `<bytes> <seconds of its last change>`. */
  readonly files: Readonly<Record<string, string>>
}

const hourMs = 3_600_000
/** An installation may be slow; another process that waits for it may be patient. */
const lockTerms = { longestMs: hourMs, patienceMs: hourMs }
const markerName = 'plumbline-complete'
/** What programs write there themselves while they run, and folders of which they run nothing. */
const leftOut: ReadonlySet<string> = new Set(['__pycache__', '.cache', 'test', 'tests', markerName])
/** Of compilers and readers: half of an environment's files, which would take half of the time. */
const notRun = /\.(h|hh|hpp|c|cc|cpp|f90|pyi|pyx|pxd|md|rst|map|d\.[cm]?ts)$/

/**
 * The folder of an environment, built once for its digest and kept in the cache. One that is half built, was moved, or of
 * which a file was changed or removed, is built anew.
 */
export async function keepEnvironment(wish: KeepWish): Promise<string> {
  const { digest, caller, signal, progress, build } = wish
  const cache = cacheFolder(caller)
  const folder = join(cache, 'environments', digest.slice(0, 16))
  if ((await examine(folder, digest)).kind === 'whole') return folder
  try {
    await withExclusiveLock(`${folder}.lock`, { ...lockTerms, signal }, async () => {
      const state = await examine(folder, digest)
      if (state.kind === 'whole') return
      if (state.kind === 'spoilt') progress.warn(wordSpoiltEnvironment(state.file))
      await rm(folder, { recursive: true, force: true })
      await mkdir(folder, { recursive: true })
      try {
        await build(folder, state.kind === 'spoilt')
        const marker: Marker = { schema: 'plumbline/environment/v1', digest, folder, files: listFiles(folder) }
        await writeWhole(join(folder, markerName), JSON.stringify(marker))
      } catch (error) {
        await rm(folder, { recursive: true, force: true, maxRetries: 3 })
        throw error
      }
    })
  } catch (error) {
    throw cacheFault(cache, error)
  }
  return folder
}

type State = { readonly kind: 'whole' | 'absent' } | { readonly kind: 'spoilt'; readonly file: string }

async function examine(folder: string, digest: string): Promise<State> {
  const marker = await readMarker(folder)
  if (marker?.digest !== digest || marker.folder !== folder) return { kind: 'absent' }
  // Thousands of files: one call each, without a promise and without path.join, takes a fifth of the time.
  for (const [path, recorded] of Object.entries(marker.files)) {
    if (stateOf(`${folder}/${path}`) !== recorded) return { kind: 'spoilt', file: path }
  }
  return { kind: 'whole' }
}

async function readMarker(folder: string): Promise<Marker | undefined> {
  try {
    const marker = JSON.parse(await readFile(join(folder, markerName), 'utf8')) as Partial<Marker> | null
    const isOurs = marker?.schema === 'plumbline/environment/v1' && typeof marker.files === 'object'
    return isOurs ? (marker as Marker) : undefined
  } catch {
    return undefined
  }
}

function listFiles(folder: string): Record<string, string> {
  const files: Record<string, string> = {}
  const list = (inside: string) => {
    for (const entry of readdirSync(`${folder}/${inside}`, { withFileTypes: true })) {
      if (leftOut.has(entry.name) || notRun.test(entry.name)) continue
      const path = inside === '' ? entry.name : `${inside}/${entry.name}`
      if (entry.isDirectory()) list(path)
      else {
        const state = stateOf(`${folder}/${path}`)
        if (state !== undefined) files[path] = state
      }
    }
  }
  list('')
  return files
}

/** Of what a link leads to, so that an interpreter which was replaced is seen; undefined for folders and what is gone. */
function stateOf(path: string): string | undefined {
  const found: Stats | undefined =
    statSync(path, { throwIfNoEntry: false }) ?? lstatSync(path, { throwIfNoEntry: false })
  return found === undefined || found.isDirectory() ? undefined : `${found.size} ${Math.floor(found.mtimeMs / 1000)}`
}

/** What the system refuses below the cache folder is mended by another one, which the general message does not know. */
function cacheFault(cache: string, error: unknown): unknown {
  const said = error instanceof Fault ? `${error.message} ${String(error.cause)}` : ''
  const isFull = /No space left on device|ENOSPC|Disk quota exceeded/i.test(said)
  const refused = systemFault(error)
  if (!isFull && !refused) return error
  const state = isFull ? 'the disk is full' : (refused?.message.replace(/^[^:]*: /, '') ?? '')
  return new Fault('pipeline/cache-folder', `Cannot keep the environment in "${cache}": ${state}`, {
    remedy: 'Mend that, or set PLUMBLINE_CACHE to a folder that can be written and has room.',
    cause: error,
  })
}
