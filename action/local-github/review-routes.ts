import { actorOf } from './access.ts'
import { commitsBetween } from './branches.ts'
import { type Answer, type Exchange, type Forge, optionalText, paginated, param, requiredText } from './exchange.ts'
import { followRefs } from './follow-refs.ts'
import { timestamp } from './git-commits.ts'
import { associationOf, issuePage } from './issue-resource.ts'
import { longestBody } from './issue-texts.ts'
import { requirePull } from './pull-routes.ts'
import { invalidRequest, notFound, Refusal } from './refusal.ts'
import { nodeId, type Resource, userResource } from './resources.ts'
import type { PullIssue } from './stored-issue.ts'
import type { ReviewState, StoredReview } from './stored-review.ts'

const stateOf: Readonly<Record<string, ReviewState>> = {
  APPROVE: 'APPROVED',
  REQUEST_CHANGES: 'CHANGES_REQUESTED',
  COMMENT: 'COMMENTED',
}

/** The oldest first. */
export async function listReviews(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const state = await forge.state.read()
  const issue = requirePull(state, exchange)
  const found = state.discussion.reviews.filter(({ pull }) => pull === issue.number)
  const { items, headers } = paginated(exchange, `/pulls/${issue.number}/reviews`, found)
  return { status: 200, json: items.map((review) => reviewResource(forge, issue, review)), headers }
}

export async function createReview(exchange: Exchange): Promise<Answer> {
  const { forge, access, body } = exchange
  const event = optionalText(body, 'event')
  if (event === undefined) throw new Refusal(501, 'The embedded GitHub keeps no reviews that nobody submitted')
  const verdict = Object.hasOwn(stateOf, event) ? stateOf[event] : undefined
  if (verdict === undefined)
    throw invalidRequest(`${event} is not a member of ["APPROVE", "REQUEST_CHANGES", "COMMENT"].`)
  if (body['comments'] !== undefined) throw new Refusal(501, 'The embedded GitHub keeps no comments on lines')
  const text = optionalText(body, 'body') ?? ''
  if (Array.from(text).length > longestBody)
    throw unprocessable(`Body is too long (maximum is ${longestBody} characters)`)
  if (verdict !== 'APPROVED' && text.trim() === '') throw unprocessable('Review body can not be blank')
  const given = optionalText(body, 'commit_id')
  await followRefs(forge)
  return forge.state.change(async (state) => {
    const issue = requirePull(state, exchange)
    const { login } = actorOf(access)
    if (login === issue.author && verdict !== 'COMMENTED') {
      throw unprocessable(`Can not ${verdict === 'APPROVED' ? 'approve' : 'request changes on'} your own pull request`)
    }
    const { headSha, baseSha } = issue.pull
    if (
      given !== undefined &&
      given !== headSha &&
      !(await commitsBetween(forge.git, baseSha, headSha)).includes(given)
    ) {
      throw unprocessable('commit_id is not part of the pull request')
    }
    const review: StoredReview = {
      id: state.nextId,
      pull: issue.number,
      author: login,
      state: verdict,
      body: text,
      commit: given ?? headSha,
      submittedAt: timestamp(new Date()),
    }
    const reviews = [...state.discussion.reviews, review]
    return {
      state: { ...state, nextId: state.nextId + 1, discussion: { ...state.discussion, reviews } },
      answer: { status: 200, json: reviewResource(forge, issue, review) },
    }
  })
}

/** Only a yes or a no can be taken back, by whoever may write. */
export async function dismissReview(exchange: Exchange): Promise<Answer> {
  const { forge, body } = exchange
  requiredText(body, 'message')
  return forge.state.change((state) => {
    const issue = requirePull(state, exchange)
    const id = Number(param(exchange, 'review_id'))
    const known = state.discussion.reviews.find((review) => review.id === id && review.pull === issue.number)
    if (!known) throw notFound()
    if (known.state === 'COMMENTED' || known.state === 'DISMISSED') {
      throw unprocessable(
        `Can not dismiss a ${known.state === 'COMMENTED' ? 'commented' : 'dismissed'} pull request review`,
      )
    }
    const review: StoredReview = { ...known, state: 'DISMISSED' }
    const reviews = state.discussion.reviews.map((one) => (one.id === id ? review : one))
    return {
      state: { ...state, discussion: { ...state.discussion, reviews } },
      answer: { status: 200, json: reviewResource(forge, issue, review) },
    }
  })
}

function reviewResource(forge: Forge, issue: PullIssue, review: StoredReview): Resource {
  const page = `${issuePage(forge, issue)}#pullrequestreview-${review.id}`
  const pull = `${forge.repositoryUrl}/pulls/${issue.number}`
  return {
    id: review.id,
    node_id: nodeId('PullRequestReview', review.id),
    user: userResource(forge, review.author),
    body: review.body,
    state: review.state,
    html_url: page,
    pull_request_url: pull,
    author_association: associationOf(forge, review.author),
    _links: { html: { href: page }, pull_request: { href: pull } },
    submitted_at: review.submittedAt,
    commit_id: review.commit,
  }
}

/** Reviews are refused in words alone. */
function unprocessable(why: string): Refusal {
  return new Refusal(422, 'Unprocessable Entity', [why])
}
