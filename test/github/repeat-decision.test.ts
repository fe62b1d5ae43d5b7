import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { decideRepeat, type FailedRequest, longestWaitMs } from '../../action/github/repeat-decision.ts'

const failed: FailedRequest = {
  status: 502,
  message: 'Bad Gateway',
  headers: {},
  networkCode: undefined,
  isRepeatable: true,
  failures: 1,
  nowMs: Date.parse('2025-03-04T06:12:00Z'),
}
const limited = { status: 403, message: 'You have exceeded a secondary rate limit' }

describe('decideRepeat()', () => {
  test.each<[string, Partial<FailedRequest>, object]>([
    ['a trouble of GitHub', {}, { kind: 'wait', why: 'trouble', ms: 1000 }],
    ['one that says for how long', { headers: { 'retry-after': '5' } }, { kind: 'wait', why: 'trouble', ms: 5000 }],
    ['the fourth', { failures: 4 }, { kind: 'stop' }],
    ['one of a creation', { isRepeatable: false }, { kind: 'stop' }],
    ['no answer', { status: undefined, networkCode: 'ECONNRESET' }, { kind: 'wait', why: 'trouble' }],
    [
      'no answer to a creation',
      { status: undefined, networkCode: 'ECONNRESET', isRepeatable: false },
      { kind: 'stop' },
    ],
    [
      'a creation that was never sent',
      { status: undefined, networkCode: 'ECONNREFUSED', isRepeatable: false },
      { kind: 'wait' },
    ],
    ['what GitHub has not', { status: 501 }, { kind: 'stop' }],
    ['a no', { status: 422 }, { kind: 'stop' }],
    [
      'a permission that is missing',
      { status: 403, message: 'Resource not accessible by integration' },
      { kind: 'stop' },
    ],
    ['a limit, of a creation', { ...limited, isRepeatable: false }, { kind: 'wait', why: 'limit', ms: 60_000 }],
    ['the limit, again', { ...limited, failures: 2 }, { kind: 'wait', why: 'limit', ms: 120_000 }],
    ['the limit, for the fourth time', { ...limited, failures: 4 }, { kind: 'stop' }],
    ['a limit of an hour', { status: 429, headers: { 'retry-after': '3600' } }, { kind: 'stop' }],
  ])('of %s', (_, change, decision) => {
    expect(decideRepeat({ ...failed, ...change })).toMatchObject(decision)
  })

  test('never waits longer than it may, nor for ever, and never sends again what may have been done', () => {
    const headers = fc.record(
      {
        'retry-after': fc.oneof(fc.string(), fc.integer().map(String)),
        'x-ratelimit-reset': fc.oneof(fc.string(), fc.integer().map(String)),
        'x-ratelimit-remaining': fc.constantFrom('0', '1'),
        date: fc.oneof(fc.string(), fc.constant('Tue, 04 Mar 2025 06:12:00 GMT')),
      },
      { requiredKeys: [] },
    )
    const request = fc.record({
      status: fc.option(fc.integer({ min: 400, max: 599 }), { nil: undefined }),
      message: fc.constantFrom('', 'API rate limit exceeded', 'secondary rate limit'),
      headers,
      networkCode: fc.constantFrom(undefined, 'ECONNRESET', 'ENOTFOUND'),
      isRepeatable: fc.boolean(),
      failures: fc.integer({ min: 1, max: 9 }),
      nowMs: fc.integer({ min: 0, max: 4e12 }),
    })
    fc.assert(
      fc.property(request, (told) => {
        const decision = decideRepeat(told)
        if (decision.kind === 'stop') return
        expect(decision.ms).toBeGreaterThanOrEqual(0)
        expect(decision.ms).toBeLessThanOrEqual(longestWaitMs)
        expect(told.failures).toBeLessThanOrEqual(3)
        const isSafe = decision.why === 'limit' || told.isRepeatable || told.networkCode === 'ENOTFOUND'
        expect(isSafe).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })
})
