import { chiSquareLimit } from '../stats/chi-square-tail.ts'
import { chiSquareTest } from '../stats/chi-square-test.ts'
import type { Judged } from '../stats/judged.ts'
import { ksTwoSample } from '../stats/ks-two-sample.ts'
import { totalVariationDistance } from '../stats/share-distances.ts'
import { sum } from '../stats/sum.ts'
import { twoProportionTest } from '../stats/two-proportion-test.ts'
import type { CategoryCount, DriftColumn } from './drift-column.ts'

/**
 * What is asked of a column: how its values are distributed, and what share of its rows is missing, or is no number in a
 * column of numbers, no time in one of times.
 */
export type Question = 'values' | 'missing' | 'not a number' | 'not a time'

/** Effect and evidence of one question, before what the other questions say is known. */
export interface MeasuredRow {
  readonly question: Question
  /** Kolmogorov-Smirnov's D of numbers, total variation of categories, the difference of shares of rows: 0..1. */
  readonly effect: number
  readonly measure: 'ks' | 'tvd' | 'share'
  readonly test: 'ks:exact' | 'ks:asymptotic' | 'chi-square:contingency' | 'z:pooled'
  /** D, χ², or of a share z². */
  readonly statistic: number
  /** By sampling alone. */
  readonly pValue: number
  /** Degrees of freedom of a chi-square; 1 of a share. */
  readonly degrees: number
  /** nm / (n + m) of the rows that were compared: a sample against the truth would be as telling with so many. */
  readonly effectiveRows: number
  /** Categories that were pooled because fewer than 5 rows of them are expected on a side. */
  readonly pooled: number
}

/** The least count that a chi-square's cell should expect (Cochran). */
const leastExpected = 5

/**
 * The questions that can be asked of a column, or why its values cannot be compared. `ks` is the method of Kolmogorov-Smirnov's
 * p-value; the exact one takes n · m steps.
 */
export function measureRows(
  column: DriftColumn,
  ks: 'auto' | 'asymptotic' = 'auto',
): { readonly rows: MeasuredRow[]; readonly because?: string } {
  const shares = shareRows(column)
  if (column.kind === 'not judged') return { rows: shares, because: column.because }
  const values = column.kind === 'number' ? numberRow(column, ks) : categoryRow(column.categories)
  return values.ok ? { rows: [values.value, ...shares] } : { rows: shares, because: values.because }
}

/**
 * The smallest effect that this many rows are sure to show at level `alpha`: of D by the inequality of Dvoretzky, Kiefer,
 * Wolfowitz and Massart, √(ln(2/α) / 2n); of shares because χ² ≥ 4 n TVD², n being the effective rows.
 */
export function smallestEffect(
  { measure, degrees, effectiveRows }: Pick<MeasuredRow, 'measure' | 'degrees' | 'effectiveRows'>,
  alpha: number,
): number {
  if (measure === 'ks') return Math.min(1, Math.sqrt(Math.log(2 / alpha) / (2 * effectiveRows)))
  return Math.min(1, Math.sqrt(chiSquareLimit(alpha, degrees) / (4 * effectiveRows)))
}

function numberRow(
  { numbers: { ks, n, m } }: Extract<DriftColumn, { kind: 'number' }>,
  method: 'auto' | 'asymptotic',
): Judged<MeasuredRow> {
  if (!ks.ok) return ks
  const { statistic } = ks.value
  const { pValue, method: used } = ksTwoSample(ks.value, method)
  return {
    ok: true,
    value: {
      question: 'values',
      effect: statistic,
      measure: 'ks',
      test: `ks:${used}`,
      statistic,
      pValue,
      degrees: 0,
      effectiveRows: (n * m) / (n + m),
      pooled: 0,
    },
  }
}

function categoryRow(categories: readonly CategoryCount[]): Judged<MeasuredRow> {
  const n = sum(categories.map(({ reference }) => reference))
  const m = sum(categories.map(({ current }) => current))
  const { cells, pooled } = poolRare(categories, n, m)
  const [reference, current] = [cells.map(([count]) => count), cells.map(([, count]) => count)]
  const effect = totalVariationDistance(reference, current)
  if (!effect.ok) return effect
  const test = chiSquareTest(reference, current)
  return {
    ok: true,
    value: {
      question: 'values',
      effect: effect.value,
      measure: 'tvd',
      test: 'chi-square:contingency',
      statistic: test.ok ? test.value.statistic : 0,
      // One category on both sides cannot differ.
      pValue: test.ok ? test.value.pValue : 1,
      degrees: test.ok ? test.value.degrees : 1,
      effectiveRows: (n * m) / (n + m),
      pooled,
    },
  }
}

function poolRare(categories: readonly CategoryCount[], n: number, m: number) {
  const isRare = ({ reference, current }: CategoryCount) =>
    ((reference + current) * Math.min(n, m)) / (n + m) < leastExpected
  const rare = categories.filter(isRare)
  const cells = categories.filter((one) => !isRare(one)).map(({ reference, current }) => [reference, current] as const)
  if (rare.length === 0) return { cells, pooled: 0 }
  const rest = [sum(rare.map(({ reference }) => reference)), sum(rare.map(({ current }) => current))] as const
  return { cells: [...cells, rest], pooled: rare.length }
}

/** A share that is nothing, or everything, on both sides is no question. */
function shareRows({ reference, current, ...column }: DriftColumn): MeasuredRow[] {
  const unreadable = column.kind === 'not judged' ? 'not a time' : 'not a number'
  return (['missing', unreadable] as const).flatMap((question): MeasuredRow[] => {
    const [a, b] = [reference, current].map((side) => (question === 'missing' ? side.missing : side.unreadable))
    const hits = (a ?? 0) + (b ?? 0)
    if (hits === 0 || hits === reference.rows + current.rows) return []
    const test = twoProportionTest({ hits: a ?? 0, rows: reference.rows }, { hits: b ?? 0, rows: current.rows })
    if (!test.ok) return []
    const { rows: n } = reference
    const { rows: m } = current
    const { difference, statistic, pValue } = test.value
    const effect = Math.abs(difference)
    return [
      {
        question,
        effect,
        measure: 'share',
        test: 'z:pooled',
        statistic: statistic ** 2,
        pValue,
        degrees: 1,
        effectiveRows: (n * m) / (n + m),
        pooled: 0,
      },
    ]
  })
}
