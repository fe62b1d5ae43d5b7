import { expect, it } from 'vitest'

import { calibrate, calibrationCases, missedBars, tableOf } from '../support/drift-calibration.ts'

const repeats = Number(process.env['PLUMBLINE_CALIBRATION_REPEATS'] ?? 60)

it('keeps false alarms and power to their bars over many windows', { timeout: 1_800_000 }, () => {
  const measured = calibrationCases(repeats).map((one) => [one, calibrate(one, 2)] as const)
  // The table of docs/benchmarks.md.
  console.log(tableOf(measured))
  expect(measured.flatMap(([one, found]) => missedBars(one, found).map((missed) => `${one.name}: ${missed}`))).toEqual(
    [],
  )
})
