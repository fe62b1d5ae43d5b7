import { isAscii } from 'node:buffer'
import { createReadStream } from 'node:fs'

import type { DeclaredEncoding } from '../project/project.ts'
import { isWindows1252 } from './decode-text.ts'
import { withOwnEncoding } from './recognise-file.ts'
import { compressionIn, formatOf, type SourceFile } from './source-file.ts'

/**
 * Latin-1, or Windows-1252 where a file holds its quotes or letters, if no CSV file speaks against it: each has a byte-order
 * mark, is ASCII, or holds a byte that is no UTF-8, and none a byte that stands for no letter, nor marks within words, as
 * other encodings would leave them. A guess to be looked at: any bytes of the right range pass for it.
 */
export async function guessEncoding(files: readonly SourceFile[]): Promise<DeclaredEncoding | undefined> {
  let guess: DeclaredEncoding | undefined
  for (const file of files) {
    if (formatOf(file.path) !== 'csv') continue
    if (compressionIn(file.path) !== undefined) return undefined
    const isMarked = withOwnEncoding({ ...file, encoding: 'latin-1' }).encoding !== 'latin-1'
    if (isMarked) continue
    const found = await lookAt(file.absolutePath)
    if (found === 'other') return undefined
    if (found !== 'ascii' && guess !== 'windows-1252') guess = found
  }
  return guess
}

async function lookAt(path: string): Promise<'ascii' | DeclaredEncoding | 'other'> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const decodes = (chunk?: Buffer): boolean => {
    try {
      decoder.decode(chunk, { stream: chunk !== undefined })
      return true
    } catch {
      return false
    }
  }
  let [areAscii, areUtf8, areLatin] = [true, true, true]
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    areUtf8 &&= decodes(chunk)
    areAscii &&= isAscii(chunk)
    if (!chunk.every(isLetter)) return 'other'
    if (chunk.every((byte) => byte < 0x80 || byte >= 0xa0)) continue
    if (oddMarks.test(chunk.toString('latin1'))) return 'other'
    areLatin = false
  }
  if (areAscii) return 'ascii'
  if (areUtf8 && decodes()) return 'other'
  return areLatin ? 'latin-1' : 'windows-1252'
}

/** No control but for tabs and line ends, and nothing that Windows-1252 leaves out. */
function isLetter(byte: number): boolean {
  if (byte >= 0x80 && byte < 0xa0) return isWindows1252(byte)
  return (byte >= 0x20 && byte < 0x7f) || byte >= 0xa0 || byte === 0x09 || byte === 0x0a || byte === 0x0d
}

/**
 * Marks such as „ between two letters, and capitals such as Š behind a small one: in the encodings of DOS and of the Macintosh
 * these bytes are ä, é and ö. An apostrophe and dashes may stand between letters.
 */
const oddMarks =
  // oxlint-disable-next-line no-control-regex -- bytes, not letters
  /[A-Za-z][\x80\x82-\x89\x8b\x91\x93-\x95\x98\x99\x9b][A-Za-z]|[a-z][\x8a\x8c\x8e\x9f]|[A-Z][\x8a\x8c\x8e\x9f][a-z]/
