import { checkCounts } from '../stats/check-counts.ts'
import { cannotJudge, type Judged, judged } from '../stats/judged.ts'
import type { BinCounts } from '../stats/sorted-bins.ts'
import { sum } from '../stats/sum.ts'

export interface Psi {
  readonly value: number
  readonly bins: number
  /** About what it comes to by chance where nothing changed: (bins − 1)(1/n + 1/m). */
  readonly byChance: number
}

/**
 * The population stability index, Plumbline's: Σ (q − p) ln(q / p) with shares (count + ½) / (total + ½ bins), so that an
 * empty bin is neither infinite nor a matter of a chosen constant. Of categories, or of numbers in bins.
 * Missing values are a bin of their own, where there are any.
 */
export function psiOfCounts(reference: ArrayLike<number>, current: ArrayLike<number>): Judged<Psi> {
  const totals = checkCounts(reference, current)
  if (!totals.ok) return totals
  const { n, m } = totals.value
  const bins = reference.length
  const terms = Array.from(reference, (count, index) => {
    const p = (count + 0.5) / (n + bins / 2)
    const q = ((current[index] ?? 0) + 0.5) / (m + bins / 2)
    return (q - p) * Math.log(q / p)
  })
  return judged({ value: sum(terms), bins, byChance: (bins - 1) * (1 / n + 1 / m) })
}

/**
 * The same of numbers: ten bins of the reference's quantiles, the outer ones open. `missing` rows of each side. Where
 * nearly all of the reference is one value there is one bin alone, and 0 would look like good news.
 */
export function psiOfNumbers(
  { edges, reference, current }: BinCounts,
  missing: readonly [number, number] = [0, 0],
): Judged<Psi> {
  if (edges.length === 0 && sum(reference) > 0) return cannotJudge('nearly all of the reference is one value')
  if (missing[0] + missing[1] === 0) return psiOfCounts(reference, current)
  return psiOfCounts([...reference, missing[0]], [...current, missing[1]])
}
