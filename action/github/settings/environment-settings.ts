import type { GitHubClient } from '../client.ts'
import { type Seen, see } from './seen.ts'

export interface KnownEnvironment {
  readonly name: string
  /** Logins and team names of whom one must approve. */
  readonly reviewers: readonly string[]
  /** The same people and teams, as GitHub takes them. */
  readonly approvers: readonly Approver[]
  readonly barsSelfReview: boolean
  readonly waitMinutes: number
  readonly branches: 'all' | 'protected' | 'custom'
}

export interface Approver {
  readonly type: 'User' | 'Team'
  readonly id: number
}

export interface KnownLabel {
  readonly name: string
  /** Six hexadecimal digits, small. */
  readonly color: string
  readonly description: string
}

export async function readEnvironments(client: GitHubClient): Promise<Seen<readonly KnownEnvironment[]>> {
  return see('actions: read', async () => {
    const found = await client.call('list the environments of', client.connection.repository, ({ rest }, names) =>
      rest.repos.getAllEnvironments({ ...names, per_page: 100 }),
    )
    return (found.environments ?? []).map((environment) => {
      const rules = environment.protection_rules ?? []
      const reviewers = rules.flatMap((rule) => ('reviewers' in rule ? (rule.reviewers ?? []) : []))
      const policy = environment.deployment_branch_policy
      return {
        name: environment.name,
        reviewers: reviewers.flatMap(nameOf),
        approvers: reviewers.flatMap(approverOf),
        barsSelfReview: rules.some((rule) => 'prevent_self_review' in rule && rule.prevent_self_review),
        waitMinutes: rules.reduce((most, rule) => Math.max(most, ('wait_timer' in rule && rule.wait_timer) || 0), 0),
        branches: policy ? (policy.protected_branches ? 'protected' : 'custom') : 'all',
      }
    })
  })
}

export async function readLabels(client: GitHubClient): Promise<Seen<readonly KnownLabel[]>> {
  return see('issues: read or pull_requests: read', async () => {
    const found = await client.call('list the labels of', client.connection.repository, async (octokit, names) => ({
      data: await octokit.paginate(octokit.rest.issues.listLabelsForRepo, { ...names, per_page: 100 }),
    }))
    return found.map(({ name, color, description }) => ({
      name,
      color: color.toLowerCase(),
      description: description ?? '',
    }))
  })
}

function nameOf({ reviewer }: { readonly reviewer?: unknown }): readonly string[] {
  if (typeof reviewer !== 'object' || reviewer === null) return []
  if ('login' in reviewer && typeof reviewer.login === 'string') return [reviewer.login]
  return 'name' in reviewer && typeof reviewer.name === 'string' ? [reviewer.name] : []
}

function approverOf(given: { readonly type?: string; readonly reviewer?: unknown }): readonly Approver[] {
  const { type, reviewer } = given
  if (typeof reviewer !== 'object' || reviewer === null || !('id' in reviewer)) return []
  if ((type !== 'User' && type !== 'Team') || typeof reviewer.id !== 'number') return []
  return [{ type, id: reviewer.id }]
}
