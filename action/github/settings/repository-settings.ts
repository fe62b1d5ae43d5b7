import type { GitHubClient } from '../client.ts'
import { type Seen, see, seen, unseen } from './seen.ts'

export interface RepositoryFacts {
  /** `https://github.com/acme/parcels` */
  readonly page: string
  readonly isPrivate: boolean
  readonly isFork: boolean
  readonly isArchived: boolean
  readonly defaultBranch: string
  /** ISO 8601 */
  readonly pushedAt: string | null
  /** Whether the token is of somebody who administers it. */
  readonly isAdmin: boolean
  /** Whether every merge is a squash, which GitHub signs itself. */
  readonly onlySquashes: boolean
}

export interface ActionsPolicy {
  readonly isOn: boolean
  readonly allowed: 'all' | 'local_only' | 'selected'
  /** Actions must be named by a whole commit. */
  readonly isPinned: boolean
  /** What is allowed where it is `selected`. */
  readonly selected: Seen<SelectedActions> | undefined
}

export interface SelectedActions {
  readonly ofGitHub: boolean
  readonly ofVerified: boolean
  readonly patterns: readonly string[]
}

export interface WorkflowDefaults {
  readonly jobsMay: 'read' | 'write'
  readonly mayOpenPulls: boolean
}

export async function readRepository(client: GitHubClient): Promise<RepositoryFacts> {
  const { owner, repository } = client.connection
  const facts = await client.call('read the repository', `${owner}/${repository}`, ({ rest }, names) =>
    rest.repos.get(names),
  )
  return {
    page: facts.html_url,
    isPrivate: facts.private,
    isFork: facts.fork,
    isArchived: facts.archived,
    defaultBranch: facts.default_branch,
    pushedAt: facts.pushed_at ?? null,
    isAdmin: facts.permissions?.admin === true,
    onlySquashes:
      facts.allow_squash_merge === true && facts.allow_merge_commit === false && facts.allow_rebase_merge === false,
  }
}

export async function readActionsPolicy(client: GitHubClient): Promise<Seen<ActionsPolicy>> {
  return see('administration: read', async () => {
    const policy = await client.call('read the setting', 'Actions permissions', ({ rest }, names) =>
      rest.actions.getGithubActionsPermissionsRepository(names),
    )
    const allowed = policy.allowed_actions ?? 'all'
    return {
      isOn: policy.enabled,
      allowed,
      isPinned: policy.sha_pinning_required === true,
      selected: allowed === 'selected' ? await readSelected(client) : undefined,
    }
  })
}

export async function readWorkflowDefaults(client: GitHubClient): Promise<Seen<WorkflowDefaults>> {
  return see('administration: read', async () => {
    const defaults = await client.call('read the setting', 'Workflow permissions', ({ rest }, names) =>
      rest.actions.getGithubActionsDefaultWorkflowPermissionsRepository(names),
    )
    return {
      jobsMay: defaults.default_workflow_permissions,
      mayOpenPulls: defaults.can_approve_pull_request_reviews,
    }
  })
}

/** GitHub answers 404 where it is off, and where the token may not ask: `administers` tells which. */
export async function readImmutableReleases(client: GitHubClient, administers: boolean): Promise<Seen<boolean>> {
  const asked = await see('administration: read', () =>
    client.find('read the setting', 'immutable releases', ({ rest }, names) =>
      rest.repos.checkImmutableReleases(names),
    ),
  )
  if (asked.kind === 'unseen') return asked
  if (asked.value) return seen(asked.value.enabled)
  return administers ? seen(false) : unseen('GitHub answers 404; it takes administration: read')
}

/** Names alone, of the repository and of its organisation. */
export async function readSecretNames(client: GitHubClient): Promise<Seen<readonly string[]>> {
  return see('secrets: read', async () => {
    const own = await client.call('list the secrets of', client.connection.repository, async (octokit, names) => {
      const { listRepoSecrets } = octokit.rest.actions
      return { data: await octokit.paginate(listRepoSecrets, { ...names, per_page: 100 }) }
    })
    const shared = await see('secrets: read', () =>
      client.call('list the secrets of', client.connection.owner, async (octokit, names) => {
        const { listRepoOrganizationSecrets } = octokit.rest.actions
        return { data: await octokit.paginate(listRepoOrganizationSecrets, { ...names, per_page: 100 }) }
      }),
    )
    return [...own, ...(shared.kind === 'seen' ? shared.value : [])].map(({ name }) => name)
  })
}

function readSelected(client: GitHubClient): Promise<Seen<SelectedActions>> {
  return see('administration: read', async () => {
    const selected = await client.call('read the setting', 'allowed actions', ({ rest }, names) =>
      rest.actions.getAllowedActionsRepository(names),
    )
    return {
      ofGitHub: selected.github_owned_allowed === true,
      ofVerified: selected.verified_allowed === true,
      patterns: selected.patterns_allowed ?? [],
    }
  })
}
