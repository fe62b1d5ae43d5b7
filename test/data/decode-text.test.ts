import fc from 'fast-check'
import { expect, test } from 'vitest'

import { decodingUtf16, decodingWindows1252, type TextDecoding, Undecodable } from '../../action/data/decode-text.ts'

test('decodingUtf16() reads any text, wherever its bytes are parted', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.boolean(), fc.integer({ min: 1, max: 7 }), (text, isBig, piece) => {
      const bytes = Buffer.from(`\ufeff${text}`, 'utf16le')
      const decoding = decodingUtf16(isBig ? 'big-endian' : 'little-endian')
      expect(inPieces(decoding, isBig ? bytes.swap16() : bytes, piece)).toBe(text)
    }),
  )
})

test.each([
  ['half a letter', Buffer.from('a\nb\n\ud83dc', 'utf16le'), 3],
  ['the second half alone', Buffer.from('a\n\ude00', 'utf16le'), 2],
  ['half a letter at the end', Buffer.from('a\nb\ud83d', 'utf16le'), 2],
  ['half a unit at the end', Buffer.from('a\nb', 'utf16le').subarray(0, 5), 2],
])('decodingUtf16() tells the line of %s', (_what, bytes, line) => {
  for (const piece of [1, 2, 3, 100]) {
    expect(lineOf(() => inPieces(decodingUtf16('little-endian'), bytes, piece))).toBe(line)
  }
})

test('decodingWindows1252() reads letters, quotes and the euro, and tells the line of what is none', () => {
  const bytes = Buffer.from('\x80 \x93\xe4\x94 \x8a\x9f\n', 'latin1')
  expect(inPieces(decodingWindows1252(), bytes, 2)).toBe('€ “ä” ŠŸ\n')
  const wrong = Buffer.from('a\nb\n\x81', 'latin1')
  for (const piece of [1, 100]) expect(lineOf(() => inPieces(decodingWindows1252(), wrong, piece))).toBe(3)
})

function inPieces(decoding: TextDecoding, bytes: Buffer, size: number): string {
  const pieces: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) pieces.push(decoding.take(bytes.subarray(at, at + size)))
  return Buffer.concat([...pieces, decoding.end()]).toString()
}

function lineOf(work: () => unknown): number {
  try {
    work()
  } catch (error) {
    if (error instanceof Undecodable) return error.line
    throw error
  }
  throw new Error('It was decoded; expected it to be refused')
}
