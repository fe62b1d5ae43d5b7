import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { commentBudget, fitMarkdown, fitSections, sectionsOf, summaryBudget } from '../../action/report/fit-markdown.ts'

const section = (name: string, length = 300) => `## ${name}\n\n${'x'.repeat(length)}`
const whole = 'The log has all of it.'
const upTo = (limit: number) => ({ limit, size: (text: string) => text.length })

describe('fitMarkdown()', () => {
  test('leaves alone what fits', () => {
    expect(fitMarkdown('# a\nb\n', commentBudget, whole)).toBe('# a\nb\n')
  })

  test('keeps the first whole sections, and says which are missing and where the whole is', () => {
    const text = [section('a'), section('b'), section('c')].join('\n\n')
    expect(fitMarkdown(text, upTo(700), whole)).toBe(
      `${section('a')}\n\n${section('b')}\n\n_Left out here, for want of room: c. ${whole}_\n`,
    )
  })

  test('cuts a first section that is too long at a line’s end, and closes what it opened', () => {
    const text = `## a\n\n<details><summary>all</summary>\n\n~~~\n${'line\n'.repeat(200)}~~~\n</details>\n\n## b\n`
    const cut = fitMarkdown(text, upTo(500), whole)
    expect(cut.length).toBeLessThanOrEqual(500)
    expect(cut).toMatch(
      /line\n~~~\n\n<\/details>\n\n_Cut here, for want of room; left out: b\. The log has all of it\._\n$/,
    )
  })

  test('takes a heading within code or details for none', () => {
    expect(sectionsOf('# a\n```\n# b\n```\n<details>\n\n# c\n</details>\n# d')).toHaveLength(2)
  })

  test('counts a summary in bytes and a comment in characters', () => {
    expect(summaryBudget.size('é')).toBe(2)
    expect(commentBudget.size('é')).toBe(1)
  })

  test('never exceeds its limit, and never leaves a block of code open, whatever the text', () => {
    const lines = fc.array(
      fc.oneof(
        fc.constantFrom('# h', '## g', '```', '~~~~', '<details>', '</details>', '', '| a |'),
        fc.string({ unit: 'grapheme', maxLength: 400 }).map((text) => text.replace(/[`~<]/g, '')),
      ),
      { maxLength: 60 },
    )
    fc.assert(
      fc.property(lines, fc.integer({ min: 500, max: 3000 }), (texts, limit) => {
        const cut = fitMarkdown(texts.join('\n'), { limit, size: (text) => Buffer.byteLength(text) }, whole)
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(limit)
        // What says that something is missing is never within code.
        expect(cut === `${texts.join('\n').trimEnd()}\n` || !/[`~]{3}\n_(?:Cut|Left)/.test(cut)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})

test('fitSections() leaves out by rank, and keeps the order', () => {
  const sections = [
    { markdown: section('verdict'), rank: 0 },
    { markdown: section('all columns'), rank: 9 },
    { markdown: section('cost'), rank: 1 },
  ]
  const cut = fitSections(sections, upTo(800), whole)
  expect(sectionsOf(cut).map((text) => text.split('\n')[0])).toEqual(['## verdict', '## cost'])
  expect(cut).toContain('for want of room: all columns.')
})
