import { describe, expect, it } from 'vitest'

import { openNumberThreads } from '../../action/data/number-threads.ts'
import { compareSorted } from '../../action/stats/compare-sorted.ts'

function shared(values: readonly number[]): Float64Array {
  const array = new Float64Array(new SharedArrayBuffer(8 * values.length))
  array.set(values)
  return array
}

describe('openNumberThreads', () => {
  it.each([0, 1, 3])('compares columns on %i threads, more of them than there are threads', async (count) => {
    await using threads = openNumberThreads(count)
    const pairs = Array.from({ length: 8 }, (_, i) => ({ reference: [3, i, Number.NaN, -0], current: [i * 2, 1] }))
    const compared = await Promise.all(
      pairs.map(({ reference, current }) =>
        threads.compare({ reference: shared(reference), current: shared(current) }),
      ),
    )
    const sorted = (values: readonly number[]) =>
      Float64Array.from(values.filter((value) => !Number.isNaN(value)).map((value) => value + 0)).sort()
    expect(compared).toEqual(pairs.map(({ reference, current }) => compareSorted(sorted(reference), sorted(current))))
  })

  it('says it of every column, waiting ones too, where a thread ends', async () => {
    await using threads = openNumberThreads(1)
    const broken = { reference: undefined as unknown as Float64Array, current: shared([1]) }
    const whole = { reference: shared([1]), current: shared([2]) }
    const settled = await Promise.allSettled([broken, whole, whole].map((pair) => threads.compare(pair)))
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    await expect(threads.compare(whole)).rejects.toThrow(/undefined/)
  })
})
