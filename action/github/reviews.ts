import type { GitHubClient } from './client.ts'

/** What somebody said of a pull request as a whole. */
export interface Review {
  readonly by: string
  /** ISO 8601. */
  readonly at: string
  readonly verdict: 'approved' | 'changes requested' | 'commented' | 'dismissed'
  /** What the head was then; null where GitHub knows no more. */
  readonly head: string | null
}

const verdicts: Readonly<Record<string, Review['verdict']>> = {
  APPROVED: 'approved',
  CHANGES_REQUESTED: 'changes requested',
  COMMENTED: 'commented',
  DISMISSED: 'dismissed',
}

/** The oldest first, without those that nobody has submitted yet. Needs `pull-requests: read`. */
export async function listReviews(client: GitHubClient, pull: number): Promise<readonly Review[]> {
  const found = await client.find('list the reviews of', `#${pull}`, async (octokit, names) => ({
    data: await octokit.paginate(octokit.rest.pulls.listReviews, { ...names, pull_number: pull, per_page: 100 }),
  }))
  return (found ?? []).flatMap(({ user, state, submitted_at: at, commit_id: head }) => {
    const verdict = Object.hasOwn(verdicts, state) ? verdicts[state] : undefined
    return verdict === undefined || at === undefined
      ? []
      : [{ by: user?.login ?? 'somebody who is gone', at, verdict, head }]
  })
}

export interface Approver {
  readonly by: string
  /** ISO 8601. */
  readonly at: string
}

/**
 * Pure: whose last word on a head is a yes, the oldest first. A comment takes nothing back; a later no or a dismissal does, and
 * a yes to an earlier head is none to this one. Up to `until`, where it is given: what came after a merge let nothing in.
 */
export function approversOf(reviews: readonly Review[], head: string, until?: string): readonly Approver[] {
  const inTime = reviews.filter(({ at }) => until === undefined || Date.parse(at) <= Date.parse(until))
  const last = new Map<string, Review>()
  for (const review of inTime) {
    if (review.verdict === 'commented') continue
    last.delete(review.by)
    last.set(review.by, review)
  }
  return [...last.values()]
    .filter((review) => review.verdict === 'approved' && review.head === head)
    .map(({ by, at }) => ({ by, at }))
}
