import type { Json } from '../base/canonical-json.ts'
import { actorOf } from './access.ts'
import { fieldsOf } from './body-fields.ts'
import {
  type Answer,
  type Exchange,
  type Fields,
  type Forge,
  flag,
  paginated,
  param,
  requiredText,
} from './exchange.ts'
import { withNewRun } from './new-run.ts'
import { findRef } from './ref-routes.ts'
import { notFound, Refusal } from './refusal.ts'
import { commitNamed } from './repository-routes.ts'
import { nodeId, pageOf } from './resources.ts'
import { runPage } from './run-resources.ts'
import type { State } from './state.ts'
import { readWorkflows, type WorkflowFile } from './workflow-files.ts'
import { scalarText, type Trigger } from './workflow-triggers.ts'

const mostInputs = 25
const longestInputs = 65_535

/** Those of the default branch. */
export async function listWorkflows(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const state = await forge.state.read()
  const workflows = await workflowsOfMain(forge)
  const { items, headers } = paginated(exchange, '/actions/workflows', workflows)
  return {
    status: 200,
    json: { total_count: workflows.length, workflows: items.map((file) => workflowResource(forge, state, file)) },
    headers,
  }
}

export async function getWorkflow(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const file = await requireWorkflow(exchange)
  return { status: 200, json: workflowResource(forge, await forge.state.read(), file) }
}

export async function enableWorkflow(exchange: Exchange): Promise<Answer> {
  const { path } = await requireWorkflow(exchange)
  return exchange.forge.state.change((state) => {
    const { [path]: _, ...others } = state.platform.disabledWorkflows
    return { state: withDisabled(state, others), answer: { status: 204 } }
  })
}

export async function disableWorkflow(exchange: Exchange): Promise<Answer> {
  const { path } = await requireWorkflow(exchange)
  return exchange.forge.state.change((state) => {
    const disabled = { ...state.platform.disabledWorkflows, [path]: 'disabled_manually' } as const
    return { state: withDisabled(state, disabled), answer: { status: 204 } }
  })
}

/** Works with a job's own token, too. The workflow is read at `ref`, its existence on the default branch. */
export async function dispatchWorkflow(exchange: Exchange): Promise<Answer> {
  const { forge, access, body } = exchange
  const known = await requireWorkflow(exchange)
  const ref = requiredText(body, 'ref')
  const short = ref.replace(/^refs\/(heads|tags)\//, '')
  const sha = await commitNamed(forge, short)
  if (sha === undefined) throw new Refusal(422, `No ref found for: ${ref}`)
  const file = (await readWorkflows(forge, sha)).find(({ path }) => path === known.path)
  const trigger = file?.workflow?.triggers['workflow_dispatch']
  if (!file || !trigger) throw new Refusal(422, "Workflow does not have 'workflow_dispatch' trigger")
  const inputs = inputsIn(trigger, fieldsOf(body['inputs']))
  const isBranch = (await findRef(forge, `refs/heads/${short}`)) !== undefined
  return forge.state.change<Answer>(async (before) => {
    if (before.platform.disabledWorkflows[known.path])
      throw new Refusal(422, "Cannot trigger a 'workflow_dispatch' on a disabled workflow")
    const { state, run } = await withNewRun(forge, before, {
      workflow: file.path,
      name: file.name,
      event: 'workflow_dispatch',
      branch: isBranch ? short : null,
      sha,
      actor: actorOf(access).login,
      inputs,
    })
    if (flag(body, 'return_run_details') !== true) return { state, answer: { status: 204 } }
    const json = {
      workflow_run_id: run.id,
      run_url: `${forge.repositoryUrl}/actions/runs/${run.id}`,
      html_url: runPage(forge, run),
    }
    return { state, answer: { status: 200, json } }
  })
}

export async function workflowsOfMain(forge: Forge): Promise<readonly WorkflowFile[]> {
  const main = await commitNamed(forge, 'main')
  return main === undefined ? [] : readWorkflows(forge, main)
}

/** By its number or its file's name. */
export async function requireWorkflow(exchange: Exchange): Promise<WorkflowFile> {
  const wanted = param(exchange, 'workflow_id')
  const found = (await workflowsOfMain(exchange.forge)).find(
    ({ id, path }) => String(id) === wanted || path === `.github/workflows/${wanted}`,
  )
  if (!found) throw notFound()
  return found
}

function inputsIn({ inputs }: Trigger, given: Fields): Readonly<Record<string, string>> {
  const unknown = Object.keys(given).filter((name) => !(name in inputs))
  if (unknown.length > 0) throw new Refusal(422, `Unexpected inputs provided: ${JSON.stringify(unknown)}`)
  if (Object.keys(given).length > mostInputs) throw new Refusal(422, `You can pass at most ${mostInputs} inputs`)
  if (JSON.stringify(given).length > longestInputs) throw new Refusal(422, 'inputs are too large.')
  const settled: Record<string, string> = {}
  for (const [name, input] of Object.entries(inputs)) {
    const value = given[name] ?? input.byDefault
    if (value === undefined || value === '') {
      if (input.isRequired) throw new Refusal(422, `Required input '${name}' not provided`)
      continue
    }
    const text = scalarText(value)
    if (text === undefined) throw new Refusal(422, `The input '${name}' is not a string`)
    const allowed = input.type === 'boolean' ? ['true', 'false'] : input.type === 'choice' ? input.options : undefined
    if (allowed && !allowed.includes(text))
      throw new Refusal(422, `Provided value '${text}' for input '${name}' not in the list of allowed values`)
    settled[name] = text
  }
  return settled
}

function workflowResource(forge: Forge, state: State, { id, path, name }: WorkflowFile): Record<string, Json> {
  return {
    id,
    node_id: nodeId('Workflow', id),
    name,
    path,
    state: state.platform.disabledWorkflows[path] ?? 'active',
    created_at: state.createdAt,
    updated_at: state.createdAt,
    url: `${forge.repositoryUrl}/actions/workflows/${id}`,
    html_url: `${pageOf(forge)}/blob/main/${path}`,
    badge_url: `${pageOf(forge)}/workflows/${encodeURIComponent(name)}/badge.svg`,
  }
}

function withDisabled(state: State, disabledWorkflows: State['platform']['disabledWorkflows']): State {
  return { ...state, platform: { ...state.platform, disabledWorkflows } }
}
