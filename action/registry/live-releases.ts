import type { GitHubClient } from '../github/client.ts'
import { downloadTarball, listBranches } from '../github/git-data.ts'
import { type DeploymentState, readDeploymentState } from '../project/deployment-state.ts'
import { readTar } from './read-tar.ts'

/** A model's release in an environment, and what it is there. */
export interface LiveRelease {
  readonly tag: string
  readonly environment: string
  readonly role: 'live' | 'previous' | 'candidate'
  /** Percent, of a candidate. */
  readonly share?: number
}

export interface LiveReleases {
  readonly releases: readonly LiveRelease[]
  /** States that cannot be read, each with its place and what is wrong: what is live there nobody knows. */
  readonly unreadable: readonly { readonly place: string; readonly problem: string }[]
}

const deployBranches = 'plumbline/deploy/'

/** What every environment's branch says is live, previous and candidate: one call, and two more an environment. */
export async function readLiveReleases(client: GitHubClient): Promise<LiveReleases> {
  const branches = await listBranches(client, deployBranches)
  const found = await Promise.all(
    branches.map(async ({ name, commit }) => {
      const files = await readTar(await downloadTarball(client, commit))
      return liveIn(name.slice(deployBranches.length), files)
    }),
  )
  return {
    releases: found.flatMap(({ releases }) => releases),
    unreadable: found.flatMap(({ unreadable }) => unreadable),
  }
}

/** From the files of an environment's branch (path → text). */
export function liveIn(environment: string, files: ReadonlyMap<string, string>): LiveReleases {
  const releases: LiveRelease[] = []
  const unreadable: { place: string; problem: string }[] = []
  for (const [path, text] of files) {
    const model = /^models\/([^/]+)\/state\.json$/.exec(path)?.[1]
    if (model === undefined) continue
    const read = readDeploymentState(text)
    const place = `${deployBranches}${environment}:${path}`
    if (!read.ok) unreadable.push({ place, problem: read.problem })
    else if (read.state.model !== model) unreadable.push({ place, problem: `it is of model "${read.state.model}"` })
    else releases.push(...rolesOf(environment, read.state))
  }
  return { releases, unreadable }
}

function rolesOf(environment: string, { stable, previous, candidate }: DeploymentState): readonly LiveRelease[] {
  return [
    { tag: stable.tag, environment, role: 'live' },
    ...(previous === null ? [] : [{ tag: previous.tag, environment, role: 'previous' } as const]),
    ...(candidate === null
      ? []
      : [{ tag: candidate.tag, environment, role: 'candidate', share: candidate.share } as const]),
  ]
}
