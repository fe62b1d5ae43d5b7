import { withIssue } from './discussion.ts'
import type { Forge } from './exchange.ts'
import { mergeCommit, rebaseOnto } from './merging.ts'
import { isPullIssue, type PullIssue } from './stored-issue.ts'
import type { Trial } from './stored-pull.ts'

/** Merges head and base for the test, keeps the outcome, and points `refs/pull/N/merge` at it; on a conflict the old one stays there. */
export async function tryMerge(forge: Forge, { number, pull }: PullIssue): Promise<Trial> {
  const { headSha, baseSha } = pull
  const message = `Merge ${headSha} into ${baseSha}`
  const author = { login: forge.owner }
  const commit = (await mergeCommit(forge.git, { ours: baseSha, theirs: headSha, message, author })) ?? null
  const isRebaseable = commit !== null && (await rebaseOnto(forge.git, baseSha, headSha, author)) !== undefined
  const trial: Trial = { headSha, baseSha, commit, isRebaseable }
  await forge.state.change(async (state) => {
    const issue = state.discussion.issues.find((known) => known.number === number)
    const isCurrent =
      issue &&
      isPullIssue(issue) &&
      issue.state === 'open' &&
      issue.pull.headSha === headSha &&
      issue.pull.baseSha === baseSha
    if (!isCurrent) return { answer: undefined }
    if (commit !== null) await forge.git.read(['update-ref', `refs/pull/${number}/merge`, commit])
    const changed: PullIssue = { ...issue, pull: { ...issue.pull, trial } }
    return { state: { ...state, discussion: withIssue(state.discussion, changed) }, answer: undefined }
  })
  return trial
}
