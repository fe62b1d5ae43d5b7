import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { formatBeside, formatExact } from '../../action/base/format-number.ts'
import {
  formatBytes,
  formatChance,
  formatCount,
  formatNumber,
  formatSeconds,
  formatShare,
} from '../../action/report/numbers.ts'

describe('formatNumber()', () => {
  test.each([
    [0, '0'],
    [1, '1'],
    [0.75, '0.75'],
    [0.86149, '0.861'],
    [0.8504, '0.850'],
    [0.9996, '1.000'],
    [0.02346, '0.0235'],
    [-0.0041, '−0.0041'],
    [31.5, '31.5'],
    [31.4999, '31.5'],
    [1204.37, '1,204'],
    [43118, '43,118'],
    [1234567.8, '1,234,568'],
    [1.5e-7, '1.5e-7'],
    [2e21, '2e21'],
    [Number.NaN, 'NaN'],
    [-Infinity, '−∞'],
  ])('writes %d as %s', (value, text) => {
    expect(formatNumber(value)).toBe(text)
  })

  test('takes more digits where asked', () => {
    expect(formatNumber(Math.PI, 6)).toBe('3.14159')
  })

  test('stays within half a unit of its last digit', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: 1e-4, max: 1e12 }), (value) => {
        const shown = formatNumber(value).replaceAll(',', '')
        const decimals = shown.split('.')[1]?.length ?? 0

        expect(Math.abs(Number(shown) - value)).toBeLessThanOrEqual(0.5000001 * 10 ** -decimals)
      }),
    )
  })
})

describe('formatExact()', () => {
  test.each([
    [0.6, '0.6'],
    [0.1 + 0.2, '0.30000000000000004'],
    [12.3456, '12.3456'],
    [25000, '25,000'],
    [-0.5, '−0.5'],
  ])('writes %d as %s', (value, text) => {
    expect(formatExact(value)).toBe(text)
  })
})

describe('formatBeside()', () => {
  test.each([
    [0.86149, 0.75, '0.861'],
    [0.59964, 0.6, '0.5996'],
    [0.6000001, 0.6, '0.6000001'],
    [0.6, 0.6, '0.6'],
    [0.1 + 0.2, 0.3, '0.30000000000000004'],
  ])('shows %d so that its side of %d is seen', (value, limit, text) => {
    expect(formatBeside(value, limit)).toBe(text)
  })
})

describe('formatCount()', () => {
  test.each([
    [0, '0'],
    [999, '999'],
    [43118, '43,118'],
    [10_000_000, '10,000,000'],
  ])('writes %d as %s', (count, text) => {
    expect(formatCount(count)).toBe(text)
  })
})

describe('formatChance()', () => {
  test.each([
    [0, '< 1e-300'],
    [9e-301, '< 1e-300'],
    [1e-300, '1e-300'],
    [0.0412, '0.0412'],
    [1, '1'],
  ])('writes %d as %s', (p, text) => {
    expect(formatChance(p)).toBe(text)
  })
})

describe('formatShare()', () => {
  test.each([
    [0, '0 %'],
    [1, '100 %'],
    [0.81, '81 %'],
    [0.009, '0.9 %'],
    [0.05, '5 %'],
    [0.0952, '9.5 %'],
    [0.998, '99.8 %'],
    [0.99999, '> 99.9 %'],
    [0.00001, '< 0.1 %'],
  ])('writes %d as %s', (share, text) => {
    expect(formatShare(share)).toBe(text)
  })
})

describe('formatSeconds()', () => {
  test.each([
    [0.01, '0.0 s'],
    [0.2, '0.2 s'],
    [6.149, '6.1 s'],
    [9.97, '10 s'],
    [59.6, '1 min'],
    [65, '1 min 5 s'],
    [7380, '2 h 3 min'],
    [3599.7, '1 h'],
  ])('writes %d as %s', (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text)
  })
})

describe('formatBytes()', () => {
  test.each([
    [0, '0 B'],
    [812, '812 B'],
    [1400, '1.4 kB'],
    [999_999, '1 MB'],
    [70_000_000, '70 MB'],
    [1.9e9, '1.9 GB'],
  ])('writes %d as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })
})
