import type { IncomingMessage } from 'node:http'

import type { Access } from '../access.ts'
import { tipOf } from '../branches.ts'
import { createComment } from '../comment-routes.ts'
import type { Exchange, Fields, Forge } from '../exchange.ts'
import { updateIssue } from '../issue-routes.ts'
import { type MergeMethod, merge } from '../merge-routes.ts'
import { noticeEvents, type Watched } from '../notice-events.ts'
import { reviewPendingDeployments } from '../pending-deployment-routes.ts'
import { notFound, Refusal } from '../refusal.ts'
import { createReview } from '../review-routes.ts'
import { approveRun } from '../run-routes.ts'

/** What a form did: where to go now, and a line for the terminal. */
export interface Done {
  readonly to: string
  readonly line: string
}

const verdicts: Readonly<Record<string, readonly [event: string, words: string]>> = {
  approve: ['APPROVE', 'approved'],
  refuse: ['REQUEST_CHANGES', 'answered with a wish for changes'],
}

const methods: readonly MergeMethod[] = ['merge', 'squash', 'rebase']

/** Does what a form asks for, in the name of the owner, by what the API does for everybody. `path`: below the repository. */
export async function doAction(
  forge: Forge,
  request: IncomingMessage,
  path: string,
  fields: URLSearchParams,
): Promise<Done> {
  const access: Access = { kind: 'user', login: forge.owner, role: 'admin' }
  const exchange = (params: Record<string, string>, body: Fields): Exchange => ({
    forge,
    access,
    params,
    body,
    query: new URLSearchParams(),
    request,
    breaksOff: false,
  })
  const [, kind = '', number = '', step = ''] =
    /^\/(pull|issues)\/(\d+)\/(merge|state|comment|review)$/.exec(path) ?? []
  const to = `/${kind}/${number}`
  const params = { issue_number: number, pull_number: number, run_id: fields.get('run') ?? '' }
  const watched = await watchPull(forge, Number(number))
  if (step === 'merge' && kind === 'pull') {
    const method = methods.find((known) => known === fields.get('method'))
    if (!method) throw new Refusal(422, 'There is no such way to merge')
    const sha = await merge(forge, access, Number(number), { method, sha: fields.get('sha') ?? '' })
    await noticeEvents(forge, access, watched)
    return { to, line: `#${number} merged (${method}) as ${sha.slice(0, 8)}` }
  }
  if (step === 'state') {
    const state = fields.get('state') ?? ''
    await updateIssue(exchange(params, { state }))
    await noticeEvents(forge, access, watched)
    return { to, line: `#${number} ${state === 'open' ? 'opened again' : 'closed'}` }
  }
  if (step === 'comment') {
    // Browsers end lines as mail does.
    await createComment(exchange(params, { body: (fields.get('body') ?? '').replaceAll('\r\n', '\n') }))
    return { to, line: `#${number} commented on` }
  }
  if (step === 'review' && kind === 'pull') {
    const [event, words] = verdicts[fields.get('verdict') ?? ''] ?? []
    if (event === undefined) throw new Refusal(422, 'There is no such review')
    const text = (fields.get('body') ?? '').replaceAll('\r\n', '\n')
    await createReview(exchange(params, { event, body: text, commit_id: fields.get('sha') ?? '' }))
    return { to, line: `#${number} ${words}` }
  }
  if (path === '/deployments/review') {
    const verdict = fields.get('verdict') ?? ''
    const body = { state: verdict, environment_ids: [Number(fields.get('environment'))], comment: '' }
    await reviewPendingDeployments(exchange(params, body))
    return { to: '/deployments', line: `deployment of run ${params.run_id} ${verdict}` }
  }
  if (path === '/actions/approve') {
    await approveRun(exchange(params, {}))
    return { to: '/actions', line: `run ${params.run_id} approved` }
  }
  throw notFound()
}

/** What workflows wait for: a base that moves, a pull request that is opened again. */
async function watchPull(forge: Forge, number: number): Promise<Watched> {
  const { issues } = (await forge.state.read()).discussion
  const issue = issues.find((known) => known.number === number)
  if (!issue?.pull) return { tips: new Map() }
  const { base } = issue.pull
  const tips = new Map([[`refs/heads/${base}`, await tipOf(forge.git, base)]])
  return { tips, ...(issue.state === 'closed' && { closedPull: number }) }
}
