import { type DistinctSample, mergeSamples } from './distinct-sample.ts'
import { type ExactSums, mergeSums } from './exact-sums.ts'
import { mergeNumberCounts, type NumberCounts } from './number-counts.ts'
import { takeRoom } from './tally-numbers.ts'

/** What is told of numbers that came in any order, of bounded size; merges exactly, as its parts do. */
export interface NumberTally {
  readonly counts: NumberCounts
  /** Of finite numbers. */
  readonly sums: ExactSums
  readonly sample: DistinctSample
  /** Of finite numbers; ∞ and −∞ of none. */
  readonly minimum: number
  readonly maximum: number
  readonly zeros: number
  /** Whole numbers that a double tells from their neighbours. */
  readonly wholes: number
  readonly nans: number
}

export function mergeTallies(parts: readonly NumberTally[]): NumberTally {
  const total = (of: (part: NumberTally) => number) => parts.reduce((all, part) => all + of(part), 0)
  return {
    counts: mergeNumberCounts(parts.map(({ counts }) => counts)),
    sums: mergeSums(parts.map(({ sums }) => sums)),
    sample: mergeSamples(parts.map(({ sample }) => sample)),
    minimum: parts.reduce((least, part) => Math.min(least, part.minimum), Infinity),
    maximum: parts.reduce((most, part) => Math.max(most, part.maximum), -Infinity),
    zeros: total(({ zeros }) => zeros),
    wholes: total(({ wholes }) => wholes),
    nans: total(({ nans }) => nans),
  }
}

export interface NumberCollector {
  /** Any numbers, no more than `mostAtOnce`; NaN and infinities among them. `areThere`: a bit for each, the lowest first; all by default. */
  add(values: Float64Array, areThere?: Uint8Array): void
  /** Once, at the end. */
  collected(): NumberTally
}

/**
 * Counts numbers without sorting them, few nanoseconds each. While few different ones came, they are counted and nothing else
 * is done; the sums and the sample are made of the counts, being exact, once there are more.
 */
export function numberCollector(): NumberCollector {
  const room = takeRoom()
  let areFew = true
  const settleFew = () => {
    if (!areFew) return
    areFew = false
    const { values, counts } = room.counted()
    for (const [index, value] of values.entries()) {
      room.sumTimes(value, counts[index] ?? 0)
      room.sampleTimes(value, counts[index] ?? 0)
    }
  }
  return {
    add(values, areThere) {
      const all = room.settle(values, areThere)
      let rest = areFew ? room.count(all) : all
      if (rest.from === rest.end) return
      settleFew()
      room.sum(rest)
      room.sample(rest)
      for (rest = room.count(rest); rest.from < rest.end; rest = room.count(rest)) room.shorten(rest)
    },
    collected() {
      settleFew()
      const { minusInfinity, plusInfinity, ...seen } = room.seen()
      const tally = {
        counts: { kind: 'number' as const, ...room.counted(), minusInfinity, plusInfinity },
        sums: room.sums(),
        sample: room.sampled(),
        ...seen,
      }
      room.leave()
      return tally
    },
  }
}
