import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { compressionIn, type SourceFile } from './source-file.ts'

/**
 * Whether a compressed file is there to its end. DuckDB ends a file that breaks off without a word, so that rows would
 * be missing silently. True for a file that is not compressed.
 */
export async function isWhole({ path, absolutePath }: SourceFile): Promise<boolean> {
  const compression = compressionIn(path)
  if (compression === 'gzip') return await isWholeGzip(absolutePath)
  if (compression === 'zstd') return await isWholeZstd(absolutePath)
  return true
}

/** Only its checksum at the end tells, so it is decompressed. */
async function isWholeGzip(path: string): Promise<boolean> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  try {
    await pipeline(createReadStream(path), createGunzip(), nowhere)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) return false
    throw error
  }
}

const frameMagic = 0xfd2fb528
/** 16 of them begin a frame that readers skip. */
const skippableMagic = 0x184d2a50

/** Steps from frame to frame and from block to block by their headers; RFC 8878, section 3.1. */
async function isWholeZstd(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    let at = 0
    while (at < size) {
      const end = await endOfFrame(file, at)
      if (end === undefined || end > size) return false
      at = end
    }
    return true
  } finally {
    await file.close()
  }
}

async function endOfFrame(file: FileHandle, start: number): Promise<number | undefined> {
  const head = await bytesAt(file, start, 8)
  if (head.length < 6) return undefined
  const magic = head.readUInt32LE(0)
  if (magic >>> 4 === skippableMagic >>> 4) return head.length < 8 ? undefined : start + 8 + head.readUInt32LE(4)
  if (magic !== frameMagic) return undefined

  const descriptor = head.readUInt8(4)
  let at = start + 5 + headerBytes(descriptor)
  for (;;) {
    const block = await bytesAt(file, at, 3)
    if (block.length < 3) return undefined
    const header = block.readUIntLE(0, 3)
    const isRepeated = ((header >> 1) & 3) === 1
    at += 3 + (isRepeated ? 1 : header >> 3)
    if ((header & 1) === 1) return at + (descriptor & 4)
  }
}

/** Of the window, the dictionary's id and the content's size, as the descriptor says. */
function headerBytes(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0
  const size = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0
  return (isSingleSegment ? 0 : 1) + dictionary + size
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position)
  return buffer.subarray(0, bytesRead)
}
