import { actorOf } from './access.ts'
import { commitsBetween, headTip, isAncestor, mergeBaseOf, tipOf } from './branches.ts'
import { nextNumber, withIssue } from './discussion.ts'
import {
  type Answer,
  type Exchange,
  type Fields,
  type Forge,
  flag,
  optionalText,
  paginated,
  param,
  requiredText,
} from './exchange.ts'
import { dropTrial, followRefs, keepHead } from './follow-refs.ts'
import { timestamp } from './git-commits.ts'
import { limitedBody, requireTitle } from './issue-texts.ts'
import { currentTrial, pullResource, pullSimple } from './pull-resource.ts'
import { invalid, notFound, Refusal } from './refusal.ts'
import type { State } from './state.ts'
import { isPullIssue, type PullIssue } from './stored-issue.ts'
import type { StoredPull } from './stored-pull.ts'
import { tryMerge } from './trial.ts'

export async function createPull(exchange: Exchange): Promise<Answer> {
  const { forge, access, body } = exchange
  if (body['issue'] !== undefined) throw new Refusal(501, 'The embedded GitHub makes no pull request out of an issue')
  const text = limitedBody(body)
  const wanted = { head: requiredText(body, 'head'), base: requiredText(body, 'base') }
  const title = requireTitle(requiredText(body, 'title'), 'PullRequest')
  await followRefs(forge)
  return forge.state.change(async (state) => {
    const { head, base, headSha, baseSha, fork } = await requireBranches(forge, wanted)
    refuseSecond(state, forge, { head, base, ...(fork !== undefined && { fork }) })
    const now = timestamp(new Date())
    const number = nextNumber(state.discussion)
    const issue: PullIssue = {
      id: state.nextId,
      number,
      title,
      body: text ?? null,
      state: 'open',
      stateReason: null,
      labels: [],
      author: actorOf(access).login,
      createdAt: now,
      updatedAt: now,
      closedAt: null,
      closedBy: null,
      pull: {
        head,
        base,
        headSha,
        baseSha,
        isDraft: flag(body, 'draft') ?? false,
        trial: null,
        landing: null,
        merged: null,
        ...(fork !== undefined && { fork }),
      },
    }
    await keepHead(forge.git, number, headSha)
    const after = { ...state, nextId: state.nextId + 1, discussion: withIssue(state.discussion, issue) }
    const json = await pullResource(exchange, after, issue)
    return {
      state: after,
      answer: { status: 201, json, headers: { location: `${forge.repositoryUrl}/pulls/${number}` } },
    }
  })
}

export async function listPulls(exchange: Exchange): Promise<Answer> {
  const { forge, query } = exchange
  const state = await followRefs(forge)
  const matching = state.discussion.issues.filter(isPullIssue).filter((issue) => fits(forge, query, issue))
  const { items, headers } = paginated(exchange, '/pulls', sorted(state, query, matching))
  return { status: 200, json: items.map((issue) => pullSimple(exchange, state, issue)), headers }
}

/** Whether it can be merged is worked out when somebody asks, and told to the next who asks, as GitHub does. */
export async function getPull(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const state = await followRefs(forge)
  const issue = requirePull(state, exchange)
  const json = await pullResource(exchange, state, issue)
  if (issue.state === 'open' && !currentTrial(issue.pull)) await tryMerge(forge, issue)
  return { status: 200, json }
}

export async function updatePull(exchange: Exchange): Promise<Answer> {
  const { forge, access, body } = exchange
  const text = limitedBody(body)
  const given = optionalText(body, 'title')
  const title = given === undefined ? undefined : requireTitle(given, 'PullRequest')
  await followRefs(forge)
  return forge.state.change(async (state) => {
    const before = requirePull(state, exchange)
    const told: PullIssue = {
      ...before,
      title: title ?? before.title,
      body: 'body' in body ? (text ?? null) : before.body,
      updatedAt: timestamp(new Date()),
    }
    const based = await rebased(forge, state, told, optionalText(body, 'base'))
    const after = await restated(forge, state, based, body, actorOf(access).login)
    const changed = { ...state, discussion: withIssue(state.discussion, after) }
    return { state: changed, answer: { status: 200, json: await pullResource(exchange, changed, after) } }
  })
}

export function requirePull(state: State, exchange: Exchange): PullIssue {
  const number = Number(param(exchange, 'pull_number'))
  const issue = state.discussion.issues.find((known) => known.number === number)
  if (!issue || !isPullIssue(issue)) throw notFound()
  return issue
}

/** Opens or closes, where the body asks for it. Both ways a pull request is changed, as itself and as an issue, come here. */
export async function restated(
  forge: Forge,
  state: State,
  issue: PullIssue,
  body: Fields,
  actor: string,
): Promise<PullIssue> {
  const wanted = optionalText(body, 'state')
  if (wanted === undefined || wanted === issue.state) return issue
  const now = timestamp(new Date())
  if (wanted === 'closed') {
    await dropTrial(forge.git, issue.number)
    return {
      ...issue,
      state: 'closed',
      closedAt: now,
      closedBy: actor,
      updatedAt: now,
      pull: { ...issue.pull, trial: null },
    }
  }
  if (wanted !== 'open') throw invalid('PullRequest', 'state', 'invalid')
  return reopened(forge, state, issue, now)
}

async function reopened(forge: Forge, state: State, issue: PullIssue, now: string): Promise<PullIssue> {
  const { pull } = issue
  const refuse = (message: string) => invalid('PullRequest', 'state', 'invalid', `state cannot be changed. ${message}`)
  if (pull.merged) throw refuse('The pull request is already merged.')
  const baseSha = await tipOf(forge.git, pull.base)
  if (baseSha === undefined) throw refuse(`The ${pull.base} branch has been deleted.`)
  const headSha = await headTip(forge.git, pull)
  if (headSha === undefined) throw refuse(`The ${pull.head} branch has been deleted.`)
  if (!(await isAncestor(forge.git, pull.headSha, headSha)))
    throw refuse(`The ${pull.head} branch was force-pushed or recreated.`)
  if (await isAncestor(forge.git, headSha, baseSha))
    throw refuse(`There are no new commits on the ${pull.head} branch.`)
  const names = `${pull.fork ?? forge.owner}:${pull.head}`
  if (findOpen(state, pull)) throw refuse(`There is already an open pull request from ${names}.`)
  await keepHead(forge.git, issue.number, headSha)
  return {
    ...issue,
    state: 'open',
    closedAt: null,
    closedBy: null,
    updatedAt: now,
    pull: { ...pull, headSha, baseSha, trial: null },
  }
}

async function rebased(forge: Forge, state: State, issue: PullIssue, base: string | undefined): Promise<PullIssue> {
  if (base === undefined || base === issue.pull.base) return issue
  if (issue.state === 'closed')
    throw invalid('PullRequest', 'base', 'invalid', 'Cannot change the base branch of a closed pull request.')
  const { head, fork } = issue.pull
  const wanted = { head: fork === undefined ? head : `${fork}:${head}`, base }
  const { headSha, baseSha } = await requireBranches(forge, wanted)
  if (findOpen(state, { ...issue.pull, base })) {
    const message = `A pull request already exists for base branch '${base}' and head branch '${head}'`
    throw invalid('PullRequest', 'base', 'invalid', message)
  }
  return { ...issue, pull: { ...issue.pull, base, headSha, baseSha, trial: null } }
}

/** The branches that a body names; the head may be written `owner:branch`, and of a fork must be. */
async function requireBranches(forge: Forge, wanted: { readonly head: string; readonly base: string }) {
  const { git, owner } = forge
  const [, user, head = ''] = /^(?:([^:]*):)?(.*)$/.exec(wanted.head) ?? []
  const { base } = wanted
  const baseSha = await tipOf(git, base)
  if (baseSha === undefined) throw invalid('PullRequest', 'base', 'invalid')
  const fork = user === undefined || user === owner ? undefined : user
  const place = { head, ...(fork !== undefined && { fork }) }
  const headSha = await headTip(git, place)
  if (headSha === undefined) throw invalid('PullRequest', 'head', 'invalid')
  const named = (branch: string) => (user === undefined ? branch : `${owner}:${branch}`)
  const headName = fork === undefined ? named(head) : `${fork}:${head}`
  if ((await mergeBaseOf(git, baseSha, headSha)) === undefined) {
    throw custom(`The ${headName} branch has no history in common with ${named(base)}`)
  }
  if ((await commitsBetween(git, baseSha, headSha)).length === 0) {
    throw custom(`No commits between ${named(base)} and ${headName}`)
  }
  return { ...place, base, headSha, baseSha }
}

type Branches = Pick<StoredPull, 'head' | 'fork' | 'base'>

function refuseSecond(state: State, { owner }: Forge, branches: Branches): void {
  const { fork = owner, head } = branches
  if (findOpen(state, branches)) throw custom(`A pull request already exists for ${fork}:${head}.`)
}

function findOpen(state: State, { head, fork, base }: Branches): PullIssue | undefined {
  return state.discussion.issues
    .filter(isPullIssue)
    .find(({ state: is, pull }) => is === 'open' && pull.head === head && pull.fork === fork && pull.base === base)
}

function custom(message: string): Refusal {
  return new Refusal(422, 'Validation Failed', [{ resource: 'PullRequest', code: 'custom', message }])
}

/** A `head` without an owner is no filter: GitHub leaves it unread. */
function fits({ owner }: Forge, query: URLSearchParams, { state, pull }: PullIssue): boolean {
  const wanted = query.get('state') ?? 'open'
  const head = query.get('head') ?? ''
  const base = query.get('base') ?? ''
  return (
    (wanted === 'all' || wanted === state) &&
    (!head.includes(':') || head === `${pull.fork ?? owner}:${pull.head}`) &&
    (base === '' || base === pull.base)
  )
}

function sorted(state: State, query: URLSearchParams, pulls: readonly PullIssue[]): readonly PullIssue[] {
  const sort = query.get('sort') ?? 'created'
  const isDescending = (query.get('direction') ?? (sort === 'created' ? 'desc' : 'asc')) === 'desc'
  const keyOf = (issue: PullIssue): number => {
    if (sort === 'updated') return Date.parse(issue.updatedAt)
    if (sort === 'popularity') return state.discussion.comments.filter((one) => one.issue === issue.number).length
    return issue.number
  }
  const ascending = [...pulls].sort((one, other) => keyOf(one) - keyOf(other) || one.number - other.number)
  return isDescending ? ascending.reverse() : ascending
}
