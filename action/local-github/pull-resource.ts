import type { Access } from './access.ts'
import { commitsBetween, mergeBaseOf } from './branches.ts'
import { countApprovals } from './count-approvals.ts'
import type { Exchange, Forge } from './exchange.ts'
import { commentsOn, discussed, issuePage } from './issue-resource.ts'
import { newestCheckRuns, newestStatuses, passedContexts } from './passed-contexts.ts'
import { forkResource, nodeId, type Resource, repositoryResource, userResource } from './resources.ts'
import { violationsOf } from './rules.ts'
import type { State } from './state.ts'
import type { PullIssue } from './stored-issue.ts'
import type { StoredPull, Trial } from './stored-pull.ts'

/** As lists show a pull request: nothing that would have to be computed. */
export function pullSimple({ forge, access }: Exchange, state: State, issue: PullIssue): Resource {
  const { pull } = issue
  const url = `${forge.repositoryUrl}/pulls/${issue.number}`
  const asIssue = `${forge.repositoryUrl}/issues/${issue.number}`
  const page = issuePage(forge, issue)
  const statuses = `${forge.repositoryUrl}/statuses/${pull.headSha}`
  const link = (href: string) => ({ href })
  return {
    id: issue.id,
    node_id: nodeId('PullRequest', issue.id),
    url,
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: asIssue,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${forge.repositoryUrl}/pulls/comments{/number}`,
    comments_url: `${asIssue}/comments`,
    statuses_url: statuses,
    ...discussed(forge, state, issue),
    draft: pull.isDraft,
    merged_at: pull.merged?.at ?? null,
    merge_commit_sha: pull.merged?.commit ?? pull.trial?.commit ?? null,
    requested_reviewers: [],
    requested_teams: [],
    auto_merge: null,
    head: headOf(forge, state, access, pull),
    base: sideOf(forge, state, access, pull.base, pull.baseSha),
    _links: {
      self: link(url),
      html: link(page),
      issue: link(asIssue),
      comments: link(`${asIssue}/comments`),
      review_comments: link(`${url}/comments`),
      review_comment: link(`${forge.repositoryUrl}/pulls/comments{/number}`),
      commits: link(`${url}/commits`),
      statuses: link(statuses),
    },
  }
}

/** As it is shown alone: with what it changes, and whether it can be merged, where that is known by now. */
export async function pullResource(exchange: Exchange, state: State, issue: PullIssue): Promise<Resource> {
  const { forge, access } = exchange
  const { pull } = issue
  const trial = currentTrial(pull)
  const { additions, deletions, files } = await countChanges(forge, pull)
  const isOpen = issue.state === 'open'
  return {
    ...pullSimple(exchange, state, issue),
    merged: pull.merged !== null,
    merged_by: pull.merged ? userResource(forge, pull.merged.by) : null,
    mergeable: isOpen && trial ? trial.commit !== null : null,
    rebaseable: isOpen && trial ? trial.isRebaseable : null,
    mergeable_state: isOpen ? mergeableState(state, access, issue, trial) : 'unknown',
    comments: commentsOn(state, issue).length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: (await commitsBetween(forge.git, pull.baseSha, pull.headSha)).length,
    additions,
    deletions,
    changed_files: files,
  }
}

/** Undefined until somebody asked, and again after every push. */
export function currentTrial({ trial, headSha, baseSha }: StoredPull): Trial | undefined {
  return trial && trial.headSha === headSha && trial.baseSha === baseSha ? trial : undefined
}

/** `blocked`: a rule is against it; `unstable`: no rule is, but some status or check has not passed. */
function mergeableState(state: State, access: Access, issue: PullIssue, trial: Trial | undefined): string {
  const { pull } = issue
  if (!trial) return 'unknown'
  if (trial.commit === null) return 'dirty'
  if (pull.isDraft) return 'draft'
  const approvals = countApprovals(state, issue)
  const change = {
    ref: `refs/heads/${pull.base}`,
    kind: 'update',
    sha: pull.headSha,
    isMerge: true,
    approvals,
  } as const
  if (violationsOf(state, access, change)) return 'blocked'
  const passed = passedContexts(state.platform, pull.headSha)
  const contexts = [
    ...newestStatuses(state.platform, pull.headSha).map(({ context }) => context),
    ...newestCheckRuns(state.platform, pull.headSha).map(({ name }) => name),
  ]
  return contexts.every((context) => passed.has(context)) ? 'clean' : 'unstable'
}

function headOf(forge: Forge, state: State, access: Access, { head, headSha, fork }: StoredPull): Resource {
  const own = sideOf(forge, state, access, head, headSha)
  if (fork === undefined) return own
  const repo = forkResource(forge, state, access, fork)
  return { ...own, label: `${fork}:${head}`, user: userResource(forge, fork), repo }
}

function sideOf(forge: Forge, state: State, access: Access, branch: string, sha: string): Resource {
  return {
    label: `${forge.owner}:${branch}`,
    ref: branch,
    sha,
    user: userResource(forge, forge.owner),
    repo: repositoryResource(forge, state, access),
  }
}

async function countChanges(forge: Forge, { baseSha, headSha }: StoredPull) {
  const from = (await mergeBaseOf(forge.git, baseSha, headSha)) ?? baseSha
  const counted = await forge.git.read(['diff-tree', '-r', '-M', '--numstat', '-z', '--no-ext-diff', from, headSha])
  // A renamed file's two names stand alone, each ended by a NUL.
  const lines = [...counted.matchAll(/(?:^|\0)(\d+|-)\t(\d+|-)\t/g)]
  const sum = (index: number) => lines.reduce((total, line) => total + (Number(line[index]) || 0), 0)
  return { additions: sum(1), deletions: sum(2), files: lines.length }
}
