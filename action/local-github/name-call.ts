import type { IncomingMessage } from 'node:http'

import type { Forge } from './exchange.ts'
import { apiRoutes, type MatchedRoute, matchRoute, webRoutes } from './routes.table.ts'

/** What one request is, before anything of it is done. */
export interface Call {
  readonly method: string
  /** `POST /repos/{owner}/{repo}/releases`, `git refs`, `git push`, `git fetch`; the path as it came where no row of the table fits. */
  readonly name: string
  readonly isGit: boolean
  readonly isUpload: boolean
  readonly isList: boolean
  readonly address: URL
  /** Undefined over git, and where no row fits. */
  readonly matched?: MatchedRoute
  /** Whether the row is one of the API's. */
  readonly isApi: boolean
}

export function nameCall(forge: Forge, request: IncomingMessage): Call {
  const method = request.method ?? 'GET'
  const address = new URL(request.url ?? '/', forge.serverUrl)
  const path = address.pathname
  const call = { method, address, isGit: false, isUpload: false, isList: false, isApi: false }
  if (path.startsWith(gitPathOf(forge))) {
    const step = path.endsWith('/git-receive-pack') ? 'push' : path.endsWith('/git-upload-pack') ? 'fetch' : 'refs'
    return { ...call, isGit: true, name: `git ${step}` }
  }
  const isUpload = path.startsWith('/api/uploads/')
  const isApi = isUpload || path.startsWith('/api/v3/')
  const template = isUpload ? path.slice('/api/uploads'.length) : isApi ? path.slice('/api/v3'.length) : path
  const matched = matchRoute(isApi ? apiRoutes : webRoutes, method, template)
  const isUploadRoute = matched?.route.method === 'POST' && matched.route.path.endsWith('/assets')
  if (!matched || isUpload !== isUploadRoute) return { ...call, isUpload, isApi, name: `${method} ${template}` }
  const { route } = matched
  const isList = method === 'GET' && isApi && !route.path.endsWith('}')
  return { ...call, isUpload, isApi, isList, matched, name: `${method} ${route.path}` }
}

/** Where git is served, with a slash at the end. */
export function gitPathOf({ owner, repository }: Pick<Forge, 'owner' | 'repository'>): string {
  return `/${owner}/${repository}.git/`
}
