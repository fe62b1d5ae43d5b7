import { type DistinctSample, mergeSamples, sampleCollector } from './distinct-sample.ts'
import { type ExactSums, mergeSums, mostAtOnce, sumCollector } from './exact-sums.ts'
import { countNumbers, mergeNumberCounts, type NumberCounts } from './number-counts.ts'
import { type PrefixTable, prefixTable } from './prefix-table.ts'

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
  /** Any numbers, no more than `mostAtOnce`; NaN and infinities among them. */
  add(values: Float64Array): void
  collected(): NumberTally
}

const mostWhole = Number.MAX_SAFE_INTEGER

/**
 * Counts numbers without sorting them, few nanoseconds each. While few different ones came, they are counted and nothing else
 * is done; the sums and the sample are made of the counts, being exact, once there are more.
 */
export function numberCollector(): NumberCollector {
  const [sums, sample] = [sumCollector(), sampleCollector()]
  const finite = new Float64Array(mostAtOnce)
  const seen: Seen = {
    ...{ minimum: Infinity, maximum: -Infinity, zeros: 0, wholes: 0 },
    ...{ nans: 0, minusInfinity: 0, plusInfinity: 0 },
  }
  let table = prefixTable({ bits: 64, values: new Float64Array(), counts: new Float64Array() })
  let areFew = true

  const settle = () => {
    if (!areFew) return
    areFew = false
    const { values, counts } = table.counted()
    for (const [index, value] of values.entries()) {
      sums.addTimes(value, counts[index] ?? 0)
      sample.addTimes(value, counts[index] ?? 0)
    }
  }
  const addMore = (values: Float64Array) => {
    sums.add(values)
    sample.add(values)
  }
  const count = (values: Float64Array) => {
    const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2)
    const end = table.add(words, 0, values.length)
    if (!areFew) addMore(values)
    if (end === values.length) return
    const others = values.slice(end)
    if (areFew) {
      settle()
      addMore(others)
    }
    table = prefixTable(mergeNumberCounts([countsIn(table), countNumbers(others.sort())]))
  }
  return {
    add(values) {
      count(finite.subarray(0, takeFinite(values, finite, seen)))
    },
    collected() {
      settle()
      const { minusInfinity, plusInfinity, ...others } = seen
      return {
        counts: { ...countsIn(table), minusInfinity, plusInfinity },
        sums: sums.collected(),
        sample: sample.collected(),
        ...others,
      }
    },
  }
}

/** What needs no table. */
interface Seen {
  minimum: number
  maximum: number
  zeros: number
  wholes: number
  nans: number
  minusInfinity: number
  plusInfinity: number
}

/** Moves finite numbers, −0 as 0, and looks at them on the way. Answers how many they are. */
function takeFinite(values: Float64Array, finite: Float64Array, seen: Seen): number {
  let { minimum, maximum } = seen
  let [length, zeros, wholes] = [0, 0, 0]
  for (let index = 0; index < values.length; index += 1) {
    const value = (values[index] ?? 0) + 0
    if (value - value === 0) {
      finite[length] = value
      length += 1
      if (value < minimum) minimum = value
      if (value > maximum) maximum = value
      if (value === 0) zeros += 1
      if (value === Math.floor(value) && value <= mostWhole && value >= -mostWhole) wholes += 1
    } else if (value === Infinity) seen.plusInfinity += 1
    else if (value === -Infinity) seen.minusInfinity += 1
    else seen.nans += 1
  }
  seen.minimum = minimum
  seen.maximum = maximum
  seen.zeros += zeros
  seen.wholes += wholes
  return length
}

function countsIn(table: PrefixTable): NumberCounts {
  return { kind: 'number', ...table.counted(), minusInfinity: 0, plusInfinity: 0 }
}
