import { actorOf } from './access.ts'
import { isAncestor, tipOf } from './branches.ts'
import { type Answer, type Exchange, optionalText, requiredText } from './exchange.ts'
import { readCommit } from './git-commits.ts'
import { mergeCommit } from './merging.ts'
import { requireAllowed } from './ref-routes.ts'
import { Refusal } from './refusal.ts'
import { commitNamed, commitResource } from './repository-routes.ts'

/** Merges a branch or a commit into a branch, without a pull request. */
export async function mergeBranch({ forge, access, body }: Exchange): Promise<Answer> {
  const base = requiredText(body, 'base')
  const head = requiredText(body, 'head')
  const ours = await tipOf(forge.git, base)
  if (ours === undefined) throw new Refusal(404, 'Base does not exist')
  const theirs = await commitNamed(forge, head)
  if (theirs === undefined) throw new Refusal(404, 'Head does not exist')
  if (await isAncestor(forge.git, theirs, ours)) return { status: 204 }
  const message = optionalText(body, 'commit_message') ?? `Merge ${head} into ${base}`
  const commit = await mergeCommit(forge.git, { ours, theirs, message, author: actorOf(access) })
  if (commit === undefined) throw new Refusal(409, 'Merge conflict')
  await requireAllowed(forge, access, { ref: `refs/heads/${base}`, kind: 'update', sha: commit })
  const { code } = await forge.git.run(['update-ref', `refs/heads/${base}`, commit, ours])
  if (code !== 0) throw new Refusal(409, 'Base branch was modified. Review and try the merge again.')
  return { status: 201, json: commitResource(forge, await readCommit(forge.git, commit)) }
}
