import type { Agent, ClientRequest, IncomingMessage } from 'node:http'
import type { Writable } from 'node:stream'

import { proxyFor } from './proxy-for.ts'

export interface WebAnswer {
  readonly status: number
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: IncomingMessage
}

export interface WebRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | BodySender | null
  readonly signal: AbortSignal | null
}

/** Writes a body to a connection, which is ended for it; called anew each time that the body is sent. */
export type BodySender = (target: Writable) => Promise<void>

/**
 * Sends requests through the proxies that are set, each way opened once, at its first use. `idleMs`: of silence, after which a
 * request ends. Redirects are not followed. The caller reads or destroys the body.
 */
export function openRequests(
  environment: Readonly<Record<string, string | undefined>>,
  idleMs: number,
): (url: URL, request: WebRequest) => Promise<WebAnswer> {
  const ways = new Map<string, Agent>()
  return async (url, request) => {
    const proxy = proxyFor(url, environment)
    const key = `${url.protocol} ${proxy ?? ''}`
    const agent = ways.get(key) ?? (await openWay(url.protocol, proxy))
    ways.set(key, agent)
    return await ask(url, request, agent, idleMs)
  }
}

/** Both modules of Node only where something is fetched: they cost every start of ours milliseconds. */
async function openWay(protocol: string, proxy: string | undefined): Promise<Agent> {
  const { HttpsProxyAgent } = await import('https-proxy-agent')
  const { Agent } = await (protocol === 'https:' ? import('node:https') : import('node:http'))
  return proxy === undefined ? new Agent({ keepAlive: true }) : new HttpsProxyAgent(proxy, { keepAlive: true })
}

async function ask(
  url: URL,
  { method, headers, body, signal }: WebRequest,
  agent: Agent,
  idleMs: number,
): Promise<WebAnswer> {
  const { request } = await (url.protocol === 'https:' ? import('node:https') : import('node:http'))
  return await new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent, timeout: idleMs, ...(signal && { signal }) })
    let answer: IncomingMessage | undefined
    sent.on('timeout', () => sent.destroy(new Error(answer ? 'it stops in the middle' : 'it does not answer')))
    sent.on('error', (error) => (answer ? answer.destroy(error) : reject(error)))
    sent.on('response', (message) => {
      answer = message
      resolve({ status: message.statusCode ?? 0, headers: joined(message), body: message })
    })
    if (typeof body === 'function') sendBody(body, sent)
    else sent.end(body ?? undefined)
  })
}

/** The answer may come before all is sent: a no, most often. */
function sendBody(body: BodySender, sent: ClientRequest): void {
  body(sent).then(
    () => sent.end(),
    (error: unknown) => sent.destroy(error instanceof Error ? error : new Error(String(error))),
  )
}

function joined({ headers }: IncomingMessage): WebAnswer['headers'] {
  const told = Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value])
  return Object.fromEntries(told) as WebAnswer['headers']
}
