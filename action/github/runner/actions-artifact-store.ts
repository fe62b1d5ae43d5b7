import { Fault } from '../../base/fault.ts'
import type { ArtifactStore } from './artifact-store.ts'

/** The artifacts of the running workflow, over `@actions/artifact`, which is loaded with the first use. */
export function actionsArtifactStore(environment: Readonly<Record<string, string | undefined>>): ArtifactStore {
  return {
    async upload(name, rootFolder, files, { days, isDense = false } = {}) {
      const client = await openClient(environment, `upload "${name}"`)
      const { digest = '' } = await remotely(`upload "${name}"`, async () => {
        return await client.uploadArtifact(name, [...files], rootFolder, {
          compressionLevel: isDense ? 0 : 1,
          ...(days !== undefined && { retentionDays: days }),
        })
      })
      return { digest }
    },

    async download(name, folder) {
      const client = await openClient(environment, `download "${name}"`)
      const { artifacts } = await remotely(`list artifacts`, async () => await client.listArtifacts({ latest: true }))
      const found = artifacts.find((artifact) => artifact.name === name)
      if (found === undefined) return false
      const expected = found.digest === undefined ? {} : { expectedHash: found.digest }
      const { digestMismatch } = await remotely(`download "${name}"`, async () => {
        return await client.downloadArtifact(found.id, { path: folder, ...expected })
      })
      if (digestMismatch !== true) return true
      throw new Fault(
        'workflow/artifact',
        `Cannot use artifact "${name}": its bytes changed on the way; expected ${found.digest ?? ''}`,
        {
          remedy: 'Run the job again.',
        },
      )
    },

    async list() {
      const client = await openClient(environment, 'list artifacts')
      const { artifacts } = await remotely(`list artifacts`, async () => await client.listArtifacts({ latest: true }))
      return artifacts.map(({ name }) => name)
    },

    async remove(name) {
      const client = await openClient(environment, `remove "${name}"`)
      await remotely(`remove "${name}"`, async () => await client.deleteArtifact(name))
    },
  }
}

async function openClient(environment: Readonly<Record<string, string | undefined>>, action: string) {
  const {
    GITHUB_SERVER_URL: server = 'https://github.com',
    ACTIONS_RESULTS_URL: service,
    ACTIONS_RUNTIME_TOKEN: token,
  } = environment
  if (!hasArtifactService(server)) {
    throw new Fault(
      'workflow/no-artifact-service',
      `Cannot ${action}: ${server} is a GitHub Enterprise Server; expected github.com or ghe.com`,
      {
        remedy: 'Run all stages in one job: use the command run without the input job.',
      },
    )
  }
  if (!service || !token) {
    throw new Fault(
      'workflow/no-artifact-service',
      `Cannot ${action}: the runner offers no artifact service; expected ACTIONS_RESULTS_URL and ACTIONS_RUNTIME_TOKEN`,
      {
        remedy: 'Run it as a step with `uses:`, in a workflow.',
      },
    )
  }
  // Below it `binary` calls Buffer(), which would put a warning of Node's into every log.
  process.noDeprecation = true
  const { DefaultArtifactClient } = await import('@actions/artifact')
  return new DefaultArtifactClient()
}

/** The same rule as `@actions/artifact`'s own, which would stop with less to go on. */
function hasArtifactService(serverUrl: string): boolean {
  const host = new URL(serverUrl).hostname.toLowerCase()
  return host === 'github.com' || host.endsWith('.ghe.com') || host.endsWith('.localhost')
}

async function remotely<Value>(action: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    throw new Fault(
      'workflow/artifact',
      `Cannot ${action}: ${error instanceof Error ? error.message : String(error)}`,
      {
        remedy: 'Run the job again; an artifact’s name can be used once in a run’s attempt.',
        cause: error,
      },
    )
  }
}
