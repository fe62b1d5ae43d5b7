import { openGitHubClient } from '../../action/github/client.ts'
import type { GitHubConnection } from '../../action/github/connection.ts'
import { commitFiles, readBranch } from '../../action/github/git-data.ts'

/** Writes what is live of a model in an environment, as a rollout does. */
export async function deploy(
  github: GitHubConnection,
  environment: string,
  state: { readonly model: string; readonly [key: string]: unknown },
): Promise<void> {
  const client = await openGitHubClient(github)
  const branch = `plumbline/deploy/${environment}`
  const committed = await commitFiles(client, {
    branch,
    parent: await readBranch(client, branch),
    message: 'Deploy',
    files: { [`models/${state.model}/state.json`]: JSON.stringify({ schema: 'plumbline/state/v1', ...state }) },
    author: { name: 'Ada', email: 'ada@example.org', date: '2025-03-06T06:00:00Z' },
  })
  if (committed.kind === 'refused') throw new Error(committed.message)
}
