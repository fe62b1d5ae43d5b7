import { createPull, getPull, listPulls, updatePull } from './pull-routes.ts'
import { type Route, route } from './route.ts'

/** What people say and decide about the code: pull requests, issues, comments, labels. */
export const discussionRoutes: readonly Route[] = [
  route('GET', '/repos/{owner}/{repo}/pulls', 'nothing', listPulls),
  route('POST', '/repos/{owner}/{repo}/pulls', 'state', createPull),
  route('GET', '/repos/{owner}/{repo}/pulls/{pull_number}', 'nothing', getPull),
  route('PATCH', '/repos/{owner}/{repo}/pulls/{pull_number}', 'state', updatePull),
]
