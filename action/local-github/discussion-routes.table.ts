import {
  createComment,
  deleteComment,
  getComment,
  listAllComments,
  listComments,
  updateComment,
} from './comment-routes.ts'
import { createIssue, getIssue, listIssues, updateIssue } from './issue-routes.ts'
import {
  addIssueLabels,
  createLabel,
  deleteLabel,
  getLabel,
  listIssueLabels,
  listLabels,
  removeIssueLabel,
  removeIssueLabels,
  setIssueLabels,
  updateLabel,
} from './label-routes.ts'
import { isMerged, mergePull, updateBranch } from './merge-routes.ts'
import { listPullCommits, listPullFiles, listPullsOfCommit } from './pull-diff-routes.ts'
import { createPull, getPull, listPulls, updatePull } from './pull-routes.ts'
import { createReview, dismissReview, listReviews } from './review-routes.ts'
import { type Route, route } from './route.ts'

/** What people say and decide about the code: pull requests, issues, comments, labels. */
export const discussionRoutes: readonly Route[] = [
  route('GET', '/repos/{owner}/{repo}/pulls', 'nothing', listPulls),
  route('POST', '/repos/{owner}/{repo}/pulls', 'state', createPull),
  route('GET', '/repos/{owner}/{repo}/pulls/{pull_number}', 'nothing', getPull),
  route('PATCH', '/repos/{owner}/{repo}/pulls/{pull_number}', 'state', updatePull),
  route('GET', '/repos/{owner}/{repo}/pulls/{pull_number}/files', 'nothing', listPullFiles),
  route('GET', '/repos/{owner}/{repo}/pulls/{pull_number}/commits', 'nothing', listPullCommits),
  route('GET', '/repos/{owner}/{repo}/pulls/{pull_number}/merge', 'nothing', isMerged),
  route('PUT', '/repos/{owner}/{repo}/pulls/{pull_number}/merge', 'state', mergePull),
  route('PUT', '/repos/{owner}/{repo}/pulls/{pull_number}/update-branch', 'state', updateBranch),
  route('GET', '/repos/{owner}/{repo}/pulls/{pull_number}/reviews', 'nothing', listReviews),
  route('POST', '/repos/{owner}/{repo}/pulls/{pull_number}/reviews', 'state', createReview),
  route('PUT', '/repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/dismissals', 'state', dismissReview),
  route('GET', '/repos/{owner}/{repo}/commits/{commit_sha}/pulls', 'nothing', listPullsOfCommit),
  route('GET', '/repos/{owner}/{repo}/issues', 'nothing', listIssues),
  route('POST', '/repos/{owner}/{repo}/issues', 'state', createIssue),
  route('GET', '/repos/{owner}/{repo}/issues/comments', 'nothing', listAllComments),
  route('GET', '/repos/{owner}/{repo}/issues/comments/{comment_id}', 'nothing', getComment),
  route('PATCH', '/repos/{owner}/{repo}/issues/comments/{comment_id}', 'state', updateComment),
  route('DELETE', '/repos/{owner}/{repo}/issues/comments/{comment_id}', 'state', deleteComment),
  route('GET', '/repos/{owner}/{repo}/issues/{issue_number}', 'nothing', getIssue),
  route('PATCH', '/repos/{owner}/{repo}/issues/{issue_number}', 'state', updateIssue),
  route('GET', '/repos/{owner}/{repo}/issues/{issue_number}/comments', 'nothing', listComments),
  route('POST', '/repos/{owner}/{repo}/issues/{issue_number}/comments', 'state', createComment),
  route('GET', '/repos/{owner}/{repo}/issues/{issue_number}/labels', 'nothing', listIssueLabels),
  route('POST', '/repos/{owner}/{repo}/issues/{issue_number}/labels', 'state', addIssueLabels),
  route('PUT', '/repos/{owner}/{repo}/issues/{issue_number}/labels', 'state', setIssueLabels),
  route('DELETE', '/repos/{owner}/{repo}/issues/{issue_number}/labels', 'state', removeIssueLabels),
  route('DELETE', '/repos/{owner}/{repo}/issues/{issue_number}/labels/{name}', 'state', removeIssueLabel),
  route('GET', '/repos/{owner}/{repo}/labels', 'nothing', listLabels),
  route('POST', '/repos/{owner}/{repo}/labels', 'state', createLabel),
  route('GET', '/repos/{owner}/{repo}/labels/{name}', 'nothing', getLabel),
  route('PATCH', '/repos/{owner}/{repo}/labels/{name}', 'state', updateLabel),
  route('DELETE', '/repos/{owner}/{repo}/labels/{name}', 'state', deleteLabel),
]
