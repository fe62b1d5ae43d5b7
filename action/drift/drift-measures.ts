import { type MeasureName, measureNames } from '../project/drift-policy.ts'
import { cramersV } from '../stats/chi-square-test.ts'
import type { NumberComparison } from '../stats/compare-sorted.ts'
import { cannotJudge, type Judged, judged } from '../stats/judged.ts'
import {
  hellingerDistance,
  jensenShannonDistance,
  largestDifference,
  totalVariationDistance,
} from '../stats/share-distances.ts'
import type { BinCounts } from '../stats/sorted-bins.ts'
import { sum } from '../stats/sum.ts'
import type { DriftColumn } from './drift-column.ts'
import { evidentlyPsi, evidentlyPsiOfNumbers } from './evidently-psi.ts'
import { psiOfCounts, psiOfNumbers } from './population-stability.ts'

export interface DriftMeasures {
  /** Null where it cannot be judged; absent where it has no meaning for the kind of column. */
  readonly values: Readonly<Partial<Record<MeasureName, number | null>>>
  /** Why one of them is null. */
  readonly because: Readonly<Partial<Record<MeasureName, string>>>
  /** What `psi` comes to by chance where nothing changed. */
  readonly psiByChance: number | null
}

/** All distances of a column whose values are compared; null of another. */
export function measuresOf(column: DriftColumn): DriftMeasures | null {
  if (column.kind === 'not judged') return null
  const missing = [column.reference.missing, column.current.missing] as const
  if (column.kind === 'category') {
    const reference = column.categories.map((one) => one.reference)
    const current = column.categories.map((one) => one.current)
    const hasMissing = missing[0] + missing[1] > 0
    const psi = hasMissing
      ? psiOfCounts([...reference, missing[0]], [...current, missing[1]])
      : psiOfCounts(reference, current)
    return collect(psi, {
      'psi-evidently': evidentlyPsi(reference, current),
      ...ofShares(reference, current),
    })
  }
  const { numbers } = column
  const { ks, wasserstein, deciles } = numbers
  return collect(psiOfNumbers(deciles, missing), {
    'psi-evidently': evidentlyPsiOfNumbers(numbers),
    ks: ks.ok ? judged(ks.value.statistic) : ks,
    wasserstein,
    'wasserstein-normalised': wassersteinNormalised(numbers),
    ...ofBins(deciles),
  })
}

/** The deviation below which Evidently divides by this. */
const leastDeviation = 0.001

/** Divided by the reference's deviation, or by 0.001 where it is less: Evidently's. */
export function wassersteinNormalised({ wasserstein, deviation }: NumberComparison): Judged {
  if (!wasserstein.ok) return wasserstein
  return deviation.ok ? judged(wasserstein.value / Math.max(deviation.value, leastDeviation)) : deviation
}

/** Of one bin alone all would be 0, which would look like good news. */
function ofBins({ edges, reference, current }: BinCounts): Partial<Record<MeasureName, Judged>> {
  const shares = ofShares(reference, current)
  if (edges.length > 0 || sum(reference) === 0) return shares
  const unknown = cannotJudge('nearly all of the reference is one value')
  return Object.fromEntries(Object.keys(shares).map((name) => [name, unknown]))
}

function ofShares(reference: readonly number[], current: readonly number[]): Partial<Record<MeasureName, Judged>> {
  const largest = largestDifference(reference, current)
  return {
    'js-e': jensenShannonDistance(reference, current, 'e'),
    'js-2': jensenShannonDistance(reference, current, 2),
    hellinger: hellingerDistance(reference, current),
    tvd: totalVariationDistance(reference, current),
    'l-infinity': largest.ok ? { ok: true, value: largest.value.distance } : largest,
    'cramers-v': cramersV(reference, current),
  }
}

function collect(
  psi: Judged<{ readonly value: number; readonly byChance: number }>,
  others: Partial<Record<MeasureName, Judged>>,
): DriftMeasures {
  const all: [MeasureName, Judged][] = [['psi', psi.ok ? { ok: true, value: psi.value.value } : psi]]
  for (const name of measureNames) {
    const one = others[name]
    if (one) all.push([name, one])
  }
  return {
    values: Object.fromEntries(all.map(([name, one]) => [name, one.ok ? one.value : null])),
    because: Object.fromEntries(all.flatMap(([name, one]) => (one.ok ? [] : [[name, one.because]]))),
    psiByChance: psi.ok ? psi.value.byChance : null,
  }
}
