import fc from 'fast-check'
import { expect, test } from 'vitest'

import { byBytes } from '../../action/base/byte-order.ts'

test('byBytes() orders as the UTF-8 bytes do', () => {
  const text = fc.string({
    unit: fc.oneof(
      fc.constantFrom('a', 'b', '/', '\u{e000}', '\u{ffee}', '\u{1f600}'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
  })
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(byBytes(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))))
    }),
  )
})
