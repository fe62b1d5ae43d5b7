/** Who asks, and what GitHub lets them do. */
export type Access = Anonymous | UserAccess | AppAccess | JobAccess

export interface Anonymous {
  readonly kind: 'none'
}

/** A person's token: the owner's, or that of somebody with a role in the repository. */
export interface UserAccess {
  readonly kind: 'user'
  readonly login: string
  readonly role: Role
}

/** An installation token of a GitHub App. */
export interface AppAccess {
  readonly kind: 'app'
  readonly slug: string
  readonly permissions: Permissions
}

/** The `GITHUB_TOKEN` of a job. From a fork or Dependabot it reads only, whatever was asked for. */
export interface JobAccess {
  readonly kind: 'job'
  readonly permissions: Permissions
  readonly origin: 'repository' | 'fork' | 'dependabot'
}

export type Role = 'read' | 'write' | 'admin'

export type Level = 'read' | 'write'

/** As GitHub's REST API names them. */
export type Permission =
  | 'actions'
  | 'actions_variables'
  | 'administration'
  | 'checks'
  | 'contents'
  | 'deployments'
  | 'environments'
  | 'issues'
  | 'metadata'
  | 'pull_requests'
  | 'secrets'
  | 'statuses'
  | 'workflows'

export type Permissions = Readonly<Partial<Record<Permission, Level>>>

export interface Actor {
  readonly login: string
  readonly type: 'User' | 'Bot'
}

/** What a workflow's `permissions:` can never name, so that no `GITHUB_TOKEN` has it. */
export const neverInJobs: readonly Permission[] = [
  'actions_variables',
  'administration',
  'environments',
  'secrets',
  'workflows',
]

/** Whose name stands on what is made with this access. */
export function actorOf(access: Access): Actor {
  switch (access.kind) {
    case 'user':
      return { login: access.login, type: 'User' }
    case 'app':
      return { login: `${access.slug}[bot]`, type: 'Bot' }
    case 'job':
      return { login: 'github-actions[bot]', type: 'Bot' }
    case 'none':
      return { login: 'ghost', type: 'User' }
  }
}

/** By the login alone, for what was kept before. */
export function actorNamed(login: string): Actor {
  return { login, type: login.endsWith('[bot]') ? 'Bot' : 'User' }
}

/** What a token of an App or a job may do with `permission`; everybody who sees the repository reads its metadata. */
export function levelOf(access: AppAccess | JobAccess, permission: Permission): Level | undefined {
  const granted = access.permissions[permission] ?? (permission === 'metadata' ? 'read' : undefined)
  const isReadOnly = access.kind === 'job' && access.origin !== 'repository'
  return isReadOnly && granted === 'write' ? 'read' : granted
}

/** Events made with a job's own token start no workflows, so that they do not start each other for ever. */
export function startsWorkflows(access: Access): boolean {
  return access.kind !== 'job'
}
