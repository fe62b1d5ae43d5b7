import { openRequests, type WebAnswer } from '../../base/web-requests.ts'

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
