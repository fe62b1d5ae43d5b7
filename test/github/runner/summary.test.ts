import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { cutToSections } from '../../../action/github/runner/summary.ts'

describe('cutToSections()', () => {
  test('leaves alone what fits', () => {
    expect(cutToSections('# a\nb\n', 100)).toBe('# a\nb\n')
  })

  test('keeps whole sections and says how many are missing', () => {
    const section = (name: string) => `## ${name}\n${'x'.repeat(300)}\n`

    const cut = cutToSections(section('a') + section('b') + section('c'), 600)

    expect(cut).toBe(`${section('a')}\n_Cut here: 2 sections do not fit in a job summary; the log has all of it._\n`)
  })

  test('never exceeds the limit, whatever the text', () => {
    const lines = fc.array(fc.oneof(fc.constant('# h'), fc.string({ unit: 'grapheme', maxLength: 400 })), {
      maxLength: 40,
    })
    fc.assert(
      fc.property(lines, fc.integer({ min: 300, max: 2000 }), (texts, limit) => {
        expect(Buffer.byteLength(cutToSections(texts.join('\n'), limit))).toBeLessThanOrEqual(limit)
      }),
    )
  })
})
