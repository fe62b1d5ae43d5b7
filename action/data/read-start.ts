import { isUtf8 } from 'node:buffer'
import { open } from 'node:fs/promises'

import { formatOf, type SourceFile } from './source-file.ts'

const startBytes = 8192

/**
 * The header line of a plain CSV file, where it alone tells the columns: UTF-8 without quotes, with a row below it.
 * Undefined where a closer look is needed. Files with the same header have the same columns and delimiter.
 */
export async function plainHeader(file: SourceFile): Promise<string | undefined> {
  if (formatOf(file.path) !== 'csv' || /\.(gz|zst)$/i.test(file.path)) return undefined
  const start = await readStart(file.absolutePath)
  const end = start.indexOf('\n')
  const lastEnd = start.lastIndexOf('\n')
  if (end <= 0 || !isUtf8(start.subarray(0, lastEnd + 1))) return undefined
  const header = start.toString('utf8', 0, end)
  const hasRow = start.toString('latin1', end).trim() !== ''
  return hasRow && !/["\0]/.test(header) && header.trim() !== ''
    ? `${header}\n${file.path.split('.').at(-1)}`
    : undefined
}

async function readStart(path: string): Promise<Buffer> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(startBytes), 0, startBytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
