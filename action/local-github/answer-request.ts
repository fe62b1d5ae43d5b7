import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'

import { actorOf } from './access.ts'
import { answerGit, fullName } from './answer-git.ts'
import { refuseAccess, refuseGit } from './decide-access.ts'
import { type Answer, type Exchange, type Fields, type Forge, isRecord } from './exchange.ts'
import { followRefs } from './follow-refs.ts'
import { notFound, Refusal } from './refusal.ts'
import type { Route } from './route.ts'
import { apiRoutes, matchRoute, webRoutes } from './routes.table.ts'
import { accessIn } from './tokens.ts'

/** Called before and after each request; answering `drop` closes the connection without a word. */
export type Interrupt = (
  moment: 'before' | 'after',
  request: IncomingMessage,
) => 'serve' | 'drop' | { readonly status: number; readonly json: unknown; readonly headers?: Record<string, string> }

interface Conversation {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly interrupt?: Interrupt
}

const largestJsonBytes = 64 << 20
const documentation = 'https://docs.github.com/rest'

/** Answers one request; whatever goes wrong becomes an answer too. */
export async function answerRequest(forge: Forge, conversation: Conversation): Promise<void> {
  const { request, response, interrupt } = conversation
  response.setHeader('x-github-request-id', randomUUID())
  response.setHeader('x-content-type-options', 'nosniff')
  try {
    if (interrupted(interrupt?.('before', request), response)) return
    const respond = await decide(forge, conversation)
    if (interrupted(interrupt?.('after', request), response)) return
    await respond()
  } catch (error) {
    if (response.headersSent) response.destroy()
    else refuse(response, error)
  }
}

/** Does the work; the answer is sent by the function that comes back. */
async function decide(forge: Forge, { request, response }: Conversation): Promise<() => Promise<void>> {
  requireThisMachine(request)
  const address = new URL(request.url ?? '/', forge.serverUrl)
  const state = await forge.state.read()
  const access = accessIn(request.headers.authorization, state, new Date())
  if (access === 'wrong') throw new Refusal(401, 'Bad credentials')

  const gitPath = `/${forge.owner}/${forge.repository}.git/`
  if (address.pathname.startsWith(gitPath)) {
    const path = address.pathname.slice(gitPath.length)
    await answerGit({ forge, access, state, request, response, path, query: address.search.slice(1) })
    return async () => {}
  }

  const { route, params } = routeOf(request.method ?? 'GET', address.pathname)
  if (params['owner'] !== forge.owner || params['repo'] !== forge.repository) throw new Refusal(404, 'Not Found')
  const { isPrivate, mayJobsOpenPulls } = state.platform.settings
  const isApi = apiRoutes.includes(route)
  const refused = isApi
    ? refuseAccess({ access, method: route.method, template: route.path, isPrivate, mayJobsOpenPulls })
    : refuseGit(access, 'read', isPrivate, fullName(forge))
  if (refused) throw isApi ? refused : notFound()
  const isUpload = address.pathname.startsWith('/api/uploads/')
  const body = route.writes === 'nothing' || isUpload ? {} : await readJson(request)
  const exchange: Exchange = { forge, access, params, query: address.searchParams, body, request }
  const answer = await (route.writes === 'refs'
    ? forge.state.exclusively(() => route.handle(exchange))
    : route.handle(exchange))
  if (route.writes === 'refs') await followRefs(forge, actorOf(access).login)
  return () => send(response, answer)
}

function routeOf(
  method: string,
  path: string,
): { readonly route: Route; readonly params: Readonly<Record<string, string>> } {
  const isUpload = path.startsWith('/api/uploads/')
  const isApi = isUpload || path.startsWith('/api/v3/')
  const template = isUpload ? path.slice('/api/uploads'.length) : isApi ? path.slice('/api/v3'.length) : path
  const matched = matchRoute(isApi ? apiRoutes : webRoutes, method, template)
  const isUploadRoute = matched?.route.method === 'POST' && matched.route.path.endsWith('/assets')
  if (!matched || isUpload !== isUploadRoute) throw new Refusal(501, `The embedded GitHub has no ${method} ${template}`)
  return matched
}

/** A web page must not reach this server by a name that it made point here. */
function requireThisMachine(request: IncomingMessage): void {
  const name = (request.headers.host ?? '').replace(/:\d+$/, '')
  if (name === '127.0.0.1' || name === 'localhost' || name.endsWith('.localhost')) return
  throw new Refusal(403, `The embedded GitHub answers on this machine only, not as "${name}"`)
}

async function readJson(request: IncomingMessage): Promise<Fields> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > largestJsonBytes) throw new Refusal(413, 'Request body is too large')
    chunks.push(chunk)
  }
  if (bytes === 0) return {}
  let value: unknown
  try {
    value = JSON.parse(Buffer.concat(chunks).toString())
  } catch {
    throw new Refusal(400, 'Problems parsing JSON')
  }
  if (!isRecord(value)) throw new Refusal(400, 'Body should be a JSON object')
  return value
}

async function send(response: ServerResponse, answer: Answer): Promise<void> {
  if ('file' in answer) {
    response.writeHead(200, { 'content-type': answer.contentType, 'content-length': answer.bytes })
    await pipeline(createReadStream(answer.file), response)
  } else if ('content' in answer) {
    response
      .writeHead(200, { 'content-type': answer.contentType, 'content-length': answer.content.length })
      .end(answer.content)
  } else if ('json' in answer) {
    sendJson(response, answer.status, answer.json, answer.headers)
  } else {
    response.writeHead(answer.status, answer.headers).end()
  }
}

function refuse(response: ServerResponse, error: unknown): void {
  if (error instanceof Refusal) {
    const errors = error.errors.length > 0 ? { errors: error.errors } : {}
    const json = { message: error.message, ...errors, documentation_url: documentation }
    sendJson(response, error.status, json, error.headers)
    return
  }
  const message = error instanceof Error ? error.message : String(error)
  sendJson(response, 500, { message, documentation_url: documentation })
}

function interrupted(decision: ReturnType<Interrupt> | undefined, response: ServerResponse): boolean {
  if (decision === undefined || decision === 'serve') return false
  if (decision === 'drop') response.destroy()
  else sendJson(response, decision.status, decision.json, decision.headers)
  return true
}

function sendJson(
  response: ServerResponse,
  status: number,
  json: unknown,
  headers?: Readonly<Record<string, string>>,
): void {
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
    .end(JSON.stringify(json))
}
