/** What retention must know of a release. */
export interface RetainedRelease {
  readonly tag: string
  readonly model: string
  readonly version: number
  /** It stands under Releases. */
  readonly isThere: boolean
  /** The ledger says that it was cleaned, and it is there all the same: an earlier call did not end. */
  readonly isHalfCleaned: boolean
  readonly aliases: readonly string[]
  /** `live in production`: what it is in environments. */
  readonly roles: readonly string[]
}

export interface RetentionPlan {
  readonly keep: readonly Decided[]
  readonly remove: readonly Decided[]
}

export interface Decided {
  readonly tag: string
  readonly reason: string
}

/**
 * Pure: which releases go. Of each model the newest `keepNewest` (at least 1) stay, and whatever their age those that are live,
 * previous or candidate anywhere, and those that an alias points at.
 */
export function planRetention(releases: readonly RetainedRelease[], keepNewest: number): RetentionPlan {
  const keep: Decided[] = []
  const remove: Decided[] = []
  const there = releases.filter(({ isThere }) => isThere)
  for (const model of new Set(there.map((release) => release.model))) {
    const newestFirst = there
      .filter((release) => release.model === model && !release.isHalfCleaned)
      .sort((one, other) => other.version - one.version)
    for (const [age, release] of newestFirst.entries()) {
      const reason = whyKept(release) ?? (age < Math.max(1, keepNewest) ? `of the newest ${keepNewest}` : undefined)
      if (reason === undefined) remove.push({ tag: release.tag, reason: `older than the newest ${keepNewest}` })
      else keep.push({ tag: release.tag, reason })
    }
    for (const release of there.filter((one) => one.model === model && one.isHalfCleaned)) {
      const reason = whyKept(release)
      if (reason === undefined) remove.push({ tag: release.tag, reason: 'an earlier clean did not end' })
      else keep.push({ tag: release.tag, reason })
    }
  }
  return { keep, remove }
}

/** Why it can never be removed; undefined where nothing protects it. */
export function whyKept({ roles, aliases }: Pick<RetainedRelease, 'roles' | 'aliases'>): string | undefined {
  if (roles.length > 0) return roles.join(', ')
  return aliases.length > 0 ? `alias ${aliases.join(', ')}` : undefined
}
