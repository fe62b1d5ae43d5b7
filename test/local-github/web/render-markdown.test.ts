import { describe, expect, test } from 'vitest'

import { escapeHtml } from '../../../action/base/html.ts'
import { renderMarkdown } from '../../../action/local-github/web/render-markdown.ts'

describe('renderMarkdown()', () => {
  test.each([
    ['**a** and `b`', '<p><strong>a</strong> and <code>b</code></p>'],
    ['a <!-- plumbline: {"x": 1} --> b', '<p>a  b</p>'],
    ['<!-- one\ntwo -->', '\n'],
    [
      '<details><summary>All</summary>\n\n*x*\n\n</details>',
      '<details><summary>All</summary>\n<p><em>x</em></p>\n</details>',
    ],
    ['<script>alert(1)</script>', '&#60;script&#62;alert(1)&#60;/script&#62;'],
    ['<details onclick="x">', '&#60;details onclick=&#34;x&#34;&#62;'],
    ['a <img src=x onerror=y> b', '<p>a &#60;img src=x onerror=y&#62; b</p>'],
    ['[x](javascript:alert(1))', '<p><a href="">x</a></p>'],
    ['a\u001bb \u202ec', '<p>a⟨U+001B⟩b ⟨U+202E⟩c</p>'],
  ])('shows %j', (text, markup) => {
    expect(renderMarkdown(text).markup).toBe(markup)
  })

  test('lays out tables', () => {
    expect(renderMarkdown('| a | b |\n|---|---|\n| 1 | 2 |').markup).toContain('<td>1</td>')
  })
})

describe('escapeHtml()', () => {
  test('escapes what is markup, and shows what hides', () => {
    expect(escapeHtml(`<a href="x">'&`)).toBe('&#60;a href=&#34;x&#34;&#62;&#39;&#38;')
    expect(escapeHtml('a\u202eb\0\n')).toBe('a⟨U+202E⟩b⟨U+0000⟩\n')
  })
})
