import { describe, expect, it } from 'vitest'

import { calibrate, calibrationCases, missedBars } from '../support/drift-calibration.ts'

/** Few repeats of fixed seeds; test/ci/drift-calibration.test.ts takes many, and all sizes. */
const names = [
  '1000 / 100, s 0',
  '5000 / 500, s 0',
  '5000 / 500, s 0.05',
  '5000 / 500, s 0.1',
  '1000 / 520, s 0, drift 0.2',
  '5000 / 500, s 0.05, drift 0.2',
]
const cases = calibrationCases(4).filter(({ name }) => names.includes(name))

describe('judgeWindow and judgePersistence, calibrated', () => {
  it.each(cases)('$name', { timeout: 120_000 }, (one) => {
    expect(missedBars(one, calibrate(one, 1))).toEqual([])
  })
})
