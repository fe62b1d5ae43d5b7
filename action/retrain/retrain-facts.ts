import type { BudgetVerdict } from '../pipeline/decide-budget.ts'
import type { PerformanceFinding } from '../registry/record-performance.ts'
import type { ProposedFinding } from '../registry/record-proposed.ts'

/** All that the decision rests on; who gathers it reads clock, files and ledger. */
export interface RetrainFacts {
  readonly now: Date
  /** Of the data that lies there now, as it would be pinned. */
  readonly data: DataFacts
  /** Of the snapshot that is pinned; null before the first. */
  readonly pinned: Pick<DataFacts, 'digest' | 'until'> | null
  /** The newest row that the newest release learned, or the pinned snapshot's before the first; null without a time. */
  readonly learnedUntil: string | null
  /** Tag of the newest release; null before the first. */
  readonly release: string | null
  /** The newest release or proposal of other data than what lies there now. */
  readonly last: { readonly kind: 'release' | 'proposal'; readonly at: string } | null
  /** When this very data was proposed before. */
  readonly proposedAt: string | null
  /** What the ledger has of the newest judged window; null where none was ever judged. */
  readonly drift: DriftFacts | null
  /** The newest word on each metric over each length of time; empty where none was ever measured. */
  readonly performance: readonly PerformanceFinding[]
  /** Findings that earlier proposals were made for, and when. */
  readonly proposedFindings: readonly (ProposedFinding & { readonly at: string })[]
  /** The newest run, where it ended badly, and how many labelled rows are new since its snapshot. */
  readonly refused: RefusedRun | null
  /** Of `limits.runs-per-month`, and of `cost.budget`; null where none is set. */
  readonly monthly: BudgetVerdict | null
  readonly budget: BudgetVerdict | null
}

export interface DataFacts {
  readonly digest: string
  /** Newest event time; null without a time column. */
  readonly until: string | null
  /** Labelled rows that the pinned snapshot does not hold. */
  readonly newRows: number
  readonly labelledRows: number
}

export interface RefusedRun {
  readonly runKey: string
  readonly outcome: 'refused' | 'failed'
  readonly at: string
  readonly dataDigest: string
  readonly newRows: number
}

/** What the rule over windows said of the newest window that closed. */
export interface DriftFacts {
  /** Tag of the release whose training data it was compared with. */
  readonly release: string
  /** End of that window, ISO 8601. */
  readonly until: string
  readonly verdict: 'drift' | 'notable' | 'no drift' | 'insufficient data'
  /** 0-1: the weight of confirmed columns. */
  readonly confirmedShare: number
  /** The least effect that matters, 0-1. */
  readonly effect: number
  readonly persist: { readonly need: number; readonly of: number }
  readonly windowMs: number
  /** The worst first. */
  readonly columns: readonly DriftedColumn[]
}

export interface DriftedColumn {
  readonly name: string
  readonly standing: 'confirmed' | 'suspected'
  /** Of the newest window in which it drifts, 0-1. */
  readonly effect: number
  /** Of its last `windows` windows so many drifted. */
  readonly drifted: number
  readonly windows: number
  /** So large that one window is enough. */
  readonly isAtOnce: boolean
  /** Of the windows that drifted. */
  readonly rows: readonly number[]
  /** The smallest effect that so few rows were sure to show; null where that is not known. */
  readonly smallestEffect: number | null
  /** Shares of few bins, of what was learned and of the window; empty where there is nothing to draw. */
  readonly before: readonly number[]
  readonly now: readonly number[]
}
