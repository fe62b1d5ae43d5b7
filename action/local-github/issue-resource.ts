import { actorNamed } from './access.ts'
import type { Forge } from './exchange.ts'
import { nodeId, pageOf, type Resource, userResource } from './resources.ts'
import type { State } from './state.ts'
import type { StoredComment, StoredIssue } from './stored-issue.ts'
import type { StoredLabel } from './stored-label.ts'

export function issueResource(forge: Forge, state: State, issue: StoredIssue): Resource {
  const url = `${forge.repositoryUrl}/issues/${issue.number}`
  const { pull } = issue
  return {
    id: issue.id,
    node_id: nodeId('Issue', issue.id),
    url,
    repository_url: forge.repositoryUrl,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    timeline_url: `${url}/timeline`,
    html_url: issuePage(forge, issue),
    ...discussed(forge, state, issue),
    state_reason: issue.stateReason,
    comments: commentsOn(state, issue).length,
    closed_by: issue.closedBy === null ? null : userResource(forge, issue.closedBy),
    performed_via_github_app: null,
    ...(pull && {
      draft: pull.isDraft,
      pull_request: {
        url: `${forge.repositoryUrl}/pulls/${issue.number}`,
        html_url: issuePage(forge, issue),
        diff_url: `${issuePage(forge, issue)}.diff`,
        patch_url: `${issuePage(forge, issue)}.patch`,
        merged_at: pull.merged?.at ?? null,
      },
    }),
  }
}

/** What an issue and a pull request have in common. */
export function discussed(forge: Forge, state: State, issue: StoredIssue): Resource {
  return {
    number: issue.number,
    title: issue.title,
    body: issue.body,
    state: issue.state,
    locked: false,
    active_lock_reason: null,
    user: userResource(forge, issue.author),
    labels: labelsOn(state, issue).map((label) => labelResource(forge, label)),
    milestone: null,
    assignee: null,
    assignees: [],
    author_association: associationOf(forge, issue.author),
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
  }
}

export function commentResource(forge: Forge, issue: StoredIssue, comment: StoredComment): Resource {
  return {
    id: comment.id,
    node_id: nodeId('IssueComment', comment.id),
    url: `${forge.repositoryUrl}/issues/comments/${comment.id}`,
    html_url: `${issuePage(forge, issue)}#issuecomment-${comment.id}`,
    issue_url: `${forge.repositoryUrl}/issues/${comment.issue}`,
    body: comment.body,
    user: userResource(forge, comment.author),
    author_association: associationOf(forge, comment.author),
    performed_via_github_app: null,
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
  }
}

export function labelResource(forge: Forge, label: StoredLabel): Resource {
  return {
    id: label.id,
    node_id: nodeId('Label', label.id),
    url: `${forge.repositoryUrl}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    color: label.color,
    description: label.description,
    default: label.isDefault,
  }
}

export function issuePage(forge: Forge, { number, pull }: StoredIssue): string {
  return `${pageOf(forge)}/${pull ? 'pull' : 'issues'}/${number}`
}

/** The oldest first. */
export function commentsOn(state: State, { number }: StoredIssue): readonly StoredComment[] {
  return state.discussion.comments.filter(({ issue }) => issue === number)
}

export function labelsOn(state: State, issue: StoredIssue): readonly StoredLabel[] {
  return issue.labels.flatMap((id) => state.discussion.labels.find((label) => label.id === id) ?? [])
}

/** What somebody is to the repository. */
export function associationOf(forge: Forge, login: string): string {
  if (login === forge.owner) return 'OWNER'
  return actorNamed(login).type === 'Bot' ? 'CONTRIBUTOR' : 'COLLABORATOR'
}
