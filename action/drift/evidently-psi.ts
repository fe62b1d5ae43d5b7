import { checkCounts } from '../stats/check-counts.ts'
import { cannotJudge, type Judged, judged } from '../stats/judged.ts'
import type { PairedCounts } from '../stats/paired-counts.ts'
import { sum } from '../stats/sum.ts'

/** More distinct reference values than this are binned. */
const maxDistinct = 20

/**
 * The population stability index as Evidently 0.7 computes it, for who must compare: Σ (p − q) ln(p / q); numbers of more
 * than 20 distinct reference values in equal-width bins over both samples (Sturges' count, NumPy's edges), else each value a
 * bin; an empty bin is filled with 0.0001, or with a millionth of the least share where that is at most 0.0001, and nothing
 * is scaled back. `areIntegers`: NumPy keeps bins of integers at least 1 wide.
 */
export function evidentlyPsi(
  { values, reference, current }: PairedCounts,
  { areIntegers = false, areNumbers = true }: { readonly areIntegers?: boolean; readonly areNumbers?: boolean } = {},
): Judged {
  const totals = checkCounts(reference, current)
  if (!totals.ok) return totals
  if (!values.every(Number.isFinite)) return cannotJudge('a value is not finite')
  const { n, m } = totals.value
  const distinct = reference.reduce((count, rows) => count + (rows > 0 ? 1 : 0), 0)
  const edges = areNumbers && distinct > maxDistinct ? sturgesEdges(values, n + m, areIntegers) : undefined
  const p = filled(edges ? countFrom(values, reference, edges) : [...reference], n)
  const q = filled(edges ? countFrom(values, current, edges) : [...current], m)
  return judged(sum(p.map((share, index) => (share - (q[index] ?? 0)) * Math.log(share / (q[index] ?? 0)))))
}

/** NumPy's `histogram_bin_edges(bins='sturges')`, to the bit. */
export function sturgesEdges(values: Float64Array, total: number, areIntegers: boolean): number[] {
  const first = values[0] ?? 0
  const last = values.at(-1) ?? 0
  if (first === last) return [first - 0.5, last + 0.5]
  const width = (last - first) / (Math.log2(total) + 1)
  const bins = Math.ceil((last - first) / (areIntegers ? Math.max(1, width) : width))
  const step = (last - first) / bins
  return Array.from({ length: bins + 1 }, (_, index) => (index === bins ? last : index * step + first))
}

/** [edge, next edge), the last bin closed. */
function countFrom(values: Float64Array, counts: Float64Array, edges: readonly number[]): number[] {
  const bins = Array.from({ length: edges.length - 1 }, () => 0)
  let bin = 0
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? 0
    while (bin < bins.length - 1 && value >= (edges[bin + 1] ?? Infinity)) bin += 1
    bins[bin] = (bins[bin] ?? 0) + (counts[index] ?? 0)
  }
  return bins
}

function filled(counts: readonly number[], total: number): number[] {
  const shares = counts.map((count) => count / total)
  const least = Math.min(...shares.filter((share) => share > 0))
  return shares.map((share) => (share > 0 ? share : least <= 0.0001 ? least / 10 ** 6 : 0.0001))
}
