import { isStoredPull, type StoredPull } from './stored-pull.ts'

/** An issue; a pull request is one with more to it, and takes its number from the same row. */
export interface StoredIssue {
  readonly id: number
  /** Counted from 1; never used again. */
  readonly number: number
  readonly title: string
  readonly body: string | null
  readonly state: 'open' | 'closed'
  readonly stateReason: 'completed' | 'reopened' | 'not_planned' | 'duplicate' | null
  /** Ids of the repository's labels. */
  readonly labels: readonly number[]
  readonly author: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly closedAt: string | null
  readonly closedBy: string | null
  readonly pull: StoredPull | null
}

export interface StoredComment {
  readonly id: number
  /** The number of its issue. */
  readonly issue: number
  readonly author: string
  readonly body: string
  readonly createdAt: string
  readonly updatedAt: string
}

/** A pull request as an issue: `pull` is there. */
export type PullIssue = StoredIssue & { readonly pull: StoredPull }

export function isPullIssue(issue: StoredIssue): issue is PullIssue {
  return issue.pull !== null
}

export function isStoredIssue(value: unknown): value is StoredIssue {
  if (typeof value !== 'object' || value === null) return false
  const { id, number, title, state, labels, author, createdAt, updatedAt, pull }: Partial<StoredIssue> = value
  return (
    [id, number].every(Number.isSafeInteger) &&
    [title, author, createdAt, updatedAt].every((field) => typeof field === 'string') &&
    (state === 'open' || state === 'closed') &&
    Array.isArray(labels) &&
    labels.every(Number.isSafeInteger) &&
    (pull === null || isStoredPull(pull))
  )
}

export function isStoredComment(value: unknown): value is StoredComment {
  if (typeof value !== 'object' || value === null) return false
  const { id, issue, author, body, createdAt, updatedAt }: Partial<StoredComment> = value
  return (
    [id, issue].every(Number.isSafeInteger) &&
    [author, body, createdAt, updatedAt].every((field) => typeof field === 'string')
  )
}
