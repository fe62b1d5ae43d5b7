import { exactDeviation, exactMean } from '../stats/exact-sums.ts'
import { type NumberCounts, spanOf } from '../stats/number-counts.ts'
import type { NumberTally } from '../stats/number-tally.ts'
import { roundest } from '../stats/roundest.ts'
import { type PooledValues, poolRare } from './pool-rare.ts'

export interface NumberStatement {
  /** Rows with a finite number, of which the figures are. */
  readonly finite: number
  readonly nans: number
  readonly minusInfinity: number
  readonly plusInfinity: number
  readonly zeros: number
  readonly areWholes: boolean
  /** Null where they are of fewer than `minCount` rows. The deviation divides by n − 1. */
  readonly mean: number | null
  readonly deviation: number | null
  /** The roundest number that is among the `minCount` around each quantile's rank; empty of fewer rows. */
  readonly quantiles: readonly QuantileStatement[]
  /** Where every number is known: the most frequent. */
  readonly values: PooledValues<number> | null
}

export interface QuantileStatement {
  /** 0 is the least, 1 the largest. */
  readonly share: number
  readonly value: number
}

const shares = [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1]

export function stateNumbers(tally: NumberTally, minCount: number): NumberStatement {
  const { counts, sums, nans, zeros, areWhole } = tally
  const isShown = sums.count >= minCount
  const finiteOrNull = (value: number) => (isShown && Number.isFinite(value) ? value : null)
  return {
    finite: sums.count,
    nans,
    minusInfinity: counts.minusInfinity,
    plusInfinity: counts.plusInfinity,
    zeros,
    areWholes: areWhole && sums.count > 0,
    mean: finiteOrNull(exactMean(sums)),
    deviation: finiteOrNull(exactDeviation(sums)),
    quantiles: spansAt(tally, shares, minCount).map(({ share, span }) => ({ share, value: roundest(...span) })),
    values: counts.bits < 64 ? null : poolRare(pairsOf(counts), minCount),
  }
}

/** Of each share the span of the `minCount` numbers around its rank; the bounds hold for what a prefix stands for. */
export function spansAt(
  { counts, minimum, maximum }: Pick<NumberTally, 'counts' | 'minimum' | 'maximum'>,
  asked: readonly number[],
  minCount: number,
): { readonly share: number; readonly span: readonly [least: number, largest: number] }[] {
  const n = counts.counts.reduce((all, count) => all + count, 0)
  const around = Math.max(1, minCount)
  if (n < around) return []
  return asked.map((share) => {
    const rank = Math.max(0, Math.ceil(share * n) - 1)
    const from = Math.min(n - around, Math.max(0, rank - Math.floor((around - 1) / 2)))
    const [least] = spanOf(valueAt(counts, from), counts.bits)
    const [, largest] = spanOf(valueAt(counts, from + around - 1), counts.bits)
    return { share, span: [Math.max(minimum, least), Math.min(maximum, largest)] }
  })
}

function valueAt({ values, counts }: NumberCounts, rank: number): number {
  let before = 0
  for (const [index, count] of counts.entries()) {
    before += count
    if (before > rank) return values[index] ?? 0
  }
  return values.at(-1) ?? 0
}

function pairsOf({ values, counts }: NumberCounts): (readonly [number, number])[] {
  return Array.from(values, (value, index) => [value, counts[index] ?? 0] as const)
}
