import { type CannotJudge, type Judged, judged } from './judged.ts'
import { totalOf } from './paired-counts.ts'

export interface Totals {
  readonly n: number
  readonly m: number
}

/** The totals of two lists of counts, where each is a count and neither list is empty. */
export function checkCounts(reference: ArrayLike<number>, current: ArrayLike<number>): Judged<Totals> {
  const because = whyNot(reference, current)
  return because === undefined ? judged({ n: totalOf(reference), m: totalOf(current) }) : { ok: false, because }
}

function whyNot(reference: ArrayLike<number>, current: ArrayLike<number>): CannotJudge | undefined {
  if (reference.length !== current.length || !areCounts(reference) || !areCounts(current)) {
    return 'a count is negative, not whole or not finite'
  }
  if (totalOf(reference) === 0) return 'no reference values'
  return totalOf(current) === 0 ? 'no current values' : undefined
}

function areCounts(counts: ArrayLike<number>): boolean {
  for (let index = 0; index < counts.length; index += 1) {
    const count = counts[index] ?? -1
    if (!(count >= 0 && Number.isSafeInteger(count))) return false
  }
  return true
}
