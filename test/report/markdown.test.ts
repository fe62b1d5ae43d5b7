import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { htmlText, markdownCode, markdownLink, markdownTable, markdownText } from '../../action/report/markdown.ts'
import { plainText } from '../../action/report/terminal.ts'

/** Text made of what Markdown, HTML, GitHub and terminals give a meaning to. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(...'|`\\<>&*_~[](){}!#@$:=+-.1 \n\r\t\u2028\u001B\u202E'.split('')),
      fc.constantFrom(
        '<script>',
        '</td>',
        '@mention',
        '#123',
        'GH-7',
        'https://a.b',
        'www.a.b',
        '\\|',
        '``',
        '---',
        '&#124;',
      ),
      fc.string({ unit: 'grapheme', maxLength: 3 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))

/** Splits a table's line as GFM does: at every pipe that no backslash escapes, code spans or not. */
function cellsOf(line: string): string[] {
  return line.split(/(?<!\\)\|/).slice(1, -1)
}

function decoded(markdown: string): string {
  return markdown
    .replace(/&#8203;/g, '')
    .replace(/<\/?span>/g, '')
    .replace(/\\([!-/:-@[-`{-~])/g, '$1')
    .replace(/&#124;/g, '|')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
}

describe('markdownText()', () => {
  test.each([
    ['a|b', 'a&#124;b'],
    ['`code`', '\\`code\\`'],
    ['two\nlines', 'two lines'],
    ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['@mention', '@&#8203;mention'],
    ['fixes #123', 'fixes #&#8203;123'],
    ['GH-7', 'GH-&#8203;7'],
    ['https://evil.example', 'https:&#8203;//evil.example'],
    ['www.evil.example', 'www&#8203;.evil.example'],
    ['[text](address)', '\\[text\\](address)'],
    ['![picture]', '!\\[picture\\]'],
    ['*strong*', '\\*strong\\*'],
    ['$x$', '<span>$</span>x<span>$</span>'],
    ['# heading', '\\# heading'],
    ['- item', '\\- item'],
    ['1. item', '1\\. item'],
    ['---', '\\---'],
    ['&#124;', '&amp;#&#8203;124;'],
  ])('disarms %j', (text, markdown) => {
    expect(markdownText(text)).toBe(markdown)
  })

  test.each(['sender_age_band', '−0.4', '0.861', 'Ann-Marie (2)', 'région N', 'a + b'])(
    'leaves %j as it is',
    (text) => {
      expect(markdownText(text)).toBe(text)
    },
  )

  test.each(['|', '`', '_', '#1', ' ', '  \n', '@a', '1. ', '\\'])('gets through a million %j', (part) => {
    const text = part.repeat(1_000_000)

    expect(markdownTable(['a'], [[markdownText(text) + markdownCode(text)]]).split('\n')).toHaveLength(3)
  })

  test('shows the very text, whatever it holds', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(decoded(markdownText(text))).toBe(plainText(text).trim())
      }),
      { numRuns: 2000 },
    )
  })
})

describe('markdownTable()', () => {
  test('writes a line for the header, one for the alignment and one a row', () => {
    expect(markdownTable(['column', 'rows'], [['carrier', '826'], ['region']], ['left', 'right'])).toBe(
      ['| column | rows |', '| --- | ---: |', '| carrier | 826 |', '| region |  |'].join('\n'),
    )
  })

  test('has as many cells as its header, whatever the text in them', () => {
    fc.assert(
      fc.property(hostile, hostile, (first, second) => {
        const lines = markdownTable(['a', 'b'], [[markdownText(first), markdownCode(second)]]).split(/\r\n|[\r\n]/)

        expect(lines.map((line) => cellsOf(line).length)).toEqual([2, 2, 2])
        expect(lines[2]).not.toMatch(/<(?!\/?(?:code|span)>)(?![^`]*`)/)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('markdownCode()', () => {
  test.each([
    ['weight_kg', '`weight_kg`'],
    ['@mention #123 <b>', '`@mention #123 <b>`'],
    ['a`b', '<code>a\\`b</code>'],
    ['a|b', '<code>a&#124;b</code>'],
    ['', '<code></code>'],
    [' padded ', '`  padded  `'],
    ['two\nlines', '`two lines`'],
  ])('writes %j', (text, markdown) => {
    expect(markdownCode(text)).toBe(markdown)
  })
})

describe('htmlText()', () => {
  test('disarms tags, attributes, mentions and breaks', () => {
    expect(htmlText('</summary>\n\n# "a" & \'b\' @team #1')).toBe(
      '&#60;/summary&#62; # &#34;a&#34; &#38; &#39;b&#39; @&#8203;team #&#8203;1',
    )
  })
})

describe('markdownLink()', () => {
  test('links to an address of the web', () => {
    expect(markdownLink('run [1]', 'https://github.com/a/b/runs/1?x=(y)|z')).toBe(
      '[run \\[1\\]](https://github.com/a/b/runs/1?x=%28y%29%7cz)',
    )
  })

  test.each(['javascript:alert(1)', 'data:text/html,x', 'not an address', ''])(
    'shows the text alone for %j',
    (address) => {
      expect(markdownLink('a_b|c', address)).toBe('a_b&#124;c')
    },
  )
})
