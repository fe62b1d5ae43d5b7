import { expect, test } from 'vitest'

import { findSourceFiles } from '../../action/data/find-source-files.ts'
import { guessEncoding } from '../../action/data/guess-encoding.ts'
import { tempFolder } from '../support/temp-folder.ts'

const latin = (text: string) => Buffer.from(text, 'latin1')

test.each([
  ['ASCII alone', { 'a.csv': 'a,b\r\n1,2\t\r\n' }, undefined],
  ['letters of Latin-1', { 'a.csv': latin('größe\n1\n') }, 'latin-1'],
  ['letters of Latin-1 beside ASCII', { 'a.csv': latin('größe\n1\n'), 'b.csv': 'a\n1\n' }, 'latin-1'],
  ['letters of Latin-1 beside UTF-8', { 'a.csv': latin('größe\n1\n'), 'b.csv': 'größe\n1\n' }, undefined],
  ['quotes of Windows-1252', { 'a.csv': latin('a\n\x93b\x94 ä\n') }, 'windows-1252'],
  ['an apostrophe of Windows-1252 within a word', { 'a.csv': latin('a\nit\x92s\n') }, 'windows-1252'],
  ['Windows-1252 before Latin-1', { 'a.csv': latin('a\n5 \x80\n'), 'b.csv': latin('a\nä\n') }, 'windows-1252'],
  ['a byte that Windows-1252 leaves out', { 'a.csv': latin('a\n\x93b\x94 \x81\n') }, undefined],
  ['an umlaut of DOS', { 'a.csv': latin('a\nM\x84dchen\n') }, undefined],
  ['an umlaut of the Macintosh', { 'a.csv': latin('a\nM\x8adchen\n') }, undefined],
  ['a NUL', { 'a.csv': latin('a\n\0ä\n') }, undefined],
  ['a letter of UTF-8 that is cut off', { 'a.csv': Buffer.from('a\nä').subarray(0, 3) }, 'latin-1'],
  ['a letter of UTF-8 over the end of a piece', { 'a.csv': `${'x'.repeat((1 << 20) - 1)}ä\n` }, undefined],
])('guessEncoding() of %s', async (_what, files, expected) => {
  expect(await guessEncoding(await findSourceFiles(tempFolder(files), ['*.csv']))).toBe(expected)
})
