import { checkCounts } from './check-counts.ts'
import { cannotJudge, type Judged, judged } from './judged.ts'
import { type PairedCounts, totalOf } from './paired-counts.ts'
import { sumOver } from './sum.ts'

/**
 * The first Wasserstein distance, in the values' own unit: Σ |F − G| · gap over the sorted values.
 * scipy's `wasserstein_distance`. Undefined where a value is infinite.
 */
export function wasserstein({ values, reference, current }: PairedCounts): Judged {
  const totals = checkCounts(reference, current)
  if (!totals.ok) return totals
  if (!values.every(Number.isFinite)) return cannotJudge('a value is not finite')
  const { n, m } = totals.value
  let below = 0
  let currentBelow = 0
  const distance = sumOver(values.length - 1, (index) => {
    below += reference[index] ?? 0
    currentBelow += current[index] ?? 0
    return Math.abs(below / n - currentBelow / m) * ((values[index + 1] ?? 0) - (values[index] ?? 0))
  })
  return Number.isFinite(distance) ? judged(distance) : cannotJudge('a value is not finite')
}

/** The deviation below which Evidently divides by this. */
const leastDeviation = 0.001

/** `wasserstein` divided by the reference's deviation, √(Σ (x − mean)² / n), or by 0.001 where it is less: Evidently's. */
export function wassersteinNormalised(counts: PairedCounts): Judged {
  const distance = wasserstein(counts)
  if (!distance.ok) return distance
  const deviation = deviationOf(counts.values, counts.reference)
  if (!Number.isFinite(deviation)) return cannotJudge('a value is not finite')
  return judged(distance.value / Math.max(deviation, leastDeviation))
}

/** Divided by n, not n − 1; the values are finite. */
export function deviationOf(values: Float64Array, counts: Float64Array): number {
  const total = totalOf(counts)
  const mean = sumOver(values.length, (index) => (values[index] ?? 0) * (counts[index] ?? 0)) / total
  const squares = sumOver(values.length, (index) => {
    const gap = (values[index] ?? 0) - mean
    return gap * gap * (counts[index] ?? 0)
  })
  return Math.sqrt(squares / total)
}
