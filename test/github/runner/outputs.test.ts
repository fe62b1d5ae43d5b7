import { expect, test } from 'vitest'

import { requireShortOutputs } from '../../../action/github/runner/outputs.ts'

test('requireShortOutputs() refuses what the runner would not take, counted in UTF-16, and names the longest', () => {
  requireShortOutputs({ reason: 'x'.repeat(524_288 - 6) })
  expect(() => requireShortOutputs({ tag: 'v1', reason: 'x'.repeat(524_288) })).toThrow(
    expect.objectContaining({ code: 'workflow/outputs-too-long', message: expect.stringContaining('"reason"') }),
  )
})
