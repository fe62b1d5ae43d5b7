import { expect, test } from 'vitest'

import { sparkline } from '../../action/report/sparkline.ts'

test.each([
  [[0, 1, 2, 3, 4, 5, 6, 7], '▁▂▃▄▅▆▇█'],
  [[7, 3, 0], '█▄▁'],
  [[0.5, 0.5], '▅▅'],
  [[1, null, 2], '▁·█'],
  [[null], '·'],
  [[], ''],
  [[-Number.MAX_VALUE, Number.MAX_VALUE], '▅▅'],
])('sparkline() draws %j', (values, line) => {
  expect(sparkline(values)).toBe(line)
})
