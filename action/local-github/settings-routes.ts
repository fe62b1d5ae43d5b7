import { oneOf } from './body-fields.ts'
import { type Answer, type Exchange, flag, paginated } from './exchange.ts'
import { invalidRequest, Refusal } from './refusal.ts'
import { withSettings } from './settings.ts'

export async function getActionsPermissions({ forge }: Exchange): Promise<Answer> {
  const { areActionsOn, allowedActions, areActionsPinned } = (await forge.state.read()).platform.settings
  const allowed = areActionsOn ? { allowed_actions: allowedActions, sha_pinning_required: areActionsPinned } : {}
  return { status: 200, json: { enabled: areActionsOn, ...allowed } }
}

export async function setActionsPermissions({ forge, body }: Exchange): Promise<Answer> {
  const areActionsOn = flag(body, 'enabled')
  if (areActionsOn === undefined) throw invalidRequest('"enabled" wasn\'t supplied.')
  const settings = {
    areActionsOn,
    ...('allowed_actions' in body && {
      allowedActions: oneOf(body, 'allowed_actions', ['all', 'local_only', 'selected']),
    }),
    ...('sha_pinning_required' in body && { areActionsPinned: flag(body, 'sha_pinning_required') ?? false }),
  }
  return forge.state.change((state) => ({ state: withSettings(state, settings), answer: { status: 204 } }))
}

export async function getWorkflowPermissions({ forge }: Exchange): Promise<Answer> {
  const { jobsMay, mayJobsOpenPulls } = (await forge.state.read()).platform.settings
  return {
    status: 200,
    json: { default_workflow_permissions: jobsMay, can_approve_pull_request_reviews: mayJobsOpenPulls },
  }
}

export async function setWorkflowPermissions({ forge, body }: Exchange): Promise<Answer> {
  const mayJobsOpenPulls = flag(body, 'can_approve_pull_request_reviews')
  const settings = {
    ...('default_workflow_permissions' in body && {
      jobsMay: oneOf(body, 'default_workflow_permissions', ['read', 'write'] as const),
    }),
    ...(mayJobsOpenPulls !== undefined && { mayJobsOpenPulls }),
  }
  return forge.state.change((state) => ({ state: withSettings(state, settings), answer: { status: 204 } }))
}

export async function listVariables(exchange: Exchange): Promise<Answer> {
  const { createdAt, platform } = await exchange.forge.state.read()
  const all = Object.entries(platform.settings.variables)
  const { items, headers } = paginated(exchange, '/actions/variables', all)
  const variables = items.map(([name, value]) => ({ name, value, created_at: createdAt, updated_at: createdAt }))
  return { status: 200, json: { total_count: all.length, variables }, headers }
}

/** Names alone: nobody reads the rest. */
export async function listSecrets(exchange: Exchange): Promise<Answer> {
  const { createdAt, platform } = await exchange.forge.state.read()
  const all = platform.settings.secrets
  const { items, headers } = paginated(exchange, '/actions/secrets', all)
  const secrets = items.map((name) => ({ name, created_at: createdAt, updated_at: createdAt }))
  return { status: 200, json: { total_count: all.length, secrets }, headers }
}

/** GitHub answers 404 where the setting is off. */
export async function getImmutableReleases({ forge }: Exchange): Promise<Answer> {
  const { areReleasesImmutable } = (await forge.state.read()).platform.settings
  if (!areReleasesImmutable) throw new Refusal(404, 'Immutable releases are not enabled for this repository.')
  return { status: 200, json: { enabled: true, enforced_by_owner: false } }
}

export function enableImmutableReleases(exchange: Exchange): Promise<Answer> {
  return setImmutableReleases(exchange, true)
}

/** What was published before stays as it is. */
export function disableImmutableReleases(exchange: Exchange): Promise<Answer> {
  return setImmutableReleases(exchange, false)
}

function setImmutableReleases({ forge }: Exchange, areReleasesImmutable: boolean): Promise<Answer> {
  return forge.state.change((state) => ({
    state: withSettings(state, { areReleasesImmutable }),
    answer: { status: 204 },
  }))
}
