import { backOffMs } from '../../base/back-off.ts'

/** How long a source is waited for, and how often it is asked again. */
export interface Patience {
  /** Tries without progress, the first included. */
  readonly tries: number
  /** Before the second try; it doubles with each. */
  readonly firstDelayMs: number
  readonly longestDelayMs: number
  /** A server that asks for a longer wait is not waited for. */
  readonly longestAskedMs: number
  /** Without an answer, or with fewer bytes in it than `slowestBytesPerSecond`, a try has failed. */
  readonly idleMs: number
  readonly slowestBytesPerSecond: number
}

export const patient: Patience = {
  tries: 5,
  firstDelayMs: 500,
  longestDelayMs: 30_000,
  longestAskedMs: 120_000,
  idleMs: 60_000,
  slowestBytesPerSecond: 1000,
}

/**
 * Milliseconds to wait after a number of failures, at least those that the server asked for; `random` of 0 … 1 keeps many
 * clients from asking at the same moment.
 */
export function retryDelayMs(failures: number, askedMs: number, random: number, patience: Patience): number {
  const { firstDelayMs: firstMs, longestDelayMs: longestMs } = patience
  const ceiling = backOffMs({ firstMs, factor: 2, longestMs }, failures)
  return Math.max(askedMs, Math.round(ceiling * (0.5 + random / 2)))
}

/** What `Retry-After` asks for, in milliseconds: seconds or a date; 0 where it is neither. */
export function askedDelayMs(retryAfter: string | undefined, nowMs: number): number {
  if (retryAfter === undefined) return 0
  if (/^\d{1,9}$/.test(retryAfter.trim())) return Number(retryAfter) * 1000
  const at = Date.parse(retryAfter)
  return Number.isNaN(at) ? 0 : Math.max(0, at - nowMs)
}

/** Answers that may be another one in a moment. */
export function isPassing(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505)
}
