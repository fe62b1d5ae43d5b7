import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { compareSorted } from '../../action/stats/compare-sorted.ts'
import { sturgesEdges } from '../../action/stats/sorted-bins.ts'
import { sum } from '../../action/stats/sum.ts'

/** The definitions, one after the other, over every different number with its counts. */
function define(reference: readonly number[], current: readonly number[]) {
  const values = [...new Set([...reference, ...current])].sort((a, b) => a - b)
  const countOf = (list: readonly number[], value: number) => list.filter((one) => one === value).length
  const [n, m] = [reference.length, current.length]
  const upTo = (list: readonly number[], value: number) => list.filter((one) => one <= value).length
  const differences = values.map((value) => upTo(reference, value) / n - upTo(current, value) / m)
  const statistic = Math.max(0, ...differences.map(Math.abs))
  const place = differences.findIndex((one) => Math.abs(one) === statistic)
  const gaps = values.slice(1).map((value, i) => Math.abs(differences[i] ?? 0) * (value - (values[i] ?? 0)))
  const own = [...new Set(reference)].sort((a, b) => a - b)
  const mean = sum(own.map((value) => value * countOf(reference, value))) / n
  const squares = sum(own.map((value) => (value - mean) * (value - mean) * countOf(reference, value)))
  return {
    values,
    reference: values.map((value) => countOf(reference, value)),
    current: values.map((value) => countOf(current, value)),
    statistic,
    place,
    differences,
    wasserstein: sum(gaps),
    deviation: Math.sqrt(squares / n),
  }
}

/** As `psiOfNumbers()` and the picture are defined: k/10 of the reference are at most the edge, or a share is. */
function edgesByRank(reference: readonly number[], values: readonly number[]): number[] {
  const upTo = (value: number) => reference.filter((one) => one <= value).length
  const edges = Array.from({ length: 9 }, (_, k) =>
    values.find((value) => upTo(value) * 10 >= (k + 1) * reference.length && upTo(value) > 0),
  )
  return [...new Set(edges)].filter((edge) => edge !== undefined && upTo(edge) < reference.length) as number[]
}

function binned(list: readonly number[], edges: readonly number[], isBefore: (value: number, edge: number) => boolean) {
  const bins = Array.from({ length: edges.length + 1 }, () => 0)
  for (const value of list) {
    const bin = edges.filter((edge) => !isBefore(value, edge)).length
    bins[bin] = (bins[bin] ?? 0) + 1
  }
  return bins
}

const finite = fc.oneof(
  fc.integer({ min: -6, max: 6 }),
  fc.double({ min: -3, max: 3, noNaN: true }),
  fc.constantFrom(0, -0, 1e308, -1e308, 5e-324, 0.1 + 0.2, 0.3),
)
const infinite = fc.oneof(
  { weight: 9, arbitrary: finite },
  { weight: 1, arbitrary: fc.constantFrom(Infinity, -Infinity) },
)
const options = { seed: 3, numRuns: 300, endOnFailure: true }

function sorted(list: readonly number[]): Float64Array {
  return Float64Array.from(list, (value) => value + 0).sort()
}

function judgedOf(value: number) {
  return Number.isFinite(value) ? { ok: true, value } : { ok: false, because: 'a value is not finite' }
}

/** Two lists, −0 as 0. */
function pairsOf(value: fc.Arbitrary<number>, most: number) {
  const list = fc.array(
    value.map((one) => one + 0),
    { minLength: 1, maxLength: most },
  )
  return fc.tuple(list, list)
}

describe('compareSorted', () => {
  it('is the definitions to the bit, of ties, −0, huge and infinite numbers', () => {
    fc.assert(
      fc.property(pairsOf(infinite, 40), ([one, other]) => {
        const { values, reference, current, statistic, place, differences, wasserstein, deviation } = define(one, other)
        const referenceDistinct = reference.filter((count) => count > 0).length
        const isFar = statistic > 0
        const isListed = values.length <= 10 || referenceDistinct <= 20
        expect(compareSorted(sorted(one), sorted(other))).toMatchObject({
          n: one.length,
          m: other.length,
          distinct: values.length,
          referenceDistinct,
          areIntegers: values.every(Number.isSafeInteger),
          isOnceEach: [...reference, ...current].every((count) => count <= 1),
          ks: {
            ok: true,
            value: {
              statistic,
              location: isFar ? values[place] : values[0],
              sign: isFar ? Math.sign(differences[place] ?? 0) : 0,
            },
          },
          wasserstein: judgedOf(values.every(Number.isFinite) ? wasserstein : Number.NaN),
          deviation: judgedOf(deviation),
          listed: isListed ? { values, reference, current } : undefined,
        })
      }),
      options,
    )
  })

  it('counts bins as the definitions do: deciles closed above, equal and round ones below', () => {
    fc.assert(
      fc.property(pairsOf(finite, 60), ([one, other]) => {
        const { deciles, histogram, sturges, areIntegers } = compareSorted(sorted(one), sorted(other))
        const values = [...new Set([...one, ...other])].sort((a, b) => a - b)
        const isUpTo = (value: number, edge: number) => value <= edge
        const isBelow = (value: number, edge: number) => value < edge
        const bothOf = (edges: readonly number[], isBefore: typeof isUpTo) => ({
          edges,
          reference: binned(one, edges, isBefore),
          current: binned(other, edges, isBefore),
        })
        const all = sturgesEdges(values[0] ?? 0, values.at(-1) ?? 0, one.length + other.length, areIntegers)
        const equal = bothOf(all.slice(1, -1), isBelow)
        expect(deciles).toEqual(bothOf(edgesByRank(one, values), isUpTo))
        expect(histogram).toEqual(histogram && bothOf(histogram.edges, isBelow))
        expect(sturges).toEqual(all.length > 0 ? equal : undefined)
      }),
      options,
    )
  })

  it('lists the numbers of few-valued references, as long as the others are not too many', () => {
    const many = Float64Array.from({ length: 9000 }, (_, i) => i / 7)
    expect(compareSorted(Float64Array.of(1, 1, 2), many).listed?.values.length).toBe(9000)
    expect(
      compareSorted(
        Float64Array.of(1, 2),
        Float64Array.from({ length: 10_001 }, (_, i) => i / 7),
      ).listed,
    ).toBe(undefined)
  })

  it('says of empty samples what is missing', () => {
    const [none, some] = [new Float64Array(), Float64Array.of(1, 2, 2)]
    expect(compareSorted(none, some)).toMatchObject({
      n: 0,
      distinct: 2,
      isOnceEach: false,
      ks: { ok: false, because: 'no reference values' },
      deviation: { ok: false, because: 'no reference values' },
      listed: { values: [1, 2], reference: [0, 0], current: [1, 2] },
    })
    expect(compareSorted(some, none).wasserstein).toEqual({ ok: false, because: 'no current values' })
    expect(compareSorted(none, none)).toMatchObject({ distinct: 0, listed: { values: [] } })
  })
})
