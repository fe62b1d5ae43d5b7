import { buffer } from 'node:stream/consumers'
import { createGunzip } from 'node:zlib'

import { type BodySender, openRequests, type WebAnswer } from '../base/web-requests.ts'
import { answerKey, type KnownAnswer, openAnswerCache, tokenKind } from './answer-cache.ts'
import type { GitHubConnection } from './connection.ts'
import { nextAddress, type Renaming, renamedAddress } from './redirects.ts'
import type { Watch } from './watch.ts'

/** Of silence, after which a request ends. */
const idleMs = 60_000
const mostRedirects = 5

interface Sent {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | BodySender | null
  readonly signal: AbortSignal | null
  /** The caller reads the answer as it comes, instead of getting it whole. */
  readonly isStreamed: boolean
}

/**
 * What octokit sends requests by: through proxies, counted, with the ETag of an answer that is known, and after a repository that
 * was renamed. An answer that breaks off in its middle is an error, never a shorter answer.
 */
export function openSender(connection: GitHubConnection, watch: Watch): (url: string, sent: Sent) => Promise<Response> {
  const { apiUrl, token, owner, repository, environment = {} } = connection
  const request = openRequests(environment, idleMs)
  const cache = openAnswerCache(watch.answersFolder)
  const kind = tokenKind(token)
  // The embedded GitHub has another port each time.
  const nameOf = (url: string) => (connection.isEmbedded ? url.replace(new URL(apiUrl).origin, 'embedded:') : url)
  let renaming: Renaming | undefined

  async function send(url: string, sent: Sent): Promise<Response> {
    const isApi = url.startsWith(`${apiUrl}/`)
    const accept = sent.headers['accept'] ?? ''
    const isKeepable = sent.method === 'GET' && isApi && !sent.isStreamed && accept.includes('json')
    const key = isKeepable ? answerKey(kind, nameOf(url), accept) : undefined
    const known = key === undefined ? undefined : await cache.find(key)
    const answer = await follow(url, sent, known?.etag)
    if (answer.status === 304 && known) {
      watch.traffic.cached++
      answer.body.resume()
      return responseOf(200, { ...answer.headers, ...headersOf(known) }, known.body)
    }
    if (sent.isStreamed && answer.status < 300) return streamedResponse(answer)
    const bytes = await whole(answer)
    const { etag, link, 'content-type': contentType = '' } = answer.headers
    if (key !== undefined && answer.status === 200 && etag !== undefined && isJson(contentType)) {
      await cache.keep(key, { etag, link: link ?? null, contentType, body: bytes.toString() })
    }
    return responseOf(answer.status, answer.headers, new Uint8Array(bytes))
  }

  async function follow(first: string, sent: Sent, etag: string | undefined): Promise<WebAnswer> {
    let url = new URL(renaming ? renamedAddress(first, renaming) : first)
    let { method, body } = sent
    let headers: Record<string, string> = {
      ...sent.headers,
      ...(etag !== undefined && { 'if-none-match': etag }),
      ...(!sent.isStreamed && (sent.headers['accept'] ?? '').includes('json') && { 'accept-encoding': 'gzip' }),
    }
    for (let hops = 0; ; hops += 1) {
      watch.traffic.calls++
      const answer = await request(url, { method, headers, body, signal: sent.signal })
      const next = nextAddress({ url, method, status: answer.status, location: answer.headers['location'] })
      if (next === undefined || hops === mostRedirects) return answer
      // What is on its way to the old place need not arrive there.
      if (typeof body === 'function') answer.body.destroy()
      else answer.body.resume()
      if (next.url.origin !== url.origin) headers = withoutCredentials(headers)
      else if (renaming === undefined) await learnName(next.url, headers, sent.signal)
      url = next.url
      method = next.method
      if (method === 'GET') body = null
    }
  }

  /** GitHub answers for a renamed repository by its number: `/repositories/7/releases`. */
  async function learnName(target: URL, headers: Record<string, string>, signal: AbortSignal | null): Promise<void> {
    const [, number] = /\/repositories\/(\d+)(?:\/|$)/.exec(target.pathname) ?? []
    if (number === undefined) return
    watch.traffic.calls++
    const { 'if-none-match': _, ...plain } = headers
    const answer = await request(new URL(`${apiUrl}/repositories/${number}`), {
      method: 'GET',
      headers: plain,
      body: null,
      signal,
    })
    const found = nameIn((await whole(answer)).toString())
    if (answer.status !== 200 || found === undefined) return
    renaming = { apiUrl, before: `${owner}/${repository}`, now: found }
    watch.onRenamed(renaming)
  }

  return async (url, sent) => withAddress(await send(url, sent), url)
}

/** Octokit reads it to page through lists that GitHub wraps into an object. */
function withAddress(response: Response, url: string): Response {
  return Object.defineProperty(response, 'url', { value: url })
}

async function whole({ body, headers }: WebAnswer): Promise<Buffer> {
  if (headers['content-encoding'] !== 'gzip') return await buffer(body)
  const unpacked = createGunzip()
  body.on('error', (error) => unpacked.destroy(error))
  return await buffer(body.pipe(unpacked))
}

/** Its body is Node's own stream: a web stream around it takes several times as long to read. */
function streamedResponse({ status, headers, body }: WebAnswer): Response {
  return Object.defineProperty(responseOf(status, headers, ''), 'body', { value: body })
}

function responseOf(status: number, told: WebAnswer['headers'], body: string | Uint8Array<ArrayBuffer>): Response {
  const isUnpacked = told['content-encoding'] !== undefined
  const headers = new Headers()
  for (const [name, value] of Object.entries(told)) {
    const isOfPacked = isUnpacked && (name === 'content-encoding' || name === 'content-length')
    if (value !== undefined && !isOfPacked) headers.set(name, value)
  }
  return new Response(status === 204 || status === 205 || status === 304 ? null : body, { status, headers })
}

function headersOf({ contentType, link }: KnownAnswer): Record<string, string> {
  return { 'content-type': contentType, ...(link !== null && { link }) }
}

function withoutCredentials(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization'))
}

function isJson(contentType: string): boolean {
  return /^application\/(?:[\w.+-]+\+)?json\b/.test(contentType)
}

function nameIn(text: string): string | undefined {
  try {
    const read: unknown = JSON.parse(text)
    const name = typeof read === 'object' && read !== null && 'full_name' in read ? read.full_name : undefined
    return typeof name === 'string' && /^[\w.-]+\/[\w.-]+$/.test(name) ? name : undefined
  } catch {
    return undefined
  }
}
