import { sendArtifact } from './artifact-routes.ts'
import { deleteAsset, downloadAsset, getAsset, listAssets, uploadAsset } from './asset-routes.ts'
import { codeRoutes } from './code-routes.table.ts'
import { discussionRoutes } from './discussion-routes.table.ts'
import { createBlob, createCommit, createTree, getBlob, getGitCommit, getTree } from './git-data-routes.ts'
import { platformRoutes } from './platform-routes.table.ts'
import { createRef, deleteRef, getRef, listMatchingRefs, updateRef } from './ref-routes.ts'
import {
  createRelease,
  deleteRelease,
  getRelease,
  getReleaseByTag,
  listReleases,
  updateRelease,
} from './release-routes.ts'
import { downloadTarball, getCommit, getContents, getRepository, getTarball, listCommits } from './repository-routes.ts'
import { type Route, route } from './route.ts'

/** All that the embedded GitHub answers over REST; anything else is a 501. */
export const apiRoutes: readonly Route[] = [
  // Before the others: `commits/{ref}` would take `commits/main/status` for a branch.
  ...platformRoutes,
  ...discussionRoutes,
  ...codeRoutes,
  route('GET', '/repos/{owner}/{repo}', 'nothing', getRepository),
  route('GET', '/repos/{owner}/{repo}/commits', 'nothing', listCommits),
  route('GET', '/repos/{owner}/{repo}/commits/{ref}', 'nothing', getCommit),
  route('GET', '/repos/{owner}/{repo}/contents/{path}', 'nothing', getContents),
  route('GET', '/repos/{owner}/{repo}/tarball/{ref}', 'nothing', getTarball),
  route('GET', '/repos/{owner}/{repo}/git/ref/{ref}', 'nothing', getRef),
  route('GET', '/repos/{owner}/{repo}/git/matching-refs/{ref}', 'nothing', listMatchingRefs),
  route('POST', '/repos/{owner}/{repo}/git/refs', 'refs', createRef),
  route('PATCH', '/repos/{owner}/{repo}/git/refs/{ref}', 'refs', updateRef),
  route('DELETE', '/repos/{owner}/{repo}/git/refs/{ref}', 'refs', deleteRef),
  route('POST', '/repos/{owner}/{repo}/git/blobs', 'state', createBlob),
  route('GET', '/repos/{owner}/{repo}/git/blobs/{file_sha}', 'nothing', getBlob),
  route('POST', '/repos/{owner}/{repo}/git/trees', 'state', createTree),
  route('GET', '/repos/{owner}/{repo}/git/trees/{tree_sha}', 'nothing', getTree),
  route('POST', '/repos/{owner}/{repo}/git/commits', 'state', createCommit),
  route('GET', '/repos/{owner}/{repo}/git/commits/{commit_sha}', 'nothing', getGitCommit),
  route('GET', '/repos/{owner}/{repo}/releases', 'nothing', listReleases),
  route('POST', '/repos/{owner}/{repo}/releases', 'state', createRelease),
  route('GET', '/repos/{owner}/{repo}/releases/tags/{tag}', 'nothing', getReleaseByTag),
  route('GET', '/repos/{owner}/{repo}/releases/assets/{asset_id}', 'nothing', getAsset),
  route('DELETE', '/repos/{owner}/{repo}/releases/assets/{asset_id}', 'state', deleteAsset),
  route('GET', '/repos/{owner}/{repo}/releases/{release_id}', 'nothing', getRelease),
  route('PATCH', '/repos/{owner}/{repo}/releases/{release_id}', 'state', updateRelease),
  route('DELETE', '/repos/{owner}/{repo}/releases/{release_id}', 'state', deleteRelease),
  route('GET', '/repos/{owner}/{repo}/releases/{release_id}/assets', 'nothing', listAssets),
  route('POST', '/repos/{owner}/{repo}/releases/{release_id}/assets', 'state', uploadAsset),
]

/** Addresses that the API hands out and that are no part of it. */
export const webRoutes: readonly Route[] = [
  route('GET', '/{owner}/{repo}/artifacts/{artifact_id}/{name}', 'nothing', sendArtifact),
  route('GET', '/{owner}/{repo}/legacy.tar.gz/{ref}', 'nothing', downloadTarball),
  route('GET', '/{owner}/{repo}/releases/download/{tag}/{name}', 'nothing', downloadAsset),
]

/** Variables that may hold slashes, as a branch's name does. */
const spanning = new Set(['ref', 'path', 'tag', 'branch', 'basehead'])

export interface MatchedRoute {
  readonly route: Route
  readonly params: Readonly<Record<string, string>>
}

/** The first route that fits, with the path's variables decoded; undefined where none does or a variable is malformed. */
export function matchRoute(routes: readonly Route[], method: string, path: string): MatchedRoute | undefined {
  for (const candidate of routes) {
    if (candidate.method !== method) continue
    const groups = patternOf(candidate.path).exec(path)?.groups
    if (!groups) continue
    try {
      const decoded = Object.entries(groups).map(([name, text]) => [name, decodeURIComponent(text)])
      return { route: candidate, params: Object.fromEntries(decoded) }
    } catch {
      return undefined
    }
  }
  return undefined
}

function patternOf(template: string): RegExp {
  const source = template.replace(
    /\{(\w+)\}/g,
    (_, name: string) => `(?<${name}>${spanning.has(name) ? '.+' : '[^/]+'})`,
  )
  return new RegExp(`^${source}$`)
}
