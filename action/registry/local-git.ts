import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import { Fault } from '../base/fault.ts'
import type { GitHubConnection } from '../github/connection.ts'
import { gitAccess } from '../github/git-access.ts'

/** The folder of the repository that holds `folder`; `folder` itself where it is in none. */
export async function repositoryFolder(folder: string): Promise<string> {
  return (await git(folder, ['rev-parse', '--show-toplevel'])) ?? folder
}

/**
 * Pushes HEAD to its branch (else `main`) at the embedded GitHub, which then has what the working copy has: a rewritten
 * branch is rewritten there too. One that is ahead, as after a pull request was merged there, stays as it is. The user's
 * remotes, hooks and credential helpers have no part in it.
 */
export async function pushHead(connection: GitHubConnection, folder: string): Promise<void> {
  const current = await git(folder, ['symbolic-ref', '--quiet', '--short', 'HEAD'])
  const branch = current === undefined || current.startsWith('plumbline/') ? 'main' : current
  const environment = gitAccess(connection)
  if (await isAhead(folder, connection.gitUrl, branch, environment)) return
  try {
    const args = ['push', '--quiet', '--force', '--no-verify', connection.gitUrl, `HEAD:refs/heads/${branch}`]
    await promisify(execFile)('git', args, { cwd: folder, env: environment })
  } catch (cause) {
    const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : String(cause)
    throw new Fault(
      'registry/push',
      `Cannot push HEAD to "${branch}" of the embedded GitHub: ${said}; expected git to push it`,
      {
        remedy: said.includes('shallow')
          ? 'Fetch the whole history: git fetch --unshallow'
          : 'Look at git fsck, then run it again.',
        cause,
      },
    )
  }
}

/** Whether a branch there holds HEAD and more. */
async function isAhead(folder: string, url: string, branch: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const run = async (args: readonly string[]) =>
    await promisify(execFile)('git', args, { cwd: folder, env }).then(
      ({ stdout }) => stdout,
      () => undefined,
    )
  const ref = `refs/heads/${branch}`
  const [sha = ''] = ((await run(['ls-remote', url, ref])) ?? '').split('\t')
  if (sha === '' || sha === (await run(['rev-parse', 'HEAD']))?.trim()) return false
  const isKnown = (await run(['cat-file', '-e', `${sha}^{commit}`])) !== undefined
  if (!isKnown && (await run(['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', url, ref])) === undefined) {
    return false
  }
  return (await run(['merge-base', '--is-ancestor', 'HEAD', sha])) !== undefined
}

export interface CodeChange {
  readonly sha: string
  readonly subject: string
  readonly author: string
}

/** What is no code of a model: policy, locks, data, documentation. */
const notCode = ['plumbline.yaml', 'data.lock.yaml', 'contract.yaml', 'data', 'docs', '.github', '*.md', 'LICENSE*']

/** The last commit up to `commit` that touched code, as this clone knows it; undefined where it does not. */
export async function lastCodeChange(folder: string, commit: string): Promise<CodeChange | undefined> {
  const paths = ['.', ...notCode.map((path) => `:(exclude)${path}`)]
  const found = await git(folder, ['log', '-1', '--format=%H%x00%s%x00%an', commit, '--', ...paths])
  const [sha, subject, author] = found?.split('\0') ?? []
  return sha && subject !== undefined && author !== undefined ? { sha, subject, author } : undefined
}

async function git(folder: string, args: readonly string[]): Promise<string | undefined> {
  try {
    return (await promisify(execFile)('git', args, { cwd: folder })).stdout.trim() || undefined
  } catch {
    return undefined
  }
}
