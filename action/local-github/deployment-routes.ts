import type { Json } from '../base/canonical-json.ts'
import { actorOf } from './access.ts'
import { oneOf, textsOf } from './body-fields.ts'
import { isAncestor } from './branches.ts'
import { deploymentResource, deploymentStatusResource } from './deployment-resource.ts'
import { withDeployments, withEnvironment } from './deployment-state.ts'
import {
  type Answer,
  type Exchange,
  type Fields,
  flag,
  optionalText,
  paginated,
  param,
  requiredText,
} from './exchange.ts'
import { timestamp } from './git-commits.ts'
import { newestStatuses, passedContexts } from './passed-contexts.ts'
import { findRef } from './ref-routes.ts'
import { notFound, Refusal } from './refusal.ts'
import { commitNamed } from './repository-routes.ts'
import type { State } from './state.ts'
import type { StoredDeployment, StoredDeploymentStatus } from './stored-deployments.ts'

const states = ['error', 'failure', 'inactive', 'in_progress', 'pending', 'queued', 'success'] as const

export async function createDeployment(exchange: Exchange): Promise<Answer> {
  const { forge, access, body } = exchange
  const ref = requiredText(body, 'ref')
  const sha = await commitNamed(forge, ref)
  if (sha === undefined) throw new Refusal(422, `No ref found for: ${ref}`)
  await requireCurrent(exchange, ref, sha)
  const environment = optionalText(body, 'environment') ?? 'production'
  return forge.state.change((before) => {
    requireContexts(before, body, ref, sha)
    const state = withEnvironment(before, environment)
    const made: StoredDeployment = {
      id: state.nextId,
      sha,
      ref,
      task: optionalText(body, 'task') ?? 'deploy',
      environment,
      description: optionalText(body, 'description') ?? null,
      payload: payloadIn(body),
      isTransient: flag(body, 'transient_environment') ?? false,
      isProduction: flag(body, 'production_environment') ?? environment === 'production',
      creator: actorOf(access).login,
      createdAt: timestamp(new Date()),
      statuses: [],
    }
    const after = withDeployments({ ...state, nextId: state.nextId + 1 }, [...state.platform.deployments, made])
    return { state: after, answer: { status: 201, json: deploymentResource(forge, made) } }
  })
}

/** The newest first. */
export async function listDeployments(exchange: Exchange): Promise<Answer> {
  const { forge, query } = exchange
  const { deployments } = (await forge.state.read()).platform
  const isAsked = (name: string, value: string) => (query.get(name) ?? value) === value
  const found = deployments
    .filter(
      ({ sha, ref, task, environment }) =>
        isAsked('sha', sha) && isAsked('ref', ref) && isAsked('task', task) && isAsked('environment', environment),
    )
    .toReversed()
  const { items, headers } = paginated(exchange, '/deployments', found)
  return { status: 200, json: items.map((deployment) => deploymentResource(forge, deployment)), headers }
}

export async function getDeployment(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  return { status: 200, json: deploymentResource(forge, requireDeployment(await forge.state.read(), exchange)) }
}

export async function deleteDeployment(exchange: Exchange): Promise<Answer> {
  return exchange.forge.state.change((state) => {
    const gone = requireDeployment(state, exchange)
    const { deployments } = state.platform
    const isAlone = deployments.filter(({ environment }) => environment === gone.environment).length === 1
    if (gone.statuses.at(-1)?.state === 'success' && !isAlone) {
      const said = 'We cannot delete an active deployment unless it is the only deployment in a given environment.'
      throw new Refusal(422, said)
    }
    const others = deployments.filter(({ id }) => id !== gone.id)
    return { state: withDeployments(state, others), answer: { status: 204 } }
  })
}

/** A success makes older successes of the same environment inactive, but not those of production or of passing environments (P30). */
export async function createDeploymentStatus(exchange: Exchange): Promise<Answer> {
  const { forge, access, body } = exchange
  const wanted = oneOf(body, 'state', states)
  return forge.state.change((state) => {
    const deployment = requireDeployment(state, exchange)
    let { nextId } = state
    const now = timestamp(new Date())
    const statusOf = (of: StoredDeployment, changed: Partial<StoredDeploymentStatus>): StoredDeploymentStatus => ({
      id: nextId++,
      state: 'inactive',
      description: '',
      environment: of.environment,
      logUrl: '',
      environmentUrl: '',
      creator: actorOf(access).login,
      createdAt: now,
      ...changed,
    })
    const made = statusOf(deployment, {
      state: wanted,
      description: optionalText(body, 'description') ?? '',
      environment: optionalText(body, 'environment') ?? deployment.environment,
      logUrl: optionalText(body, 'log_url') ?? optionalText(body, 'target_url') ?? '',
      environmentUrl: optionalText(body, 'environment_url') ?? '',
    })
    const endsOthers = wanted === 'success' && flag(body, 'auto_inactive') !== false
    const deployments = state.platform.deployments.map((known) => {
      if (known.id === deployment.id) return { ...known, statuses: [...known.statuses, made] }
      const isOlder = known.id < deployment.id && known.environment === made.environment
      const isEnded = endsOthers && isOlder && !known.isTransient && !known.isProduction
      if (!isEnded || known.statuses.at(-1)?.state !== 'success') return known
      return { ...known, statuses: [...known.statuses, statusOf(known, {})] }
    })
    return {
      state: withDeployments({ ...state, nextId }, deployments),
      answer: { status: 201, json: deploymentStatusResource(forge, deployment, made) },
    }
  })
}

/** The newest first. */
export async function listDeploymentStatuses(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const deployment = requireDeployment(await forge.state.read(), exchange)
  const path = `/deployments/${deployment.id}/statuses`
  const { items, headers } = paginated(exchange, path, deployment.statuses.toReversed())
  return { status: 200, json: items.map((status) => deploymentStatusResource(forge, deployment, status)), headers }
}

export async function getDeploymentStatus(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const deployment = requireDeployment(await forge.state.read(), exchange)
  const status = deployment.statuses.find(({ id }) => String(id) === param(exchange, 'status_id'))
  if (!status) throw notFound()
  return { status: 200, json: deploymentStatusResource(forge, deployment, status) }
}

/** Unless told not to, GitHub first merges the default branch into one that is behind; this one does not. */
async function requireCurrent({ forge, body }: Exchange, ref: string, sha: string): Promise<void> {
  if (flag(body, 'auto_merge') === false) return
  const main = await findRef(forge, 'refs/heads/main')
  const isBranch = (await findRef(forge, `refs/heads/${ref}`)) !== undefined
  if (!main || !isBranch || (await isAncestor(forge.git, main.sha, sha))) return
  throw new Refusal(
    501,
    `The embedded GitHub does not merge main into ${ref} for a deployment; set auto_merge to false`,
  )
}

/** Left out: every context that was reported must have passed; an empty list asks for nothing. */
function requireContexts({ platform }: State, body: Fields, ref: string, sha: string): void {
  const asked = body['required_contexts']
  const reported = newestStatuses(platform, sha).map(({ context }) => context)
  const required = asked === undefined || asked === null ? reported : textsOf(asked, 'required_contexts')
  const passed = passedContexts(platform, sha)
  if (required.every((context) => passed.has(context))) return
  throw new Refusal(409, `Conflict: Commit status checks failed for ${ref}.`)
}

function payloadIn(body: Fields): Json {
  // It came as JSON.
  return (body['payload'] ?? {}) as Json
}

function requireDeployment(state: State, exchange: Exchange): StoredDeployment {
  const id = Number(param(exchange, 'deployment_id'))
  const deployment = state.platform.deployments.find((known) => known.id === id)
  if (!deployment) throw notFound()
  return deployment
}
