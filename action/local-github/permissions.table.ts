import type { Permission } from './access.ts'

/** What a family of routes asks of a token. */
export interface PermissionRow {
  /** The beginning of the path below `/repos/{owner}/{repo}`, in whole steps; the longest one that fits counts. */
  readonly below: string
  /** Any one of these will do for a GET, and for everything else. */
  readonly read: readonly Permission[]
  readonly write: readonly Permission[]
  /** Whether anybody reads it in a public repository. */
  readonly isPublic: boolean
}

const discussed = ['issues', 'pull_requests'] as const

/** From GitHub's "Permissions required for GitHub Apps". */
export const permissionRows: readonly PermissionRow[] = [
  row('', ['metadata'], ['administration']),
  row('/commits', ['contents'], ['contents']),
  row('/compare', ['contents'], ['contents']),
  row('/contents', ['contents'], ['contents']),
  row('/tarball', ['contents'], ['contents']),
  row('/zipball', ['contents'], ['contents']),
  row('/git', ['contents'], ['contents']),
  row('/branches', ['contents'], ['contents']),
  row('/tags', ['metadata'], ['contents']),
  row('/merges', ['contents'], ['contents']),
  row('/releases', ['contents'], ['contents']),
  row('/dispatches', ['contents'], ['contents']),
  row('/issues', discussed, ['issues']),
  row('/issues/{issue_number}', discussed, discussed),
  row('/issues/comments', discussed, discussed),
  row('/labels', discussed, discussed),
  row('/milestones', discussed, discussed),
  row('/pulls', ['pull_requests'], ['pull_requests']),
  row('/pulls/{pull_number}/merge', ['pull_requests', 'contents'], ['contents']),
  row('/commits/{commit_sha}/pulls', ['pull_requests'], ['pull_requests']),
  row('/statuses', ['statuses'], ['statuses']),
  row('/commits/{ref}/status', ['statuses'], ['statuses']),
  row('/commits/{ref}/statuses', ['statuses'], ['statuses']),
  row('/check-runs', ['checks'], ['checks']),
  row('/check-suites', ['checks'], ['checks']),
  row('/commits/{ref}/check-runs', ['checks'], ['checks']),
  row('/commits/{ref}/check-suites', ['checks'], ['checks']),
  row('/deployments', ['deployments'], ['deployments']),
  row('/environments', ['actions'], ['administration']),
  row('/actions', ['actions'], ['actions']),
  row('/actions/runs/{run_id}/pending_deployments', ['actions'], ['deployments']),
  row('/rulesets', ['metadata'], ['administration']),
  row('/rules', ['metadata'], ['administration']),
  hidden('/branches/{branch}/protection', ['administration']),
  hidden('/immutable-releases', ['administration']),
  hidden('/actions/permissions', ['administration']),
  hidden('/actions/variables', ['actions_variables']),
  hidden('/actions/secrets', ['secrets']),
]

/** The row that a route's template, without `/repos/{owner}/{repo}`, falls under. */
export function permissionRowFor(template: string): PermissionRow | undefined {
  const steps = template.split('/')
  const fitting = permissionRows.filter(({ below }) => below.split('/').every((step, index) => steps[index] === step))
  return fitting.sort((one, other) => other.below.length - one.below.length)[0]
}

function row(below: string, read: readonly Permission[], write: readonly Permission[]): PermissionRow {
  return { below, read, write, isPublic: true }
}

function hidden(below: string, permissions: readonly Permission[]): PermissionRow {
  return { below, read: permissions, write: permissions, isPublic: false }
}
