import type { Season } from '../project/drift-policy.ts'
import type { DataBlock } from './drift-reference.ts'
import type { Window } from './windows.ts'

/** The blocks whose middle is in the same phase as the middle of `window`. */
export function samePhase(blocks: readonly DataBlock[], window: Window, season: Season): DataBlock[] {
  const phase = phaseOf(window, season)
  return blocks.filter((block) => phaseOf(block, season) === phase)
}

/** A number that windows of one phase share. */
export function phaseOf({ sinceMs, untilMs }: Window, season: Season): number {
  const middle = new Date((sinceMs + untilMs) / 2)
  if (season === 'hour-of-day') return middle.getUTCHours()
  if (season === 'day-of-week') return middle.getUTCDay()
  return season === 'month-of-year' ? middle.getUTCMonth() : Math.floor(middle.getUTCMonth() / 3)
}
