import { deviationFrom } from './deviation-from.ts'
import { cannotJudge, type Judged, judged } from './judged.ts'
import {
  type BinCounts,
  countBelow,
  countUpTo,
  firstAbove,
  quantileEdges,
  roundEdges,
  sturgesEdges,
} from './sorted-bins.ts'
import type { SortedNumbers } from './sorted-numbers.ts'
import { type SortedPart, sortedParts } from './sorted-parts.ts'

/** Where two distribution functions are farthest apart. */
export interface KsDistance {
  /** Numbers of the reference, and of the current sample. */
  readonly n: number
  readonly m: number
  /** The largest distance, 0..1. */
  readonly statistic: number
  /** The least number at which it is reached. */
  readonly location: number
  /** 1 where the reference's function is above there: its values are smaller; −1 where the current one's is; 0 of equals. */
  readonly sign: -1 | 0 | 1
}

/** How often each number came in two samples: `values` ascend, each once. */
export interface ListedNumbers {
  readonly values: readonly number[]
  readonly reference: readonly number[]
  readonly current: readonly number[]
}

/** All that is asked of two samples of numbers, without the numbers. */
export interface NumberComparison {
  readonly n: number
  readonly m: number
  /** Different numbers of both samples together, and of the reference. */
  readonly distinct: number
  readonly referenceDistinct: number
  /** Whether all are whole and exact. */
  readonly areIntegers: boolean
  /** Whether no sample holds a number twice. */
  readonly isOnceEach: boolean
  readonly ks: Judged<KsDistance>
  /** The first Wasserstein distance in the numbers' own unit, Σ |F − G| · gap; scipy's `wasserstein_distance`. */
  readonly wasserstein: Judged
  /** The reference's, divided by n, not n − 1. */
  readonly deviation: Judged
  /** Ten bins of the reference's quantiles, (edge, next edge], the outer ones open. */
  readonly deciles: BinCounts
  /** At most 20 bins of one width with round edges (`roundEdges()`), [edge, next edge), the outer ones open; for pictures. */
  readonly histogram: BinCounts | undefined
  /** Bins of one width over both samples, as many as Sturges says, [edge, next edge), with NumPy's edges; of finite numbers. */
  readonly sturges: BinCounts | undefined
  /** Every number, where `maxListed` allows it. */
  readonly listed: ListedNumbers | undefined
}

/** So many different numbers are listed of both samples together, or of the reference where they are not too many together. */
export const maxListed = { together: 10, reference: 20, ofFewReference: 10_000 } as const
const decileBins = 10
const histogramBins = 20

/** Compares two samples, each ascending, without NaN, −0 as 0, as `sortNumbers()` leaves them. */
export function compareSorted(reference: SortedNumbers, current: SortedNumbers): NumberComparison {
  return comparisonOf(passOver(reference, current), reference, current, (mean) => deviationFrom(mean, reference))
}

/** What is left to say once both were gone through. */
export function comparisonOf(
  pass: Pass,
  reference: SortedNumbers,
  current: SortedNumbers,
  deviation: (mean: number) => number,
): NumberComparison {
  const [n, m] = [reference.length, current.length]
  const { distinct, referenceDistinct, areIntegers, isOnceEach } = pass
  const ks = distanceIn(pass, n, m)
  const first = Math.min(reference.at(0) ?? Infinity, current.at(0) ?? Infinity)
  const last = Math.max(reference.at(n - 1) ?? -Infinity, current.at(m - 1) ?? -Infinity)
  const areFinite = Number.isFinite(first) && Number.isFinite(last)
  const round = roundEdges([reference, current], histogramBins, pass.areIntegers)
  const sturges = areFinite ? sturgesEdges(first, last, n + m, areIntegers) : []
  return {
    n,
    m,
    distinct,
    referenceDistinct,
    areIntegers,
    isOnceEach,
    ks,
    wasserstein: ks.ok ? finite(areFinite ? settle(pass.distance) : Number.NaN) : ks,
    deviation: n === 0 ? cannotJudge('no reference values') : finite(deviation(settle(pass.reference) / n)),
    deciles: countUpTo(reference, current, quantileEdges(reference, decileBins)),
    histogram: round.length > 0 ? countBelow(reference, current, round) : undefined,
    // The outer edges hold everything.
    sturges: sturges.length > 0 ? countBelow(reference, current, sturges.slice(1, -1)) : undefined,
    listed: areListed(distinct, referenceDistinct) ? list(reference, current) : undefined,
  }
}

function areListed(distinct: number, referenceDistinct: number): boolean {
  if (distinct <= maxListed.together) return true
  return referenceDistinct <= maxListed.reference && distinct <= maxListed.ofFewReference
}

function finite(value: number): Judged {
  return Number.isFinite(value) ? judged(value) : cannotJudge('a value is not finite')
}

/** What was found in both samples, gone through together. */
export interface Pass {
  distinct: number
  referenceDistinct: number
  areIntegers: boolean
  isOnceEach: boolean
  statistic: number
  location: number
  sign: KsDistance['sign']
  /** Σ |F − G| · gap and Σ x of the reference, each different number once, summed as `sumOver()` does. */
  readonly distance: Sum
  readonly reference: Sum
}

interface Sum {
  total: number
  lost: number
}

/** How far they were gone through, and what was found up to there. */
interface OpenPass extends Pass {
  /** Numbers of the reference, and of the current sample, up to `last`. */
  i: number
  j: number
  /** The same of the part that is being gone through. */
  at: [number, number]
  last: number
  /** F − G at `last`. */
  difference: number
}

/** V8 compiles what is called often better than what loops long: a third of the time. */
const numbersACall = 8192

/** Once over both in their common order. */
function passOver(reference: SortedNumbers, current: SortedNumbers): Pass {
  const first = Math.min(reference.at(0) ?? Infinity, current.at(0) ?? Infinity)
  const pass: OpenPass = {
    i: 0,
    j: 0,
    at: [0, 0],
    last: first,
    difference: 0,
    distinct: 0,
    referenceDistinct: 0,
    areIntegers: true,
    isOnceEach: true,
    statistic: 0,
    location: first,
    sign: 0,
    distance: { total: 0, lost: 0 },
    reference: { total: 0, lost: 0 },
  }
  for (const [ones, others] of sortedParts(reference, current)) {
    pass.at = [0, 0]
    while (pass.at[0] < ones.numbers.length || pass.at[1] < others.numbers.length) {
      advance(pass, ones, others, reference.length, current.length)
    }
  }
  return pass
}

function advance(
  pass: OpenPass,
  { numbers: ones, more: referenceMore }: SortedPart,
  { numbers: others, more: currentMore }: SortedPart,
  n: number,
  m: number,
): void {
  let { last, difference, distinct, referenceDistinct, areIntegers, isOnceEach, statistic, location, sign } = pass
  let { total, lost } = pass.distance
  let { total: sum, lost: sumLost } = pass.reference
  let [a, b] = pass.at
  const [iFrom, jFrom] = [pass.i - a + referenceMore, pass.j - b + currentMore]
  const [aEnd, bEnd] = [ones.length, others.length]
  let left = a < aEnd ? (ones[a] ?? 0) : Infinity
  let right = b < bEnd ? (others[b] ?? 0) : Infinity
  const end = a + b + numbersACall
  while (a + b < end && (a < aEnd || b < bEnd)) {
    const value = left < right ? left : right
    const term = Math.abs(difference) * (value - last)
    const next = total + term
    lost += total >= term ? total - next + term : term - next + total
    total = next
    const [fromA, fromB] = [a, b]
    while (left === value && a < aEnd) {
      a += 1
      left = a < aEnd ? (ones[a] ?? 0) : Infinity
    }
    while (right === value && b < bEnd) {
      b += 1
      right = b < bEnd ? (others[b] ?? 0) : Infinity
    }
    const [count, currentCount] = [a - fromA + referenceMore, b - fromB + currentMore]
    if (count > 0) {
      const added = value * count
      const more = sum + added
      sumLost += Math.abs(sum) >= Math.abs(added) ? sum - more + added : added - more + sum
      sum = more
      referenceDistinct += 1
    }
    if (count > 1 || currentCount > 1) isOnceEach = false
    if (areIntegers && !Number.isSafeInteger(value)) areIntegers = false
    distinct += 1
    difference = (iFrom + a) / n - (jFrom + b) / m
    const size = Math.abs(difference)
    if (size > statistic) {
      statistic = size
      location = value
      sign = difference > 0 ? 1 : -1
    }
    last = value
  }
  pass.at = [a, b]
  Object.assign(pass, {
    i: iFrom + a,
    j: jFrom + b,
    last,
    difference,
    distinct,
    referenceDistinct,
    areIntegers,
    isOnceEach,
  })
  Object.assign(pass, { statistic, location, sign })
  Object.assign(pass.distance, { total, lost })
  Object.assign(pass.reference, { total: sum, lost: sumLost })
}

function settle({ total, lost }: Sum): number {
  return Number.isFinite(lost) ? total + lost : total
}

function distanceIn({ statistic, location, sign }: Pass, n: number, m: number): Judged<KsDistance> {
  if (n === 0) return cannotJudge('no reference values')
  return m === 0 ? cannotJudge('no current values') : judged({ n, m, statistic, location, sign })
}

function list(reference: SortedNumbers, current: SortedNumbers): ListedNumbers {
  const listed = { values: [] as number[], reference: [] as number[], current: [] as number[] }
  let [i, j] = [0, 0]
  while (i < reference.length || j < current.length) {
    const value = Math.min(reference.at(i) ?? Infinity, current.at(j) ?? Infinity)
    const [fromI, fromJ] = [i, j]
    i = firstAbove(reference, value, i)
    j = firstAbove(current, value, j)
    listed.values.push(value)
    listed.reference.push(i - fromI)
    listed.current.push(j - fromJ)
  }
  return listed
}
