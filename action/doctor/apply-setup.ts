import { Fault } from '../base/fault.ts'
import type { GitHubClient, Request } from '../github/client.ts'
import { readRulesets } from '../github/settings/branch-settings.ts'
import { type Approver, readEnvironments, readLabels } from '../github/settings/environment-settings.ts'
import { readRepository, readWorkflowDefaults } from '../github/settings/repository-settings.ts'
import type { SettingsDocument } from '../project/settings-file.ts'
import { type Present, planSetup, type SetupStep, type SetupWrite, type WantedRuleset } from './plan-setup.ts'

/** A write that GitHub refused, with what it said. */
export interface RefusedStep {
  readonly thing: string
  readonly what: string
  readonly where: string
  readonly why: string
}

export interface AppliedSetup {
  /** As planned before anything was written. */
  readonly planned: readonly SetupStep[]
  /** What is not as the file says, after all is read again. */
  readonly left: readonly RefusedStep[]
}

export async function readPresent(client: GitHubClient): Promise<Present> {
  const { page } = await readRepository(client)
  return {
    page,
    labels: await readLabels(client),
    environments: await readEnvironments(client),
    rulesets: await readRulesets(client),
    defaults: await readWorkflowDefaults(client),
  }
}

/** Whoever did the same at the same time has won: a refused write is settled by reading again. */
const rounds = 3

/** Reads, writes what differs, and reads again until it is as the file says or GitHub refuses. */
export async function applySetup(
  client: GitHubClient,
  wanted: SettingsDocument,
  models: readonly string[],
): Promise<AppliedSetup> {
  const first = planSetup(wanted, await readPresent(client), models)
  const refusals = new Map<string, string>()
  let steps = first
  for (let round = 0; round < rounds && steps.some(({ write }) => write !== null); round++) {
    refusals.clear()
    for (const { thing, write } of steps) {
      const why = write && (await attempt(client, thing, write))
      if (why) refusals.set(thing, why)
    }
    steps = planSetup(wanted, await readPresent(client), models)
    if (steps.every(({ thing, write }) => write === null || refusals.get(thing)?.startsWith(forbidden))) break
  }
  const left = steps.flatMap(({ thing, kind, what, where }) => {
    if (kind === 'nothing') return []
    const why = kind === 'cannot' ? what : (refusals.get(thing) ?? 'GitHub took it and does not show it yet')
    return [{ thing, what: kind === 'cannot' ? '' : what, where, why }]
  })
  return { planned: first, left }
}

const forbidden = 'the token may not'

/** Undefined where it is done; else what GitHub said. */
async function attempt(client: GitHubClient, thing: string, write: SetupWrite): Promise<string | undefined> {
  try {
    const request = await requestOf(client, write)
    if (typeof request === 'string') return request
    const done = await client.attempt('set up', thing, request)
    if (done.kind === 'done') return undefined
    // Without the right to administer it, GitHub says that there is nothing of that name.
    return done.status === 404 ? `${forbidden}: GitHub answers 404` : done.message
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    if (error.code === 'github/forbidden') return `${forbidden}: ${error.message}`
    if (error.code === 'github/unsupported') return error.message
    throw error
  }
}

async function requestOf(client: GitHubClient, write: SetupWrite): Promise<Request<unknown> | string> {
  switch (write.kind) {
    case 'label': {
      const { name, color, description } = write.label
      if (write.isNew) return ({ rest }, names) => rest.issues.createLabel({ ...names, name, color, description })
      return ({ rest }, names) => rest.issues.updateLabel({ ...names, name, new_name: name, color, description })
    }
    case 'environment': {
      const { name, waitMinutes, known } = write
      const reviewers = write.reviewers ? await approversOf(client, write.reviewers) : (known?.approvers ?? [])
      if (typeof reviewers === 'string') return reviewers
      const branches = known?.branches ?? 'all'
      return ({ rest }, names) =>
        rest.repos.createOrUpdateEnvironment({
          ...names,
          environment_name: name,
          wait_timer: waitMinutes,
          reviewers: [...reviewers],
          // What is left out, GitHub takes away.
          prevent_self_review: known?.barsSelfReview ?? false,
          deployment_branch_policy:
            branches === 'all'
              ? null
              : { protected_branches: branches === 'protected', custom_branch_policies: branches === 'custom' },
        })
    }
    case 'ruleset':
      return rulesetRequest(write.ruleset, write.id)
    case 'defaults': {
      const { jobsMay, mayOpenPulls } = write.defaults
      return ({ rest }, names) =>
        rest.actions.setGithubActionsDefaultWorkflowPermissionsRepository({
          ...names,
          default_workflow_permissions: jobsMay,
          can_approve_pull_request_reviews: mayOpenPulls,
        })
    }
  }
}

function rulesetRequest({ name, target, include, rules }: WantedRuleset, id: number | undefined): Request<unknown> {
  const body = {
    name,
    target,
    enforcement: 'active' as const,
    conditions: { ref_name: { include: [...include], exclude: [] } },
    rules: rules.map(ruleOf),
  }
  if (id === undefined) return ({ rest }, names) => rest.repos.createRepoRuleset({ ...names, ...body })
  return ({ rest }, names) => rest.repos.updateRepoRuleset({ ...names, ruleset_id: id, ...body })
}

function ruleOf(type: string): { type: 'deletion' } | { type: 'non_fast_forward' } | { type: 'update' } {
  if (type === 'deletion' || type === 'non_fast_forward') return { type }
  return { type: 'update' }
}

/** The numbers of people by their logins, or which one GitHub does not know. */
async function approversOf(client: GitHubClient, logins: readonly string[]): Promise<readonly Approver[] | string> {
  const { owner } = await client.call('read the repository', client.connection.repository, ({ rest }, names) =>
    rest.repos.get(names),
  )
  const found: Approver[] = []
  for (const login of logins) {
    const isOwner = owner.login.toLowerCase() === login.toLowerCase()
    const user = isOwner
      ? owner
      : await client.find('find the reviewer', login, ({ rest }) => rest.users.getByUsername({ username: login }))
    if (!user) return `GitHub knows no "${login}"`
    found.push({ type: 'User', id: user.id })
  }
  return found
}
