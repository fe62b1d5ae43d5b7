import type { State } from './state.ts'
import type { PullIssue } from './stored-issue.ts'
import { approversOf } from './stored-review.ts'

/** How many with write access say yes to a pull request by now, whatever its head was then. */
export function countApprovals({ owner, discussion, platform }: State, { number }: PullIssue): number {
  const writers = platform.tokens.flatMap(({ holder }) =>
    holder.kind === 'user' && holder.role !== 'read' ? [holder.login] : [],
  )
  const mayWrite = new Set([owner, ...writers])
  return approversOf(discussion.reviews, number).filter(({ author }) => mayWrite.has(author)).length
}
