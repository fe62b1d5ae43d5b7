import { randomUUID } from 'node:crypto'
import { type IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { isRecord } from '../base/is-record.ts'

import { type Access, actorOf } from './access.ts'
import { answerGit, fullName } from './answer-git.ts'
import { refuseAccess, refuseGit } from './decide-access.ts'
import { type Answer, type Exchange, type Fields, type Forge } from './exchange.ts'
import { type FaultKind, faultKinds } from './faults.ts'
import { followRefs } from './follow-refs.ts'
import { type Call, gitPathOf, nameCall } from './name-call.ts'
import { noticeEvents, watch } from './notice-events.ts'
import { notFound, Refusal } from './refusal.ts'
import { secondaryRefusal } from './request-limits.ts'
import type { Route } from './route.ts'
import { sendAnswer, sendJson, sendRefusal } from './send-answer.ts'
import type { State } from './state.ts'
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

/** Answers one request; whatever goes wrong becomes an answer too. */
export async function answerRequest(forge: Forge, conversation: Conversation): Promise<void> {
  const { request, response, interrupt } = conversation
  response.setHeader('x-github-request-id', randomUUID())
  response.setHeader('x-content-type-options', 'nosniff')
  try {
    requireThisMachine(request)
    const call = nameCall(forge, request)
    if (forge.web && !call.isGit && !call.isApi && !call.matched) {
      const { answerWeb } = await import('./web/answer-web.ts')
      return await answerWeb(forge, forge.web, request, response)
    }
    const fault = forge.faults.strike(call)
    if (interrupted(interrupt?.('before', request), response)) return
    if (fault && faultKinds[fault].moment === 'before' && (await struck(fault, forge, response))) return
    const respond = await decide(forge, conversation, call, fault)
    if (interrupted(interrupt?.('after', request), response)) return
    if (fault && faultKinds[fault].moment === 'after' && (await struck(fault, forge, response))) return
    await respond()
  } catch (error) {
    if (response.headersSent) response.destroy()
    else sendRefusal(response, error)
  }
}

/** Does the work; the answer is sent by the function that comes back. */
async function decide(
  forge: Forge,
  { request, response }: Conversation,
  call: Call,
  fault: FaultKind | undefined,
): Promise<() => Promise<void>> {
  const { address } = call
  const state = await forge.state.read()
  const access = accessIn(request.headers.authorization, state, new Date())
  if (access === 'wrong') throw new Refusal(401, 'Bad credentials')
  if (call.isGit) {
    const path = address.pathname.slice(gitPathOf(forge).length)
    // What is done while the connection breaks is answered to nobody.
    const heard = fault === 'drop-after' ? new ServerResponse(request) : response
    await answerGit({ forge, access, state, request, response: heard, path, query: address.search.slice(1) })
    return async () => {}
  }
  if (!call.matched) throw new Refusal(501, `The embedded GitHub has no ${call.name}`)
  const { route, params } = call.matched
  if (params['owner'] !== forge.owner || params['repo'] !== forge.repository) throw notFound()

  const token = request.headers.authorization ?? ''
  const taken = call.isApi ? forge.limiter.take(token, route.method !== 'GET') : { headers: {} }
  for (const [name, value] of Object.entries(taken.headers)) response.setHeader(name, value)
  if (taken.refusal) throw taken.refusal
  requireAccess(forge, state, access, call, route)
  const body = route.writes === 'nothing' || call.isUpload ? {} : await readJson(request)
  const exchange: Exchange = {
    forge,
    access,
    params,
    query: address.searchParams,
    body,
    request,
    breaksOff: fault === '502-mid-upload',
  }
  forge.lists.tick()
  const watched = await watch(forge, state, call, body)
  const answer = await (route.writes === 'refs'
    ? forge.state.exclusively(() => route.handle(exchange))
    : route.handle(exchange))
  if (route.writes === 'refs') await followRefs(forge, actorOf(access).login)
  if (watched) await noticeEvents(forge, access, watched, answer)
  const shown = asListed(forge, call, answer, fault === 'stale-list')
  return () =>
    sendAnswer(request, response, shown, () => {
      for (const [name, value] of Object.entries(forge.limiter.giveBack(token))) response.setHeader(name, value)
    })
}

function requireAccess(forge: Forge, state: State, access: Access, call: Call, route: Route): void {
  const { isPrivate, mayJobsOpenPulls } = state.platform.settings
  const asked = { access, method: route.method, template: route.path, isPrivate, mayJobsOpenPulls }
  const refused = call.isApi ? refuseAccess(asked) : refuseGit(access, 'read', isPrivate, fullName(forge))
  if (refused) throw call.isApi ? refused : notFound()
}

function asListed(forge: Forge, call: Call, answer: Answer, isStale: boolean): Answer {
  if (!('json' in answer)) return answer
  if (answer.status === 201) forge.lists.made(answer.json)
  return call.isList ? { ...answer, json: forge.lists.show(answer.json, isStale) } : answer
}

/** Whether the fault was the whole answer. */
async function struck(kind: FaultKind, { limits }: Forge, response: ServerResponse): Promise<boolean> {
  switch (kind) {
    case 'drop-before':
    case 'drop-after':
      response.destroy()
      return true
    case '500':
      sendRefusal(response, new Refusal(500, 'Server Error'))
      return true
    case '502-after':
      sendRefusal(response, new Refusal(502, 'Server Error'))
      return true
    case '409':
      sendRefusal(response, new Refusal(409, 'Conflict'))
      return true
    case 'secondary-403':
    case 'secondary-403-bare':
      sendRefusal(response, secondaryRefusal(403, kind === 'secondary-403' ? limits.retryAfterSeconds : null))
      return true
    case '429':
    case '429-bare':
      sendRefusal(response, secondaryRefusal(429, kind === '429' ? limits.retryAfterSeconds : null))
      return true
    case 'slow':
      await delay(limits.slowMs)
      return false
    case '502-mid-upload':
    case 'stale-list':
      return false
  }
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

function interrupted(decision: ReturnType<Interrupt> | undefined, response: ServerResponse): boolean {
  if (decision === undefined || decision === 'serve') return false
  if (decision === 'drop') response.destroy()
  else sendJson(response, decision.status, decision.json, decision.headers)
  return true
}
