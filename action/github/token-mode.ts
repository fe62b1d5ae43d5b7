/** What a workflow's `permissions:` may name, as it is written there. */
export type JobPermission = 'actions' | 'checks' | 'contents' | 'deployments' | 'issues' | 'pull-requests' | 'statuses'

export type JobPermissions = Readonly<Partial<Record<JobPermission, 'read' | 'write' | 'none'>>>

/** What the environment and the API tell of a token. Undefined is always: cannot see with this token. */
export interface TokenFacts {
  readonly isEmbedded: boolean
  /** Who the token is to GitHub: `github-actions[bot]`, `retrainer[bot]`, `ada`. */
  readonly login: string | undefined
  /** What the beginning of the token tells of it; an installation is an App's or a job's. */
  readonly issuedTo: 'person' | 'app' | 'job' | 'installation' | undefined
  /** Whose change the workflow run is of; GitHub gives runs of forks and of Dependabot tokens that only read. */
  readonly origin: 'repository' | 'fork' | 'dependabot'
  /** What the job's `permissions:` grant; what is not in them is not granted. */
  readonly permissions: JobPermissions | undefined
  /** The setting "Allow GitHub Actions to create and approve pull requests". */
  readonly mayActionsOpenPulls: boolean | undefined
}

/** The rung of the ladder on which Plumbline works; it is told before anything is written, never guessed from a failure. */
export type TokenMode =
  /** The embedded GitHub: its owner's token may everything. */
  | { readonly kind: 'embedded' }
  /** A token of a GitHub App or of a person: what is made with it starts workflows. */
  | { readonly kind: 'app' | 'person'; readonly login: string | undefined }
  /** `GITHUB_TOKEN`: what is made with it starts no workflows, other than by a dispatch. */
  | {
      readonly kind: 'job'
      readonly permissions: JobPermissions | undefined
      readonly mayActionsOpenPulls: boolean | undefined
    }
  | { readonly kind: 'read-only'; readonly because: 'fork' | 'dependabot' | 'permissions' }
  /** Neither its text nor the API tells whose it is. */
  | { readonly kind: 'unknown' }

/** The login that every `GITHUB_TOKEN` has. */
export const jobLogin = 'github-actions[bot]'

export function decideTokenMode(facts: TokenFacts): TokenMode {
  const { isEmbedded, login, issuedTo, origin, permissions, mayActionsOpenPulls } = facts
  if (login === jobLogin || issuedTo === 'job') {
    if (origin !== 'repository') return { kind: 'read-only', because: origin }
    const writes = permissions && Object.values(permissions).includes('write')
    if (writes === false) return { kind: 'read-only', because: 'permissions' }
    return { kind: 'job', permissions, mayActionsOpenPulls }
  }
  if (issuedTo === 'app' || login?.endsWith('[bot]') === true) return { kind: 'app', login }
  if (isEmbedded) return { kind: 'embedded' }
  if (login !== undefined || issuedTo === 'person') return { kind: 'person', login }
  // A token that reads only is given to such runs whatever they ask for, so nothing is lost by taking it for one.
  if (origin !== 'repository') return { kind: 'read-only', because: origin }
  return { kind: 'unknown' }
}

/** Whether the token may write there; undefined: cannot see with this token. */
export function mayWrite(mode: TokenMode, permission: JobPermission): boolean | undefined {
  switch (mode.kind) {
    case 'embedded':
      return true
    case 'read-only':
      return false
    case 'job':
      return mode.permissions && mode.permissions[permission] === 'write'
    case 'app':
    case 'person':
    case 'unknown':
      return undefined
  }
}

/** Whether the token may open a pull request, by its permissions and by the repository's setting; undefined: cannot see. */
export function mayOpenPulls(mode: TokenMode): boolean | undefined {
  const writes = mayWrite(mode, 'pull-requests')
  if (mode.kind !== 'job' || writes === false) return writes
  if (mode.mayActionsOpenPulls === false) return false
  return mode.mayActionsOpenPulls === undefined ? undefined : writes
}

/** Whether a push or a pull request made with the token starts workflows, as a person's does; undefined: cannot see. */
export function startsWorkflows(mode: TokenMode): boolean | undefined {
  switch (mode.kind) {
    case 'app':
    case 'person':
    case 'embedded':
      return true
    case 'job':
    case 'read-only':
      return false
    case 'unknown':
      return undefined
  }
}
