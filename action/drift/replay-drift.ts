import type { Persistence } from '../project/drift-policy.ts'
import type { DataBlock } from './drift-reference.ts'
import { type DriftState, judgePersistence, nextDriftState, noDriftState, windowRuleOf } from './drift-state.ts'
import type { DriftRule, JudgedDrift } from './judge-drift.ts'
import { type DriftReference, judgeWindow } from './judge-window.ts'
import { minBlocks } from './natural-variation.ts'
import type { Window } from './windows.ts'

export interface ReplayRule extends DriftRule, Pick<DriftReference, 'recentMs' | 'season'> {
  readonly persist: Persistence
}

export interface ReplayedWindow extends Window {
  readonly verdict: JudgedDrift['verdict']
  readonly confirmed: readonly string[]
}

export interface DriftReplay {
  readonly windows: readonly ReplayedWindow[]
  /** The time that was judged, in years of 365.25 days. */
  readonly years: number
  /** How often the verdict on the data became `drift`, and how often that is a year; null of no time. */
  readonly alarms: number
  readonly alarmsPerYear: number | null
  /** By column, how often it became confirmed; the most frequent first, without those that never did. */
  readonly columns: readonly { readonly name: string; readonly alarms: number; readonly alarmsPerYear: number }[]
}

const yearMs = 365.25 * 86_400_000

/**
 * What the rule would have said of past blocks, the oldest first: each is a window beside all that came before it, as soon as
 * these are enough to know natural variation by.
 */
export function* replayWindows(blocks: readonly DataBlock[], rule: ReplayRule): Generator<ReplayedWindow> {
  let state: DriftState = noDriftState
  for (const [index, window] of blocks.entries()) {
    if (index < minBlocks) continue
    const reference = { training: blocks.slice(0, index), recentMs: rule.recentMs, season: rule.season }
    const judged = judgeWindow(reference, window, windowRuleOf(rule, rule.persist))
    state = nextDriftState(state, judged, rule.persist)
    const { verdict, columns } = judgePersistence(state, judged, rule, rule.persist)
    const confirmed = columns.filter(({ standing }) => standing === 'confirmed').map(({ name }) => name)
    yield { sinceMs: window.sinceMs, untilMs: window.untilMs, verdict, confirmed }
  }
}

/** How often that was an alarm: the window in which drift becomes confirmed, not each after it. */
export function countAlarms(windows: readonly ReplayedWindow[]): DriftReplay {
  const years = windows.reduce((sum, { sinceMs, untilMs }) => sum + (untilMs - sinceMs), 0) / yearMs
  const alarms = countBegins(windows.map(({ verdict }) => verdict === 'drift'))
  const names = [...new Set(windows.flatMap(({ confirmed }) => confirmed))]
  const columns = names.map((name) => {
    const own = countBegins(windows.map(({ confirmed }) => confirmed.includes(name)))
    return { name, alarms: own, alarmsPerYear: own / years }
  })
  return {
    windows,
    years,
    alarms,
    alarmsPerYear: years > 0 ? alarms / years : null,
    columns: columns.sort((a, b) => b.alarms - a.alarms),
  }
}

function countBegins(marks: readonly boolean[]): number {
  return marks.filter((mark, index) => mark && !marks[index - 1]).length
}
