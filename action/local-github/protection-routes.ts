import type { Json } from '../base/canonical-json.ts'
import { isRecord } from '../base/is-record.ts'
import { fieldsOf, textsOf } from './body-fields.ts'
import { type Answer, type Exchange, type Fields, type Forge, flag, param } from './exchange.ts'
import { findRef } from './ref-routes.ts'
import { invalidRequest, Refusal } from './refusal.ts'
import { protectionOf } from './rules.ts'
import { requirePlan } from './ruleset-routes.ts'
import type { State } from './state.ts'
import type { StoredProtection } from './stored-rules.ts'

export async function getProtection(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  await requireBranch(exchange)
  const state = await forge.state.read()
  requirePlan(state)
  return { status: 200, json: protectionResource(forge, requireProtection(state, exchange)) }
}

export async function updateProtection(exchange: Exchange): Promise<Answer> {
  const { forge, body } = exchange
  const branch = await requireBranch(exchange)
  const put = protectionIn(branch, body)
  return forge.state.change((state) => {
    requirePlan(state)
    const others = state.platform.protections.filter((known) => known.branch !== branch)
    return {
      state: withProtections(state, [...others, put]),
      answer: { status: 200, json: protectionResource(forge, put) },
    }
  })
}

export async function deleteProtection(exchange: Exchange): Promise<Answer> {
  await requireBranch(exchange)
  return exchange.forge.state.change((state) => {
    const gone = requireProtection(state, exchange)
    const others = state.platform.protections.filter((known) => known.branch !== gone.branch)
    return { state: withProtections(state, others), answer: { status: 204 } }
  })
}

/** As a branch's own answer shows it. */
export function protectionSummary(protection: StoredProtection | undefined): Record<string, Json> {
  const { contexts = [] } = protection?.checks ?? {}
  const level = protection?.checks ? (protection.bindsAdmins ? 'everyone' : 'non_admins') : 'off'
  return {
    enabled: protection !== undefined,
    required_status_checks: { enforcement_level: level, contexts, checks: checksOf(contexts) },
  }
}

function protectionIn(branch: string, body: Fields): StoredProtection {
  for (const key of ['required_status_checks', 'enforce_admins', 'required_pull_request_reviews', 'restrictions']) {
    if (!(key in body)) throw invalidRequest(`"${key}" wasn't supplied.`)
  }
  if (isRecord(body['restrictions'])) throw new Refusal(501, 'The embedded GitHub has no restrictions on who may push')
  for (const key of ['required_linear_history', 'lock_branch', 'required_conversation_resolution', 'block_creations']) {
    if (body[key] === true) throw new Refusal(501, `The embedded GitHub does not enforce ${key}`)
  }
  const checks = body['required_status_checks']
  const reviews = body['required_pull_request_reviews']
  return {
    branch,
    checks: isRecord(checks) ? { contexts: contextsIn(checks), isStrict: flag(checks, 'strict') ?? false } : null,
    bindsAdmins: flag(body, 'enforce_admins') ?? false,
    reviews: isRecord(reviews)
      ? {
          approvals: Number(reviews['required_approving_review_count'] ?? 1),
          areStaleDismissed: flag(reviews, 'dismiss_stale_reviews') ?? false,
          areOwnersAsked: flag(reviews, 'require_code_owner_reviews') ?? false,
        }
      : null,
    mayForcePush: flag(body, 'allow_force_pushes') ?? false,
    mayDelete: flag(body, 'allow_deletions') ?? false,
  }
}

function contextsIn(checks: Fields): readonly string[] {
  const named = checks['checks']
  if (!Array.isArray(named)) return textsOf(checks['contexts'], 'contexts')
  return textsOf(
    named.map((check: unknown) => fieldsOf(check)['context']),
    'checks',
  )
}

function protectionResource(forge: Forge, protection: StoredProtection): Record<string, Json> {
  const { branch, checks, reviews } = protection
  const url = `${forge.repositoryUrl}/branches/${encodeURIComponent(branch)}/protection`
  return {
    url,
    ...(checks && {
      required_status_checks: {
        url: `${url}/required_status_checks`,
        contexts_url: `${url}/required_status_checks/contexts`,
        strict: checks.isStrict,
        contexts: checks.contexts,
        checks: checksOf(checks.contexts),
      },
    }),
    ...(reviews && {
      required_pull_request_reviews: {
        url: `${url}/required_pull_request_reviews`,
        dismiss_stale_reviews: reviews.areStaleDismissed,
        require_code_owner_reviews: reviews.areOwnersAsked,
        required_approving_review_count: reviews.approvals,
        require_last_push_approval: false,
      },
    }),
    required_signatures: { url: `${url}/required_signatures`, enabled: false },
    enforce_admins: { url: `${url}/enforce_admins`, enabled: protection.bindsAdmins },
    required_linear_history: { enabled: false },
    allow_force_pushes: { enabled: protection.mayForcePush },
    allow_deletions: { enabled: protection.mayDelete },
    block_creations: { enabled: false },
    required_conversation_resolution: { enabled: false },
    lock_branch: { enabled: false },
    allow_fork_syncing: { enabled: false },
  }
}

function checksOf(contexts: readonly string[]) {
  return contexts.map((context) => ({ context, app_id: null }))
}

async function requireBranch(exchange: Exchange): Promise<string> {
  const branch = param(exchange, 'branch')
  if (!(await findRef(exchange.forge, `refs/heads/${branch}`))) throw new Refusal(404, 'Branch not found')
  return branch
}

function requireProtection(state: State, exchange: Exchange): StoredProtection {
  const found = protectionOf(state.platform, param(exchange, 'branch'))
  if (!found) throw new Refusal(404, 'Branch not protected')
  return found
}

function withProtections(state: State, protections: readonly StoredProtection[]): State {
  return { ...state, platform: { ...state.platform, protections } }
}
