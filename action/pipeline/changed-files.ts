import type { Project } from '../project/project.ts'
import type { FileChanges } from './compare-runs.ts'
import { gitText } from './git-text.ts'

/** Files of this folder that differ between two commits; null where this clone does not know both. */
export async function changedCode(
  folder: string,
  before: string | null,
  after: string | null,
): Promise<FileChanges | null> {
  if (before === null || after === null || ![before, after].every((commit) => /^[0-9a-f]{40,64}$/.test(commit)))
    return null
  const args = [
    'diff',
    '--name-status',
    '--no-renames',
    '--relative',
    '-z',
    before,
    after,
    '--',
    '.',
    ':(exclude)data.lock.yaml',
  ]
  const said = await gitText(folder, args)
  if (said === undefined) return null
  const parts = said.split('\0')
  const changes = { added: [] as string[], removed: [] as string[], changed: [] as string[] }
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [state, path = ''] = [parts[at], parts[at + 1]]
    changes[state === 'A' ? 'added' : state === 'D' ? 'removed' : 'changed'].push(path)
  }
  return changes
}

/** Files of one snapshot and not of the other; null where a lock is not known here. */
export async function changedData(project: Project, before: string, after: string): Promise<FileChanges | null> {
  const { knownSnapshots } = await import('../data/known-snapshots.ts')
  const snapshots = await knownSnapshots(project)
  const filesOf = (digest: string) => {
    const lock = snapshots.find((known) => known.digest === digest)?.lock
    return (
      lock &&
      new Map(Object.values(lock.sections).flatMap((entries) => entries.map(({ path, sha256 }) => [path, sha256])))
    )
  }
  const [older, newer] = [filesOf(before), filesOf(after)]
  if (!older || !newer) return null
  return {
    added: [...newer.keys()].filter((path) => !older.has(path)),
    removed: [...older.keys()].filter((path) => !newer.has(path)),
    changed: [...newer].filter(([path, digest]) => older.has(path) && older.get(path) !== digest).map(([path]) => path),
  }
}
