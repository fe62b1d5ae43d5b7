import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { keepWhile, nextSendingMs } from '../../action/pipeline/keep-checkpoint.ts'

const never = new AbortController().signal
const day = 86_400_000

/** Counts sendings, and lets a test wait for the nth. */
function counter() {
  let sent = 0
  const heard = new EventTarget()
  return {
    send: async () => {
      sent += 1
      heard.dispatchEvent(new Event(String(sent)))
      return true
    },
    sent: () => sent,
    /** Before it was sent, once. */
    until: (nth: number) =>
      new Promise<void>((resolve) => {
        heard.addEventListener(String(nth), () => resolve())
      }),
  }
}

describe('keepWhile()', () => {
  test('sends again and again while the work goes on, and nothing of work that is done', async () => {
    const { send, sent, until } = counter()

    expect(await keepWhile({ send, everyMs: 1, signal: never }, () => until(3).then(() => 'made'))).toBe('made')
    const then = sent()
    expect(await keepWhile({ send, everyMs: day, signal: never }, async () => 'made')).toBe('made')

    expect(sent()).toBe(then)
  })

  test('sends once more where the work fails, and throws what it threw', async () => {
    const { send, sent } = counter()

    await expect(
      keepWhile({ send, everyMs: day, signal: never }, async () => {
        throw new Error('no luck')
      }),
    ).rejects.toThrow('no luck')
    expect(sent()).toBe(1)
  })

  test('sends after an interruption, also while the work does not end', async () => {
    const { send, until } = counter()
    const controller = new AbortController()

    const work = keepWhile({ send, everyMs: day, partingMs: 1, signal: controller.signal }, async () => {
      controller.abort()
      await until(1)
      throw new Error('interrupted')
    })

    await expect(work).rejects.toThrow('interrupted')
  })
})

describe('nextSendingMs()', () => {
  test('is as often as asked for a hundred times, then ever rarer', () => {
    expect([0, 99, 100, 109, 110].map((sent) => nextSendingMs(600_000, sent) / 600_000)).toEqual([1, 1, 2, 2, 4])
  })

  test('keeps the artifacts of five days well below what a job may have, and is a time that a timer knows', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 400 * day }), (everyMs) => {
        let sent = 0
        for (let ms = 0; ms < 5 * day; sent++) {
          const next = nextSendingMs(everyMs, sent)
          expect(next).toBeLessThan(2 ** 31)
          ms += next
        }
        expect(sent).toBeLessThan(300)
      }),
    )
  })
})
