import { timestamp } from './git-commits.ts'
import type { Platform } from './platform-state.ts'
import { rulesetsOn } from './rules.ts'
import type { State } from './state.ts'
import type { StoredDeployment, StoredEnvironment } from './stored-deployments.ts'

/** The state with an environment of that name, made without rules where there is none, as a first deployment does. */
export function withEnvironment(state: State, name: string): State {
  if (environmentNamed(state.platform, name)) return state
  const now = timestamp(new Date())
  const made: StoredEnvironment = {
    id: state.nextId,
    name,
    waitMinutes: 0,
    reviewers: [],
    isSelfReviewBarred: false,
    branches: null,
    policies: [],
    createdAt: now,
    updatedAt: now,
  }
  return withEnvironments({ ...state, nextId: state.nextId + 1 }, [...state.platform.environments, made])
}

export function environmentNamed(platform: Platform, name: string): StoredEnvironment | undefined {
  return platform.environments.find((known) => known.name.toLowerCase() === name.toLowerCase())
}

export function withEnvironments(state: State, environments: readonly StoredEnvironment[]): State {
  return { ...state, platform: { ...state.platform, environments } }
}

export function withDeployments(state: State, deployments: readonly StoredDeployment[]): State {
  return { ...state, platform: { ...state.platform, deployments } }
}

/** Whether a run on this branch may deploy there. A pull request's run stands on `refs/pull/N/merge`, which fits no branch (P29). */
export function mayDeploy(platform: Platform, environment: StoredEnvironment, ref: string): boolean {
  if (environment.branches === null) return true
  if (environment.branches === 'protected') {
    const isProtected = platform.protections.some(({ branch }) => ref === `refs/heads/${branch}`)
    return isProtected || rulesetsOn(platform, ref).length > 0
  }
  return environment.policies.some(({ name, type }) => {
    const prefix = type === 'tag' ? 'refs/tags/' : 'refs/heads/'
    return ref.startsWith(prefix) && policyPattern(name).test(ref.slice(prefix.length))
  })
}

function policyPattern(name: string): RegExp {
  const source = name.replace(/\*|[.+?^${}()|[\]\\]/g, (part) => (part === '*' ? '[^/]*' : `\\${part}`))
  return new RegExp(`^${source}$`)
}
