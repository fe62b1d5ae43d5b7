import type { DriftPolicy } from '../project/drift-policy.ts'
import { maxCategories, maxCodes } from './drift-column.ts'
import { windowRuleOf } from './drift-state.ts'
import { isEnoughWeight } from './judge-drift.ts'
import { smallestEffect } from './judge-rows.ts'

/** Data as far as it says what a window of it could see. */
export interface WindowedData {
  readonly rows: number
  /** From its oldest row to its newest. */
  readonly spanMs: number
  readonly columns: readonly WindowedColumn[]
}

export interface WindowedColumn {
  readonly kind: 'number' | 'category'
  readonly distinct: number
  /** Whether rows lack it: their share is a question of its own. */
  readonly hasMissing: boolean
}

const dayMs = 86_400_000
/** Whole weeks, so that each holds every day of the week as often. */
const longerDays = [14, 28, 91]

/** A window that is longer than the usual one, for that one could not see an effect of the limit. */
export interface SuggestedWindow {
  readonly days: number
  /** Rows that it holds, and that the usual one does. */
  readonly rows: number
  readonly usualRows: number
  /** The policy's, as it stood. */
  readonly usualMs: number
  readonly effect: number
}

/**
 * The shortest window whose rows are sure to show an effect at the limit in enough columns that they can say anything of the
 * data; undefined where the usual window does, and where none does that the data holds twice.
 */
export function suggestWindow(
  data: WindowedData,
  policy: Pick<DriftPolicy, 'windowMs' | 'effect' | 'fdr' | 'persist'>,
): SuggestedWindow | undefined {
  const rowsIn = (ms: number) => (data.rows * ms) / data.spanMs
  if (!(data.spanMs > 0) || data.columns.length === 0 || canSee(data, rowsIn(policy.windowMs), policy)) return undefined
  const days = longerDays.find((count) => {
    const ms = count * dayMs
    return ms > policy.windowMs && 2 * ms <= data.spanMs && canSee(data, rowsIn(ms), policy)
  })
  if (days === undefined) return undefined
  const { windowMs, effect } = policy
  const usualRows = Math.round(rowsIn(windowMs))
  return { days, rows: Math.round(rowsIn(days * dayMs)), usualRows, usualMs: windowMs, effect }
}

/** Windows hold more or fewer rows than in the mean. */
const leastShare = 0.8

/** Whether the columns that so many new rows say too little of are too few to keep the verdict open. */
function canSee(
  { rows: learned, columns }: WindowedData,
  meanRows: number,
  { effect, fdr, persist }: Pick<DriftPolicy, 'effect' | 'fdr' | 'persist'>,
): boolean {
  const rows = leastShare * meanRows
  const asked = columns.map(({ kind, distinct, hasMissing }) => {
    const values =
      kind === 'number' && distinct > maxCodes ? ks : tvd(Math.min(distinct, maxCategories, rows / leastExpected))
    return [values, ...(hasMissing ? [tvd(2)] : [])]
  })
  const rule = windowRuleOf({ effect, fdr, limits: {}, weights: {} }, persist)
  const alpha = rule.fdr / asked.flat().length
  const effectiveRows = (learned * rows) / (learned + rows)
  const blind = asked.filter((questions) => {
    return questions.some((question) => smallestEffect({ ...question, effectiveRows }, alpha) > effect)
  })
  return !isEnoughWeight(blind.map(() => ({ weight: 1 / columns.length })))
}

/** Rarer categories are pooled. */
const leastExpected = 5
const ks = { measure: 'ks', degrees: 0 } as const

function tvd(categories: number) {
  return { measure: 'tvd', degrees: Math.max(1, Math.round(categories) - 1) } as const
}
