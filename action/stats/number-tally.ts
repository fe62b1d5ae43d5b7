import { type DistinctSample, mergeSamples } from './distinct-sample.ts'
import { type ExactSums, mergeSums } from './exact-sums.ts'
import { mergeNumberCounts, type NumberCounts } from './number-counts.ts'

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
  /** Whether all are whole numbers that a double tells from their neighbours; true of none. */
  readonly areWhole: boolean
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
    areWhole: parts.every(({ areWhole }) => areWhole),
    nans: total(({ nans }) => nans),
  }
}
