import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { askedDelayMs, isPassing, patient, retryDelayMs } from '../../../action/data/sources/retry-delay.ts'

describe('retryDelayMs', () => {
  test('grows, but never beyond the longest, and is at least what was asked for', () => {
    const delay = fc.record({ failures: fc.integer({ min: 1, max: 60 }), askedMs: fc.integer({ min: 0, max: 1e6 }) })
    fc.assert(
      fc.property(delay, fc.double({ min: 0, max: 1, noNaN: true }), ({ failures, askedMs }, random) => {
        const ms = retryDelayMs(failures, askedMs, random, patient)
        return ms >= askedMs && ms <= Math.max(askedMs, patient.longestDelayMs) && ms >= patient.firstDelayMs / 2
      }),
    )
    expect([1, 2, 3].map((failures) => retryDelayMs(failures, 0, 1, patient))).toEqual([500, 1000, 2000])
  })
})

describe('askedDelayMs', () => {
  test.each([
    [undefined, 0],
    ['3', 3000],
    [' 3 ', 3000],
    ['-3', 0],
    ['soon', 0],
    ['Thu, 01 Jan 2026 00:00:05 GMT', 5000],
    ['Wed, 31 Dec 2025 00:00:05 GMT', 0],
  ])('reads %s as %d ms', (text, ms) => {
    expect(askedDelayMs(text, Date.UTC(2026, 0, 1))).toBe(ms)
  })
})

describe('isPassing', () => {
  test('knows which answers another try may change', () => {
    expect([408, 429, 500, 502, 503, 504].every(isPassing)).toBe(true)
    expect([400, 401, 403, 404, 410, 418, 501, 505].some(isPassing)).toBe(false)
  })
})
