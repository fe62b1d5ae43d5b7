import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { findCause, holdsMoment, type Tried } from '../../action/pipeline/find-cause.ts'

const tried = (digest: string, holdsTime = false): Tried => ({ outputs: { model: digest }, holdsTime })

/** A stage whose bytes depend on what is held still, and how often it ran. */
function stage(digestOf: (variables: Readonly<Record<string, string>>, run: number) => string, holdsTime = false) {
  let runs = 0
  return {
    first: tried(digestOf({}, 0), holdsTime),
    isQuick: true,
    again: async (variables: Readonly<Record<string, string>>) => tried(digestOf(variables, ++runs), holdsTime),
    count: () => runs,
  }
}

describe('findCause()', () => {
  test.each([
    ['machine', stage(() => 'same'), 1],
    ['time', stage((_, run) => `${run}`, true), 1],
    ['threads', stage((variables, run) => (variables['OMP_NUM_THREADS'] ? 'one' : `${run}`)), 3],
    ['hash order', stage((variables, run) => (variables['PYTHONHASHSEED'] ? 'one' : `${run}`)), 5],
    ['each run', stage((_, run) => `${run}`), 5],
  ])('finds %s', async (kind, trials, runs) => {
    expect(await findCause(trials)).toBe(kind)
    expect(trials.count()).toBe(runs)
  })

  test('runs what takes long once more, and not again', async () => {
    const trials = stage((variables, run) => (variables['OMP_NUM_THREADS'] ? 'one' : `${run}`))

    expect(await findCause({ ...trials, isQuick: false })).toBe('each run')
    expect(trials.count()).toBe(1)
  })

  test('takes a run that fails for one that differs', async () => {
    expect(await findCause({ first: tried('a'), isQuick: true, again: async () => undefined })).toBe('each run')
  })
})

describe('holdsMoment()', () => {
  const from = new Date('2025-06-01T12:00:00.250Z')
  const to = new Date('2025-06-01T12:00:03.500Z')

  test.each([
    '{"at":1748779201}',
    '{"at": 1748779201.4837}',
    'made 1748779202123',
    '"created": "2025-06-01T12:00:02Z"',
    'on 2025-06-01 12:00:01.123456 by me',
  ])('finds the moment in %s', (text) => {
    expect(holdsMoment(text, from, to)).toBe(true)
  })

  test.each(['', '2025-06-01', '17487792011', '1748770000', '2025-06-01T11:00:02Z', '9999-99-99T99:99:99'])(
    'finds none in %s',
    (text) => {
      expect(holdsMoment(text, from, to)).toBe(false)
    },
  )

  test('finds every moment of a run, in whatever text', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3000 }), fc.string(), (ms, words) => {
        const moment = new Date(from.getTime() + ms)
        expect(holdsMoment(`${words} ${moment.getTime()} ${words}`, from, to)).toBe(true)
        expect(holdsMoment(`${words} ${moment.toISOString()}`, from, to)).toBe(true)
      }),
    )
  })
})
