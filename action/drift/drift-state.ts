import type { Persistence } from '../project/drift-policy.ts'
import type { DriftRule, JudgedDrift } from './judge-drift.ts'
import { isEnoughWeight, weightIn } from './judge-drift.ts'
import type { WindowColumn } from './judge-window.ts'
import type { JudgedWindow } from './windows.ts'

/**
 * The rule for a single window: `fdr` is of what is confirmed, and where two windows must agree, one may be wrong twice as
 * often. Simulated, the share of false ones among confirmed columns stays below half of `fdr`, and power at twice the effect
 * limit of columns that vary much by themselves rises from 0.87 to above 0.9 (docs/benchmarks.md).
 */
export function windowRuleOf(rule: DriftRule, { need }: Persistence): DriftRule {
  return need > 1 ? { ...rule, fdr: Math.min(1, 2 * rule.fdr) } : rule
}

/** What one window said of a column. */
export interface ColumnMark {
  readonly untilMs: number
  readonly mark: 'drift' | 'quiet' | 'unknown'
  readonly effect: number
}

/** A window as far as persistence is concerned. */
export interface MarkedWindow extends JudgedWindow {
  readonly columns: readonly Pick<WindowColumn, 'name' | 'verdict' | 'weight' | 'effect'>[]
}

/** Small enough for a ledger record; nothing in it is a value of the data. */
export interface DriftState {
  /** The windows that were judged, the oldest first, at most `maxKept`. */
  readonly judged: readonly JudgedWindow[]
  /** By column, the marks of its last windows, the oldest first. */
  readonly marks: Readonly<Record<string, readonly ColumnMark[]>>
}

export const noDriftState: DriftState = { judged: [], marks: {} }

const atOnceFactor = 3

/** An effect of three times the limit is believed in one window; rounded where a multiplication leaves dust. */
export function atOnceEffect({ effect }: Pick<DriftRule, 'effect'>): number {
  return Number((atOnceFactor * effect).toFixed(12))
}

const maxKept = 1000

/**
 * The state after one more window. The same window again, or one older than the newest, changes nothing, so that a run that
 * is repeated or comes late ends in the same state. A window that says nothing of a column counts as one of the last.
 */
export function nextDriftState(state: DriftState, window: MarkedWindow, { of }: Persistence): DriftState {
  const newest = state.judged.at(-1)?.untilMs ?? -Infinity
  if (window.untilMs <= newest) return state
  const { sinceMs, untilMs, rows } = window
  const columns = new Map(window.columns.map((column) => [column.name, column]))
  const names = [...new Set([...Object.keys(state.marks), ...columns.keys()])].sort()
  return {
    judged: [...state.judged, { sinceMs, untilMs, rows }].slice(-maxKept),
    marks: Object.fromEntries(
      names.map((name) => {
        const marks = Object.hasOwn(state.marks, name) ? (state.marks[name] ?? []) : []
        return [name, [...marks, markOf(untilMs, columns.get(name))].slice(-of)]
      }),
    ),
  }
}

function markOf(untilMs: number, column: MarkedWindow['columns'][number] | undefined): ColumnMark {
  if (!column || column.verdict === 'insufficient data' || column.verdict === 'not judged') {
    return { untilMs, mark: 'unknown', effect: 0 }
  }
  const isDrift = column.verdict === 'drift' || column.verdict === 'vanished'
  return { untilMs, mark: isDrift ? 'drift' : 'quiet', effect: column.effect }
}

export interface PersistedColumn {
  readonly name: string
  readonly weight: number
  /** `suspected` drifts in the newest window, and not yet in enough of them. */
  readonly standing: 'confirmed' | 'suspected' | 'unknown' | 'quiet'
  /** Of the last windows, how many show drift; and how many windows these are. */
  readonly drifted: number
  readonly windows: number
  /** Whether the effect was so large that one window was enough. */
  readonly isAtOnce: boolean
}

export interface PersistedDrift {
  /** `drift` is confirmed; one that is only suspected is `notable`. */
  readonly verdict: JudgedDrift['verdict']
  /** The weight of the confirmed columns, 0..1. */
  readonly confirmedShare: number
  readonly columns: readonly PersistedColumn[]
}

/** The verdict on the data after `window`, the newest that `state` holds. */
export function judgePersistence(
  state: DriftState,
  window: MarkedWindow,
  rule: Pick<DriftRule, 'effect'>,
  persistence: Persistence,
): PersistedDrift {
  const columns = window.columns
    .filter(({ verdict }) => verdict !== 'not judged')
    .map(({ name, weight }) => standingOf(name, weight, state.marks[name] ?? [], rule, persistence))
  const confirmed = columns.filter(({ standing }) => standing === 'confirmed')
  const unknown = columns.filter(({ standing }) => standing === 'unknown')
  const isNotable = columns.some(({ standing }) => standing === 'confirmed' || standing === 'suspected')
  const others = isNotable || window.columns.some(({ verdict }) => verdict === 'notable') ? 'notable' : 'no drift'
  const isOpen = columns.length === 0 || isEnoughWeight([...confirmed, ...unknown])
  return {
    verdict: isEnoughWeight(confirmed) ? 'drift' : isOpen ? 'insufficient data' : others,
    confirmedShare: weightIn(confirmed),
    columns,
  }
}

function standingOf(
  name: string,
  weight: number,
  marks: readonly ColumnMark[],
  rule: Pick<DriftRule, 'effect'>,
  { need, of }: Persistence,
): PersistedColumn {
  const last = marks.slice(-of)
  const drifted = last.filter(({ mark }) => mark === 'drift').length
  const newest = last.at(-1)
  const isAtOnce = newest?.mark === 'drift' && newest.effect >= atOnceEffect(rule)
  const isConfirmed = isAtOnce || drifted >= need
  const now = newest?.mark === 'drift' ? 'suspected' : newest?.mark === 'quiet' ? 'quiet' : 'unknown'
  return { name, weight, standing: isConfirmed ? 'confirmed' : now, drifted, windows: last.length, isAtOnce }
}
