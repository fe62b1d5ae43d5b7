import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'

import { isOfDisk } from '../base/is-of-disk.ts'

/**
 * Writes an artifact to a file as it comes, and answers its SHA-256. Undefined where more comes than was said, or the connection
 * breaks: those are not the bytes that were stored.
 */
export async function keepArtifact(
  body: AsyncIterable<Uint8Array>,
  file: string,
  mostBytes: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const hash = createHash('sha256')
  let bytes = 0
  const count = new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length
      hash.update(chunk)
      done(bytes > mostBytes ? new TooLong() : null, chunk)
    },
  })
  try {
    await pipeline(body, count, createWriteStream(file), { signal })
  } catch (error) {
    if (signal.aborted || isOfDisk(error)) throw error
    return undefined
  }
  return hash.digest('hex')
}

class TooLong extends Error {}
