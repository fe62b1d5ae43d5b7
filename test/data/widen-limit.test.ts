import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { type BrokenLimit, widenLimit } from '../../action/data/widen-limit.ts'

const upper = (limit: number): BrokenLimit => ({ isUpper: true, limit, isExclusive: false, isExact: false })
const lower = (limit: number): BrokenLimit => ({ ...upper(limit), isUpper: false })
const range = (low: number, high: number, goodLow: number, goodHigh: number) => {
  return { kind: 'range', all: { low, high }, good: { low: goodLow, high: goodHigh } } as const
}

describe('widenLimit()', () => {
  it.each([
    ['a tight limit stays tight', upper(50), range(0, 52.5, 0, 50), 53],
    ['a generous limit stays as generous', upper(100), range(0, 105, 0, 50), 210],
    ['no more than ten times', upper(1000), range(0, 1001, 0, 2), 11_000],
    ['a minimum likewise', lower(10), range(9, 50, 12, 50), 7],
    ['below zero', lower(-50), range(-60, 0, -50, 0), -60],
    ['nothing was ever below zero', lower(0.1), range(0.001, 1, 0.2, 1), 0],
    ['the lowest is zero itself', lower(0.1), range(0, 1, 0.2, 1), 0],
    ['an exclusive limit lies beyond the value', { ...upper(50), isExclusive: true }, range(0, 50, 0, 49.9), 51],
    ['a length is counted', { ...upper(4), isExact: true }, range(1, 7, 1, 4), 7],
  ])('%s', (_what, broken, found, to) => {
    expect(widenLimit(broken, found)).toMatchObject({ kind: 'widened', to })
  })

  it.each([
    ['sign', lower(0), range(-1, 50, 1, 50)],
    ['far', upper(50), range(0, 5000, 0, 49)],
  ])('says %s', (kind, broken, found) => {
    expect(widenLimit(broken, found)).toEqual({ kind })
  })

  it('never leaves the value outside that it was widened for', () => {
    const number = fc.double({ min: -1e6, max: 1e6, noNaN: true })
    fc.assert(
      fc.property(
        number,
        number,
        number,
        number,
        fc.boolean(),
        fc.boolean(),
        (limit, beyond, a, b, isUpper, isExclusive) => {
          const seen = isUpper ? limit + Math.abs(beyond) : limit - Math.abs(beyond)
          const good = [Math.min(a, b), Math.max(a, b)].map((value) =>
            isUpper ? Math.min(value, limit) : Math.max(value, limit),
          )
          const [goodLow = 0, goodHigh = 0] = good
          const broken = { isUpper, limit, isExclusive, isExact: false }
          const found = widenLimit(broken, range(Math.min(seen, goodLow), Math.max(seen, goodHigh), goodLow, goodHigh))
          const to = found.kind === 'widened' ? found.to : isUpper ? Infinity : -Infinity
          expect(isUpper ? to >= seen : to <= seen).toBe(true)
          expect(isExclusive && to === seen).toBe(false)
        },
      ),
      { numRuns: 5000 },
    )
  })
})
