import { type Access, actorOf } from './access.ts'
import { oneOf } from './body-fields.ts'
import { deploymentResource } from './deployment-resource.ts'
import { environmentNamed, withDeployments } from './deployment-state.ts'
import { environmentPage, environmentUrl, reviewersOf } from './environment-resource.ts'
import { type Answer, type Exchange, type Forge, optionalText } from './exchange.ts'
import { timestamp } from './git-commits.ts'
import { withRun } from './new-run.ts'
import { invalidRequest, Refusal } from './refusal.ts'
import { nodeId, userResource } from './resources.ts'
import { requireRun } from './run-routes.ts'
import type { State } from './state.ts'
import type { StoredDeployment, StoredEnvironment } from './stored-deployments.ts'
import type { StoredRun } from './stored-runs.ts'

export async function listPendingDeployments(exchange: Exchange): Promise<Answer> {
  const { forge, access } = exchange
  const state = await forge.state.read()
  const run = requireRun(state, exchange)
  const json = waitingFor(state, run).map((environment) => ({
    environment: environmentFacts(forge, environment),
    wait_timer: environment.waitMinutes,
    wait_timer_started_at: environment.waitMinutes > 0 ? run.startedAt : null,
    current_user_can_approve: mayReview(access, environment, run),
    reviewers: reviewersOf(forge, environment),
  }))
  return { status: 200, json }
}

/** Approves or rejects; each approved environment gets its deployment. */
export async function reviewPendingDeployments(exchange: Exchange): Promise<Answer> {
  const { forge, access, body } = exchange
  const verdict = oneOf(body, 'state', ['approved', 'rejected'] as const)
  const comment = optionalText(body, 'comment') ?? ''
  const ids = body['environment_ids']
  if (!Array.isArray(ids) || ids.length === 0) throw invalidRequest('"environment_ids" wasn\'t supplied.')
  return forge.state.change((state) => {
    const run = requireRun(state, exchange)
    const chosen = waitingFor(state, run).filter(({ id }) => ids.includes(id))
    if (chosen.length !== ids.length) throw new Refusal(422, 'No pending deployment requests to approve or reject')
    if (!chosen.every((environment) => mayReview(access, environment, run)))
      throw new Refusal(403, 'You are not allowed to review deployments to these environments.')
    const names = chosen.map(({ name }) => name)
    const { login } = actorOf(access)
    const waitsFor = run.waitsFor.filter((name) => !names.includes(name))
    const approvals = [...run.approvals, { environments: names, state: verdict, user: login, comment }]
    const after = afterReview({ ...run, approvals, waitsFor, updatedAt: timestamp(new Date()) }, verdict)
    const made = verdict === 'approved' ? deploymentsOf(state, run, names) : []
    const nextId = state.nextId + made.length
    const changed = withDeployments(withRun({ ...state, nextId }, after), [...state.platform.deployments, ...made])
    return { state: changed, answer: { status: 200, json: made.map((one) => deploymentResource(forge, one)) } }
  })
}

export async function listApprovals(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const state = await forge.state.read()
  const { approvals } = requireRun(state, exchange)
  const json = approvals.map(({ environments, state: verdict, user, comment }) => ({
    environments: environments.flatMap((name) => {
      const environment = environmentNamed(state.platform, name)
      if (!environment) return []
      const { createdAt, updatedAt } = environment
      return [{ ...environmentFacts(forge, environment), created_at: createdAt, updated_at: updatedAt }]
    }),
    state: verdict,
    user: userResource(forge, user),
    comment,
  }))
  return { status: 200, json }
}

function afterReview(run: StoredRun, verdict: 'approved' | 'rejected'): StoredRun {
  if (verdict === 'rejected') return { ...run, status: 'completed', conclusion: 'failure', waitsFor: [] }
  return run.waitsFor.length > 0 ? run : { ...run, status: 'queued' }
}

function deploymentsOf(state: State, run: StoredRun, names: readonly string[]): readonly StoredDeployment[] {
  return names.map((environment, index) => ({
    id: state.nextId + index,
    sha: run.sha,
    ref: run.branch ?? run.sha,
    task: 'deploy',
    environment,
    description: null,
    payload: {},
    isTransient: false,
    isProduction: environment === 'production',
    creator: 'github-actions[bot]',
    createdAt: timestamp(new Date()),
    statuses: [],
  }))
}

function waitingFor(state: State, { waitsFor }: StoredRun): readonly StoredEnvironment[] {
  return waitsFor.flatMap((name) => environmentNamed(state.platform, name) ?? [])
}

/** A job approves nothing, not even where it may write deployments. */
function mayReview(access: Access, { reviewers, isSelfReviewBarred }: StoredEnvironment, run: StoredRun): boolean {
  if (access.kind !== 'user' || !reviewers.includes(access.login)) return false
  return !isSelfReviewBarred || run.triggeredBy !== access.login
}

function environmentFacts(forge: Forge, { id, name }: StoredEnvironment) {
  return {
    id,
    node_id: nodeId('Environment', id),
    name,
    url: environmentUrl(forge, name),
    html_url: environmentPage(forge, name),
  }
}
