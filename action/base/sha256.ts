import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { setImmediate as otherWork } from 'node:timers/promises'

/** The SHA-256 of text (as UTF-8) or bytes, 64 hexadecimal digits. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

/**
 * So much is read at a time: it is still in the processor's own cache when it is hashed. Of twice as much, reading takes four
 * times as long; and nothing is awaited, for asking a pool of threads takes longer than reading.
 */
export const chunkBytes = 128 << 10
/** So much is hashed, some milliseconds long, before other work has its turn. */
const turnBytes = 8 << 20

/** What stands in it is hashed before anybody else reads into it. */
const chunk = Buffer.allocUnsafeSlow(chunkBytes)

/** The SHA-256 of a file's bytes, however many. `onBytes` gets how many were hashed since the last call. */
export async function sha256OfFile(
  path: string,
  signal?: AbortSignal,
  onBytes?: (bytes: number) => void,
): Promise<string> {
  return (await digestFrom(path, 0, Number.POSITIVE_INFINITY, signal, onBytes)).sha256
}

/** The SHA-256 of so many bytes of a file, from one of them on. Throws where the file ends first. */
export async function sha256OfSlice(path: string, from: number, bytes: number, signal?: AbortSignal): Promise<string> {
  const digest = await digestFrom(path, from, bytes, signal)
  if (digest.bytes < bytes) throw new Error(`"${path}" ends ${bytes - digest.bytes} bytes too early`)
  return digest.sha256
}

async function digestFrom(
  path: string,
  from: number,
  most: number,
  signal: AbortSignal | undefined,
  onBytes?: (bytes: number) => void,
) {
  const hash = createHash('sha256')
  const file = openSync(path, 'r')
  let [bytes, told] = [0, 0]
  try {
    while (bytes < most) {
      signal?.throwIfAborted()
      const read = readSync(file, chunk, 0, Math.min(chunkBytes, most - bytes), from + bytes)
      if (read === 0) break
      hash.update(chunk.subarray(0, read))
      bytes += read
      if (bytes % turnBytes >= read) continue
      onBytes?.(bytes - told)
      told = bytes
      await otherWork()
    }
  } finally {
    closeSync(file)
  }
  onBytes?.(bytes - told)
  return { sha256: hash.digest('hex'), bytes }
}
