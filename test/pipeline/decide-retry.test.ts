import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { decideRetry, retryWaitMs } from '../../action/pipeline/decide-retry.ts'
import type { ProgramEnd } from '../../action/pipeline/run-program.ts'
import type { RetryPolicy } from '../../action/project/project.ts'

const thrice: RetryPolicy = { attempts: 3, backoffMs: 60_000, factor: 2 }
const lastLines: readonly string[] = []
const ended = (code: number): ProgramEnd => ({ kind: 'failed', code, signal: null, lastLines })

describe('decideRetry()', () => {
  test.each<[string, ProgramEnd]>([
    ['failed', ended(1)],
    ['was killed', { kind: 'failed', code: null, signal: 'SIGKILL', lastLines }],
    ['was killed, as a shell tells it', ended(137)],
    ['ran too long', { kind: 'timed-out', lastLines }],
  ])('runs a program again that %s, until its attempts are used up', (_, end) => {
    expect(decideRetry(end, 1, thrice)).toEqual({ kind: 'again' })
    expect(decideRetry(end, 2, thrice)).toEqual({ kind: 'again' })
    expect(decideRetry(end, 3, thrice)).toEqual({ kind: 'stop', because: 'last attempt' })
  })

  test.each<[string, ProgramEnd]>([
    ['ended well', { kind: 'done' }],
    ['was interrupted', { kind: 'interrupted' }],
    [
      'took more than it may',
      { kind: 'over-limit', over: { resource: 'memory', peakBytes: 2e9, limitBytes: 1e9 }, lastLines },
    ],
    ['was not found', ended(127)],
    ['may not be run', ended(126)],
  ])('never runs a program again that %s', (_, end) => {
    expect(decideRetry(end, 1, thrice)).toEqual({ kind: 'stop', because: 'not passing' })
  })

  test('runs again for the codes that are named, and for what has no code of its own', () => {
    const policy = { ...thrice, codes: [75] }
    const again = [ended(75), ended(1), ended(127), ended(143), { kind: 'timed-out', lastLines } as const].map(
      (end) => decideRetry(end, 1, policy).kind === 'again',
    )
    expect(again).toEqual([true, false, false, true, true])
  })

  test('runs nothing again unasked, nor where one attempt is asked for', () => {
    expect(decideRetry(ended(1), 1, undefined)).toEqual({ kind: 'stop', because: 'no retry asked for' })
    expect(decideRetry(ended(1), 1, { ...thrice, attempts: 1 })).toEqual({ kind: 'stop', because: 'last attempt' })
  })

  test('ends after exactly the attempts asked for, however the program ends', () => {
    const end = fc.oneof(
      fc.constantFrom<ProgramEnd>({ kind: 'done' }, { kind: 'interrupted' }, { kind: 'timed-out', lastLines }),
      fc.integer({ min: 0, max: 255 }).map(ended),
    )
    fc.assert(
      fc.property(
        fc.array(end, { minLength: 20, maxLength: 20 }),
        fc.integer({ min: 1, max: 20 }),
        (ends, attempts) => {
          let executions = 1
          while (decideRetry(ends[executions - 1]!, executions, { ...thrice, attempts }).kind === 'again')
            executions += 1
          expect(executions).toBeLessThanOrEqual(attempts)
        },
      ),
    )
  })
})

describe('retryWaitMs()', () => {
  test('is all of the back-off where chance is 1, and nothing where it is 0', () => {
    expect([1, 2, 3].map((failures) => retryWaitMs(failures, 1, thrice))).toEqual([60_000, 120_000, 240_000])
    expect(retryWaitMs(2, 0, thrice)).toBe(0)
    expect(retryWaitMs(1, 0.5, thrice)).toBe(30_000)
  })

  test('is from 0 to the back-off, and never more than an hour', () => {
    const policy = fc.record({
      attempts: fc.integer({ min: 1, max: 20 }),
      backoffMs: fc.integer({ min: 0, max: 1e9 }),
      factor: fc.double({ min: 1, max: 10, noNaN: true }),
    })
    const random = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(policy, random, fc.integer({ min: 1, max: 20 }), (given, chance, failures) => {
        const ms = retryWaitMs(failures, chance, given)
        const longest = Math.min(given.backoffMs * given.factor ** (failures - 1), 3_600_000)
        expect(ms >= 0 && ms <= Math.ceil(longest) && Number.isInteger(ms), `${ms} of ${longest}`).toBe(true)
      }),
    )
  })
})
