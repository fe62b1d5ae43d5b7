import { millisecondsOf } from '../base/moments.ts'

/** Milliseconds since 1970; null where the moment is none, or a whole number, which only orders. */
export function timeOf(moment: string | null): number | null {
  const ms = moment === null ? undefined : millisecondsOf(moment)
  return ms === undefined || Number.isNaN(ms) ? null : ms
}

/** Times without a zone, read as UTC, may lie up to 14 hours ahead of it; more than a day ahead somebody's clock is wrong. */
export function isFuture(momentMs: number, now: Date): boolean {
  return momentMs > now.getTime() + 86_400_000
}
