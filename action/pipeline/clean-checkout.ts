import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { Fault } from '../base/fault.ts'
import { commitOf, gitText } from './git-text.ts'
import { removeDead } from './remove-dead-drafts.ts'

/** A commit's files in a folder of their own, beside an empty folder for what is made; removed at disposal. */
export interface CleanCheckout extends AsyncDisposable {
  /** The project in it: the same place below the repository's folder as the caller's. */
  readonly folder: string
  /** Empty, for caches. */
  readonly spare: string
}

const prefix = 'plumbline-reproduce-'

/**
 * Checks a commit out into a temporary folder that shares the objects of the repository and leaves no trace in it: neither
 * branch nor worktree nor hook. What a killed process left is removed by the next one.
 */
export async function cleanCheckout(folder: string, commit: string, signal: AbortSignal): Promise<CleanCheckout> {
  await removeDead(tmpdir(), new RegExp(`^${prefix}(\\d+)-`))
  const place = await gitText(folder, ['rev-parse', '--show-toplevel', '--show-prefix'])
  if (place === undefined) {
    throw new Fault('project/no-git', `Cannot check out "${commit.slice(0, 8)}": ${folder} is in no git repository`, {
      remedy: 'Run it in a clone of the repository that the model was built in.',
    })
  }
  if ((await commitOf(folder, commit)) === undefined) throw await noCommit(folder, commit)
  const [top = '', below = ''] = place.split('\n')
  const root = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`))
  const remove = () => rm(root, { recursive: true, force: true, maxRetries: 3 })
  try {
    const tree = join(root, 'tree')
    const spare = join(root, 'spare')
    await mkdir(spare)
    // Without templates and hooks, so that nothing of the user's settings runs here.
    await run(root, ['clone', '--quiet', '--shared', '--no-checkout', '--template=', '--', top, tree], signal)
    await run(tree, ['-c', 'core.hooksPath=', 'checkout', '--quiet', '--detach', commit], signal)
    return { folder: join(tree, below), spare, [Symbol.asyncDispose]: remove }
  } catch (error) {
    await remove()
    throw error
  }
}

async function run(folder: string, args: readonly string[], signal: AbortSignal): Promise<void> {
  try {
    await promisify(execFile)('git', args, { cwd: folder, signal, env: { ...process.env, GIT_TERMINAL_PROMPT: '0' } })
  } catch (cause) {
    signal.throwIfAborted()
    const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : String(cause)
    throw new Fault('reproduce/checkout', `Cannot check out the commit of the run: ${said}; expected git to do it`, {
      remedy: 'Look at git fsck and at the room in the folder for temporary files, then run it again.',
      stays: 'your working tree stays as it is',
      cause,
    })
  }
}

async function noCommit(folder: string, commit: string): Promise<Fault> {
  const isShallow = (await gitText(folder, ['rev-parse', '--is-shallow-repository']))?.trim() === 'true'
  return new Fault(
    'reproduce/no-commit',
    `Cannot check out "${commit.slice(0, 8)}": this clone does not hold the commit; expected it, as the run was built from it`,
    {
      remedy: isShallow
        ? 'Fetch the whole history: git fetch --unshallow; in a workflow, give actions/checkout fetch-depth: 0.'
        : `Fetch it: git fetch origin ${commit}`,
    },
  )
}
