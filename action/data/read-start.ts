import { isUtf8 } from 'node:buffer'
import { closeSync, openSync, readSync } from 'node:fs'

import { formatOf, type SourceFile } from './source-file.ts'

const startBytes = 8192

/**
 * The header line of a plain CSV file, where it alone tells the columns: UTF-8 without quotes, with a row below it.
 * Undefined where a closer look is needed. Files with the same header have the same columns and delimiter.
 */
export function plainHeader(file: SourceFile): string | undefined {
  if (formatOf(file.path) !== 'csv' || /\.(gz|zst)$/i.test(file.path)) return undefined
  const start = readStart(file.absolutePath, startBytes)
  const end = start.indexOf('\n')
  const lastEnd = start.lastIndexOf('\n')
  if (end <= 0 || !isUtf8(start.subarray(0, lastEnd + 1))) return undefined
  const header = start.toString('utf8', 0, end)
  const hasRow = start.toString('latin1', end).trim() !== ''
  return hasRow && !/["\0]/.test(header) && header.trim() !== ''
    ? `${header}\n${file.path.split('.').at(-1)}`
    : undefined
}

/** At most so many bytes. Nothing is awaited: of ten thousand files the pool's answers take longer than reading. */
export function readStart(path: string, bytes: number): Buffer {
  const handle = openSync(path, 'r')
  try {
    const buffer = Buffer.allocUnsafe(bytes)
    return buffer.subarray(0, readSync(handle, buffer, 0, bytes, 0))
  } finally {
    closeSync(handle)
  }
}
