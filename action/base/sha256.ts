import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'

/** The SHA-256 of text (as UTF-8) or bytes, 64 hexadecimal digits. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

const chunkBytes = 1 << 20

/** The SHA-256 of a file's bytes. Its size does not matter: the next chunk is read while one is hashed. */
export async function sha256OfFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const buffers = [0, 1].map(() => Buffer.allocUnsafe(Math.min(Math.max(size + 1, 4096), chunkBytes)))
    let chunk = await readChunk(file, buffers[0])
    for (let turn = 1; chunk.length > 0; turn += 1) {
      signal?.throwIfAborted()
      const next = readChunk(file, buffers[turn % 2])
      // Nobody awaits it where hashing throws.
      next.catch(() => undefined)
      hash.update(chunk)
      chunk = await next
    }
  } finally {
    await file.close()
  }
  return hash.digest('hex')
}

async function readChunk(file: FileHandle, buffer: Buffer = Buffer.allocUnsafe(chunkBytes)): Promise<Buffer> {
  const { bytesRead } = await file.read(buffer, 0, buffer.length)
  return buffer.subarray(0, bytesRead)
}

/** The SHA-256 of so many bytes of a file, from one of them on. Throws where the file ends first. */
export async function sha256OfSlice(path: string, from: number, bytes: number, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  const file = await open(path)
  try {
    const buffer = Buffer.allocUnsafe(Math.min(bytes, chunkBytes))
    for (let at = 0; at < bytes; ) {
      signal?.throwIfAborted()
      const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, bytes - at), from + at)
      if (bytesRead === 0) throw new Error(`"${path}" ends ${bytes - at} bytes too early`)
      hash.update(buffer.subarray(0, bytesRead))
      at += bytesRead
    }
  } finally {
    await file.close()
  }
  return hash.digest('hex')
}
