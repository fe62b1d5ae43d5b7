import { setTimeout as sleep } from 'node:timers/promises'

import type { Octokit } from 'octokit'

import type { BodySender } from '../base/web-requests.ts'
import type { GitHubConnection } from './connection.ts'
import { failureIn } from './github-fault.ts'
import { decideRepeat, isRateLimit } from './repeat-decision.ts'
import { openSender } from './send-request.ts'
import type { Watch } from './watch.ts'

/** Waits some milliseconds, less where the signal says so. */
export type Pause = (ms: number, signal: AbortSignal | undefined) => Promise<void>

interface Manners {
  readonly signal?: AbortSignal
  /** For tests, which wait for nothing. */
  readonly pause?: Pause
}

/**
 * Octokit, with its throttling against secondary limits (one write a second, ten requests at once). What is sent again is decided
 * here and not by its retry plugin, whose waits nobody can interrupt, and which would send a creation again that may have been done.
 */
export async function openOctokit(
  connection: GitHubConnection,
  watch: Watch,
  { signal, pause = pauseFor }: Manners,
): Promise<Octokit> {
  const { Octokit } = await import('octokit')
  const octokit = new Octokit({
    auth: connection.token,
    baseUrl: connection.apiUrl,
    userAgent: 'plumbline',
    log: { debug() {}, info() {}, warn() {}, error() {} },
    retry: { enabled: false },
    throttle: { enabled: !connection.isEmbedded, onRateLimit: () => false, onSecondaryRateLimit: () => false },
    ...(signal && { request: { signal } }),
  })
  const send = openSender(connection, watch)
  octokit.hook.before('request', (options) => {
    const isStreamed = options.request?.['parseSuccessResponseBody'] === false
    const fetch = (url: string, { method, headers, body, signal: asked }: FetchInit) =>
      send(url, { method, headers, body: body ?? null, signal: asked ?? null, isStreamed })
    options.request = { ...options.request, fetch }
  })
  octokit.hook.wrap('request', async (request, options) => {
    const failures = { limit: 0, trouble: 0 }
    for (;;) {
      try {
        const response = await request(options)
        requireWhole(response, options)
        return response
      } catch (error) {
        const failure = failureIn(error)
        if (!failure || connection.isEmbedded || signal?.aborted === true) throw error
        const { status, message, headers, networkCode } = failure
        const told = { status: headers && status, message, headers: headers ?? {}, networkCode }
        const why = isRateLimit(told) ? 'limit' : 'trouble'
        failures[why] += 1
        const nowMs = Date.now()
        const decision = decideRepeat({
          ...told,
          isRepeatable: isRepeatable(options),
          failures: failures[why],
          nowMs,
        })
        if (decision.kind === 'stop') throw error
        watch.onWait({ why: decision.why, ms: decision.ms, until: new Date(nowMs + decision.ms) })
        await pause(decision.ms, signal)
      }
    }
  })
  return octokit
}

interface FetchInit {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | BodySender
  readonly signal?: AbortSignal
}

interface RequestOptions {
  readonly method?: string
  readonly request?: object
}

/** Where nothing is said, by the method: what creates is sent once. */
function isRepeatable({ method = 'GET', request }: RequestOptions): boolean {
  const retries = request && 'retries' in request ? request.retries : undefined
  return typeof retries === 'number' ? retries > 0 : method !== 'POST'
}

/** JSON that cannot be parsed is text to octokit. */
function requireWhole(
  response: { readonly status: number; readonly headers: object; readonly data: unknown },
  request: object,
): void {
  const { 'content-type': type } = response.headers as Readonly<Record<string, string | undefined>>
  if (typeof response.data !== 'string' || type === undefined || !/^application\/(?:[\w.+-]+\+)?json\b/.test(type))
    return
  throw Object.assign(new Error('JSON that breaks off, or is none'), {
    name: 'HttpError',
    status: response.status,
    request,
    response,
  })
}

async function pauseFor(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, signal && { signal })
}
