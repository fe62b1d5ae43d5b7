import type { BareRepository } from './git.ts'
import { type Head, headRefOf } from './stored-pull.ts'

/** Where every branch, forks' too, and every `refs/pull/N/…` points, by full name. */
export async function readTips(git: BareRepository): Promise<ReadonlyMap<string, string>> {
  const listed = await git.read([
    'for-each-ref',
    '--format=%(objectname) %(refname)',
    'refs/heads/',
    'refs/pull/',
    'refs/forks/',
  ])
  return new Map(
    listed
      .split('\n')
      .filter(Boolean)
      .map((line) => [line.slice(41), line.slice(0, 40)] as const),
  )
}

export async function tipOf(git: BareRepository, branch: string): Promise<string | undefined> {
  return (await readTips(git)).get(`refs/heads/${branch}`)
}

export async function headTip(git: BareRepository, head: Head): Promise<string | undefined> {
  return (await readTips(git)).get(headRefOf(head))
}

export async function isAncestor(git: BareRepository, ancestor: string, descendant: string): Promise<boolean> {
  return (await git.run(['merge-base', '--is-ancestor', ancestor, descendant])).code === 0
}

/** The commit that both come from; undefined where they have no history in common. */
export async function mergeBaseOf(git: BareRepository, one: string, other: string): Promise<string | undefined> {
  const { code, stdout } = await git.run(['merge-base', one, other])
  return code === 0 ? stdout.toString().trim() : undefined
}

/** Commits that `head` has and `base` has not, the oldest first, as they stand on a pull request. */
export async function commitsBetween(git: BareRepository, base: string, head: string): Promise<readonly string[]> {
  return (await git.read(['rev-list', '--reverse', '--topo-order', head, `^${base}`])).split('\n').filter(Boolean)
}
