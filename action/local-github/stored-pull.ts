/** What a pull request keeps beside what an issue does. Where its branches are now is read from git, not from here. */
export interface StoredPull {
  /** Branches of this repository, without `refs/heads/`. */
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
  const { head, base, headSha, baseSha, isDraft, merged }: Partial<StoredPull> = value
  return (
    [head, base, headSha, baseSha].every((field) => typeof field === 'string') &&
    typeof isDraft === 'boolean' &&
    typeof merged === 'object'
  )
}
