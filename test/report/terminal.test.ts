import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { plainText } from '../../action/report/terminal.ts'

describe('plainText()', () => {
  test.each([
    ['a colour', '\u001B[31mred\u001B[0m', 'red'],
    ['a clearing of the screen', '\u001B[2J\u001B[Hgone', 'gone'],
    ['a window title', 'a\u001B]0;evil\u0007b', 'ab'],
    ['a hidden link', '\u001B]8;;https://evil.example\u001B\\text\u001B]8;;\u001B\\', 'text'],
    ['a C1 sequence', '\u009B31mred', 'red'],
    ['an unfinished sequence', 'a\u001B]0;b', 'a0;b'],
    ['a carriage return that overwrites', 'bad\rgood', 'bad good'],
    ['lines', 'one\r\n\r\ntwo\u2028three', 'one two three'],
    ['reversed text', 'cod\u202Eexe.txt', 'codexe.txt'],
    ['nulls and backspaces', 'a\u0000b\bc', 'abc'],
    ['half a character', 'a\uD83Db', 'ab'],
  ])('disarms %s', (_, text, plain) => {
    expect(plainText(text)).toBe(plain)
  })

  test.each(['Zoë 東京 🧑‍🚀 a\\b', ' two  spaces '])('leaves %j as it is', (text) => {
    expect(plainText(text)).toBe(text)
  })

  test.each(['\u0090', '\u001B[', '\u009B0', '\u001B]', '\u001B '])('gets through a million unfinished %j', (start) => {
    expect(plainText(`${start.repeat(1_000_000)}\n`)).not.toMatch(/\p{Cc}/u)
  })

  test('leaves no control character', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'\u001B\u009B\u009D[]0;mP\\\u0007\n\r ab\u0000'.split('')) }),
        (text) => {
          expect(plainText(text)).not.toMatch(/\p{Cc}/u)
        },
      ),
      { numRuns: 2000 },
    )
  })
})
