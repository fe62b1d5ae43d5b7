import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Read } from '../base/diagnostic.ts'
import { type DataLock, dataDigest, dataLockFile, readDataLock } from '../project/data-lock.ts'
import type { Project } from '../project/project.ts'
import { readTextFile } from '../project/read-text-file.ts'
import { namedLockFolder, nameOfLockFile } from '../project/snapshot-name.ts'
import { git, textsOfObjects } from './stores/git.ts'

/** A snapshot that can be trained on again, as long as its bytes are somewhere. */
export interface KnownSnapshot {
  readonly digest: string
  readonly lock: DataLock
  /** The current one, one with a name, or one that a commit pinned. */
  readonly kind: 'current' | 'named' | 'history'
  /** Of a named one. */
  readonly name?: string
  /** Of the commit that pinned it last, and when that was, ISO 8601. */
  readonly commit?: string
  readonly date?: string
}

/** The names of the snapshots that were given one, sorted. */
export async function snapshotNames({ folder }: Project): Promise<readonly string[]> {
  const files = await readdir(join(folder, namedLockFolder)).catch((): string[] => [])
  return files.flatMap((file) => nameOfLockFile(`${namedLockFolder}/${file}`) ?? []).sort()
}

/** A lock file of the working tree; undefined where there is none. */
async function readLockFile(folder: string, path: string): Promise<Read<DataLock> | undefined> {
  if (!existsSync(join(folder, path))) return undefined
  const text = await readTextFile(join(folder, path), path, 'Restore it from git, or remove it.')
  return text.ok ? readDataLock(path, text.value) : text
}

/** Commits of the current branch that pinned another snapshot, newest first; each digest once. Unreadable locks are left out. */
async function historyOf({ folder }: Project, most = Number.POSITIVE_INFINITY): Promise<KnownSnapshot[]> {
  const command = ['log', '--no-renames', '--format=%H %cI', '--', dataLockFile]
  const lines = ((await git(folder, command).catch(() => undefined)) ?? '').split('\n').filter(Boolean)
  const commits = lines.map((line) => line.split(' '))
  const names = commits.map(([commit = '']) => `${commit}:./${dataLockFile}`)
  const texts = await textsOfObjects(folder, names)
  const found = new Map<string, KnownSnapshot>()
  for (const [place, [commit = '', date = '']] of commits.entries()) {
    const lock = readDataLock(dataLockFile, texts.get(names[place] ?? '') ?? '')
    if (!lock.ok || found.size >= most) continue
    const digest = dataDigest(lock.value)
    if (!found.has(digest)) found.set(digest, { digest, lock: lock.value, kind: 'history', commit, date })
  }
  return [...found.values()]
}

/** Everything that `--data` can name: the current snapshot, the named ones, and those of git's history. */
export async function knownSnapshots(project: Project): Promise<readonly KnownSnapshot[]> {
  const known: KnownSnapshot[] = []
  const current = await readLockFile(project.folder, dataLockFile)
  if (current?.ok) known.push({ kind: 'current', digest: dataDigest(current.value), lock: current.value })
  for (const name of await snapshotNames(project)) {
    const lock = await readLockFile(project.folder, `${namedLockFolder}/${name}.lock.yaml`)
    if (lock?.ok) known.push({ kind: 'named', name, digest: dataDigest(lock.value), lock: lock.value })
  }
  return [...known, ...(await historyOf(project))]
}
