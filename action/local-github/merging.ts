import { Fault } from '../base/fault.ts'
import { commitsBetween } from './branches.ts'
import type { BareRepository } from './git.ts'
import { type GitCommit, readCommit, type Signature } from './git-commits.ts'

/** Somebody whose commits GitHub writes: by login, or as they signed one before. */
export type Author = { readonly login: string } | Signature

interface Merge {
  readonly ours: string
  readonly theirs: string
  readonly message: string
  readonly author: Author
}

/** Commits whose author is not who made them are made by the web page. */
const web: Author = { name: 'GitHub', email: 'noreply@github.com', date: '' }

/** A commit that joins both; undefined where they conflict. Nothing points at it yet. */
export async function mergeCommit(git: BareRepository, merge: Merge): Promise<string | undefined> {
  const tree = await mergeTrees(git, merge.ours, merge.theirs)
  if (tree === undefined) return undefined
  return writeCommit(git, { tree, parents: [merge.ours, merge.theirs], ...merge, committer: web })
}

/** One commit on `ours` with all that `theirs` changes; undefined where they conflict. */
export async function squashCommit(git: BareRepository, merge: Merge): Promise<string | undefined> {
  const tree = await mergeTrees(git, merge.ours, merge.theirs)
  if (tree === undefined) return undefined
  return writeCommit(git, { tree, parents: [merge.ours], ...merge, committer: web })
}

/**
 * Every commit of `theirs` again on top of `ours`, without the merges among them; the last one's hash, undefined where one
 * conflicts. Authors and messages stay, `committer` made them anew.
 */
export async function rebaseOnto(
  git: BareRepository,
  ours: string,
  theirs: string,
  committer: Author,
): Promise<string | undefined> {
  let tip = ours
  for (const sha of await commitsBetween(git, ours, theirs)) {
    const commit = await readCommit(git, sha)
    if (commit.parents.length > 1) continue
    const tree = await applyTo(git, tip, commit)
    if (tree === undefined) return undefined
    const { author, message } = commit
    tip = await writeCommit(git, { tree, parents: [tip], author, message, committer })
  }
  return tip
}

/** The tree of `tip` with the change of one commit: a merge of two commits whose common parent is that commit's own. */
async function applyTo(git: BareRepository, tip: string, { sha, parents }: GitCommit): Promise<string | undefined> {
  const { tree } = await readCommit(git, tip)
  const ours = await writeCommit(git, { tree, parents, message: 'ours', author: web, committer: web })
  return mergeTrees(git, ours, sha)
}

async function mergeTrees(git: BareRepository, ours: string, theirs: string): Promise<string | undefined> {
  const { code, stdout, stderr } = await git.run([
    'merge-tree',
    '--write-tree',
    '--allow-unrelated-histories',
    ours,
    theirs,
  ])
  if (code === 0) return stdout.toString().trim()
  if (code === 1) return undefined
  throw new Fault(
    'local-github/git',
    `Cannot merge in the embedded GitHub: ${stderr.split('\n')[0] ?? ''}; expected git 2.38 or newer`,
    { remedy: 'Update git (git --version says which it is).' },
  )
}

interface NewCommit {
  readonly tree: string
  readonly parents: readonly string[]
  readonly message: string
  readonly author: Author
  readonly committer: Author
}

function writeCommit(git: BareRepository, { tree, parents, message, author, committer }: NewCommit): Promise<string> {
  const header = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${lineOf(author)}`,
    `committer ${lineOf(committer)}`,
  ]
  return git.read(['hash-object', '-t', 'commit', '-w', '--stdin'], `${header.join('\n')}\n\n${message}\n`)
}

function lineOf(author: Author): string {
  const now = Math.floor(Date.now() / 1000)
  if ('login' in author) return `${author.login} <${author.login}@users.noreply.localhost> ${now} +0000`
  const seconds = author.date === '' ? now : Math.floor(Date.parse(author.date) / 1000)
  return `${author.name} <${author.email}> ${seconds} +0000`
}
