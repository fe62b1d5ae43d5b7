import type { DriftPolicy } from '../project/drift-policy.ts'
import type { WindowColumn } from './judge-window.ts'
import type { Window } from './windows.ts'

/** A closed window as it was judged, small enough to be kept. Nothing in it is a value of the data. */
export interface KeptWindow extends Window {
  readonly rows: number
  readonly columns: readonly KeptColumn[]
}

export interface KeptColumn extends Pick<WindowColumn, 'name' | 'verdict' | 'weight' | 'effect'> {
  /** The smallest effect that was sure to show; null where nothing was asked. */
  readonly smallestEffect: number | null
  /** Of a column that drifts, if it may be shown: shares of few bins, of what was learned and of the window. */
  readonly picture?: ColumnBars
  /** Of what the model answered alone: the rows of the window of which its answer is known. */
  readonly answers?: number
}

export interface ColumnBars {
  readonly before: readonly number[]
  readonly now: readonly number[]
}

/** What the rule says of the data after the newest window. */
export interface DriftFinding extends Pick<DriftPolicy, 'effect' | 'windowMs' | 'persist'> {
  /** Tag of the release whose data they were compared with. */
  readonly release: string
  /** End of the newest window, ISO 8601. */
  readonly until: string
  readonly verdict: 'drift' | 'insufficient data' | 'notable' | 'no drift'
  /** The weight of the confirmed columns, 0..1. */
  readonly confirmedShare: number
  /** Confirmed and suspected ones, the worst first. */
  readonly columns: readonly FoundColumn[]
}

export interface FoundColumn extends ColumnBars {
  readonly name: string
  /** It is no column of the data: it is what the model answered. */
  readonly isPrediction?: true
  readonly standing: 'confirmed' | 'suspected'
  /** Of the newest window in which it drifts. */
  readonly effect: number
  /** Of the last windows, how many show drift; and how many windows these are. */
  readonly drifted: number
  readonly windows: number
  /** The effect is so large that one window was enough. */
  readonly isAtOnce: boolean
  /** Of the windows that show drift, the oldest first; of the prediction, the rows that were answered. */
  readonly rows: readonly number[]
  readonly smallestEffect: number | null
}
