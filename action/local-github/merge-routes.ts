import { type Access, actorOf } from './access.ts'
import { oneOf } from './body-fields.ts'
import { commitsBetween, isAncestor } from './branches.ts'
import { countApprovals } from './count-approvals.ts'
import { withIssue } from './discussion.ts'
import { type Answer, type Exchange, type Forge, optionalText, param } from './exchange.ts'
import { followRefs, keepHead } from './follow-refs.ts'
import { readCommit } from './git-commits.ts'
import { mergeCommit, rebaseOnto, squashCommit } from './merging.ts'
import { requirePull } from './pull-routes.ts'
import { notFound, Refusal } from './refusal.ts'
import { foundViolations, violationsOf } from './rules.ts'
import type { State } from './state.ts'
import { isPullIssue, type PullIssue } from './stored-issue.ts'

const methods = ['merge', 'squash', 'rebase'] as const

export type MergeMethod = (typeof methods)[number]

export interface MergeWish {
  readonly method: MergeMethod
  readonly title?: string | undefined
  readonly message?: string | undefined
  /** The head that whoever merges has seen. */
  readonly sha?: string | undefined
}

export async function mergePull(exchange: Exchange): Promise<Answer> {
  const { forge, access, body } = exchange
  const wish: MergeWish = {
    method: oneOf(body, 'merge_method', methods, 'merge'),
    title: optionalText(body, 'commit_title'),
    message: optionalText(body, 'commit_message'),
    sha: optionalText(body, 'sha'),
  }
  const sha = await merge(forge, access, Number(param(exchange, 'pull_number')), wish)
  return { status: 200, json: { sha, merged: true, message: 'Pull Request successfully merged' } }
}

export async function isMerged(exchange: Exchange): Promise<Answer> {
  const { pull } = requirePull(await followRefs(exchange.forge), exchange)
  if (!pull.merged) throw notFound()
  return { status: 204 }
}

/** Merges the base into the head, as the button "Update branch" does. */
export async function updateBranch(exchange: Exchange): Promise<Answer> {
  const { forge, access, body } = exchange
  const expected = optionalText(body, 'expected_head_sha')
  const state = await followRefs(forge)
  const issue = requirePull(state, exchange)
  const { pull } = issue
  if (issue.state === 'closed') throw new Refusal(422, 'Pull Request is closed')
  if (pull.fork !== undefined) throw new Refusal(501, 'The embedded GitHub writes no branch of a fork')
  if (expected !== undefined && expected !== pull.headSha)
    throw new Refusal(422, "expected head sha didn't match current head ref.")
  if (await isAncestor(forge.git, pull.baseSha, pull.headSha))
    throw new Refusal(422, 'There are no new commits on the base branch.')
  const message = `Merge branch '${pull.base}' into ${pull.head}`
  const merging = { ours: pull.headSha, theirs: pull.baseSha, message, author: actorOf(access) }
  const commit = await mergeCommit(forge.git, merging)
  if (commit === undefined) throw new Refusal(422, 'merge conflict between base and head')
  const ref = `refs/heads/${pull.head}`
  const violations = violationsOf(state, access, { ref, kind: 'update', sha: commit })
  if (violations) throw new Refusal(422, foundViolations(violations.messages))
  const { code } = await forge.git.run(['update-ref', ref, commit, pull.headSha])
  if (code !== 0) throw new Refusal(422, "expected head sha didn't match current head ref.")
  await followRefs(forge, actorOf(access).login)
  return {
    status: 202,
    json: { message: 'Updating pull request branch.', url: `${forge.repositoryUrl}/pulls/${issue.number}` },
  }
}

/**
 * Merges an open pull request and tells the commit of the base that did it. The commit is made and noted first, then the
 * base is moved, then the pull request is closed: whatever is killed in between, the next look finds it merged or open.
 */
export async function merge(forge: Forge, access: Access, number: number, wish: MergeWish): Promise<string> {
  await followRefs(forge)
  const { issue, landing } = await forge.state.change(async (state) => {
    const found = openPull(state, number)
    if (wish.sha !== undefined && wish.sha !== found.pull.headSha)
      throw new Refusal(409, 'Head branch was modified. Review and try the merge again.')
    const isBehind = !(await isAncestor(forge.git, found.pull.baseSha, found.pull.headSha))
    refuseByRules(state, access, found, isBehind)
    const commit = await landingCommit(forge, access, found, wish)
    const changed: PullIssue = { ...found, pull: { ...found.pull, landing: commit } }
    const after = { ...state, discussion: withIssue(state.discussion, changed) }
    return { state: after, answer: { issue: changed, landing: commit } }
  })
  const { base, baseSha, headSha } = issue.pull
  await keepHead(forge.git, number, headSha)
  const { code } = await forge.git.run(['update-ref', `refs/heads/${base}`, landing, baseSha])
  if (code !== 0) throw new Refusal(405, 'Base branch was modified. Review and try the merge again.')
  await followRefs(forge, actorOf(access).login)
  return landing
}

function openPull(state: State, number: number): PullIssue {
  const issue = state.discussion.issues.find((known) => known.number === number)
  if (!issue || !isPullIssue(issue)) throw notFound()
  if (issue.state === 'closed') throw new Refusal(405, 'Pull Request is not mergeable')
  if (issue.pull.isDraft) throw new Refusal(405, 'Pull Request is still a draft')
  return issue
}

function refuseByRules(state: State, access: Access, issue: PullIssue, isBehind: boolean): void {
  const { pull } = issue
  const to = { ref: `refs/heads/${pull.base}`, kind: 'update', sha: pull.headSha } as const
  const change = { ...to, isMerge: true, isBehind, approvals: countApprovals(state, issue) }
  const violations = violationsOf(state, access, change)
  if (!violations) return
  const { source, messages } = violations
  throw new Refusal(405, source === 'ruleset' ? foundViolations(messages) : messages.join('\n'))
}

async function landingCommit(forge: Forge, access: Access, issue: PullIssue, wish: MergeWish): Promise<string> {
  const { git } = forge
  const { headSha: theirs, baseSha: ours, head, fork = forge.owner } = issue.pull
  const actor = actorOf(access)
  const written = (title: string, message: string) =>
    [wish.title ?? title, wish.message ?? message].filter((part) => part !== '').join('\n\n')
  if (wish.method === 'rebase') {
    const tip = await rebaseOnto(git, ours, theirs, actor)
    if (tip === undefined) throw new Refusal(405, "This branch can't be rebased")
    return tip
  }
  if (wish.method === 'squash') {
    const { title, message } = await squashWords(forge, issue)
    const author = { login: issue.author }
    const commit = await squashCommit(git, { ours, theirs, message: written(title, message), author })
    if (commit !== undefined) return commit
  } else {
    const title = `Merge pull request #${issue.number} from ${fork}/${head}`
    const commit = await mergeCommit(git, { ours, theirs, message: written(title, issue.title), author: actor })
    if (commit !== undefined) return commit
  }
  throw new Refusal(405, 'Pull Request is not mergeable')
}

/** As GitHub fills its form: one commit's own words, else the pull request's title over all of theirs. */
async function squashWords({ git }: Forge, { number, title, pull }: PullIssue) {
  const shas = await commitsBetween(git, pull.baseSha, pull.headSha)
  const messages: string[] = []
  for (const sha of shas) messages.push((await readCommit(git, sha)).message)
  const [only = ''] = messages
  if (messages.length > 1) {
    return { title: `${title} (#${number})`, message: messages.map((text) => `* ${text}`).join('\n\n') }
  }
  const [subject = '', ...rest] = only.split('\n')
  return { title: `${subject} (#${number})`, message: rest.join('\n').trim() }
}
