import type { Persistence } from '../project/drift-policy.ts'
import type { DataBlock } from './drift-reference.ts'
import { type DriftState, judgePersistence, nextDriftState, noDriftState, windowRuleOf } from './drift-state.ts'
import { growingReference } from './growing-reference.ts'
import type { DriftRule, JudgedDrift } from './judge-drift.ts'
import type { DriftReference } from './judge-window.ts'
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
  /** How many windows were judged, and of how many the data had which verdict. */
  readonly windowsJudged: number
  readonly verdicts: Readonly<Record<JudgedDrift['verdict'], number>>
  /** Those in which an alarm begins, of the data or of a column, the oldest first; at most `maxListed` of them. */
  readonly windows: readonly AlarmWindow[]
  /** How many more there are. */
  readonly windowsLeftOut: number
  /** The time that was judged, in years of 365.25 days. */
  readonly years: number
  /** How often the verdict on the data became `drift`, and how often that is a year; null of no time. */
  readonly alarms: number
  readonly alarmsPerYear: number | null
  /** By column, how often it became confirmed; the most frequent first, without those that never did. */
  readonly columns: readonly LoudColumn[]
}

export interface AlarmWindow extends Window {
  readonly verdict: JudgedDrift['verdict']
  /** Columns that become confirmed in it. */
  readonly began: readonly string[]
}

export interface LoudColumn {
  readonly name: string
  readonly alarms: number
  readonly alarmsPerYear: number
  /** Beginnings of the windows in which it became confirmed: of the first `maxMoments`. */
  readonly sinceMs: readonly number[]
}

/** What is listed does not grow with the windows of half a year of hours. */
export const maxListed = 100
export const maxMoments = 6

const yearMs = 365.25 * 86_400_000

/**
 * What the rule would have said of past blocks, the oldest first: each is a window beside all that came before it, as soon as
 * these are enough to know natural variation by.
 */
export function* replayWindows(blocks: readonly DataBlock[], rule: ReplayRule): Generator<ReplayedWindow> {
  const reference = growingReference(rule)
  const windowRule = windowRuleOf(rule, rule.persist)
  let state: DriftState = noDriftState
  for (const [index, window] of blocks.entries()) {
    if (index < minBlocks) {
      reference.add(window)
      continue
    }
    const judged = reference.judge(window, windowRule)
    reference.add(window)
    state = nextDriftState(state, judged, rule.persist)
    const { verdict, columns } = judgePersistence(state, judged, rule, rule.persist)
    const confirmed = columns.filter(({ standing }) => standing === 'confirmed').map(({ name }) => name)
    yield { sinceMs: window.sinceMs, untilMs: window.untilMs, verdict, confirmed }
  }
}

/** How often that was an alarm: the window in which drift becomes confirmed, not each after it. */
export function countAlarms(windows: readonly ReplayedWindow[]): DriftReplay {
  const years = windows.reduce((sum, { sinceMs, untilMs }) => sum + (untilMs - sinceMs), 0) / yearMs
  const verdicts = { drift: 0, 'insufficient data': 0, notable: 0, 'no drift': 0 }
  const begins = new Map<string, number[]>()
  const found: AlarmWindow[] = []
  let alarms = 0
  let before: ReplayedWindow | undefined
  for (const window of windows) {
    const { sinceMs, untilMs, verdict, confirmed } = window
    verdicts[verdict] += 1
    const known = new Set(before?.confirmed)
    const began = confirmed.filter((name) => !known.has(name))
    for (const name of began) addTo(begins, name, sinceMs)
    const isAlarm = verdict === 'drift' && before?.verdict !== 'drift'
    if (isAlarm) alarms += 1
    if (isAlarm || began.length > 0) found.push({ sinceMs, untilMs, verdict, began })
    before = window
  }
  const columns = [...begins].map(([name, since]): LoudColumn => {
    const own = since.length
    return { name, alarms: own, alarmsPerYear: own / years, sinceMs: since.slice(0, maxMoments) }
  })
  return {
    windowsJudged: windows.length,
    verdicts,
    windows: found.slice(0, maxListed),
    windowsLeftOut: Math.max(0, found.length - maxListed),
    years,
    alarms,
    alarmsPerYear: years > 0 ? alarms / years : null,
    columns: columns.sort((a, b) => b.alarms - a.alarms),
  }
}

function addTo(lists: Map<string, number[]>, name: string, one: number): void {
  const list = lists.get(name)
  if (list) list.push(one)
  else lists.set(name, [one])
}
