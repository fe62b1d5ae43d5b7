import type { Season } from '../project/drift-policy.ts'
import { type DataBlock, pairWindow, rowsOfBlock } from './drift-reference.ts'
import { type ColumnVerdict, type DriftRule, type JudgedColumn, type JudgedDrift, judgeDrift } from './judge-drift.ts'
import { smallestEffect } from './judge-rows.ts'
import { samePhase } from './season.ts'
import type { Window } from './windows.ts'

/** What a model learned, as blocks of time. */
export interface DriftReference {
  /** The training window, the oldest block first. */
  readonly training: readonly DataBlock[]
  /** How far back from the end of the training window is recent. */
  readonly recentMs: number
  /** What repeats itself: the window is compared with the blocks of its own phase alone. Null of nothing. */
  readonly season: Season | null
}

export interface WindowColumn {
  readonly name: string
  /**
   * `drift` where it differs from the training window *and* from its newest blocks; `already learned` where it differs from
   * the training window alone: what the model learned last looks like it. Others as against the training window.
   */
  readonly verdict: ColumnVerdict | 'already learned'
  readonly weight: number
  /** The largest effect of a question that drifts, or of any; 1 of a column that is gone. */
  readonly effect: number
  readonly againstTraining: JudgedColumn
  /** Null where the training window is no longer than what is recent. */
  readonly againstRecent: JudgedColumn | null
  /** By how much D may be more than what is seen (`mostLost()`). */
  readonly mostLost: number
}

export interface JudgedWindowDrift extends Window {
  readonly rows: number
  readonly columns: readonly WindowColumn[]
  readonly added: readonly string[]
  readonly questions: number
  /** Blocks that it was compared with, those of a prediction among them. */
  readonly trainingBlocks: number
  readonly recentBlocks: number
}

/** The rule for one closed window; whether a column's drift persists is for `nextDriftState()` to say. */
export function judgeWindow(reference: DriftReference, window: DataBlock, rule: DriftRule): JudgedWindowDrift {
  const training = reference.season ? samePhase(reference.training, window, reference.season) : reference.training
  const end = training.reduce((newest, { untilMs }) => Math.max(newest, untilMs), -Infinity)
  const recent = reference.training.filter(({ sinceMs }) => sinceMs >= end - reference.recentMs)
  const isApart = recent.length < training.length && recent.length > 0
  const first = judge(training, window, rule, training)
  const second = isApart ? judge(recent, window, rule, training) : null
  const alpha = rule.fdr / Math.max(1, second?.judged.questions ?? 0)
  const recentOf = new Map(second?.judged.columns.map((column) => [column.name, column]))
  return {
    sinceMs: window.sinceMs,
    untilMs: window.untilMs,
    rows: rowsOfBlock(window),
    columns: first.judged.columns.map((column) => {
      const againstRecent = recentOf.get(column.name) ?? null
      const verdict = combine(column, againstRecent, alpha)
      const mostLost = first.paired.mostLostOf(column.name)
      const { name, weight } = column
      return { name, verdict, weight, effect: effectOf(column), againstTraining: column, againstRecent, mostLost }
    }),
    added: first.paired.added,
    questions: first.judged.questions,
    trainingBlocks: training.length,
    recentBlocks: recent.length,
  }
}

function judge(reference: readonly DataBlock[], window: DataBlock, rule: DriftRule, blocks: readonly DataBlock[]) {
  const paired = pairWindow(reference, window, blocks)
  const judged: JudgedDrift = judgeDrift(paired.columns, paired.vanished, rule, paired.variationOf)
  return { paired, judged }
}

/** What both references say together; `alpha` is the level of one question beside the newest blocks. */
export function combine(training: JudgedColumn, recent: JudgedColumn | null, alpha: number): WindowColumn['verdict'] {
  if (training.verdict !== 'drift' || !recent) return training.verdict
  if (recent.verdict === 'drift' || recent.verdict === 'vanished') return 'drift'
  if (recent.verdict !== 'insufficient data') return 'already learned'
  // Few recent rows need not show an effect at the limit; it is enough that they would show the one that was seen.
  const seen = effectOf(training)
  const couldSee = recent.rows.length > 0 && recent.rows.every((row) => smallestEffect(row, alpha) <= seen)
  return couldSee ? 'already learned' : 'insufficient data'
}

/** The largest effect of a question that drifts, or of any. */
export function effectOf({ verdict, rows }: JudgedColumn): number {
  if (verdict === 'vanished') return 1
  const drifted = rows.filter((row) => row.verdict === 'drift')
  return Math.max(0, ...(drifted.length > 0 ? drifted : rows).map(({ effect }) => effect))
}
