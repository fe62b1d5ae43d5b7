import { compareCommits } from './compare-routes.ts'
import { deleteFile, putFile } from './file-routes.ts'
import { mergeBranch } from './merge-branch-routes.ts'
import { type Route, route } from './route.ts'
import { listTags } from './tag-routes.ts'

/** What is done to the code without git. */
export const codeRoutes: readonly Route[] = [
  route('PUT', '/repos/{owner}/{repo}/contents/{path}', 'refs', putFile),
  route('DELETE', '/repos/{owner}/{repo}/contents/{path}', 'refs', deleteFile),
  route('GET', '/repos/{owner}/{repo}/compare/{basehead}', 'nothing', compareCommits),
  route('POST', '/repos/{owner}/{repo}/merges', 'refs', mergeBranch),
  route('GET', '/repos/{owner}/{repo}/tags', 'nothing', listTags),
]
