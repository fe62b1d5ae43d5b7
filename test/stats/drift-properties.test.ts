import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { wassersteinNormalised } from '../../action/drift/drift-measures.ts'
import { chiSquareTest, cramersV } from '../../action/stats/chi-square-test.ts'
import { compareSorted } from '../../action/stats/compare-sorted.ts'
import { adjustForFalseDiscovery } from '../../action/stats/false-discovery.ts'
import type { Judged } from '../../action/stats/judged.ts'
import { ksTwoSample } from '../../action/stats/ks-two-sample.ts'
import {
  hellingerDistance,
  jensenShannonDistance,
  largestDifference,
  totalVariationDistance,
} from '../../action/stats/share-distances.ts'
import { twoProportionTest } from '../../action/stats/two-proportion-test.ts'

const values = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 60 })
const table = fc
  .array(fc.tuple(fc.nat(50), fc.nat(50)), { minLength: 2, maxLength: 12 })
  .filter((cells) => cells.some(([a]) => a > 0) && cells.some(([, b]) => b > 0))
const distances: readonly [string, (p: number[], q: number[]) => Judged, number][] = [
  ['TVD', totalVariationDistance, 1],
  ['Jensen-Shannon e', (p, q) => jensenShannonDistance(p, q, 'e'), Math.sqrt(Math.LN2)],
  ['Jensen-Shannon 2', (p, q) => jensenShannonDistance(p, q, 2), 1],
  ['Hellinger', hellingerDistance, 1],
  ["Cramér's V", (p, q) => cramersV(p, q), 1],
]

function sorted(list: readonly number[]): Float64Array {
  return Float64Array.from(list).sort()
}

function number(result: Judged): number {
  return result.ok ? result.value : Number.NaN
}

function ks(a: readonly number[], b: readonly number[]) {
  const { ks: distance } = compareSorted(sorted(a), sorted(b))
  if (!distance.ok) throw new Error(distance.because)
  return { ...distance.value, ...ksTwoSample(distance.value) }
}

describe('distances of shares', () => {
  it.each(distances)('%s is symmetric, bounded, 0 of equals, and blind to the order of categories', (_, of, most) => {
    fc.assert(
      fc.property(table, fc.nat(), (cells, seed) => {
        const [p, q] = [cells.map(([a]) => a), cells.map(([, b]) => b)]
        const result = of(p, q)
        if (!result.ok) {
          return
        }
        const turn = seed % cells.length
        const turned = (list: number[]) => [...list.slice(turn), ...list.slice(0, turn)]
        const isSymmetric = Math.abs(number(of(q, p)) - result.value) < 1e-12
        const isBlind = Math.abs(number(of(turned(p), turned(q))) - result.value) < 1e-12
        const own = of(p, p)
        const isNothingOfEquals = !own.ok || own.value < 1e-7
        expect(result.value).toBeLessThanOrEqual(most + 1e-12)
        expect([result.value >= 0, isSymmetric, isBlind, isNothingOfEquals]).toEqual([true, true, true, true])
      }),
    )
  })
})

describe('ksTwoSample', () => {
  it('is symmetric, and the same under a map that keeps the order', () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        const [one, other] = [ks(a, b), ks(b, a)]
        const map = (list: number[]) => list.map((value) => Math.exp(value / 3) - 7)
        const mapped = ks(map(a), map(b))
        expect(other.statistic).toBe(one.statistic)
        expect(other.pValue).toBe(one.pValue)
        expect(other.sign + one.sign).toBe(0)
        expect([mapped.statistic, mapped.pValue]).toEqual([one.statistic, one.pValue])
        expect(one.pValue).toBeGreaterThanOrEqual(0)
        expect(one.pValue).toBeLessThanOrEqual(1)
      }),
    )
  })
})

describe('compareSorted’s wasserstein', () => {
  it('is symmetric, does not move with both samples, and grows with the unit; the normalised one does not', () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        const of = (x: number[], y: number[]) => number(compareSorted(sorted(x), sorted(y)).wasserstein)
        const ten = (list: number[]) => list.map((value) => 10 * value + 5)
        expect(of(b, a)).toBe(of(a, b))
        expect(of(ten(a), ten(b))).toBeCloseTo(10 * of(a, b), 9)
        if (new Set(a).size < 2) return
        const scaled = (x: number[], y: number[]) => number(wassersteinNormalised(compareSorted(sorted(x), sorted(y))))
        expect(scaled(ten(a), ten(b))).toBeCloseTo(scaled(a, b), 9)
      }),
    )
  })
})

describe('twoProportionTest', () => {
  it('is the chi-square test of its table', () => {
    const counts = fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 40 }))
    fc.assert(
      fc.property(counts, counts, ([a, restA], [b, restB]) => {
        const z = twoProportionTest({ hits: a, rows: a + restA }, { hits: b, rows: b + restB })
        const x = chiSquareTest([a, restA], [b, restB])
        const [squared, zP] = z.ok ? [z.value.statistic ** 2, z.value.pValue] : [-1, -1]
        const [statistic, xP] = x.ok ? [x.value.statistic, x.value.pValue] : [0, 1]
        expect(squared).toBeCloseTo(statistic, 9)
        expect(zP).toBeCloseTo(xP, 9)
      }),
    )
  })
})

describe('adjustForFalseDiscovery', () => {
  it('never lessens a p-value, keeps their order, and Yekutieli’s is never the smaller', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 }), (p) => {
        const [bh, by] = [adjustForFalseDiscovery(p), adjustForFalseDiscovery(p, 'by')]
        const isRight = p.every((one, i) => {
          const adjusted = bh[i] ?? -1
          const inOrder = p.every((other, j) => one > other || adjusted <= (bh[j] ?? 2))
          return adjusted >= one && adjusted <= 1 && (by[i] ?? -1) >= adjusted && inOrder
        })
        expect(isRight).toBe(true)
      }),
    )
  })
})

describe('Judged', () => {
  it('says why there is no number, and never gives NaN', () => {
    const [empty, one] = [new Float64Array(), Float64Array.of(1)]
    expect(compareSorted(empty, one).ks).toEqual({ ok: false, because: 'no reference values' })
    expect(compareSorted(one, empty).wasserstein).toEqual({ ok: false, because: 'no current values' })
    const infinite = compareSorted(Float64Array.of(-Infinity, 1), Float64Array.of(2, Infinity))
    expect(infinite.wasserstein).toEqual({ ok: false, because: 'a value is not finite' })
    expect(ks([-Infinity, 1], [2, Infinity]).statistic).toBe(1)
    for (const bad of [Number.NaN, -1, 0.5, Infinity]) {
      const because = 'a count is negative, not whole or not finite'
      expect(totalVariationDistance([bad, 1], [1, 1])).toEqual({ ok: false, because })
      expect(chiSquareTest([1, 1], [1, bad])).toEqual({ ok: false, because })
    }
    expect(chiSquareTest([5, 0], [7, 0])).toEqual({ ok: false, because: 'fewer than two categories' })
    expect(largestDifference([9, 1], [1, 9])).toEqual({ ok: true, value: { distance: 0.8, index: 0 } })
  })
})
