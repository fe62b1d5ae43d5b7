import { cannotJudge, type Judged, judged } from './judged.ts'

export interface Totals {
  readonly n: number
  readonly m: number
}

/** The totals of two lists of counts, where each is a count and neither list is empty. */
export function checkCounts(reference: ArrayLike<number>, current: ArrayLike<number>): Judged<Totals> {
  const [n, m] = [countIn(reference), countIn(current)]
  if (n === undefined || m === undefined || reference.length !== current.length) {
    return cannotJudge('a count is negative, not whole or not finite')
  }
  if (n === 0) return cannotJudge('no reference values')
  return m === 0 ? cannotJudge('no current values') : judged({ n, m })
}

/** The sum, undefined where something is no count. */
function countIn(counts: ArrayLike<number>): number | undefined {
  let total = 0
  for (let index = 0; index < counts.length; index += 1) {
    const count = counts[index] ?? -1
    if (!(count >= 0) || Math.floor(count) !== count) return undefined
    total += count
  }
  return Number.isSafeInteger(total) ? total : undefined
}
