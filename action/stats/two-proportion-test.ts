import { checkCounts } from './check-counts.ts'
import { type Judged, judged } from './judged.ts'
import { twoSidedNormalTail } from './normal-tail.ts'

export interface TwoProportionResult {
  /** The current share less the reference's, −1..1. */
  readonly difference: number
  /** 0 where every row of both is alike. */
  readonly statistic: number
  readonly pValue: number
}

/**
 * The Z test of two shares, two-sided, with the pooled share P: z = (q − p) / √(P(1 − P)(1/n + 1/m)).
 * statsmodels' `proportions_ztest`; its square is the chi-square of the 2 × 2 table without correction.
 */
export function twoProportionTest(
  reference: { readonly hits: number; readonly rows: number },
  current: { readonly hits: number; readonly rows: number },
): Judged<TwoProportionResult> {
  const totals = checkCounts(
    [reference.hits, reference.rows - reference.hits],
    [current.hits, current.rows - current.hits],
  )
  if (!totals.ok) return totals
  const { n, m } = totals.value
  const difference = current.hits / m - reference.hits / n
  const hits = reference.hits + current.hits
  const pooled = hits / (n + m)
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
  const statistic = hits === 0 || hits === n + m ? 0 : difference / error
  return judged({ difference, statistic, pValue: twoSidedNormalTail(statistic) })
}
