import { type Access, actorOf } from './access.ts'
import { type Answer, type Exchange, type Forge, paginated, param, requiredText } from './exchange.ts'
import { timestamp } from './git-commits.ts'
import { commentResource, commentsOn } from './issue-resource.ts'
import { limitedBody } from './issue-texts.ts'
import { requireIssue } from './named-issue.ts'
import { invalid, notFound } from './refusal.ts'
import type { State } from './state.ts'
import type { StoredComment, StoredIssue } from './stored-issue.ts'

export async function createComment(exchange: Exchange): Promise<Answer> {
  const { forge, access, body } = exchange
  const text = requireText(exchange)
  limitedBody(body, 'IssueComment')
  return forge.state.change((state) => {
    const issue = requireIssue(state, exchange)
    const { state: after, comment } = withComment(state, issue, text, access)
    return { state: after, answer: { status: 201, json: commentResource(forge, issue, comment) } }
  })
}

/** The oldest first. */
export async function listComments(exchange: Exchange): Promise<Answer> {
  const { forge, query } = exchange
  const state = await forge.state.read()
  const issue = requireIssue(state, exchange)
  const found = commentsOn(state, issue).filter((comment) => isSince(query, comment))
  const { items, headers } = paginated(exchange, `/issues/${issue.number}/comments`, found)
  return { status: 200, json: items.map((comment) => commentResource(forge, issue, comment)), headers }
}

/** Of every issue and pull request. */
export async function listAllComments(exchange: Exchange): Promise<Answer> {
  const { forge, query } = exchange
  const state = await forge.state.read()
  const keyOf = ({ createdAt, updatedAt }: StoredComment) =>
    Date.parse(query.get('sort') === 'updated' ? updatedAt : createdAt)
  const ascending = state.discussion.comments
    .filter((comment) => isSince(query, comment))
    .sort((one, other) => keyOf(one) - keyOf(other) || one.id - other.id)
  const found = query.get('direction') === 'desc' ? ascending.reverse() : ascending
  const { items, headers } = paginated(exchange, '/issues/comments', found)
  return { status: 200, json: items.map((comment) => resourceOf(forge, state, comment)), headers }
}

export async function getComment(exchange: Exchange): Promise<Answer> {
  const state = await exchange.forge.state.read()
  return { status: 200, json: resourceOf(exchange.forge, state, requireComment(state, exchange)) }
}

export async function updateComment(exchange: Exchange): Promise<Answer> {
  const { forge, body } = exchange
  const text = requireText(exchange)
  limitedBody(body, 'IssueComment')
  return forge.state.change((state) => {
    const known = requireComment(state, exchange)
    const changed = { ...known, body: text, updatedAt: timestamp(new Date()) }
    const comments = state.discussion.comments.map((comment) => (comment.id === known.id ? changed : comment))
    const after = { ...state, discussion: { ...state.discussion, comments } }
    return { state: after, answer: { status: 200, json: resourceOf(forge, after, changed) } }
  })
}

export async function deleteComment(exchange: Exchange): Promise<Answer> {
  return exchange.forge.state.change((state) => {
    const known = requireComment(state, exchange)
    const comments = state.discussion.comments.filter(({ id }) => id !== known.id)
    return { state: { ...state, discussion: { ...state.discussion, comments } }, answer: { status: 204 } }
  })
}

/** The state with one more comment under an issue. */
export function withComment(
  state: State,
  issue: StoredIssue,
  body: string,
  access: Access,
): { readonly state: State; readonly comment: StoredComment } {
  const now = timestamp(new Date())
  const author = actorOf(access).login
  const comment: StoredComment = { id: state.nextId, issue: issue.number, author, body, createdAt: now, updatedAt: now }
  const issues = state.discussion.issues.map((one) => (one.number === issue.number ? { ...one, updatedAt: now } : one))
  const discussion = { ...state.discussion, issues, comments: [...state.discussion.comments, comment] }
  return { state: { ...state, nextId: state.nextId + 1, discussion }, comment }
}

function requireText({ body }: Exchange): string {
  const text = requiredText(body, 'body')
  if (text.trim() === '') throw invalid('IssueComment', 'body', 'missing_field')
  return text
}

function requireComment(state: State, exchange: Exchange): StoredComment {
  const id = Number(param(exchange, 'comment_id'))
  const comment = state.discussion.comments.find((known) => known.id === id)
  if (!comment) throw notFound()
  return comment
}

function resourceOf(forge: Forge, state: State, comment: StoredComment) {
  const issue = state.discussion.issues.find(({ number }) => number === comment.issue)
  if (!issue) throw notFound()
  return commentResource(forge, issue, comment)
}

function isSince(query: URLSearchParams, { updatedAt }: StoredComment): boolean {
  const since = Date.parse(query.get('since') ?? '')
  return Number.isNaN(since) || Date.parse(updatedAt) >= since
}
