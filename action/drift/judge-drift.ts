import { type DriftPolicy, type MeasureName, measureNames } from '../project/drift-policy.ts'
import { adjustForFalseDiscovery } from '../stats/false-discovery.ts'
import type { DriftColumn, SideRows } from './drift-column.ts'
import { type DriftMeasures, measuresOf } from './drift-measures.ts'
import { evidenceWithVariation, smallestEffectWithVariation, type VariedEvidence } from './evidence-with-variation.ts'
import { type MeasuredRow, measureRows, type Question, smallestEffect } from './judge-rows.ts'
import type { NaturalVariation } from './natural-variation.ts'

/** What judges one window or one pair of samples. */
export interface DriftRule extends Pick<DriftPolicy, 'effect' | 'fdr' | 'limits' | 'weights'> {
  /**
   * The column that is what the model answered. Where no weights are given it weighs enough to be drift alone, beside what
   * the others have, so that judging it takes nothing from them.
   */
  readonly prediction?: string
}

export type RowVerdict = 'drift' | 'insufficient data' | 'notable' | 'no drift'
export type ColumnVerdict = RowVerdict | 'vanished' | 'not judged'

export interface JudgedRow extends MeasuredRow {
  /** By Benjamini and Hochberg, over all questions of all columns. */
  readonly adjusted: number
  /** How much the column varies by itself, and the p-value that allows for it; null where it is not known. */
  readonly varied: VariedEvidence | null
  /** The smallest effect that was sure to show at fdr / questions, in so many rows, beyond natural variation. */
  readonly smallestEffect: number
  /** What keeps an effect at the limit from being seen: too few rows, or a column that varies so much by itself. */
  readonly limitedBy: 'rows' | 'variation' | null
  readonly verdict: RowVerdict
}

export interface JudgedColumn {
  readonly name: string
  readonly kind: DriftColumn['kind'] | 'vanished'
  readonly verdict: ColumnVerdict
  /** Why it is not judged. */
  readonly because: string | null
  /** 0..1; all sum to 1, but for a prediction without a weight of its own; 0 of a column that is not judged. */
  readonly weight: number
  readonly reference: SideRows | null
  readonly current: SideRows | null
  readonly rows: readonly JudgedRow[]
  readonly measures: DriftMeasures | null
  /** The plain limits that it is above. */
  readonly above: readonly MeasureName[]
}

export interface JudgedDrift {
  readonly verdict: 'drift' | 'insufficient data' | 'notable' | 'no drift'
  /** Weights of the columns that drift, or are gone, 0..1. */
  readonly driftedShare: number
  /** How many questions were asked, over which false discoveries are controlled. */
  readonly questions: number
  /** The worst first, then by weight and effect. */
  readonly columns: readonly JudgedColumn[]
}

/** How much a column's answer to a question varies by itself; undefined where that is not known. */
export type VariationOf = (column: DriftColumn, question: Question) => NaturalVariation | undefined

/** The data drifts where columns of so much weight together do, or one of so much alone. */
export const weightLimits = { together: 0.25, alone: 0.2 } as const

/**
 * The rule for one window: effect and evidence of each question, false discoveries controlled over all of them, then the
 * columns by weight. A question that is answered neither way, because an effect at the limit need not have shown in so few
 * rows, is `insufficient data`. How much columns vary by themselves is taken into account where `variationOf` can say it;
 * of two samples it cannot be known. A column of which it should be known and is not, is `insufficient data`, too.
 */
export function judgeDrift(
  columns: readonly DriftColumn[],
  vanished: readonly string[],
  rule: DriftRule,
  variationOf?: VariationOf,
): JudgedDrift {
  return judgeMeasured(measureColumns(columns, variationOf !== undefined), vanished, rule, variationOf)
}

interface MeasuredColumn {
  readonly column: DriftColumn
  readonly rows: readonly MeasuredRow[]
  /** Why its values cannot be compared. */
  readonly because?: string
}

/** Effect and evidence by sampling of each question. */
export function measureColumns(columns: readonly DriftColumn[], isVariationKnown: boolean): MeasuredColumn[] {
  // Where variation is known, p by sampling alone decides nothing, and need not be exact.
  const ks = isVariationKnown ? 'asymptotic' : 'auto'
  return columns.map((column) => ({ column, ...measureRows(column, ks) }))
}

/**
 * What follows from these. `for-verdicts` leaves out what no verdict depends on: measures without a limit, and what natural
 * variation adds to the smallest effect.
 */
export function judgeMeasured(
  plain: readonly MeasuredColumn[],
  vanished: readonly string[],
  rule: DriftRule,
  variationOf?: VariationOf,
  detail: 'whole' | 'for-verdicts' = 'whole',
): JudgedDrift {
  const hasLimits = Object.keys(rule.limits).length > 0
  const measured = plain.map(({ rows, ...others }) => {
    return { ...others, rows: rows.map((row) => withVariation(row, others.column, variationOf)) }
  })
  const columns = plain.map(({ column }) => column)
  const all = measured.flatMap(({ rows }) => rows)
  const adjusted = adjustForFalseDiscovery(all.map(({ pValue, varied }) => varied?.pValue ?? pValue))
  const alpha = rule.fdr / Math.max(1, all.length)
  const adjustedOf = new Map(all.map((row, index) => [row, adjusted[index] ?? 1]))
  const heard = columns.filter(({ kind }) => kind !== 'not judged').map(({ name }) => name)
  const weightOf = weigher([...heard, ...vanished], rule)

  const judged = measured.map(({ column, rows: raw, because }): JudgedColumn => {
    const rows = raw.map((row) => judgeRow(row, adjustedOf.get(row) ?? 1, alpha, rule, detail))
    const measures = detail === 'whole' || hasLimits ? measuresOf(column) : null
    const { name, kind, reference, current } = column
    const above = limitsAbove(measures, rule)
    const byRule = worst(rows.map(({ verdict }) => verdict))
    const byLimits = above.length > 0 ? 'drift' : byPlainLimits(measures, rule)
    const own = hasLimits && kind !== 'not judged' ? byLimits : byRule
    const verdict = own ?? (because === undefined ? 'insufficient data' : noAnswer(column))
    const isUnheard = because !== undefined && verdict === 'no drift'
    return {
      name,
      kind,
      verdict: isUnheard ? noAnswer(column) : verdict,
      because: because ?? null,
      weight: weightOf(name),
      reference,
      current,
      rows,
      measures,
      above,
    }
  })
  const gone = vanished.map((name): JudgedColumn => {
    const nothing = { because: null, reference: null, current: null, rows: [], measures: null, above: [] }
    return { name, kind: 'vanished', verdict: 'vanished', weight: weightOf(name), ...nothing }
  })
  return { ...judgeWhole([...gone, ...judged]), questions: all.length, columns: inOrder([...gone, ...judged]) }
}

interface WeighedRow extends MeasuredRow {
  readonly varied: VariedEvidence | null
  readonly isVariationUnknown: boolean
}

function withVariation(row: MeasuredRow, column: DriftColumn, variationOf: VariationOf | undefined): WeighedRow {
  const variation = variationOf?.(column, row.question)
  const varied = variation ? evidenceWithVariation(row, variation) : null
  return { ...row, varied, isVariationUnknown: variationOf !== undefined && !variation }
}

function judgeRow(
  { isVariationUnknown, ...row }: WeighedRow,
  adjusted: number,
  alpha: number,
  rule: DriftRule,
  detail: 'whole' | 'for-verdicts',
) {
  const byRows = smallestEffect(row, alpha)
  const smallest =
    row.varied && detail === 'whole' ? Math.max(byRows, smallestEffectWithVariation(row, row.varied, alpha)) : byRows
  const limitedBy = byRows > rule.effect ? 'rows' : smallest > rule.effect ? 'variation' : null
  const [isSure, isLarge] = [adjusted <= rule.fdr, row.effect >= rule.effect]
  const unsure = limitedBy === 'rows' ? 'insufficient data' : isLarge ? 'notable' : 'no drift'
  const known = isSure ? (isLarge ? 'drift' : 'notable') : unsure
  const verdict = isVariationUnknown ? 'insufficient data' : known
  return { ...row, adjusted, smallestEffect: smallest, limitedBy, verdict } satisfies JudgedRow
}

/** A column that holds nothing to compare is no good news; one that means nothing, such as an id, is left out. */
function noAnswer({ kind }: DriftColumn): ColumnVerdict {
  return kind === 'not judged' ? 'not judged' : 'insufficient data'
}

function limitsAbove(measures: DriftMeasures | null, { limits }: DriftRule): MeasureName[] {
  return measureNames.filter((name) => (measures?.values[name] ?? -Infinity) > (limits[name] ?? Infinity))
}

/** A limit that chance alone would pass, or a measure that there is not, says nothing. */
function byPlainLimits(measures: DriftMeasures | null, { limits }: DriftRule): RowVerdict | undefined {
  if (!measures) return undefined
  const asked = measureNames.filter((name) => limits[name] !== undefined && measures.values[name] !== undefined)
  if (asked.every((name) => measures.values[name] === null)) return 'insufficient data'
  const byChance = measures.psiByChance ?? 0
  return limits.psi !== undefined && byChance >= limits.psi ? 'insufficient data' : 'no drift'
}

function judgeWhole(columns: readonly JudgedColumn[]): Pick<JudgedDrift, 'verdict' | 'driftedShare'> {
  const isDrifted = ({ verdict }: JudgedColumn) => verdict === 'drift' || verdict === 'vanished'
  const drifted = columns.filter(isDrifted)
  const unknown = columns.filter(({ verdict }) => verdict === 'insufficient data')
  const driftedShare = weightIn(drifted)
  const verdict = (): JudgedDrift['verdict'] => {
    if (isEnoughWeight(drifted)) return 'drift'
    if (isEnoughWeight([...drifted, ...unknown])) return 'insufficient data'
    if (columns.every(({ verdict: own }) => own === 'not judged')) return 'insufficient data'
    return columns.some((one) => isDrifted(one) || one.verdict === 'notable') ? 'notable' : 'no drift'
  }
  return { verdict: verdict(), driftedShare }
}

/** Whether columns of these weights are enough for the data to have drifted. */
export function isEnoughWeight(columns: readonly Pick<JudgedColumn, 'weight'>[]): boolean {
  const alone = columns.some(({ weight }) => weight >= weightLimits.alone)
  return alone || (columns.length > 0 && weightIn(columns) >= weightLimits.together)
}

/** Rounded where additions leave dust, so that a quarter is one; 1 at the most. */
export function weightIn(columns: readonly Pick<JudgedColumn, 'weight'>[]): number {
  return Math.min(1, Number(columns.reduce((sum, { weight }) => sum + weight, 0).toFixed(12)))
}

function weigher(names: readonly string[], { weights, prediction }: DriftRule): (name: string) => number {
  const own = (name: string) => (Object.hasOwn(weights, name) ? (weights[name] ?? 0) : 0)
  const heard = new Set(names)
  const sum = names.reduce((total, name) => total + own(name), 0)
  const ofData = names.filter((name) => name !== prediction).length
  return (name) => {
    if (!heard.has(name)) return 0
    if (sum > 0) return own(name) / sum
    return name === prediction ? weightLimits.alone : 1 / ofData
  }
}

const order: readonly ColumnVerdict[] = ['vanished', 'drift', 'insufficient data', 'notable', 'no drift', 'not judged']

function worst(verdicts: readonly RowVerdict[]): RowVerdict | undefined {
  return verdicts.toSorted((a, b) => order.indexOf(a) - order.indexOf(b))[0]
}

function inOrder(columns: readonly JudgedColumn[]): JudgedColumn[] {
  const effect = ({ rows }: JudgedColumn) => Math.max(0, ...rows.map((row) => row.effect))
  return columns.toSorted(
    (a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict) || b.weight - a.weight || effect(b) - effect(a),
  )
}
