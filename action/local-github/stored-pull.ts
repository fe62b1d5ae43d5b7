/** What a pull request keeps beside what an issue does. Where its branches are now is read from git, not from here. */
export interface StoredPull {
  /** Branches, without `refs/heads/`; the base is this repository's. */
  readonly head: string
  readonly base: string
  /** The commits of both when they were last looked at; they stay as they are once it is closed. */
  readonly headSha: string
  readonly baseSha: string
  readonly isDraft: boolean
  /** The test merge of these two commits; null until somebody asked about them. */
  readonly trial: Trial | null
  /** The commit with which a merge that is under way ends; it tells a later look that a killed one had come that far. */
  readonly landing: string | null
  readonly merged: Merged | null
  /** Whose fork the head is a branch of; left out: of this repository. */
  readonly fork?: string
}

/** A branch, and whose fork it is in. */
export type Head = Pick<StoredPull, 'head' | 'fork'>

/** Forks share the objects of their repository, as on GitHub; their branches are apart, where nobody fetches them or pushes. */
export function headRefOf({ head, fork }: Head): string {
  return fork === undefined ? `refs/heads/${head}` : `refs/forks/${fork}/heads/${head}`
}

export interface Trial {
  readonly headSha: string
  readonly baseSha: string
  /** Null: it conflicts. */
  readonly commit: string | null
  readonly isRebaseable: boolean
}

export interface Merged {
  readonly at: string
  readonly by: string
  /** The commit of the base that brought it. */
  readonly commit: string
}

export function isStoredPull(value: unknown): value is StoredPull {
  if (typeof value !== 'object' || value === null) return false
  const { head, base, headSha, baseSha, isDraft, merged, fork }: Partial<StoredPull> = value
  return (
    (fork === undefined || typeof fork === 'string') &&
    [head, base, headSha, baseSha].every((field) => typeof field === 'string') &&
    typeof isDraft === 'boolean' &&
    typeof merged === 'object'
  )
}
