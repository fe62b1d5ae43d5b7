import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import {
  distinctIn,
  estimateDistinct,
  estimateRepeats,
  mergeSamples,
  repeatsIn,
} from '../../action/stats/distinct-sample.ts'
import { countNumbers, spanOf, withBits } from '../../action/stats/number-counts.ts'
import { mergeTallies } from '../../action/stats/number-tally.ts'
import { numberCollector } from '../../action/stats/tally-numbers.ts'

function tallyOf(values: readonly number[], chunk = 2048) {
  const collector = numberCollector()
  for (let from = 0; from < values.length; from += chunk) {
    collector.add(Float64Array.from(values.slice(from, from + chunk)))
  }
  return collector.collected()
}

/** Numbers that follow from a seed, many of them different. */
function stream(seed: number, count: number, draw: (uniform: number) => number): number[] {
  let state = seed
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return draw(state / 2 ** 32)
  })
}

const kinds: Readonly<Record<string, (uniform: number) => number>> = {
  smooth: (u) => Math.log(u + 1e-9),
  narrow: (u) => 1e6 + u,
  'of both signs': (u) => (u - 0.5) * 10 ** (u * 40 - 20),
  few: (u) => Math.floor(u * 40),
  'just too many': (u) => Math.floor(u * 1025),
  money: (u) => Math.round(u * 200_000) / 100,
  'with what is no number': (u) => [Number.NaN, Infinity, -Infinity, -0, 0, 5e-324, -5e-324, u][Math.floor(u * 8)] ?? u,
}

describe('numberCollector', () => {
  it.each(Object.keys(kinds))('counts as sorting them would, and merges to the whole: %s', (kind) => {
    const values = stream(7, 30_000, kinds[kind] ?? Math.abs)
    const whole = tallyOf(values)
    const numbers = Float64Array.from(values.filter((value) => !Number.isNaN(value)))
    expect(whole.counts).toEqual(countNumbers(numbers.map((value) => value + 0).sort()))
    const finite = values.filter(Number.isFinite)
    expect(whole.sums.count).toBe(finite.length)
    expect([whole.minimum, whole.maximum]).toEqual([Math.min(...finite) + 0, Math.max(...finite) + 0])
    expect(whole.zeros).toBe(finite.filter((value) => value === 0).length)
    expect(whole.areWhole).toBe(finite.every(Number.isSafeInteger))
    expect(whole.nans).toBe(values.length - numbers.length)
    const parts = [values.slice(0, 100), values.slice(100, 9000), [], values.slice(9000)].map((part) =>
      tallyOf(part, 700),
    )
    expect(mergeTallies(parts)).toEqual(whole)
    expect(mergeTallies(parts.toReversed())).toEqual(whole)
    expect(tallyOf(values.toReversed(), 33)).toEqual(whole)
  })

  it('merges any parts to the whole', () => {
    const number = fc.oneof(fc.double(), fc.integer({ min: -3, max: 3 }), fc.constantFrom(-0, 1e308, -1e308))
    fc.assert(
      fc.property(fc.array(fc.array(number, { maxLength: 30 }), { minLength: 1, maxLength: 5 }), (parts) => {
        expect(mergeTallies(parts.map((part) => tallyOf(part)))).toEqual(tallyOf(parts.flat()))
      }),
    )
  })
})

describe('distinctIn, repeatsIn', () => {
  it('are exact of few, and within four standard errors of many', () => {
    const numbers = stream(3, 5000, (u) => Math.floor(u * 700))
    const [few, different] = [tallyOf(numbers).sample, new Set(numbers).size]
    expect(few.level).toBe(0)
    expect([distinctIn(few), repeatsIn(few)]).toEqual([different, 5000 - different])
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const values = stream(seed, 60_000, (u) => Math.floor(u * 40_000))
      const { sample } = tallyOf(values)
      const distinct = new Set(values).size
      expect(sample.level).toBeGreaterThan(0)
      expect(Math.abs(distinctIn(sample) / distinct - 1)).toBeLessThan(4 / Math.sqrt(sample.keys.length))
      expect(Math.abs(repeatsIn(sample) / (values.length - distinct) - 1)).toBeLessThan(0.25)
    }
  })

  it('are estimated with the error that is said, the less of it the less repeats', () => {
    for (const [different, mostError] of [
      [40_000, 0.05],
      [60_000_000, 0.005],
    ] as const) {
      for (const seed of [1, 2, 3, 4, 5, 6]) {
        const values = stream(seed * 77, 60_000, (u) => Math.floor(u * different))
        const { sample } = tallyOf(values)
        const distinct = new Set(values).size
        const { count, error } = estimateDistinct(sample, values.length)
        expect(Math.abs(count - distinct)).toBeLessThanOrEqual(4 * error * count)
        expect(error).toBeLessThan(mostError)
        const repeats = estimateRepeats(sample)
        expect(Math.abs(repeats.count - (values.length - distinct))).toBeLessThanOrEqual(
          4 * Math.max(2 ** sample.level, repeats.error * repeats.count),
        )
      }
    }
    const few = tallyOf([1, 1, 2]).sample
    expect([estimateDistinct(few, 3), estimateRepeats(few)]).toEqual([
      { count: 2, error: 0 },
      { count: 1, error: 0 },
    ])
  })

  it('say that nothing repeats where nothing does', () => {
    const { sample } = tallyOf(Array.from({ length: 50_000 }, (_, index) => index * 17))
    expect(repeatsIn(sample)).toBe(0)
  })

  it('keep the least level, whatever the parts', () => {
    const values = Array.from({ length: 80_000 }, (_, index) => index / 7)
    const whole = tallyOf(values).sample
    const halves = [tallyOf(values.slice(0, 10)).sample, tallyOf(values.slice(10)).sample]
    expect(mergeSamples(halves)).toEqual(whole)
    expect(whole.keys.length).toBeLessThanOrEqual(1024)
    expect(tallyOf(values.slice(0, 1024)).sample.level).toBe(0)
    expect(tallyOf(values.slice(0, 1025)).sample.level).toBe(1)
  })
})

describe('spanOf', () => {
  it('holds exactly the numbers that a prefix stands for', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.integer({ min: 1, max: 64 }),
        (value, bits) => {
          const prefixOf = (one: number) =>
            withBits(countNumbers(Float64Array.of(one + 0)), bits).values[0] ?? Number.NaN
          const prefix = prefixOf(value)
          const [least, largest] = spanOf(prefix, bits)
          expect(least <= value && value <= largest).toBe(true)
          expect([prefixOf(least), prefixOf(largest)]).toEqual([prefix, prefix])
        },
      ),
    )
  })
})
