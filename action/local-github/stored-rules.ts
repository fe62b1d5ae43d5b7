/** A ruleset as it was put, with what GitHub adds. */
export interface StoredRuleset {
  readonly id: number
  readonly name: string
  readonly target: 'branch' | 'tag'
  readonly enforcement: 'active' | 'disabled' | 'evaluate'
  readonly bypass: readonly BypassActor[]
  /** Patterns of refs, `~ALL` and `~DEFAULT_BRANCH`. */
  readonly include: readonly string[]
  readonly exclude: readonly string[]
  readonly rules: readonly StoredRule[]
  readonly createdAt: string
  readonly updatedAt: string
}

export interface BypassActor {
  readonly actorId: number | null
  readonly actorType: 'Integration' | 'OrganizationAdmin' | 'RepositoryRole' | 'Team' | 'DeployKey'
  readonly mode: 'always' | 'pull_request' | 'exempt'
}

export type StoredRule =
  | { readonly type: 'creation' | 'update' | 'deletion' | 'non_fast_forward' }
  | { readonly type: 'pull_request'; readonly approvals: number; readonly parameters: RuleParameters }
  | {
      readonly type: 'required_status_checks'
      readonly contexts: readonly string[]
      readonly isStrict: boolean
      readonly isWaivedOnCreation: boolean
      readonly parameters: RuleParameters
    }

/** What was put, as it is answered. */
export type RuleParameters = { readonly [key: string]: unknown }

/** A branch's classic protection. */
export interface StoredProtection {
  readonly branch: string
  /** Null: no checks are required. */
  readonly checks: { readonly contexts: readonly string[]; readonly isStrict: boolean } | null
  readonly bindsAdmins: boolean
  readonly reviews: {
    readonly approvals: number
    readonly areStaleDismissed: boolean
    readonly areOwnersAsked: boolean
  } | null
  readonly mayForcePush: boolean
  readonly mayDelete: boolean
}
