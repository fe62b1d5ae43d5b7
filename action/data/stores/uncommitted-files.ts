import type { LockEntry } from '../../project/data-lock.ts'
import { git } from './git.ts'

/** Pinned files that no commit holds yet, so that nobody else can fetch them. */
export interface UncommittedFiles {
  readonly isRepository: boolean
  /** Untracked or changed: a commit mends it. */
  readonly uncommitted: readonly string[]
  /** Ignored by git: no commit will ever hold them. */
  readonly ignored: readonly string[]
}

export async function uncommittedFiles(folder: string, entries: readonly LockEntry[]): Promise<UncommittedFiles> {
  const prefix = await git(folder, ['rev-parse', '--show-prefix'])
  if (prefix === undefined) return { isRepository: false, uncommitted: entries.map(({ path }) => path), ignored: [] }
  const command = [
    'status',
    '--porcelain',
    '-z',
    '--no-renames',
    '--untracked-files=all',
    '--ignored=matching',
    '--',
    '.',
  ]
  const states = new Map<string, string>()
  for (const line of ((await git(folder, command)) ?? '').split('\0')) {
    states.set(line.slice(3).slice(prefix.trim().length).normalize('NFC'), line.slice(0, 2))
  }
  const hasIgnoredFolder = [...states].some(([path, state]) => state === '!!' && path.endsWith('/'))
  const stateOf = (path: string) =>
    states.get(path) ?? (hasIgnoredFolder ? ignoredFolderState(path, states) : undefined)
  return {
    isRepository: true,
    uncommitted: entries.map(({ path }) => path).filter((path) => ![undefined, '!!'].includes(stateOf(path))),
    ignored: entries.map(({ path }) => path).filter((path) => stateOf(path) === '!!'),
  }
}

/** git names an ignored folder, with a `/`, instead of the files in it. */
function ignoredFolderState(path: string, states: ReadonlyMap<string, string>): string | undefined {
  const parts = path.split('/').slice(0, -1)
  const folders = parts.map((_, index) => `${parts.slice(0, index + 1).join('/')}/`)
  return folders.some((folder) => states.get(folder) === '!!') ? '!!' : undefined
}
