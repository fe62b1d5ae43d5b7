import { checkCounts } from '../stats/check-counts.ts'
import { maxListed, type NumberComparison } from '../stats/compare-sorted.ts'
import { cannotJudge, type Judged, judged } from '../stats/judged.ts'
import { sum } from '../stats/sum.ts'

/**
 * The population stability index as Evidently 0.7 computes it, for who must compare: Σ (p − q) ln(p / q) over the bins; an
 * empty bin is filled with 0.0001, or with a millionth of the least share where that is at most 0.0001, and nothing is scaled
 * back.
 */
export function evidentlyPsi(reference: readonly number[], current: readonly number[]): Judged {
  const totals = checkCounts(reference, current)
  if (!totals.ok) return totals
  const p = filled(reference, totals.value.n)
  const q = filled(current, totals.value.m)
  return judged(sum(p.map((share, index) => (share - (q[index] ?? 0)) * Math.log(share / (q[index] ?? 0)))))
}

/** Numbers of more than 20 distinct reference values go into equal-width bins over both samples, else each value is a bin. */
export function evidentlyPsiOfNumbers({ ks, listed, sturges, referenceDistinct }: NumberComparison): Judged {
  if (!ks.ok) return ks
  const isBinned = referenceDistinct > maxListed.reference
  if (!isBinned && !listed) return cannotJudge('too many different values')
  const bins = isBinned || !listed?.values.every(Number.isFinite) ? sturges : listed
  return bins ? evidentlyPsi(bins.reference, bins.current) : cannotJudge('a value is not finite')
}

function filled(counts: readonly number[], total: number): number[] {
  const shares = counts.map((count) => count / total)
  const least = Math.min(...shares.filter((share) => share > 0))
  return shares.map((share) => (share > 0 ? share : least <= 0.0001 ? least / 10 ** 6 : 0.0001))
}
