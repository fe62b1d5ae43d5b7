import { actorOf } from './access.ts'
import { type Discussion, nextNumber, withIssue } from './discussion.ts'
import { type Answer, type Exchange, type Fields, optionalText, paginated, requiredText } from './exchange.ts'
import { followRefs } from './follow-refs.ts'
import { timestamp } from './git-commits.ts'
import { issueResource, labelsOn } from './issue-resource.ts'
import { limitedBody, requireTitle } from './issue-texts.ts'
import { labelsNamed } from './label-routes.ts'
import { namesIn, requireIssue } from './named-issue.ts'
import { restated } from './pull-routes.ts'
import { invalid } from './refusal.ts'
import type { State } from './state.ts'
import { isPullIssue, type StoredIssue } from './stored-issue.ts'

export async function createIssue(exchange: Exchange): Promise<Answer> {
  const { forge, access, body } = exchange
  const text = limitedBody(body)
  const title = requireTitle(requiredText(body, 'title'), 'Issue')
  return forge.state.change((before) => {
    const now = timestamp(new Date())
    const { state, ids } = labelsNamed(before, namesIn(body['labels']))
    const issue: StoredIssue = {
      id: state.nextId,
      number: nextNumber(state.discussion),
      title,
      body: text ?? null,
      state: 'open',
      stateReason: null,
      labels: ids,
      author: actorOf(access).login,
      createdAt: now,
      updatedAt: now,
      closedAt: null,
      closedBy: null,
      pull: null,
    }
    const after = { ...state, nextId: state.nextId + 1, discussion: withIssue(state.discussion, issue) }
    const location = `${forge.repositoryUrl}/issues/${issue.number}`
    return { state: after, answer: { status: 201, json: issueResource(forge, after, issue), headers: { location } } }
  })
}

/** Pull requests too, as on GitHub. */
export async function listIssues(exchange: Exchange): Promise<Answer> {
  const { forge, query } = exchange
  const state = await followRefs(forge)
  const matching = state.discussion.issues.filter((issue) => fits(state, query, issue))
  const { items, headers } = paginated(exchange, '/issues', sorted(state.discussion, query, matching))
  return { status: 200, json: items.map((issue) => issueResource(forge, state, issue)), headers }
}

export async function getIssue(exchange: Exchange): Promise<Answer> {
  const state = await followRefs(exchange.forge)
  return { status: 200, json: issueResource(exchange.forge, state, requireIssue(state, exchange)) }
}

export async function updateIssue(exchange: Exchange): Promise<Answer> {
  const { forge, access, body } = exchange
  const text = limitedBody(body)
  const given = optionalText(body, 'title')
  const title = given === undefined ? undefined : requireTitle(given, 'Issue')
  await followRefs(forge)
  return forge.state.change(async (before) => {
    const known = requireIssue(before, exchange)
    const { state, ids } =
      body['labels'] === undefined ? { state: before, ids: known.labels } : labelsNamed(before, namesIn(body['labels']))
    const told: StoredIssue = {
      ...known,
      title: title ?? known.title,
      body: 'body' in body ? (text ?? null) : known.body,
      labels: ids,
      updatedAt: timestamp(new Date()),
    }
    const actor = actorOf(access).login
    const issue = isPullIssue(told) ? await restated(forge, state, told, body, actor) : reasoned(told, body, actor)
    const after = { ...state, discussion: withIssue(state.discussion, issue) }
    return { state: after, answer: { status: 200, json: issueResource(forge, after, issue) } }
  })
}

function reasoned(issue: StoredIssue, body: Fields, actor: string): StoredIssue {
  const wanted = optionalText(body, 'state') ?? issue.state
  const reason = optionalText(body, 'state_reason')
  if (wanted !== 'open' && wanted !== 'closed') throw invalid('Issue', 'state', 'invalid')
  if (wanted === 'open') {
    if (reason !== undefined && reason !== 'reopened') throw invalid('Issue', 'state_reason', 'invalid')
    if (issue.state === 'open') return issue
    return { ...issue, state: 'open', stateReason: 'reopened', closedAt: null, closedBy: null }
  }
  const stateReason = closingReason(reason)
  if (issue.state === 'closed') return reason === undefined ? issue : { ...issue, stateReason }
  return { ...issue, state: 'closed', stateReason, closedAt: issue.updatedAt, closedBy: actor }
}

function closingReason(reason: string | undefined): StoredIssue['stateReason'] {
  if (reason === undefined || reason === 'completed') return 'completed'
  if (reason === 'not_planned' || reason === 'duplicate') return reason
  throw invalid('Issue', 'state_reason', 'invalid')
}

function fits(state: State, query: URLSearchParams, issue: StoredIssue): boolean {
  const wanted = query.get('state') ?? 'open'
  const creator = query.get('creator')
  const since = Date.parse(query.get('since') ?? '')
  const labels = (query.get('labels') ?? '').split(',').filter(Boolean)
  const own = labelsOn(state, issue).map(({ name }) => name.toLowerCase())
  return (
    (wanted === 'all' || wanted === issue.state) &&
    (creator === null || creator === issue.author) &&
    (Number.isNaN(since) || Date.parse(issue.updatedAt) >= since) &&
    labels.every((name) => own.includes(name.toLowerCase()))
  )
}

/** Newest first unless asked otherwise; other than pull requests, whatever they are sorted by. */
function sorted({ comments }: Discussion, query: URLSearchParams, issues: readonly StoredIssue[]) {
  const sort = query.get('sort') ?? 'created'
  const keyOf = ({ number, updatedAt }: StoredIssue): number => {
    if (sort === 'updated') return Date.parse(updatedAt)
    return sort === 'comments' ? comments.filter(({ issue }) => issue === number).length : number
  }
  const ascending = [...issues].sort((one, other) => keyOf(one) - keyOf(other) || one.number - other.number)
  return query.get('direction') === 'asc' ? ascending : ascending.reverse()
}
