import type { ProgramEnd } from '../pipeline/run-program.ts'
import { formatSeconds } from './numbers.ts'

interface NextAttempt {
  readonly stage: string
  /** How the one before ended. */
  readonly end: ProgramEnd
  readonly attempt: number
  readonly of: number
  readonly waitMs: number
}

/** `train: attempt 2 of 3 in 40 s: it ended with code 1` */
export function wordRetry({ stage, end, attempt, of, waitMs }: NextAttempt): string {
  return `${stage}: attempt ${attempt} of ${of} in ${formatSeconds(waitMs / 1000)}: ${wordEnd(end)}`
}

/** How a program ended that did not end well. */
function wordEnd(end: ProgramEnd): string {
  if (end.kind === 'timed-out') return 'it ran longer than its timeout'
  if (end.kind === 'failed') return end.signal ? `it was killed by ${end.signal}` : `it ended with code ${end.code}`
  if (end.kind === 'over-limit') return `it took more ${end.over.resource} than it may`
  return end.kind === 'done' ? 'it ended well' : 'it was interrupted'
}

/** What a stage came to, and that it took more than one attempt: `judged fit · in 2 attempts`. */
export function wordAttempts(detail: string, attempts: number): string {
  if (attempts === 1) return detail
  return [detail, `in ${attempts} attempts`].filter((part) => part !== '').join(' · ')
}
