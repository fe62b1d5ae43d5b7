import type { GitHubClient } from './client.ts'

export interface RepositoryFacts {
  readonly defaultBranch: string
  /** Undefined where the token is not told. */
  readonly mayPush: boolean | undefined
}

export async function readRepository(client: GitHubClient): Promise<RepositoryFacts> {
  const { owner, repository } = client.connection
  const found = await client.call('read the repository', `${owner}/${repository}`, ({ rest }, names) =>
    rest.repos.get(names),
  )
  return { defaultBranch: found.default_branch, mayPush: found.permissions?.push }
}
