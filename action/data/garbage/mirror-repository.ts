import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { Fault } from '../../base/fault.ts'
import type { GitHubConnection } from '../../github/connection.ts'
import { ownGitAccess } from '../../github/git-access.ts'
import { textsOfObjects } from '../stores/git.ts'

/** Every branch and tag of a repository, and the heads of some pull requests, as of when they were last fetched. */
export interface Mirror extends AsyncDisposable {
  /** Absolute: a bare repository. */
  readonly folder: string
  /** Object name, such as `<commit>:<path>` → its text; those that are not there are left out. */
  texts(names: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** Brings what moved; whether anything did. */
  refresh(pulls: readonly number[], signal?: AbortSignal): Promise<boolean>
}

/** Files larger than this are fetched one by one where they are asked for. */
const largestBytes = 4 << 20

/**
 * Opens an empty mirror that goes when it is closed. Throws `store/unseen-branches` where git cannot fetch: a lock on a branch
 * that nobody sees may need anything.
 */
export async function openMirror(connection: GitHubConnection): Promise<Mirror> {
  const { gitUrl: url, owner, repository } = connection
  const shown = `${owner}/${repository}`
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-branches-'))
  const environment = ownGitAccess(connection)
  const git = async (args: readonly string[], signal?: AbortSignal): Promise<string> => {
    try {
      const options = { cwd: folder, env: environment, maxBuffer: 1 << 30, ...(signal && { signal }) }
      return (await promisify(execFile)('git', args, options)).stdout
    } catch (cause) {
      signal?.throwIfAborted()
      throw unseen(shown, cause)
    }
  }
  await git(['init', '--quiet', '--bare', '.'])
  let last = ''

  return {
    folder,
    texts: async (names) => await textsOfObjects(folder, names, environment),
    async refresh(pulls, signal) {
      const wanted = ['refs/heads/*', 'refs/tags/*', ...pulls.map((number) => `refs/pull/${number}/head`)]
      const there = await git(['ls-remote', url, ...wanted], signal)
      const seen = `${pulls.join(' ')}\n${there}`
      if (seen === last) return false
      for (const number of pulls) if (!there.includes(`\trefs/pull/${number}/head\n`)) throw unseenPull(shown, number)
      if (there !== '') {
        const refs = wanted.map((ref) => `+${ref}:${ref}`)
        const filter = `--filter=blob:limit=${largestBytes}`
        await git(['fetch', '--quiet', '--prune', '--no-tags', '--no-write-fetch-head', filter, url, ...refs], signal)
      }
      last = seen
      return true
    },
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function unseen(shown: string, cause: unknown): Fault {
  const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim().split('\n').at(-1) : ''
  return new Fault(
    'store/unseen-branches',
    `Cannot tell which bytes are needed: git cannot fetch the branches of "${shown}" (${said || 'without a word'}); expected to see every one`,
    { remedy: 'Give a token that may read the repository’s contents.', stays: 'nothing was removed', cause },
  )
}

function unseenPull(shown: string, number: number): Fault {
  return new Fault(
    'store/unseen-branches',
    `Cannot tell which bytes are needed: the head of pull request #${number} of "${shown}" cannot be fetched; expected to see every open one`,
    { remedy: 'Run it again; where it stays so, close that pull request.', stays: 'nothing was removed' },
  )
}
