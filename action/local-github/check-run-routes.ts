import { appOf } from './app-resource.ts'
import { oneOf } from './body-fields.ts'
import { checkOutput } from './check-output.ts'
import { annotationResource, checkRunResource } from './check-run-resource.ts'
import { type Answer, type Exchange, type Fields, optionalText, paginated, param, requiredText } from './exchange.ts'
import { timestamp } from './git-commits.ts'
import { isObject } from './git-data-routes.ts'
import { newestCheckRuns } from './passed-contexts.ts'
import { invalidRequest, notFound, Refusal } from './refusal.ts'
import { appIdOf } from './resources.ts'
import type { State } from './state.ts'
import { requireCommit } from './status-routes.ts'
import type { CheckConclusion, StoredCheckRun } from './stored-checks.ts'

const conclusions: readonly CheckConclusion[] = [
  'action_required',
  'cancelled',
  'failure',
  'neutral',
  'skipped',
  'stale',
  'success',
  'timed_out',
]

/** Apps alone make check runs, and a job's token is one; a person's token is refused. */
export async function createCheckRun(exchange: Exchange): Promise<Answer> {
  const { forge, body } = exchange
  const app = requireApp(exchange)
  const name = requiredText(body, 'name')
  const sha = requiredText(body, 'head_sha')
  if (!(await isObject(forge, sha, 'commit'))) throw new Refusal(422, `No commit found for SHA: ${sha}`)
  return forge.state.change((state) => {
    const now = timestamp(new Date())
    const blank: StoredCheckRun = {
      id: state.nextId,
      sha,
      name,
      status: 'queued',
      conclusion: null,
      detailsUrl: null,
      externalId: null,
      title: null,
      summary: null,
      text: null,
      annotations: [],
      app,
      startedAt: now,
      completedAt: null,
    }
    const made = changed(blank, body, now)
    const platform = { ...state.platform, checkRuns: [...state.platform.checkRuns, made] }
    return {
      state: { ...state, nextId: state.nextId + 1, platform },
      answer: { status: 201, json: checkRunResource(forge, made) },
    }
  })
}

/** Annotations are added to those that are there. */
export async function updateCheckRun(exchange: Exchange): Promise<Answer> {
  const { forge, body } = exchange
  const app = requireApp(exchange)
  return forge.state.change((state) => {
    const before = requireCheckRun(state, exchange)
    if (before.app !== app) {
      const id = appIdOf(`${app}[bot]`)
      throw new Refusal(
        403,
        `Invalid app_id \`${id}\` - check run can only be modified by the GitHub App that created it.`,
      )
    }
    const after = changed(before, body, timestamp(new Date()))
    const checkRuns = state.platform.checkRuns.map((known) => (known.id === after.id ? after : known))
    return {
      state: { ...state, platform: { ...state.platform, checkRuns } },
      answer: { status: 200, json: checkRunResource(forge, after) },
    }
  })
}

export async function getCheckRun(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  return { status: 200, json: checkRunResource(forge, requireCheckRun(await forge.state.read(), exchange)) }
}

export async function listAnnotations(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const run = requireCheckRun(await forge.state.read(), exchange)
  const { items, headers } = paginated(exchange, `/check-runs/${run.id}/annotations`, run.annotations)
  return { status: 200, json: items.map((annotation) => annotationResource(forge, run, annotation)), headers }
}

/** The newest first. `filter=all`: also those that a later one of the same name and App took the place of. */
export async function listCheckRuns(exchange: Exchange): Promise<Answer> {
  const { forge, query } = exchange
  const sha = await requireCommit(exchange)
  const { platform } = await forge.state.read()
  const all = query.get('filter') === 'all'
  const found = (all ? platform.checkRuns.filter((run) => run.sha === sha) : newestCheckRuns(platform, sha)).filter(
    ({ name, status, app }) =>
      isAsked(query, 'check_name', name) &&
      isAsked(query, 'status', status) &&
      isAsked(query, 'app_id', String(appIdOf(`${app}[bot]`))),
  )
  const { items, headers } = paginated(exchange, `/commits/${param(exchange, 'ref')}/check-runs`, found.toReversed())
  return {
    status: 200,
    json: { total_count: found.length, check_runs: items.map((run) => checkRunResource(forge, run)) },
    headers,
  }
}

function changed(before: StoredCheckRun, body: Fields, now: string): StoredCheckRun {
  const conclusion = 'conclusion' in body ? oneOf(body, 'conclusion', conclusions) : before.conclusion
  const asked = 'status' in body ? oneOf(body, 'status', ['queued', 'in_progress', 'completed']) : before.status
  const status = 'conclusion' in body ? 'completed' : asked
  if (status === 'completed' && conclusion === null) throw invalidRequest('"conclusion" wasn\'t supplied.')
  const output = checkOutput(body)
  return {
    ...before,
    name: optionalText(body, 'name') ?? before.name,
    status,
    conclusion: status === 'completed' ? conclusion : null,
    detailsUrl: optionalText(body, 'details_url') ?? before.detailsUrl,
    externalId: optionalText(body, 'external_id') ?? before.externalId,
    startedAt: optionalText(body, 'started_at') ?? before.startedAt,
    completedAt: status === 'completed' ? (optionalText(body, 'completed_at') ?? before.completedAt ?? now) : null,
    ...(output && {
      title: output.title,
      summary: output.summary,
      text: output.text,
      annotations: [...before.annotations, ...output.annotations],
    }),
  }
}

function requireApp({ access }: Exchange): string {
  const app = appOf(access)
  if (app === undefined) throw new Refusal(403, 'You must authenticate via a GitHub App.')
  return app
}

function requireCheckRun(state: State, exchange: Exchange): StoredCheckRun {
  const id = Number(param(exchange, 'check_run_id'))
  const run = state.platform.checkRuns.find((known) => known.id === id)
  if (!run) throw notFound()
  return run
}

function isAsked(query: URLSearchParams, name: string, value: string): boolean {
  const wanted = query.get(name)
  return wanted === null || wanted === value
}
