import { backOffMs } from '../base/back-off.ts'

/** A request that came to nothing, as far as it decides whether to send it again. */
export interface FailedRequest {
  /** Undefined: the answer never came, or not whole. */
  readonly status: number | undefined
  readonly message: string
  readonly headers: Readonly<Record<string, string | number | undefined>>
  /** Of the network's error: `ECONNREFUSED`. */
  readonly networkCode: string | undefined
  /** Whether sending it twice comes to the same as once. */
  readonly isRepeatable: boolean
  /** How often it came to nothing for this kind of reason, this time included. */
  readonly failures: number
  /** Milliseconds since 1970, by this machine's clock. */
  readonly nowMs: number
}

export type RepeatDecision =
  | { readonly kind: 'stop' }
  | { readonly kind: 'wait'; readonly why: 'limit' | 'trouble'; readonly ms: number }

/** A longer wait is told as a fault, which says when to come back. */
export const longestWaitMs = 5 * 60_000

const stop = { kind: 'stop' } as const
const mostTroubles = 3
const mostLimits = 3
const trouble = { firstMs: 1000, factor: 3, longestMs: 30_000 }
/** What GitHub asks for where it says no time. */
const quietLimit = { firstMs: 60_000, factor: 2, longestMs: Number.POSITIVE_INFINITY }
/** The connection never stood, so GitHub has heard nothing. */
const neverSent = /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH)$/

/** Whether a limit refused the request. It then did nothing, so that everything may be sent again. */
export function isRateLimit({
  status,
  message,
  headers,
}: Pick<FailedRequest, 'status' | 'message' | 'headers'>): boolean {
  if (status === 429) return true
  if (status !== 403) return false
  return (
    headers['x-ratelimit-remaining'] === '0' ||
    headers['retry-after'] !== undefined ||
    /rate limit|abuse detection/i.test(message)
  )
}

/** Whether and when a request is sent again: limits are waited out as GitHub says, troubles of its own only where that is safe. */
export function decideRepeat(failed: FailedRequest): RepeatDecision {
  const { status, networkCode, isRepeatable, failures } = failed
  if (isRateLimit(failed)) {
    const ms = limitMs(failed)
    return failures > mostLimits || ms > longestWaitMs ? stop : { kind: 'wait', why: 'limit', ms }
  }
  const isTrouble = status === undefined || (status >= 500 && status !== 501)
  if (!isTrouble || failures > mostTroubles) return stop
  const wasNeverSent = status === undefined && networkCode !== undefined && neverSent.test(networkCode)
  if (!isRepeatable && !wasNeverSent) return stop
  const asked = secondsIn(failed.headers['retry-after'])
  const ms = asked === undefined ? backOffMs(trouble, failures) : asked * 1000
  return ms > longestWaitMs ? stop : { kind: 'wait', why: 'trouble', ms }
}

/** Milliseconds until a limit lets requests through: `retry-after`, else the reset by GitHub's own clock, else a minute and more. */
export function limitMs({ headers, failures, nowMs }: Pick<FailedRequest, 'headers' | 'failures' | 'nowMs'>): number {
  const seconds = secondsIn(headers['retry-after'])
  if (seconds !== undefined) return seconds * 1000
  const reset = secondsIn(headers['x-ratelimit-reset'])
  if (headers['x-ratelimit-remaining'] !== '0' || reset === undefined) return backOffMs(quietLimit, failures)
  const theirsMs = Date.parse(String(headers['date'] ?? ''))
  // One more second, for the reset is told in whole ones.
  return Math.max(0, reset * 1000 - (Number.isNaN(theirsMs) ? nowMs : theirsMs)) + 1000
}

function secondsIn(header: string | number | undefined): number | undefined {
  const seconds = Number(header ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined
}
