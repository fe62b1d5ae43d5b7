import { checkCounts } from './check-counts.ts'
import { chiSquareTail } from './chi-square-tail.ts'
import { cannotJudge, type Judged, judged } from './judged.ts'
import { sum } from './sum.ts'

export interface ChiSquareResult {
  readonly statistic: number
  readonly degrees: number
  readonly pValue: number
}

/**
 * Pearson's chi-square test of a 2 × k table: both samples are samples, neither is the truth. Categories that neither holds
 * are left out. `correction` is Yates', which lessens each gap by up to ½ where k is 2; off unless asked for.
 * scipy's `chi2_contingency(table, correction)`.
 */
export function chiSquareTest(
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
  { correction = false }: { readonly correction?: boolean } = {},
): Judged<ChiSquareResult> {
  const totals = checkCounts(reference, current)
  if (!totals.ok) return totals
  const { n, m } = totals.value
  const cells = Array.from(reference, (count, index) => [count, current[index] ?? 0] as const).filter(
    ([a, b]) => a + b > 0,
  )
  const degrees = cells.length - 1
  if (degrees === 0) return cannotJudge('fewer than two categories')
  const isCorrected = correction && degrees === 1
  const parts = cells.flatMap(([a, b]) =>
    [
      [a, ((a + b) * n) / (n + m)],
      [b, ((a + b) * m) / (n + m)],
    ].map(([observed = 0, expected = 0]) => {
      const gap = Math.abs(observed - expected)
      return (isCorrected ? gap - Math.min(0.5, gap) : gap) ** 2 / expected
    }),
  )
  const statistic = sum(parts)
  return judged({ statistic, degrees, pValue: chiSquareTail(statistic, degrees) })
}

/**
 * Cramér's V of a 2 × k table, √(χ² / N), 0..1, without Yates' correction; scipy's `association(table, 'cramer')`.
 * `bergsma`: less what chance alone gives (Bergsma 2013), √(φ²' / (min(k', 2') − 1)) with φ²' = max(0, φ² − (k − 1)/(N − 1)),
 * k' = k − (k − 1)²/(N − 1), 2' = 2 − 1/(N − 1).
 */
export function cramersV(
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
  variant: 'plain' | 'bergsma' = 'plain',
): Judged {
  const test = chiSquareTest(reference, current)
  if (!test.ok) return test
  const total = sum(reference) + sum(current)
  const { statistic, degrees } = test.value
  const phi = statistic / total
  if (variant === 'plain') return judged(Math.sqrt(phi))
  const less = Math.max(0, phi - degrees / (total - 1))
  const columns = degrees + 1 - degrees ** 2 / (total - 1)
  const rows = 2 - 1 / (total - 1)
  const reach = Math.min(columns, rows) - 1
  return judged(reach > 0 ? Math.sqrt(less / reach) : 0)
}
