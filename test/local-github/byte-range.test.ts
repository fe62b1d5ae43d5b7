import { expect, test } from 'vitest'

import { byteRange } from '../../action/local-github/byte-range.ts'

test.each([
  [undefined, 'whole'],
  ['bytes=0-', { first: 0, last: 9 }],
  ['bytes=4-', { first: 4, last: 9 }],
  ['bytes=4-6', { first: 4, last: 6 }],
  ['bytes=4-600', { first: 4, last: 9 }],
  ['bytes=-3', { first: 7, last: 9 }],
  ['bytes=-30', { first: 0, last: 9 }],
  ['bytes=10-', 'beyond'],
  ['bytes=-0', 'beyond'],
  ['bytes=6-4', 'whole'],
  ['bytes=0-1,4-5', 'whole'],
  ['rows=0-1', 'whole'],
])('byteRange() of ten bytes reads %s', (header, range) => {
  expect(byteRange(header, 10)).toEqual(range)
})
