import { expect, test } from 'vitest'

import { measuresOf } from '../../action/drift/drift-measures.ts'
import { compareSorted } from '../../action/stats/compare-sorted.ts'

test('measuresOf() has no share measure of a reference that is nearly all one value, for one bin differs from nothing', () => {
  const rows = { rows: 100, missing: 0, unreadable: 0 }
  const numbers = compareSorted(
    new Float64Array(100).fill(3),
    Float64Array.from({ length: 100 }, (_, i) => i),
  )
  const measures = measuresOf({ name: 'x', kind: 'number', reference: rows, current: rows, numbers })
  const one = 'nearly all of the reference is one value'
  expect(measures?.values).toMatchObject({ psi: null, tvd: null, 'js-2': null, hellinger: null, ks: 0.96 })
  expect(measures?.because).toMatchObject({ psi: one, tvd: one, 'js-2': one, hellinger: one, 'cramers-v': one })
})
