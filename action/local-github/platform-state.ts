import { isRecord } from '../base/is-record.ts'
import type { Permissions, Role } from './access.ts'
import type { StoredCheckRun, StoredStatus } from './stored-checks.ts'
import type { StoredDeployment, StoredEnvironment } from './stored-deployments.ts'
import type { StoredProtection, StoredRuleset } from './stored-rules.ts'
import type { StoredRun } from './stored-runs.ts'

/** What GitHub keeps of a repository beside git, releases, issues and pull requests. */
export interface Platform {
  readonly settings: Settings
  readonly tokens: readonly StoredToken[]
  /** Tags that an immutable release once had; nobody ever gets them again. */
  readonly burnedTags: readonly string[]
  readonly rulesets: readonly StoredRuleset[]
  readonly protections: readonly StoredProtection[]
  readonly statuses: readonly StoredStatus[]
  readonly checkRuns: readonly StoredCheckRun[]
  /** Paths of workflows that are switched off, and how. */
  readonly disabledWorkflows: Readonly<Record<string, 'disabled_manually' | 'disabled_inactivity'>>
  readonly runs: readonly StoredRun[]
  readonly environments: readonly StoredEnvironment[]
  readonly deployments: readonly StoredDeployment[]
}

export interface Settings {
  readonly isPrivate: boolean
  /** What a private repository has of environments depends on it. */
  readonly plan: 'free' | 'team' | 'enterprise'
  /** "Allow GitHub Actions to create and approve pull requests" */
  readonly mayJobsOpenPulls: boolean
  /** Releases that are published while it is on stay immutable. */
  readonly areReleasesImmutable: boolean
  readonly areActionsOn: boolean
  readonly allowedActions: 'all' | 'local_only' | 'selected'
  readonly areActionsPinned: boolean
  /** What a job's token may where its workflow says nothing. */
  readonly jobsMay: 'read' | 'write'
  readonly variables: Readonly<Record<string, string>>
  /** Their names; nobody reads the rest. */
  readonly secrets: readonly string[]
}

/** A token that was made for somebody beside the owner. The text itself is not kept. */
export interface StoredToken {
  readonly sha256: string
  readonly holder: TokenHolder
  /** ISO 8601; null: never. */
  readonly expiresAt: string | null
}

export type TokenHolder =
  | { readonly kind: 'user'; readonly login: string; readonly role: Role }
  | { readonly kind: 'app'; readonly slug: string; readonly permissions: Permissions }
  | {
      readonly kind: 'job'
      readonly permissions: Permissions
      /** Left out: a run of this repository's own. */
      readonly origin?: 'repository' | 'fork' | 'dependabot'
    }

export const firstPlatform: Platform = {
  settings: {
    isPrivate: false,
    plan: 'free',
    mayJobsOpenPulls: false,
    areReleasesImmutable: false,
    areActionsOn: true,
    allowedActions: 'all',
    areActionsPinned: false,
    jobsMay: 'read',
    variables: {},
    secrets: [],
  },
  tokens: [],
  burnedTags: [],
  rulesets: [],
  protections: [],
  statuses: [],
  checkRuns: [],
  disabledWorkflows: {},
  runs: [],
  environments: [],
  deployments: [],
}

/** A state of an older Plumbline lacks what came later: it gets what a new one begins with. */
export function completePlatform(value: Partial<Platform> | undefined): Platform {
  return { ...firstPlatform, ...value, settings: { ...firstPlatform.settings, ...value?.settings } }
}

/** Whether a platform that was kept has the shape that everything here counts on. */
export function isPlatform(value: unknown): boolean {
  if (value === undefined) return true
  if (!isRecord(value)) return false
  return Object.entries(value).every(([key, kept]: readonly [string, unknown]) => {
    if (!Object.hasOwn(firstPlatform, key)) return true
    if (!Array.isArray(Reflect.get(firstPlatform, key))) return isRecord(kept)
    return (
      Array.isArray(kept) && kept.every((item) => (key === 'burnedTags' ? typeof item === 'string' : isRecord(item)))
    )
  })
}
