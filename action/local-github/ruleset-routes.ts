import type { Json } from '../base/canonical-json.ts'
import type { Access } from './access.ts'
import { fieldsOf, listOf, oneOf, textsOf } from './body-fields.ts'
import { type Answer, type Exchange, type Fields, type Forge, paginated, param, requiredText } from './exchange.ts'
import { timestamp } from './git-commits.ts'
import { invalidRequest, notFound, Refusal } from './refusal.ts'
import { nodeId, pageOf } from './resources.ts'
import { mayBypass, rulesetsOn } from './rules.ts'
import type { State } from './state.ts'
import type { BypassActor, StoredRule, StoredRuleset } from './stored-rules.ts'

export async function listRulesets(exchange: Exchange): Promise<Answer> {
  const { forge, access } = exchange
  const state = await forge.state.read()
  requirePlan(state)
  const { items, headers } = paginated(exchange, '/rulesets', state.platform.rulesets)
  const summary = (ruleset: StoredRuleset) => {
    const { rules: _, conditions: __, bypass_actors: ___, ...facts } = rulesetResource(forge, access, ruleset)
    return facts
  }
  return { status: 200, json: items.map(summary), headers }
}

export async function getRuleset(exchange: Exchange): Promise<Answer> {
  const { forge, access } = exchange
  return { status: 200, json: rulesetResource(forge, access, requireRuleset(await forge.state.read(), exchange)) }
}

export async function createRuleset(exchange: Exchange): Promise<Answer> {
  const { forge, access, body } = exchange
  return forge.state.change((state) => {
    requirePlan(state)
    const now = timestamp(new Date())
    const made: StoredRuleset = { ...rulesetIn(body), id: state.nextId, createdAt: now, updatedAt: now }
    requireFreeName(state, made)
    return {
      state: withRulesets({ ...state, nextId: state.nextId + 1 }, [...state.platform.rulesets, made]),
      answer: { status: 201, json: rulesetResource(forge, access, made) },
    }
  })
}

export async function updateRuleset(exchange: Exchange): Promise<Answer> {
  const { forge, access, body } = exchange
  return forge.state.change((state) => {
    requirePlan(state)
    const before = requireRuleset(state, exchange)
    const put = rulesetIn({ ...rulesetResource(forge, access, before), ...body })
    const after: StoredRuleset = {
      ...put,
      id: before.id,
      createdAt: before.createdAt,
      updatedAt: timestamp(new Date()),
    }
    requireFreeName(state, after)
    const rulesets = state.platform.rulesets.map((known) => (known.id === after.id ? after : known))
    return {
      state: withRulesets(state, rulesets),
      answer: { status: 200, json: rulesetResource(forge, access, after) },
    }
  })
}

export async function deleteRuleset(exchange: Exchange): Promise<Answer> {
  return exchange.forge.state.change((state) => {
    const gone = requireRuleset(state, exchange)
    const rulesets = state.platform.rulesets.filter(({ id }) => id !== gone.id)
    return { state: withRulesets(state, rulesets), answer: { status: 204 } }
  })
}

/** What is enforced on a branch, whether it exists or not. */
export async function listBranchRules(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const state = await forge.state.read()
  requirePlan(state)
  const rules = rulesetsOn(state.platform, `refs/heads/${param(exchange, 'branch')}`).flatMap(({ id, rules: found }) =>
    found.map((rule) => ({
      ...ruleResource(rule),
      ruleset_source_type: 'Repository',
      ruleset_source: `${forge.owner}/${forge.repository}`,
      ruleset_id: id,
    })),
  )
  const { items, headers } = paginated(exchange, `/rules/branches/${param(exchange, 'branch')}`, rules)
  return { status: 200, json: items, headers }
}

/** Private repositories of the Free plan have neither rulesets nor protected branches. */
export function requirePlan({ platform }: State): void {
  const { isPrivate, plan } = platform.settings
  if (isPrivate && plan === 'free')
    throw new Refusal(403, 'Upgrade to GitHub Pro or make this repository public to enable this feature.')
}

const reviewsByDefault = {
  dismiss_stale_reviews_on_push: false,
  require_code_owner_review: false,
  require_last_push_approval: false,
  required_approving_review_count: 0,
  required_review_thread_resolution: false,
}

const checksByDefault = { strict_required_status_checks_policy: false, do_not_enforce_on_create: false }

function rulesetIn(body: Fields): Omit<StoredRuleset, 'id' | 'createdAt' | 'updatedAt'> {
  const target = oneOf(body, 'target', ['branch', 'tag'] as const, 'branch')
  const enforcement = oneOf(body, 'enforcement', ['active', 'disabled', 'evaluate'] as const)
  const conditions = fieldsOf(body['conditions'])
  const refs = fieldsOf(conditions['ref_name'])
  return {
    name: requiredText(body, 'name'),
    target,
    enforcement,
    include: textsOf(refs['include'], 'conditions.ref_name.include'),
    exclude: textsOf(refs['exclude'], 'conditions.ref_name.exclude'),
    bypass: listOf(body['bypass_actors']).map(bypassIn),
    rules: listOf(body['rules']).map(ruleIn),
  }
}

function bypassIn(actor: Fields): BypassActor {
  const id = actor['actor_id']
  const types = ['Integration', 'OrganizationAdmin', 'RepositoryRole', 'Team', 'DeployKey'] as const
  return {
    actorId: typeof id === 'number' ? id : null,
    actorType: oneOf(actor, 'actor_type', types),
    mode: oneOf(actor, 'bypass_mode', ['always', 'pull_request', 'exempt'] as const, 'always'),
  }
}

function ruleIn(rule: Fields): StoredRule {
  const type = requiredText(rule, 'type')
  const parameters = fieldsOf(rule['parameters'])
  switch (type) {
    case 'creation':
    case 'update':
    case 'deletion':
    case 'non_fast_forward':
      return { type }
    case 'pull_request': {
      const approvals = parameters['required_approving_review_count']
      const complete = { ...reviewsByDefault, ...parameters }
      return { type, parameters: complete, approvals: typeof approvals === 'number' ? approvals : 0 }
    }
    case 'required_status_checks':
      return {
        type,
        parameters: { ...checksByDefault, ...parameters },
        contexts: listOf(parameters['required_status_checks']).map((check) => requiredText(check, 'context')),
        isStrict: parameters['strict_required_status_checks_policy'] === true,
        isWaivedOnCreation: parameters['do_not_enforce_on_create'] === true,
      }
    default:
      throw new Refusal(501, `The embedded GitHub does not enforce the rule ${type}`)
  }
}

function rulesetResource(forge: Forge, access: Access, ruleset: StoredRuleset): Record<string, Json> {
  const isSeen = access.kind === 'user' && access.role !== 'read'
  return {
    id: ruleset.id,
    node_id: nodeId('RepositoryRuleset', ruleset.id),
    name: ruleset.name,
    target: ruleset.target,
    source_type: 'Repository',
    source: `${forge.owner}/${forge.repository}`,
    enforcement: ruleset.enforcement,
    conditions: { ref_name: { include: ruleset.include, exclude: ruleset.exclude } },
    rules: ruleset.rules.map(ruleResource),
    // Only those who may write the repository are told who may go round its rules.
    ...(isSeen && {
      bypass_actors: ruleset.bypass.map(({ actorId, actorType, mode }) => ({
        actor_id: actorId,
        actor_type: actorType,
        bypass_mode: mode,
      })),
    }),
    current_user_can_bypass: mayBypass(ruleset, access) ? 'always' : 'never',
    created_at: ruleset.createdAt,
    updated_at: ruleset.updatedAt,
    _links: {
      self: { href: `${forge.repositoryUrl}/rulesets/${ruleset.id}` },
      html: { href: `${pageOf(forge)}/rules/${ruleset.id}` },
    },
  }
}

function ruleResource(rule: StoredRule): Record<string, Json> {
  // What was put is JSON, for it came as JSON.
  return 'parameters' in rule ? { type: rule.type, parameters: rule.parameters as Json } : { type: rule.type }
}

function requireRuleset(state: State, exchange: Exchange): StoredRuleset {
  const id = Number(param(exchange, 'ruleset_id'))
  const ruleset = state.platform.rulesets.find((known) => known.id === id)
  if (!ruleset) throw notFound()
  return ruleset
}

function requireFreeName(state: State, { id, name }: StoredRuleset): void {
  const isTaken = state.platform.rulesets.some((known) => known.name === name && known.id !== id)
  if (isTaken) throw invalidRequest('Name must be unique')
}

function withRulesets(state: State, rulesets: readonly StoredRuleset[]): State {
  return { ...state, platform: { ...state.platform, rulesets } }
}
