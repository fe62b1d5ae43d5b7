import type { GitHubClient } from '../github/client.ts'
import type { RunRecord } from '../pipeline/run-record.ts'
import type { Registry, RegistryEntry } from '../registry/registry.ts'
import type { ReleaseFacts } from '../registry/release-facts.ts'
import type { CommandContext } from './define-command.ts'

export interface KnownReleases {
  readonly client: GitHubClient
  readonly registry: Registry
  readonly facts: (entry: RegistryEntry) => ReleaseFacts
}

/** Does what it is given with the releases of the repository; what of them cannot be read is warned of. */
export async function withReleases<T>(context: CommandContext, work: (known: KnownReleases) => Promise<T>): Promise<T> {
  const { readRegistry } = await import('../registry/registry.ts')
  const { parseRunRecord } = await import('../pipeline/parse-run-record.ts')
  const { releaseFacts } = await import('../registry/release-facts.ts')
  return withGitHub(context, async (client) => {
    const registry = await readRegistry(client)
    const { wordUnreadable } = await import('../report/report-registry.ts')
    for (const state of registry.unreadable) context.progress.warn(wordUnreadable(state))
    const facts = (entry: RegistryEntry) => {
      const parsed = parseRunRecord(entry.runBody)
      return releaseFacts(entry, parsed.ok ? parsed.record : null)
    }
    return await work({ client, registry, facts })
  })
}

/** Of each entry whose run can be read. */
export function runsOf(releases: readonly ReleaseFacts[]): readonly RunRecord[] {
  return releases.flatMap(({ run }) => run ?? [])
}

export async function withGitHub<T>(context: CommandContext, work: (client: GitHubClient) => Promise<T>): Promise<T> {
  const { openGitHubClient } = await import('../github/client.ts')
  const { repositoryFolder } = await import('../registry/local-git.ts')
  await using connection = await context.openGitHub(await repositoryFolder(context.folder))
  return await work(await openGitHubClient(connection, context.signal))
}
