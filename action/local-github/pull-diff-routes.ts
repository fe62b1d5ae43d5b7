import type { Json } from '../base/canonical-json.ts'
import { commitsBetween, mergeBaseOf } from './branches.ts'
import { fileResource } from './change-resources.ts'
import { diffFiles, type FileChange } from './diff-files.ts'
import { type Answer, type Exchange, type Forge, paginated, param } from './exchange.ts'
import { followRefs } from './follow-refs.ts'
import { readCommit } from './git-commits.ts'
import { pullSimple } from './pull-resource.ts'
import { requirePull } from './pull-routes.ts'
import { Refusal } from './refusal.ts'
import { commitNamed, commitResource } from './repository-routes.ts'
import { isPullIssue, type PullIssue } from './stored-issue.ts'
import type { StoredPull } from './stored-pull.ts'

/** GitHub shows no more of one pull request. */
const mostFiles = 3000
const mostCommits = 250

export async function listPullFiles(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const { number, pull } = requirePull(await followRefs(forge), exchange)
  const files = (await filesOf(forge, pull)).slice(0, mostFiles)
  const { items, headers } = paginated(exchange, `/pulls/${number}/files`, files)
  return { status: 200, json: items.map((file) => fileResource(forge, pull.headSha, file)), headers }
}

export async function listPullCommits(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const { number, pull } = requirePull(await followRefs(forge), exchange)
  const found = (await commitsBetween(forge.git, pull.baseSha, pull.headSha)).slice(0, mostCommits)
  const { items, headers } = paginated(exchange, `/pulls/${number}/commits`, found)
  const commits: Json[] = []
  for (const sha of items) commits.push(commitResource(forge, await readCommit(forge.git, sha)))
  return { status: 200, json: commits, headers }
}

/** The pull requests that brought a commit, or would. */
export async function listPullsOfCommit(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const name = param(exchange, 'commit_sha')
  const sha = await commitNamed(forge, name)
  if (sha === undefined) throw new Refusal(422, `No commit found for SHA: ${name}`)
  const state = await followRefs(forge)
  const found: PullIssue[] = []
  for (const issue of state.discussion.issues.filter(isPullIssue)) {
    const { merged, baseSha, headSha } = issue.pull
    const isIn = merged?.commit === sha || (await commitsBetween(forge.git, baseSha, headSha)).includes(sha)
    if (isIn) found.push(issue)
  }
  const { items, headers } = paginated(exchange, `/commits/${sha}/pulls`, found)
  return { status: 200, json: items.map((issue) => pullSimple(exchange, state, issue)), headers }
}

/** What a pull request changes: from where the head left the base. */
export async function filesOf({ git }: Forge, { baseSha, headSha }: StoredPull): Promise<readonly FileChange[]> {
  return diffFiles(git, (await mergeBaseOf(git, baseSha, headSha)) ?? baseSha, headSha)
}
