import { git } from './git.ts'

/** Pinned files that no commit holds yet, so that nobody else can fetch them. */
export interface UncommittedFiles {
  readonly isRepository: boolean
  /** Untracked or changed: a commit mends it. */
  readonly uncommitted: readonly string[]
  /** Ignored by git: no commit will ever hold them. */
  readonly ignored: readonly string[]
}

export async function uncommittedFiles(folder: string, entries: readonly PinnedPath[]): Promise<UncommittedFiles> {
  return uncommittedIn(await askGitStates(folder), entries)
}

/** An entry of the lock, of which the path is enough. */
export interface PinnedPath {
  readonly path: string
}

/** Path → git's two letters, of every file in a folder that is not as committed; undefined in no repository. */
export type GitStates = ReadonlyMap<string, string>

/** Throws where there is no git. */
export async function askGitStates(folder: string): Promise<GitStates | undefined> {
  const command = [
    // A look takes no lock, which could stop a commit of somebody else.
    '--no-optional-locks',
    'status',
    '--porcelain',
    '-z',
    '--no-renames',
    '--untracked-files=all',
    '--ignored=matching',
    '--',
    '.',
  ]
  const [prefix, printed] = await Promise.all([git(folder, ['rev-parse', '--show-prefix']), git(folder, command)])
  if (prefix === undefined) return undefined
  const states = new Map<string, string>()
  for (const line of (printed ?? '').split('\0')) {
    states.set(line.slice(3).slice(prefix.trim().length).normalize('NFC'), line.slice(0, 2))
  }
  return states
}

export function uncommittedIn(states: GitStates | undefined, entries: readonly PinnedPath[]): UncommittedFiles {
  const found = { uncommitted: [] as string[], ignored: [] as string[] }
  if (!states) return { ...found, isRepository: false, uncommitted: entries.map(({ path }) => path) }
  const ignoredFolders = new Set([...states].flatMap(([path, state]) => (state === '!!' ? [path] : [])))
  for (const { path } of entries) {
    const state = states.get(path)
    if (state === '!!' || (state === undefined && isInOneOf(ignoredFolders, path))) found.ignored.push(path)
    else if (state !== undefined) found.uncommitted.push(path)
  }
  return { ...found, isRepository: true }
}

/** git names an ignored folder, with a `/`, instead of the files in it. */
function isInOneOf(folders: ReadonlySet<string>, path: string): boolean {
  for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) {
    if (folders.has(path.slice(0, end + 1))) return true
  }
  return false
}
