import { isAscii } from 'node:buffer'
import { createReadStream } from 'node:fs'

import { withOwnEncoding } from './recognise-file.ts'
import { compressionIn, formatOf, type SourceFile } from './source-file.ts'

/**
 * Latin-1 where no CSV file speaks against it: each has a byte-order mark, is ASCII, or holds a byte that is no UTF-8, and none a byte that
 * stands for no letter in Latin-1. A guess to be looked at: any bytes of the right range pass for it.
 */
export async function guessEncoding(files: readonly SourceFile[]): Promise<'latin-1' | undefined> {
  let isNeeded = false
  for (const file of files) {
    if (formatOf(file.path) !== 'csv') continue
    if (compressionIn(file.path) !== undefined) return undefined
    const isMarked = (await withOwnEncoding({ ...file, encoding: 'latin-1' })).encoding !== 'latin-1'
    if (isMarked) continue
    const found = await lookAt(file.absolutePath)
    if (found === 'other') return undefined
    if (found === 'latin-1') isNeeded = true
  }
  return isNeeded ? 'latin-1' : undefined
}

async function lookAt(path: string): Promise<'ascii' | 'latin-1' | 'other'> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const decodes = (chunk?: Buffer): boolean => {
    try {
      decoder.decode(chunk, { stream: chunk !== undefined })
      return true
    } catch {
      return false
    }
  }
  let [areAscii, areUtf8] = [true, true]
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    areUtf8 &&= decodes(chunk)
    areAscii &&= isAscii(chunk)
    if (!chunk.every(isLetter)) return 'other'
  }
  if (areAscii) return 'ascii'
  return areUtf8 && decodes() ? 'other' : 'latin-1'
}

/** Neither a control, of either half, but for tabs and line ends. */
function isLetter(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte >= 0xa0 || byte === 0x09 || byte === 0x0a || byte === 0x0d
}
