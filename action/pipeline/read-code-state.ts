import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import type { RunRecord } from './run-record.ts'

export interface CodeState {
  readonly code: RunRecord['code']
  /** Of HEAD; null where nothing is committed. */
  readonly tree: string | null
  /** Who commits here, by git's own settings. */
  readonly user: string
}

/** What git says of the working tree; a folder without git is one without a commit. */
export async function readCodeState(folder: string): Promise<CodeState> {
  const [commit, tree, changes, user] = await Promise.all([
    git(folder, 'rev-parse', '--verify', '--quiet', 'HEAD'),
    git(folder, 'rev-parse', '--verify', '--quiet', 'HEAD^{tree}'),
    git(folder, '--no-optional-locks', 'status', '--porcelain', '--untracked-files=all', '--', '.'),
    git(folder, 'config', 'user.name'),
  ])
  return {
    code: { commit: commit || null, uncommitted: (changes ?? '').split('\n').filter((line) => line !== '').length },
    tree: tree || null,
    user: user || 'unknown',
  }
}

async function git(folder: string, ...args: string[]): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('git', args, { cwd: folder, maxBuffer: 1 << 26 })
    return stdout.trimEnd()
  } catch {
    return undefined
  }
}
