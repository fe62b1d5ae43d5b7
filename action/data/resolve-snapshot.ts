import type { Read } from '../base/diagnostic.ts'
import { Fault } from '../base/fault.ts'
import { nearestName } from '../base/nearest-name.ts'
import { type DataLock, dataDigest, dataLockFile, readDataLock } from '../project/data-lock.ts'
import type { Project } from '../project/project.ts'
import { sectionNames } from '../project/read-sources.ts'
import { readTextFile } from '../project/read-text-file.ts'
import { namedLockFile } from '../project/snapshot-name.ts'
import { type KnownSnapshot, knownSnapshots, snapshotNames } from './known-snapshots.ts'
import { join } from 'node:path'
import { git, textsOfObjects } from './stores/git.ts'

/** One snapshot among all, as somebody asked for it. */
export interface ChosenSnapshot {
  readonly lock: DataLock
  readonly digest: string
  /** What was asked for. */
  readonly asked: string
  /** The lock file, where the snapshot has a name. */
  readonly file?: string
  /** The commit that pinned it, where that is known. */
  readonly commit?: string
}

/**
 * Finds what a text means: the name of a snapshot, a release's tag, or at least 8 digits of a snapshot's digest, which is
 * sought in the current lock, the named ones and git's history. Throws `data/unknown-snapshot` with the nearest, and
 * `data/ambiguous-snapshot`; a lock that cannot be read is a diagnostic.
 */
export async function resolveSnapshot(project: Project, asked: string): Promise<Read<ChosenSnapshot>> {
  const names = await snapshotNames(project)
  if (names.includes(asked)) return await readNamed(project, asked)

  const tag = await tagOf(project, asked)
  if (tag) {
    const atCommit = await lockAt(project, tag.commit)
    if (atCommit && dataDigest(atCommit).startsWith(tag.data)) {
      return chosen(project, { lock: atCommit, digest: dataDigest(atCommit), asked, commit: tag.commit })
    }
  }
  const prefix = tag?.data ?? asked
  const known = await knownSnapshots(project)
  if (!/^[0-9a-f]{8,64}$/.test(prefix)) throw unknown(asked, names, known)
  const fitting = known.filter(({ digest }) => digest.startsWith(prefix))
  const digests = [...new Set(fitting.map(({ digest }) => digest))]
  if (digests.length > 1) throw ambiguous(asked, digests)
  const [found] = fitting
  if (!found) throw unknown(asked, names, known)
  const { lock, digest, commit, name } = found
  return chosen(project, {
    lock,
    digest,
    asked,
    ...(commit !== undefined && { commit }),
    ...(name !== undefined && { file: namedLockFile(name) }),
  })
}

async function readNamed(project: Project, name: string): Promise<Read<ChosenSnapshot>> {
  const file = namedLockFile(name)
  const text = await readTextFile(join(project.folder, file), file, 'Restore it from git.')
  const lock = text.ok ? readDataLock(file, text.value, sectionNames(project.data)) : text
  return lock.ok ? { ok: true, value: { lock: lock.value, digest: dataDigest(lock.value), asked: name, file } } : lock
}

/** An old snapshot may be of other sources than those that are declared now. */
function chosen(project: Project, snapshot: ChosenSnapshot): Read<ChosenSnapshot> {
  const lacking = sectionNames(project.data).filter((section) => !(section in snapshot.lock.sections))
  if (lacking.length === 0) return { ok: true, value: snapshot }
  const message = `Cannot use snapshot "${snapshot.asked}": it has no section "${lacking.join('", "')}"; expected those of data.source`
  const remedy = 'Check out the commit that pinned it, so that plumbline.yaml names the sources of then.'
  return {
    ok: false,
    diagnostics: [{ code: 'lock/empty', file: project.file, line: 1, column: 1, message, remedy }],
  }
}

interface TagParts {
  readonly commit: string
  /** The first digits of its snapshot's digest. */
  readonly data: string
}

const tagPattern = /^[a-z][a-z0-9-]{0,39}-v\d+-g([0-9a-f]{8})-d([0-9a-f]{8})$/

/** A tag as it is, or `<model>-v<N>` where git has the whole tag. */
async function tagOf({ folder }: Project, text: string): Promise<TagParts | undefined> {
  const isShort = /^[a-z][a-z0-9-]{0,39}-v\d+$/.test(text)
  const tags = isShort ? ((await git(folder, ['tag', '--list', `${text}-g*`])) ?? '').split('\n') : [text]
  const [, commit, data] = tags.map((tag) => tagPattern.exec(tag)).find((match) => match !== null) ?? []
  return commit !== undefined && data !== undefined ? { commit, data } : undefined
}

async function lockAt({ folder }: Project, commit: string): Promise<DataLock | undefined> {
  const name = `${commit}:./${dataLockFile}`
  const text = (await textsOfObjects(folder, [name])).get(name)
  const lock = text === undefined ? undefined : readDataLock(dataLockFile, text)
  return lock?.ok ? lock.value : undefined
}

function ambiguous(asked: string, digests: readonly string[]): Fault {
  const shown = digests.slice(0, 5).map((digest) => digest.slice(0, asked.length + 4))
  return new Fault(
    'data/ambiguous-snapshot',
    `Cannot use snapshot "${asked}": ${digests.length} digests begin so; expected one`,
    { remedy: `Write more digits: ${shown.join(', ')}` },
  )
}

function unknown(asked: string, names: readonly string[], known: readonly KnownSnapshot[]): Fault {
  const digests = known.map(({ digest }) => digest.slice(0, Math.max(8, Math.min(asked.length, 64))))
  const near = nearestName(asked, [...names, ...digests])
  const newest = [...new Set([...names, ...known.map(({ digest }) => digest.slice(0, 8))])].slice(0, 5)
  const listed = newest.length > 0 ? `Known are: ${newest.join(', ')} (plumbline data list).` : 'plumbline data list'
  return new Fault(
    'data/unknown-snapshot',
    `Cannot use snapshot "${asked}": no snapshot is called so or has this digest; expected a name, a tag, or at least 8 digits of a digest`,
    { remedy: near ? `Did you mean "${near}"?` : listed },
  )
}
