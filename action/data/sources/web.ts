import type { Agent, IncomingMessage } from 'node:http'

import { proxyFor } from './proxy-for.ts'

export interface WebAnswer {
  readonly status: number
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: IncomingMessage
}

/** How addresses are asked. */
export interface Web {
  /** Whether an address may be asked at all, at first and after a redirect. */
  readonly allows: (url: URL) => boolean
  /** One GET, redirects not followed. The caller reads or destroys the body. */
  readonly get: (url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal) => Promise<WebAnswer>
}

export interface WebOptions {
  /** `HTTPS_PROXY` and `NO_PROXY` in it decide the way; the process's own `NODE_EXTRA_CA_CERTS` who is trusted. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Of silence, after which a request ends. */
  readonly idleMs?: number
}

/** The web by Node's own client, https only: undici dies of a server that closes while a slow disk makes it wait. */
export function openWeb({ environment, idleMs = 60_000 }: WebOptions): Web {
  const send = openRequests(environment, idleMs)
  return {
    allows: ({ protocol }) => protocol === 'https:',
    get: async (url, headers, signal) => await send(url, { method: 'GET', headers, signal, body: null }),
  }
}

export interface WebRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | null
  readonly signal: AbortSignal | null
}

/** Sends requests through the proxies that are set, each way opened once, at its first use. */
export function openRequests(
  environment: WebOptions['environment'],
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
    sent.end(body ?? undefined)
  })
}

function joined({ headers }: IncomingMessage): WebAnswer['headers'] {
  const told = Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value])
  return Object.fromEntries(told) as WebAnswer['headers']
}
