import { type Access, actorOf, startsWorkflows } from './access.ts'
import { isAncestor } from './branches.ts'
import type { Forge } from './exchange.ts'
import { readCommit } from './git-commits.ts'
import { type NewRun, withNewRun } from './new-run.ts'
import { readWorkflows } from './workflow-files.ts'
import { type Happening, isTriggered } from './workflow-triggers.ts'

/** Something that workflows may be waiting for. */
export interface Event extends Omit<Happening, 'paths'> {
  readonly sha: string
  /** What a run's `head_branch` says. */
  readonly headBranch: string | null
  /** Where the changed files are counted from; left out where paths do not matter. */
  readonly since?: string
  readonly pull?: number
  /** Whose fork the pull request comes from. */
  readonly fork?: string
}

const skipped = /\[(skip ci|ci skip|no ci|skip actions|actions skip)\]/

/**
 * Queues a run of every workflow that waits for an event. What a job's own token did starts nothing, except that a pull request it
 * opened or moved gets runs that somebody has to approve (GitHub's docs, "GITHUB_TOKEN": concepts/security/github_token.md, 2026).
 */
export async function startRuns(forge: Forge, access: Access, event: Event): Promise<void> {
  const isPull = event.event === 'pull_request'
  const isExempt = event.event === 'repository_dispatch'
  if (!startsWorkflows(access) && !isPull && !isExempt) return
  const { settings, disabledWorkflows } = (await forge.state.read()).platform
  if (!settings.areActionsOn) return
  if (!isExempt && skipped.test((await readCommit(forge.git, event.sha)).message)) return
  const waiting = (await readWorkflows(forge, event.sha)).filter(
    ({ path, workflow }) => workflow && !disabledWorkflows[path],
  )
  if (waiting.length === 0) return
  const paths = await changedPaths(forge, event)
  const happening: Happening = { ...event, ...(paths && { paths }) }
  const asked = waiting.filter(({ workflow }) => workflow && isTriggered(workflow, happening))
  for (const { path, name } of asked) {
    const run: NewRun = {
      workflow: path,
      name,
      event: event.event,
      branch: event.headBranch,
      sha: event.sha,
      actor: actorOf(access).login,
      needsApproval: isPull && !startsWorkflows(access),
      // Of a fork's run GitHub does not say what it is for.
      ...(event.fork !== undefined ? { fork: event.fork } : event.pull !== undefined && { pulls: [event.pull] }),
    }
    await forge.state.change(async (before) => ({
      state: (await withNewRun(forge, before, run)).state,
      answer: undefined,
    }))
  }
}

async function changedPaths(forge: Forge, { since, sha }: Event): Promise<readonly string[] | undefined> {
  if (since === undefined) return undefined
  const range = (await isAncestor(forge.git, since, sha)) ? [since, sha] : [`${since}...${sha}`]
  const { code, stdout } = await forge.git.run(['diff', '--name-only', '-z', ...range])
  return code === 0 ? stdout.toString().split('\0').filter(Boolean) : undefined
}
