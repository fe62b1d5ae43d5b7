import { createHash } from 'node:crypto'
import { lstat, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { foreignOwnFolder } from '../base/own-folder.ts'
import { version } from '../base/version.ts'
import { writeWhole } from '../base/write-whole.ts'
import { dataLockFile } from '../project/data-lock.ts'
import type { Project } from '../project/project.ts'
import { globsOf, isFetched } from '../project/read-sources.ts'
import { isSettledState, stateOf } from './file-state.ts'
import { findSourceFiles } from './find-source-files.ts'
import { allFiles } from './section-files.ts'
import type { SourceFile } from './source-file.ts'
import { type UncommittedFiles, uncommittedIn, askGitStates } from './stores/uncommitted-files.ts'
import type { Snapshot } from './take-snapshot.ts'

/** What was said of a snapshot in which nothing was new, and will be said again while no file is touched. */
export interface UnchangedSnapshot {
  readonly digest: string
  readonly files: number
  readonly bytes: number
  readonly rows: number
  readonly since: string | null
  readonly until: string | null
  readonly leftOut: { readonly files: number; readonly rows: number; readonly before: string | null }
}

export interface RecalledSnapshot extends UnchangedSnapshot {
  readonly git: UncommittedFiles
}

/** In the model's folder, ignored by git. */
const rememberedFile = '.plumbline/unchanged.json'

interface Remembered {
  readonly version: string
  /** Of the states of everything that the snapshot was made of; a state holds what no program can set. */
  readonly states: string
  /** Files that say what is pinned, and how: `plumbline.yaml`, contracts, the lock. */
  readonly settings: readonly string[]
  /** Of each section. */
  readonly globs: readonly (readonly string[])[]
  readonly leftOutPaths: readonly string[]
  readonly snapshot: UnchangedSnapshot
}

/**
 * The snapshot of last time where it would come out the same: the files that it was made of, and those that say what is
 * pinned, lie there as they did then. Neither a setting nor a byte of data is read; undefined where anything differs.
 */
export async function recallSnapshot(folder: string): Promise<RecalledSnapshot | undefined> {
  const remembered = await readRemembered(folder)
  if (!remembered) return undefined
  const asked = Promise.all([askGitStates(folder), foreignOwnFolder(folder)])
  asked.catch(() => undefined)
  const found = await findAgain(folder, remembered)
  if (!found || (await digestStates(folder, remembered.settings, found)) !== remembered.states) return undefined
  const [git, foreign] = await asked
  if (foreign !== undefined) return undefined
  const leftOut = new Set(remembered.leftOutPaths)
  const pinned = found.filter(({ path }) => !leftOut.has(path))
  return { ...remembered.snapshot, git: uncommittedIn(git, pinned) }
}

/**
 * Keeps what is to be said while nothing is touched. Only of a lock that is as it would be written, with git as the store,
 * which keeps no bytes of its own, and of sources that are not fetched. What was written since `startMs` may still change
 * unseen, and is not remembered.
 */
export async function rememberSnapshot(
  project: Project,
  { found, leftOut }: Pick<Snapshot, 'found' | 'leftOut'>,
  snapshot: UnchangedSnapshot,
  startMs: number,
): Promise<void> {
  const { folder, data, features, environment } = project
  if (data.store.kind !== 'git' || data.sources.some(isFetched)) return
  const contracts = data.sources.map(({ contract }) => contract)
  const python = environment.python === undefined ? [] : [environment.python]
  const settings = [project.file, dataLockFile, features.sql, ...contracts, ...python]
  const globs = [...data.sources.map(globsOf), ...(data.labels ? [data.labels.source] : [])]
  const files = allFiles(found)
  const states = await digestStates(folder, settings, files, startMs)
  if (states === undefined) return
  const { digest, bytes, rows, since, until } = snapshot
  const said = { digest, files: snapshot.files, bytes, rows, since, until, leftOut: snapshot.leftOut }
  const remembered: Remembered = { version, states, settings, globs, leftOutPaths: leftOut.paths, snapshot: said }
  await writeWhole(join(folder, rememberedFile), `${JSON.stringify(remembered)}\n`).catch(() => undefined)
}

async function findAgain(folder: string, { globs }: Remembered): Promise<readonly SourceFile[] | undefined> {
  try {
    const found: SourceFile[] = []
    for (const patterns of globs) found.push(...(await findSourceFiles(folder, patterns)))
    return found
  } catch {
    // Whoever looks closely says what is wrong with them.
    return undefined
  }
}

/** Undefined where a setting is a link, and with `startMs` where a file was written so lately that it may change unseen. */
async function digestStates(
  folder: string,
  settings: readonly string[],
  files: readonly SourceFile[],
  startMs?: number,
): Promise<string | undefined> {
  const lines: string[] = []
  const isLasting = (state: string) => startMs === undefined || isSettledState(state, startMs)
  for (const path of settings) {
    const stats = await lstat(join(folder, path), { bigint: true }).catch(() => undefined)
    if (stats && (!stats.isFile() || !isLasting(stateOf(stats)))) return undefined
    lines.push(`${path}\0${stats ? stateOf(stats) : 'missing'}`)
  }
  for (const { path, state } of files) {
    if (state === undefined || !isLasting(state)) return undefined
    lines.push(`${path}\0${state}`)
  }
  return createHash('sha256').update(lines.join('\n')).digest('hex')
}

/** Nothing where it is missing, of another version, or damaged. */
async function readRemembered(folder: string): Promise<Remembered | undefined> {
  try {
    const read = JSON.parse(await readFile(join(folder, rememberedFile), 'utf8')) as Remembered
    return read.version === version && isWhole(read) ? read : undefined
  } catch {
    return undefined
  }
}

function isWhole({ states, settings, globs, leftOutPaths, snapshot }: Remembered): boolean {
  const { digest, files, bytes, rows, since, until, leftOut } = snapshot
  const texts = [states, digest, ...settings, ...globs.flat(), ...leftOutPaths]
  const counts = [files, bytes, rows, leftOut.files, leftOut.rows]
  const moments = [since, until, leftOut.before]
  return (
    texts.every((text) => typeof text === 'string') &&
    counts.every((count) => Number.isSafeInteger(count)) &&
    moments.every((moment) => moment === null || typeof moment === 'string')
  )
}
