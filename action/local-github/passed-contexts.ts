import type { Platform } from './platform-state.ts'
import type { StoredCheckRun, StoredStatus } from './stored-checks.ts'

/** The names that a required check may have and that stand on a commit as passed: contexts of statuses, names of check runs. */
export function passedContexts(platform: Platform, sha: string): ReadonlySet<string> {
  const statuses = newestStatuses(platform, sha).filter(({ state }) => state === 'success')
  const runs = newestCheckRuns(platform, sha).filter(({ conclusion }) => isPassed(conclusion))
  return new Set([...statuses.map(({ context }) => context), ...runs.map(({ name }) => name)])
}

/** Of each context the newest, in the order of their contexts' first. */
export function newestStatuses(platform: Platform, sha: string): readonly StoredStatus[] {
  const ofCommit = platform.statuses.filter((status) => status.sha === sha)
  return [...new Map(ofCommit.map((status) => [status.context, status])).values()]
}

/** Of each name and App the newest. */
export function newestCheckRuns(platform: Platform, sha: string): readonly StoredCheckRun[] {
  const ofCommit = platform.checkRuns.filter((run) => run.sha === sha)
  return [...new Map(ofCommit.map((run) => [`${run.app} ${run.name}`, run])).values()]
}

function isPassed(conclusion: StoredCheckRun['conclusion']): boolean {
  return conclusion === 'success' || conclusion === 'neutral' || conclusion === 'skipped'
}
