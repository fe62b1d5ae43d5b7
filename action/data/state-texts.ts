import { byBytes } from '../base/byte-order.ts'
import type { NumberCounts } from '../stats/number-counts.ts'
import { roundest } from '../stats/roundest.ts'
import { type PooledValues, poolRare } from './pool-rare.ts'
import { spansAt } from './state-numbers.ts'
import { shapeOf, type TextTally } from './text-tally.ts'

export interface TextStatement {
  /** In characters, as the roundest number among the `minCount` around each; null of fewer texts. */
  readonly lengths: { readonly least: number; readonly median: number; readonly most: number } | null
  /** Runs of letters as `a`, of digits as `9`. Of rows, or where `areSampled` of some of the different texts. */
  readonly shapes: PooledValues<string>
  readonly areShapesSampled: boolean
  /** The most frequent; null of too many different ones. */
  readonly values: PooledValues<string> | null
}

export function stateTexts({ texts, lengths, sample }: TextTally, minCount: number): TextStatement {
  const isListed = texts.kind === 'category'
  const shapes = new Map<string, number>()
  const shaped = isListed
    ? texts.values.map(([text, rows]) => [shapeOf(text), rows] as const)
    : sample.notes.map((shape, index) => [shape, sample.counts[index] ?? 0] as const)
  for (const [shape, rows] of shaped) shapes.set(shape, (shapes.get(shape) ?? 0) + rows)
  return {
    lengths: stateLengths(lengths, minCount),
    shapes: poolRare(
      [...shapes].sort(([a], [b]) => byBytes(a, b)),
      minCount,
    ),
    areShapesSampled: !isListed && sample.level > 0,
    values: isListed ? poolRare(texts.values, minCount) : null,
  }
}

function stateLengths(counts: NumberCounts, minCount: number): TextStatement['lengths'] {
  const known = { counts, minimum: 0, maximum: Infinity }
  const [least, median, most] = spansAt(known, [0, 0.5, 1], minCount).map(({ span }) => roundest(...span))
  return least === undefined || median === undefined || most === undefined ? null : { least, median, most }
}
