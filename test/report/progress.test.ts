import { describe, expect, test } from 'vitest'

import { plain } from '../../action/report/paint.ts'
import { progressLines } from '../../action/report/progress-lines.ts'
import { progressLive } from '../../action/report/progress-live.ts'

function recorder() {
  const clock = { ms: 0 }
  let text = ''
  const options = { write: (more: string) => void (text += more), now: () => clock.ms, paint: plain }
  return { clock, options, text: () => text }
}

describe('progressLines()', () => {
  test('says a line a finished step, with its seconds unless it came from the cache', () => {
    const { options, text } = recorder()
    const progress = progressLines(options)

    progress.finished('train', 'done', '37,830 rows', 6.14)
    progress.finished('predict', 'cached', '3,540 rows', 0)
    progress.finished('gate', 'failed', 'floor 0.7', 0.1)

    const lines = text().trimEnd().split('\n')
    expect(lines[0]).toMatch(/^ {2}train {7}✓ 37,830 rows +6\.1 s$/)
    expect(lines.slice(1).map((line) => line.replace(/ +/g, ' '))).toEqual([
      ' predict ✓ 3,540 rows (cached)',
      ' gate ✗ floor 0.7 0.1 s',
    ])
  })

  test('gives a sign of life each half minute, however often it is told', () => {
    const { clock, options, text } = recorder()
    const progress = progressLines(options)

    progress.started('train')
    for (; clock.ms < 65_000; clock.ms += 1000) progress.update('train', `epoch ${clock.ms / 1000}`)

    expect(text()).toBe('  train       … epoch 30\n  train       … epoch 60\n')
  })

  test('keeps the columns of "environment", and cuts what a program says at length', () => {
    const { clock, options, text } = recorder()
    const progress = progressLines(options)
    progress.finished('environment', 'done', 'x', 1)
    progress.finished('train', 'done', 'x', 1)
    clock.ms = 60_000
    progress.update('train', 'installed '.repeat(40))

    const [environment = '', train = '', update = ''] = text().split('\n')
    expect(environment.indexOf('✓')).toBe(train.indexOf('✓'))
    expect(update.length).toBeLessThan(130)
    expect(update).toMatch(/…$/)
  })

  test('keeps what a program says on one line, without control sequences', () => {
    const { options, text } = recorder()

    progressLines(options).finished('train', 'done', 'a\nb\u001b[2Jc', 1)

    expect(text().split('\n')).toHaveLength(2)
    expect(text()).not.toContain('\u001b')
  })
})

describe('progressLive()', () => {
  test('redraws the step under way and leaves finished lines only', () => {
    const { clock, options, text } = recorder()
    {
      using progress = progressLive({ ...options, columns: () => 80 })
      progress.started('train')
      progress.update('train', 'epoch 3')
      clock.ms = 4000
      progress.note('a note')
      progress.finished('train', 'done', 'fit', 4)
    }

    const screen = lastScreen(text())

    expect(text()).toContain('  train       … epoch 3  4 s')
    expect(screen).toMatch(/^a note\n {2}train {7}✓ fit +4\.0 s\n$/)
  })

  test('never writes beyond the width of the terminal, which would leave lines behind', () => {
    const { options, text } = recorder()
    {
      using progress = progressLive({ ...options, columns: () => 40 })
      progress.started('train')
      progress.update('train', 'x'.repeat(200))
      progress.note('')
    }

    const drawn = text().replaceAll('\r\u001b[2K', '\n').split('\n')
    expect(Math.max(...drawn.map((line) => line.length))).toBe(39)
  })
})

/** What remains visible: a cleared line is gone. */
function lastScreen(text: string): string {
  return text
    .split('\n')
    .map((line) => line.split('\r\u001b[2K').at(-1))
    .join('\n')
}
