import type { DriftFinding } from '../drift/drift-finding.ts'
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
  /** Tag of the newest release that no rollback took back; null before the first. */
  readonly release: string | null
  /** The newest release or proposal of other data than what lies there now. */
  readonly last: { readonly kind: 'release' | 'proposal'; readonly at: string } | null
  /** When this very data was proposed before. */
  readonly proposedAt: string | null
  /** What the ledger has of the newest judged window; null where none was ever judged. */
  readonly drift: DriftFinding | null
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
