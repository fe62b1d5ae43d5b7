import { expect, test } from 'vitest'

import { logText } from '../../../action/github/runner/log-text.ts'

test.each([
  ['::error::x', ': :error::x'],
  ['  ::set-output name=a::b', '  : :set-output name=a::b'],
  ['a\n::add-mask::b', 'a\n: :add-mask::b'],
  ['\u0085::error::x', '\u0085: :error::x'],
  ['a\r::error::x', 'a\r: :error::x'],
  ['a ##[error]b', 'a ## [error]b'],
  ['a::b', 'a::b'],
])('logText() breaks up what the runner would obey: %j', (text, safe) => {
  expect(logText(text)).toBe(safe)
})
