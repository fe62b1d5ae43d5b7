import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { sortNumbers } from '../../action/stats/sort-numbers.ts'

/** More than are left to the sort of the language. */
const count = 5000
const extremes = [0, -0, Number.NaN, Infinity, -Infinity, 5e-324, -5e-324, 1e308, -1e308, 2 ** 53, 1, -1]

function expected(values: Float64Array): number[] {
  return [...values]
    .filter((value) => !Number.isNaN(value))
    .map((value) => value + 0)
    .sort((a, b) => a - b)
}

function wrongIn(values: Float64Array): string | undefined {
  const right = expected(values)
  const sorted = sortNumbers(values.slice())
  if (sorted.length !== right.length) return `${sorted.length} numbers; expected ${right.length}`
  const at = right.findIndex((value, i) => !Object.is(sorted[i], value))
  return at < 0 ? undefined : `${sorted[at]} at ${at}; expected ${right[at]}`
}

/** Numbers that agree in many of their bits, or in few. */
const shapes: readonly [string, (random: () => number, i: number) => number][] = [
  ['one number', () => 7],
  ['one negative number', () => -7.25],
  ['both zeros and NaN', (random) => [0, -0, Number.NaN][Math.floor(random() * 3)] ?? 0],
  ['whole numbers', (random) => Math.floor(random() * 40) - 5],
  ['every size and sign', (random) => (random() - 0.5) * 10 ** (600 * random() - 300)],
  ['negative ones alone', (random) => -1e6 - random()],
  ['subnormal ones', (random) => Math.floor(random() * 1e6) * 5e-324],
  ['a cluster that three digits cannot tell apart', (random, i) => (i === 9 ? 1e300 : 1 + random() * 1e-12)],
  ['small clusters', (random) => Math.floor(random() * 500) * 1e9 + Math.floor(random() * 4) * 1e-6 - 2e11],
  ['negative clusters', (random, i) => (i % 7 === 0 ? 1e200 : -5 - random() * 1e-13)],
  ['extremes among others', (random) => (random() < 0.2 ? (extremes[Math.floor(random() * 12)] ?? 0) : random() - 0.5)],
]

describe('sortNumbers', () => {
  it.each(shapes)('sorts %s as the language does, without NaN and −0', (_, draw) => {
    let state = 11
    const random = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return (state + ((Math.imul(state, 69_069) >>> 8) & 0xffff) / 2 ** 16) / 2 ** 32
    }
    expect(wrongIn(Float64Array.from({ length: count }, (_value, i) => draw(random, i)))).toBeUndefined()
  })

  it('sorts in place, after shorter and longer ones', () => {
    for (const length of [0, 1, 2, 100_000, 3, 300_000, 50_000]) {
      const values = Float64Array.from({ length }, (_, i) => Math.sin(i))
      const sorted = sortNumbers(values)
      expect(sorted.buffer).toBe(values.buffer)
      expect(sorted).toEqual(Float64Array.from({ length }, (_, i) => Math.sin(i) + 0).sort())
    }
  })

  it('sorts any bits, many and few', () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { minLength: 1, maxLength: 60 }),
        fc.nat(2),
        (bits, kind) => {
          const repeats = [1, 40, 400][kind] ?? 1
          const all = Array.from({ length: repeats }, (_, i) => bits.map((one) => one ^ BigInt(i * 0x10001))).flat()
          const values = new Float64Array(BigUint64Array.from(all).buffer)
          expect(wrongIn(values)).toBeUndefined()
        },
      ),
      { seed: 5, numRuns: 60, endOnFailure: true },
    )
  })
})
