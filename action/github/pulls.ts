import { Fault } from '../base/fault.ts'
import { type Done, type GitHubClient, once } from './client.ts'
import type { Refused } from './github-fault.ts'

export interface Pull {
  readonly number: number
  readonly url: string
  readonly state: 'open' | 'closed' | 'merged'
  readonly title: string
  readonly branch: string
  /** The commit that the branch pointed at while it was open. */
  readonly head: string
  readonly body: string
}

interface RestPull {
  readonly number: number
  readonly html_url: string
  readonly title: string
  readonly state: string
  readonly merged_at?: string | null
  readonly body?: string | null
  readonly head: { readonly ref: string; readonly sha: string }
}

/** Those of a branch of this repository, open or not, the newest first. */
export async function listPullsOf(client: GitHubClient, branch: string): Promise<readonly Pull[]> {
  const { owner } = client.connection
  const found = await client.call('list the pull requests of', branch, ({ rest }, repository) =>
    rest.pulls.list({ ...repository, head: `${owner}:${branch}`, state: 'all', per_page: 100 }),
  )
  return found.map(asPull).sort((one, other) => other.number - one.number)
}

/** A pull request as its head tells it apart. */
export interface HeadPull {
  readonly number: number
  readonly isOpen: boolean
  readonly head: string
  /** `mallory/parcels`; undefined where it is gone. */
  readonly headRepository: string | undefined
}

/** Those of a branch of anybody's repository, open or not, the newest hundred first. Needs `pull-requests: read`. */
export async function listPullsFrom(client: GitHubClient, owner: string, branch: string): Promise<readonly HeadPull[]> {
  const found = await client.call(
    'list the pull requests of',
    `${owner}:${branch}`,
    ({ rest }, names) => rest.pulls.list({ ...names, head: `${owner}:${branch}`, state: 'all', per_page: 100 }),
    [{ number: 'number', state: 'text', head: { sha: 'text' } }],
  )
  return found.map(({ number, state, head }) => {
    const repository: { readonly full_name: string } | null = head.repo
    return { number, isOpen: state === 'open', head: head.sha, headRepository: repository?.full_name }
  })
}

/** The numbers of all that are open, forks' too, ascending. */
export async function listOpenPulls(client: GitHubClient): Promise<readonly number[]> {
  const { owner, repository } = client.connection
  return client.call('list the pull requests of', `${owner}/${repository}`, async (octokit, names) => {
    const all = await octokit.paginate(octokit.rest.pulls.list, { ...names, state: 'open', per_page: 100 })
    return { data: all.map(({ number }) => number).sort((one, other) => one - other) }
  })
}

export interface NewPull {
  readonly branch: string
  readonly base: string
  readonly title: string
  readonly body: string
}

/** Refused (422) where one is open already; `forbidden` where the token, or the repository's settings, allow none. */
export async function createPull(
  client: GitHubClient,
  { branch, base, title, body }: NewPull,
): Promise<Done<Pull> | Refused | { readonly kind: 'forbidden'; readonly message: string }> {
  try {
    const made = await client.attempt('open a pull request of', branch, ({ rest }, repository) =>
      rest.pulls.create({ ...repository, head: branch, base, title, body, request: once }),
    )
    return made.kind === 'done' ? { kind: 'done', data: asPull(made.data) } : made
  } catch (error) {
    if (error instanceof Fault && error.code === 'github/forbidden')
      return { kind: 'forbidden', message: error.message }
    throw error
  }
}

export async function editPull(
  client: GitHubClient,
  number: number,
  change: { readonly title?: string; readonly body?: string; readonly state?: 'closed' },
): Promise<void> {
  await client.call('change the pull request', `#${number}`, ({ rest }, repository) =>
    rest.pulls.update({ ...repository, pull_number: number, ...change }),
  )
}

/** Who merged a pull request, and when. */
export interface Merge {
  readonly number: number
  readonly by: string
  /** ISO 8601. */
  readonly at: string
  readonly url: string
  /** The commit that its branch pointed at then. */
  readonly head: string
}

/** Undefined where it is not merged, or is no more. Fault: `github/forbidden` where the token may not see pull requests. */
export async function readMerge(client: GitHubClient, number: number): Promise<Merge | undefined> {
  const found = await client.find('read the pull request', `#${number}`, ({ rest }, repository) =>
    rest.pulls.get({ ...repository, pull_number: number }),
  )
  if (!found?.merged_at) return undefined
  const { merged_at: at, html_url: url, head } = found
  return { number, by: found.merged_by?.login ?? 'somebody who is gone', at, url, head: head.sha }
}

/** Numbers of the merged pull requests that brought a commit, the newest first; one call. Fault: as `readMerge()`. */
export async function mergedPullsOf(client: GitHubClient, commit: string): Promise<readonly number[]> {
  const found = await client.attempt('list the pull requests of', commit.slice(0, 8), ({ rest }, repository) =>
    rest.repos.listPullRequestsAssociatedWithCommit({ ...repository, commit_sha: commit }),
  )
  // A commit that is no more answers 422.
  if (found.kind === 'refused') return []
  const merged = found.data.filter(({ merged_at }) => merged_at !== null)
  return merged.map(({ number }) => number).sort((one, other) => other - one)
}

/** A pull request and what became of it. */
export interface MergedPull {
  readonly number: number
  /** The commit that its branch pointed at when it was merged. */
  readonly head: string
  /** `acme/parcels`; undefined where it is gone. */
  readonly headRepository: string | undefined
  /** The branch that it was merged into. */
  readonly base: string
  /** The commit that the merge made. */
  readonly mergedAs: string | null
  /** Paths of all files that it changed; of one that was renamed, both. */
  readonly changed: readonly string[]
}

/** The pull request whose merge made a commit; undefined where there is none. Needs `pull-requests: read`. */
export async function pullMergedAs(client: GitHubClient, commit: string): Promise<MergedPull | undefined> {
  const found = await client.attempt('list the pull requests of', commit.slice(0, 8), ({ rest }, repository) =>
    rest.repos.listPullRequestsAssociatedWithCommit({ ...repository, commit_sha: commit, per_page: 100 }),
  )
  if (found.kind === 'refused') return undefined
  const pull = found.data.find((one) => one.merged_at !== null && one.merge_commit_sha === commit)
  if (!pull) return undefined
  const files = await client.call('list the files of', `#${pull.number}`, async (octokit, names) => ({
    data: await octokit.paginate(octokit.rest.pulls.listFiles, { ...names, pull_number: pull.number, per_page: 100 }),
  }))
  const from: { readonly full_name: string } | null = pull.head.repo
  return {
    number: pull.number,
    head: pull.head.sha,
    headRepository: from?.full_name,
    base: pull.base.ref,
    mergedAs: pull.merge_commit_sha,
    changed: files.flatMap(({ filename, previous_filename: before }) => [filename, ...(before ? [before] : [])]),
  }
}

/** What a branch, or commit, has that another has not. */
export interface Comparison {
  /** Where both were one. */
  readonly mergeBase: string
  /** Files that differ since then, each with git's name of its content. */
  readonly files: readonly { readonly path: string; readonly blob: string | null }[]
  /** Messages of the commits, whole. */
  readonly messages: readonly string[]
}

/** Undefined where one of them is gone, or they have nothing in common. */
export async function compareCommits(
  client: GitHubClient,
  base: string,
  head: string,
): Promise<Comparison | undefined> {
  const found = await client.find('compare', `${base.slice(0, 8)}...${head.slice(0, 8)}`, ({ rest }, repository) =>
    rest.repos.compareCommitsWithBasehead({ ...repository, basehead: `${base}...${head}` }),
  )
  if (!found) return undefined
  return {
    mergeBase: found.merge_base_commit.sha,
    files: (found.files ?? []).map(({ filename, sha, status }) => ({
      path: filename,
      blob: status === 'removed' ? null : sha,
    })),
    messages: found.commits.map(({ commit }) => commit.message),
  }
}

function asPull(pull: RestPull): Pull {
  const isMerged = pull.merged_at !== null && pull.merged_at !== undefined
  return {
    number: pull.number,
    url: pull.html_url,
    title: pull.title,
    state: isMerged ? 'merged' : pull.state === 'open' ? 'open' : 'closed',
    branch: pull.head.ref,
    head: pull.head.sha,
    body: pull.body ?? '',
  }
}
