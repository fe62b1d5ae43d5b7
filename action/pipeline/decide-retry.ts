import { backOffMs } from '../base/back-off.ts'
import type { RetryPolicy } from '../project/project.ts'
import type { ProgramEnd } from './run-program.ts'

export type RetryDecision =
  | { readonly kind: 'again' }
  | { readonly kind: 'stop'; readonly because: 'no retry asked for' | 'not passing' | 'last attempt' }

/** The shell's own: what it found could not be run, or it found nothing. No second attempt finds more. */
const shellCodes: ReadonlySet<number> = new Set([126, 127])
/** A shell tells that a signal killed its program by 128 + its number. */
const isSignal = (code: number) => code > 128 && code <= 128 + 64
const longestMs = 3_600_000

/**
 * Whether a program that ended so in its nth attempt (from 1) is run again. What a stage wrote, and what it lacks, is the
 * same next time: only a program that failed by itself, was killed or ran too long is worth another attempt.
 */
export function decideRetry(end: ProgramEnd, attempt: number, policy: RetryPolicy | undefined): RetryDecision {
  if (policy === undefined) return { kind: 'stop', because: 'no retry asked for' }
  if (!mayPass(end, policy)) return { kind: 'stop', because: 'not passing' }
  return attempt < policy.attempts ? { kind: 'again' } : { kind: 'stop', because: 'last attempt' }
}

/** Milliseconds before the next attempt: any from 0 to the back-off, so that many runs do not come back at one moment. */
export function retryWaitMs(failures: number, random: number, { backoffMs, factor }: RetryPolicy): number {
  return Math.round(backOffMs({ firstMs: backoffMs, factor, longestMs }, failures) * random)
}

function mayPass(end: ProgramEnd, { codes }: RetryPolicy): boolean {
  if (end.kind === 'timed-out') return true
  if (end.kind !== 'failed') return false
  const { code } = end
  if (code === null || isSignal(code)) return true
  return codes === undefined ? !shellCodes.has(code) : codes.includes(code)
}
