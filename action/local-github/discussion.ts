import { isStoredComment, isStoredIssue, type StoredComment, type StoredIssue } from './stored-issue.ts'
import { firstLabels, isStoredLabel, type StoredLabel } from './stored-label.ts'
import { isStoredReview, type StoredReview } from './stored-review.ts'

/** What people say and decide about the code: issues, pull requests, comments, labels. */
export interface Discussion {
  readonly issues: readonly StoredIssue[]
  readonly comments: readonly StoredComment[]
  readonly labels: readonly StoredLabel[]
  /** The oldest first. */
  readonly reviews: readonly StoredReview[]
}

export const firstDiscussion: Discussion = { issues: [], comments: [], labels: firstLabels, reviews: [] }

/** What an older Plumbline kept had no reviews. */
export function completeDiscussion(value: Partial<Discussion> | undefined): Discussion {
  return { ...firstDiscussion, ...value }
}

/** Undefined is what a state of an older Plumbline holds. */
export function isDiscussion(value: unknown): boolean {
  if (value === undefined) return true
  if (typeof value !== 'object' || value === null) return false
  const { issues, comments, labels, reviews = [] }: Partial<Discussion> = value
  return (
    Array.isArray(issues) &&
    issues.every(isStoredIssue) &&
    Array.isArray(comments) &&
    comments.every(isStoredComment) &&
    Array.isArray(labels) &&
    labels.every(isStoredLabel) &&
    Array.isArray(reviews) &&
    reviews.every(isStoredReview)
  )
}

/** The number of the next issue or pull request: none is ever removed. */
export function nextNumber({ issues }: Discussion): number {
  return issues.length + 1
}

export function withIssue(discussion: Discussion, changed: StoredIssue): Discussion {
  const isKnown = discussion.issues.some(({ number }) => number === changed.number)
  const issues = isKnown
    ? discussion.issues.map((issue) => (issue.number === changed.number ? changed : issue))
    : [...discussion.issues, changed]
  return { ...discussion, issues }
}
