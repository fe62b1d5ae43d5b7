import { isRecord } from '../base/is-record.ts'

/** What somebody said of a pull request as a whole. */
export interface StoredReview {
  readonly id: number
  /** The number of its pull request. */
  readonly pull: number
  readonly author: string
  readonly state: ReviewState
  readonly body: string
  /** What the head was when it was written. */
  readonly commit: string
  readonly submittedAt: string
}

export type ReviewState = 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED'

export function isStoredReview(value: unknown): value is StoredReview {
  if (!isRecord(value)) return false
  const { id, pull, author, state, body, commit, submittedAt } = value
  return (
    [id, pull].every(Number.isSafeInteger) &&
    [author, state, body, commit, submittedAt].every((field) => typeof field === 'string')
  )
}

/** Whose word on a pull request is an approval by now: a comment takes nothing back, a later no or a dismissal does. */
export function approversOf(reviews: readonly StoredReview[], pull: number): readonly StoredReview[] {
  const last = new Map<string, StoredReview>()
  for (const review of reviews) {
    if (review.pull === pull && review.state !== 'COMMENTED') last.set(review.author, review)
  }
  return [...last.values()].filter(({ state }) => state === 'APPROVED')
}
