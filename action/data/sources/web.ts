import type { Readable } from 'node:stream'

import type { Dispatcher } from 'undici'

import { proxyFor } from './proxy-for.ts'

export interface WebAnswer {
  readonly status: number
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Readable
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
  readonly connectMs?: number
  readonly idleMs?: number
}

/** The web through undici, whose weight the bundle bears anyway for GitHub's clients; https only. */
export function openWeb({ environment, connectMs = 30_000, idleMs = 60_000 }: WebOptions): Web {
  const send = openRequests(environment, connectMs, idleMs)
  return {
    allows: ({ protocol }) => protocol === 'https:',
    async get(url, headers, signal) {
      const answer = await send(url, { method: 'GET', headers, signal, body: null })
      const one = (value: string | string[] | undefined) => (Array.isArray(value) ? value.join(', ') : value)
      const told = Object.entries(answer.headers).map(([name, value]) => [name.toLowerCase(), one(value)] as const)
      return { status: answer.statusCode, headers: Object.fromEntries(told), body: answer.body }
    },
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
  connectMs: number,
  idleMs: number,
): (url: URL, request: WebRequest) => Promise<Dispatcher.ResponseData> {
  const ways = new Map<string | undefined, Dispatcher>()
  const load = async () => await import('undici')
  let loaded: ReturnType<typeof load> | undefined
  return async (url, { method, ...rest }) => {
    const { Agent, ProxyAgent, request } = await (loaded ??= load())
    const proxy = proxyFor(url, environment)
    const options = { connect: { timeout: connectMs }, headersTimeout: idleMs, bodyTimeout: idleMs }
    const open = () => (proxy === undefined ? new Agent(options) : new ProxyAgent({ ...options, uri: proxy }))
    const dispatcher = ways.get(proxy) ?? open()
    ways.set(proxy, dispatcher)
    return await request(url, { dispatcher, method, ...rest })
  }
}
