import { afterEach, describe, expect, test, vi } from 'vitest'

import { tellIfLong } from '../../action/commands/tell-if-long.ts'
import { progressLines } from '../../action/report/progress-lines.ts'
import { progressLive } from '../../action/report/progress-live.ts'

afterEach(() => {
  vi.useRealTimers()
})

/** What is written while the work goes on for so long, and then fails where it is said to. */
async function told(open: typeof progressLines | typeof progressLive, seconds: number, fails = false): Promise<string> {
  vi.useFakeTimers()
  let text = ''
  const write = (more: string) => {
    text += more
  }
  const progress = open({ write, now: () => performance.now(), columns: () => 80 })
  const work = async () => {
    await new Promise((wake) => setTimeout(wake, seconds * 1000))
    if (fails) throw new Error('unreadable')
  }
  const telling = tellIfLong(progress, 'read', '1 file (2 GB)', work).catch(() => undefined)
  await vi.advanceTimersByTimeAsync(100_000)
  await telling
  return text
}

describe('tellIfLong()', () => {
  test.each([progressLines, progressLive])('says nothing of what is done at once', async (open) => {
    expect(await told(open, 1.9)).toBe('')
  })

  test('says in a log what takes longer, each half minute, and when it is done', async () => {
    const text = await told(progressLines, 40)
    expect(text.split('\n').map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['read', '… 1 file (2 GB)'],
      ['read', '… 1 file (2 GB)'],
      ['read', '✓ 1 file (2 GB)', '40.0 s'],
      [''],
    ])
  })

  test('redraws it on a terminal until it is done', async () => {
    const text = await told(progressLive, 5)
    expect(text).toContain('  read        … 1 file (2 GB)  2 s')
    expect(text.endsWith('5.0 s\n')).toBe(true)
  })

  test('says that it failed', async () => {
    expect(await told(progressLines, 3, true)).toContain('read        ✗ 1 file (2 GB)')
  })
})
