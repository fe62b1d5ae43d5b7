import { isRecord } from '../base/is-record.ts'
import { fieldsOf, listOf } from './body-fields.ts'
import { environmentNamed, withEnvironment, withEnvironments } from './deployment-state.ts'
import { environmentResource, policyResource } from './environment-resource.ts'
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
import { loginWithId } from './known-logins.ts'
import { invalidRequest, notFound, Refusal } from './refusal.ts'
import type { State } from './state.ts'
import type { StoredBranchPolicy, StoredEnvironment } from './stored-deployments.ts'

const longestWaitMinutes = 43_200
const mostReviewers = 6

export async function listEnvironments(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const { environments } = (await forge.state.read()).platform
  const { items, headers } = paginated(exchange, '/environments', environments)
  const json = { total_count: environments.length, environments: items.map((one) => environmentResource(forge, one)) }
  return { status: 200, json, headers }
}

export async function getEnvironment(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  return { status: 200, json: environmentResource(forge, requireEnvironment(await forge.state.read(), exchange)) }
}

/** Makes it, or replaces all of its rules: what the body leaves out is taken away. */
export async function putEnvironment(exchange: Exchange): Promise<Answer> {
  const { forge, body } = exchange
  const name = param(exchange, 'environment_name')
  return forge.state.change((before) => {
    const rules = rulesIn(before, body)
    requirePlanFor(before, rules)
    const state = withEnvironment(before, name)
    const known = environmentNamed(state.platform, name)
    if (!known) throw notFound()
    const policies = rules.branches === 'custom' ? known.policies : []
    const after: StoredEnvironment = { ...known, ...rules, policies, updatedAt: timestamp(new Date()) }
    return { state: replaced(state, after), answer: { status: 200, json: environmentResource(forge, after) } }
  })
}

export async function deleteEnvironment(exchange: Exchange): Promise<Answer> {
  return exchange.forge.state.change((state) => {
    const gone = requireEnvironment(state, exchange)
    const others = state.platform.environments.filter(({ id }) => id !== gone.id)
    return { state: withEnvironments(state, others), answer: { status: 204 } }
  })
}

export async function listBranchPolicies(exchange: Exchange): Promise<Answer> {
  const environment = requireEnvironment(await exchange.forge.state.read(), exchange)
  const path = `/environments/${encodeURIComponent(environment.name)}/deployment-branch-policies`
  const { items, headers } = paginated(exchange, path, environment.policies)
  const json = { total_count: environment.policies.length, branch_policies: items.map(policyResource) }
  return { status: 200, json, headers }
}

export async function createBranchPolicy(exchange: Exchange): Promise<Answer> {
  const { forge, body } = exchange
  const name = requiredText(body, 'name')
  const type = optionalText(body, 'type') === 'tag' ? 'tag' : 'branch'
  return forge.state.change((state) => {
    const environment = requireEnvironment(state, exchange)
    if (environment.branches !== 'custom') throw notFound()
    const known = environment.policies.find((policy) => policy.name === name && policy.type === type)
    if (known) return { answer: { status: 200, json: policyResource(known) } }
    const made: StoredBranchPolicy = { id: state.nextId, name, type }
    const after = { ...environment, policies: [...environment.policies, made] }
    return {
      state: replaced({ ...state, nextId: state.nextId + 1 }, after),
      answer: { status: 200, json: policyResource(made) },
    }
  })
}

export async function deleteBranchPolicy(exchange: Exchange): Promise<Answer> {
  const id = Number(param(exchange, 'branch_policy_id'))
  return exchange.forge.state.change((state) => {
    const environment = requireEnvironment(state, exchange)
    if (!environment.policies.some((policy) => policy.id === id)) throw notFound()
    const policies = environment.policies.filter((policy) => policy.id !== id)
    return { state: replaced(state, { ...environment, policies }), answer: { status: 204 } }
  })
}

type Rules = Pick<StoredEnvironment, 'waitMinutes' | 'reviewers' | 'isSelfReviewBarred' | 'branches'>

function rulesIn(state: State, body: Fields): Rules {
  const wait = body['wait_timer'] ?? 0
  if (typeof wait !== 'number' || !Number.isSafeInteger(wait) || wait < 0 || wait > longestWaitMinutes)
    throw invalidRequest(`For 'wait_timer', ${JSON.stringify(wait)} is not between 0 and ${longestWaitMinutes}.`)
  const reviewers = listOf(body['reviewers'])
  if (reviewers.length > mostReviewers)
    throw invalidRequest(`No more than ${mostReviewers} items are allowed; ${reviewers.length} were supplied.`)
  const policy = body['deployment_branch_policy']
  return {
    waitMinutes: wait,
    reviewers: reviewers.map((reviewer) => reviewerIn(state, reviewer)),
    isSelfReviewBarred: flag(body, 'prevent_self_review') ?? false,
    branches: isRecord(policy) ? branchesIn(policy) : null,
  }
}

function branchesIn(policy: Fields): 'protected' | 'custom' {
  const [isProtected, isCustom] = [flag(policy, 'protected_branches'), flag(policy, 'custom_branch_policies')]
  if (isProtected === isCustom)
    throw invalidRequest('protected_branches and custom_branch_policies cannot have the same value.')
  return isProtected === true ? 'protected' : 'custom'
}

function reviewerIn(state: State, reviewer: Fields): string {
  if (fieldsOf(reviewer)['type'] === 'Team') throw new Refusal(501, 'The embedded GitHub has no teams')
  const login = loginWithId(state, reviewer['id'])
  if (login === undefined) throw new Refusal(422, 'Validation Failed: a reviewer is no collaborator of the repository')
  return login
}

/** Public repositories have all; private ones need a plan for each kind of rule (P29). */
function requirePlanFor({ platform }: State, rules: Rules): void {
  const { isPrivate, plan } = platform.settings
  if (!isPrivate || plan === 'enterprise') return
  const lacking =
    rules.reviewers.length > 0
      ? 'required reviewers'
      : rules.waitMinutes > 0
        ? 'wait timer'
        : plan === 'free' && rules.branches !== null
          ? 'branch policy'
          : undefined
  if (lacking === undefined) return
  const said = 'Failed to create the environment protection rule. Please ensure the billing plan supports the'
  throw new Refusal(422, `${said} ${lacking} protection rule.`)
}

function requireEnvironment(state: State, exchange: Exchange): StoredEnvironment {
  const environment = environmentNamed(state.platform, param(exchange, 'environment_name'))
  if (!environment) throw notFound()
  return environment
}

function replaced(state: State, environment: StoredEnvironment): State {
  const others = state.platform.environments.map((known) => (known.id === environment.id ? environment : known))
  return withEnvironments(state, others)
}
