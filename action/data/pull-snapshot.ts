import { lstat, realpath } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import { Fault } from '../base/fault.ts'
import { type Progress, silent } from '../base/progress.ts'
import type { DataLock, LockEntry } from '../project/data-lock.ts'
import type { Project } from '../project/project.ts'
import { mapInParallel } from './map-in-parallel.ts'
import { requireRoom } from './require-room.ts'
import { copyBytes, linkBytes, moveBytes, removeDeadDrafts } from './stores/copy-bytes.ts'
import { holds } from './stores/keep-bytes.ts'
import { fetchedFolder } from './stores/remote-store.ts'
import { openStore, type StoreWorld } from './stores/store.ts'

export interface PullOptions {
  /** Overwrites files that hold other bytes. */
  readonly isForced?: boolean
  /** Gives the store's files a second name instead of copying them. */
  readonly withLinks?: boolean
  readonly signal?: AbortSignal
  readonly progress?: Progress
  /** What a store elsewhere is reached by. */
  readonly world?: StoreWorld
}

export interface PulledFiles {
  /** Held the pinned bytes already. */
  readonly there: number
  readonly copied: number
  readonly linked: number
  readonly bytes: number
  /** Files with other bytes that were overwritten. */
  readonly replaced: readonly string[]
}

const filesAtOnce = 4

/**
 * Brings the pinned bytes to their paths, each file verified and whole or not there. Other bytes are never overwritten unless
 * that is asked for. Killed anywhere and run again, it goes on where it was.
 */
export async function pullSnapshot(project: Project, lock: DataLock, options: PullOptions = {}): Promise<PulledFiles> {
  const { isForced = false, withLinks = false, signal, progress = silent } = options
  const entries = onePerPath(Object.values(lock.sections).flat())
  await removeDeadDrafts(new Set(entries.map(({ path }) => dirname(join(project.folder, path)))))
  const states = await mapInParallel(entries, filesAtOnce, async (entry) => await stateOfTarget(project, entry, signal))
  const other = entries.filter((_, place) => states[place] === 'other bytes')
  if (other.length > 0 && !isForced) throw wouldOverwrite(other)

  await using store = openStore(project, options.world)
  const wanted = entries.filter((_, place) => states[place] !== 'there')
  // What came from elsewhere is moved to its path, for a copy would take its room twice.
  const fetched = store.push && !withLinks ? join(project.folder, fetchedFolder, '/') : undefined
  if (!fetched && !withLinks) await requireRoom(project.folder, sumOf(wanted), `${wanted.length} files`)
  await store.prepare?.(wanted, signal)
  const uses = new Map<string, number>()
  for (const { sha256 } of wanted) uses.set(sha256, (uses.get(sha256) ?? 0) + 1)
  const isMoved = ({ sha256 }: LockEntry, source: string) =>
    fetched !== undefined && uses.get(sha256) === 1 && source.startsWith(fetched)
  const total = sumOf(wanted)
  const done = { copied: 0, linked: 0, bytes: 0 }
  if (wanted.length > 0) progress.started('pull')
  const startMs = performance.now()
  await mapInParallel(wanted, filesAtOnce, async (entry) => {
    signal?.throwIfAborted()
    const source = await store.fetch(entry, signal)
    const target = join(project.folder, entry.path)
    if (isMoved(entry, source) && (await moveBytes(source, target))) done.copied += 1
    else if (withLinks) done[await linkBytes(source, target, entry, signal)] += 1
    else {
      if (!(await copyBytes(source, target, entry, signal))) throw changedMeanwhile(entry)
      done.copied += 1
    }
    done.bytes += entry.bytes
    progress.update('pull', `${done.copied + done.linked} of ${wanted.length} files, ${percent(done.bytes, total)}`)
  })
  if (wanted.length > 0) {
    progress.finished('pull', 'done', `${wanted.length} files`, (performance.now() - startMs) / 1000)
  }
  return { there: entries.length - wanted.length, ...done, replaced: other.map(({ path }) => path) }
}

function sumOf(entries: readonly LockEntry[]): number {
  return entries.reduce((sum, { bytes }) => sum + bytes, 0)
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '100 %' : `${Math.floor((100 * part) / whole)} %`
}

/** A file may be pinned in two sections. */
function onePerPath(entries: readonly LockEntry[]): readonly LockEntry[] {
  return [...new Map(entries.map((entry) => [entry.path, entry])).values()]
}

async function stateOfTarget(
  { folder }: Project,
  entry: LockEntry,
  signal?: AbortSignal,
): Promise<'missing' | 'there' | 'other bytes'> {
  const target = join(folder, entry.path)
  await refuseOutside(folder, entry.path)
  const found = await lstat(target).catch(() => undefined)
  if (!found) return 'missing'
  return (await holds(target, entry, signal)) ? 'there' : 'other bytes'
}

/** A lock says where bytes go; a link on the way would lead them elsewhere. */
async function refuseOutside(folder: string, path: string): Promise<void> {
  const root = await realpath(folder)
  let parent = dirname(join(root, path))
  let real: string | undefined
  while (real === undefined) {
    real = await realpath(parent).catch(() => undefined)
    parent = dirname(parent)
  }
  const place = relative(root, real)
  if (place !== '..' && !place.startsWith(`..${sep}`) && !isAbsolute(place)) return
  throw new Fault('data/outside-folder', `Cannot write "${path}": it links out of the folder; expected a path inside`, {
    remedy: 'Remove the link, or move plumbline.yaml up.',
  })
}

function wouldOverwrite(entries: readonly LockEntry[]): Fault {
  const shown = entries.slice(0, 3).map(({ path }) => `"${path}"`)
  const more = entries.length > 3 ? ` and ${entries.length - 3} more` : ''
  const state = entries.length === 1 ? 'it holds other bytes' : 'they hold other bytes'
  return new Fault(
    'data/would-overwrite',
    `Cannot pull ${shown.join(', ')}${more}: ${state} than the snapshot; expected them, or nothing there`,
    { remedy: 'Move the files away, or overwrite them: --force', stays: 'no file was written' },
  )
}

function changedMeanwhile(entry: LockEntry): Fault {
  return new Fault(
    'store/changed',
    `Cannot pull "${entry.path}": its bytes changed meanwhile; expected the pinned ones`,
    {
      remedy: 'Run plumbline data pull again.',
    },
  )
}
