import type { Json } from '../base/canonical-json.ts'
import { actorOf } from './access.ts'
import { oneOf } from './body-fields.ts'
import { type Answer, type Exchange, type Forge, optionalText, paginated, param } from './exchange.ts'
import { timestamp } from './git-commits.ts'
import { isObject } from './git-data-routes.ts'
import { newestStatuses } from './passed-contexts.ts'
import { invalid, notFound, Refusal } from './refusal.ts'
import { commitNamed } from './repository-routes.ts'
import { nodeId, repositoryResource, userResource } from './resources.ts'
import type { StoredStatus } from './stored-checks.ts'

const longestDescription = 140
const mostOfContext = 1000

export async function createStatus(exchange: Exchange): Promise<Answer> {
  const { forge, access, body } = exchange
  const sha = param(exchange, 'sha')
  const state = oneOf(body, 'state', ['error', 'failure', 'pending', 'success'] as const)
  const description = optionalText(body, 'description') ?? null
  if (!(await isObject(forge, sha, 'commit'))) throw new Refusal(422, `No commit found for SHA: ${sha}`)
  if (Array.from(description ?? '').length > longestDescription) {
    const message = `description is too long (maximum is ${longestDescription} characters)`
    throw invalid('Status', 'description', 'custom', message)
  }
  const context = optionalText(body, 'context') ?? 'default'
  return forge.state.change((before) => {
    const known = before.platform.statuses.filter((status) => status.sha === sha && status.context === context)
    if (known.length >= mostOfContext) {
      throw invalid('Status', 'base', 'custom', 'This SHA and context has reached the maximum number of statuses.')
    }
    const status: StoredStatus = {
      id: before.nextId,
      sha,
      state,
      context,
      description,
      targetUrl: optionalText(body, 'target_url') ?? null,
      creator: actorOf(access).login,
      createdAt: timestamp(new Date()),
    }
    const platform = { ...before.platform, statuses: [...before.platform.statuses, status] }
    return {
      state: { ...before, nextId: before.nextId + 1, platform },
      answer: { status: 201, json: statusResource(forge, status) },
    }
  })
}

/** All of them, the newest first. */
export async function listStatuses(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const sha = await requireCommit(exchange)
  const { platform } = await forge.state.read()
  const found = platform.statuses.filter((status) => status.sha === sha).toReversed()
  const { items, headers } = paginated(exchange, `/commits/${param(exchange, 'ref')}/statuses`, found)
  return { status: 200, json: items.map((status) => statusResource(forge, status)), headers }
}

/** Of each context the newest. Nothing reported is `pending`, which is what waiting for a check looks like for ever. */
export async function getCombinedStatus(exchange: Exchange): Promise<Answer> {
  const { forge, access } = exchange
  const sha = await requireCommit(exchange)
  const state = await forge.state.read()
  const newest = newestStatuses(state.platform, sha)
  const { items, headers } = paginated(exchange, `/commits/${param(exchange, 'ref')}/status`, newest)
  return {
    status: 200,
    json: {
      state: combined(newest),
      sha,
      total_count: newest.length,
      statuses: items.map((status) => simpleStatus(forge, status)),
      repository: repositoryResource(forge, state, access),
      commit_url: `${forge.repositoryUrl}/commits/${sha}`,
      url: `${forge.repositoryUrl}/commits/${sha}/status`,
    },
    headers,
  }
}

export async function requireCommit(exchange: Exchange): Promise<string> {
  const sha = await commitNamed(exchange.forge, param(exchange, 'ref'))
  if (sha === undefined) throw notFound()
  return sha
}

function combined(newest: readonly StoredStatus[]): 'failure' | 'pending' | 'success' {
  const states = new Set(newest.map(({ state }) => state))
  if (states.has('error') || states.has('failure')) return 'failure'
  return states.size === 0 || states.has('pending') ? 'pending' : 'success'
}

function simpleStatus(forge: Forge, status: StoredStatus): Record<string, Json> {
  return {
    id: status.id,
    node_id: nodeId('Status', status.id),
    url: `${forge.repositoryUrl}/statuses/${status.sha}`,
    avatar_url: `${forge.serverUrl}/avatars/${encodeURIComponent(status.creator)}`,
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: status.createdAt,
    updated_at: status.createdAt,
  }
}

function statusResource(forge: Forge, status: StoredStatus): Record<string, Json> {
  return { ...simpleStatus(forge, status), creator: userResource(forge, status.creator) }
}
