import { describe, expect, test } from 'vitest'

import { normalQuantile, tQuantile } from '../../action/stats/quantiles.ts'
import { wilsonInterval } from '../../action/stats/wilson-interval.ts'
import { isNear, oracle } from '../oracle/metrics-oracle.ts'

function rowsOf(name: string): readonly (readonly number[])[] {
  const rows = oracle.functions.find((known) => known.name === name)?.rows
  if (!rows?.length) throw new Error(`The oracle has no rows for ${name}`)
  return rows
}

describe('normalQuantile()', () => {
  test.each(rowsOf('normalQuantile'))('agrees with SciPy at %d', (p, expected) => {
    expect(normalQuantile(p)).toSatisfy((actual: number) => isNear(actual, expected))
  })
})

describe('tQuantile()', () => {
  test.each(rowsOf('tQuantile'))('agrees with SciPy at %d with %d degrees', (p, degrees, expected) => {
    expect(tQuantile(p, degrees)).toSatisfy((actual: number) => isNear(actual, expected))
  })
})

describe('wilsonInterval()', () => {
  test.each(rowsOf('wilsonInterval'))('agrees with SciPy on %d of %d', (successes, trials, low, high) => {
    const interval = wilsonInterval(successes, trials)

    expect(interval.low).toSatisfy((actual: number) => isNear(actual, low))
    expect(interval.high).toSatisfy((actual: number) => isNear(actual, high))
  })
})
