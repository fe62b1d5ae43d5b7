import type { StoredPull } from './stored-pull.ts'

/** What git says about an open pull request's branches. */
export interface Tips {
  /** Undefined: the branch is gone. */
  readonly head: string | undefined
  readonly base: string | undefined
  /** The first of the commits in question that the base holds now: a merge's last, the head as it was, the head as it is. */
  readonly landed: string | undefined
  /** Whether the head, as it is, has nothing that the base, as it was, had not. */
  readonly isEmpty: boolean
}

/** What became of an open pull request since somebody looked last. */
export type Observation =
  | { readonly kind: 'same' }
  | { readonly kind: 'moved'; readonly headSha: string; readonly baseSha: string }
  | { readonly kind: 'merged'; readonly headSha: string; readonly commit: string }
  | { readonly kind: 'closed'; readonly headSha: string }

/**
 * Decides from the branches alone, so that every process that serves the repository comes to the same: merged where the
 * base moved and holds the head's commits, however they got there; closed where a branch is gone, or where the head has
 * nothing left to merge.
 */
export function observePull(pull: StoredPull, tips: Tips): Observation {
  const headSha = tips.head ?? pull.headSha
  const hasBaseMoved = tips.base !== undefined && tips.base !== pull.baseSha
  if (hasBaseMoved && tips.landed !== undefined && !(tips.landed === headSha && tips.isEmpty)) {
    const isLanding = tips.landed === pull.landing
    return { kind: 'merged', headSha: isLanding ? pull.headSha : tips.landed, commit: tips.landed }
  }
  if (tips.head === undefined || tips.base === undefined) return { kind: 'closed', headSha: pull.headSha }
  if (tips.head === pull.headSha && tips.base === pull.baseSha) return { kind: 'same' }
  if (tips.isEmpty) return { kind: 'closed', headSha }
  return { kind: 'moved', headSha, baseSha: tips.base }
}
