import { open } from 'node:fs/promises'
import type { Writable } from 'node:stream'

export interface FileSlice {
  readonly path: string
  /** Place of its first byte in the file. */
  readonly from: number
  readonly bytes: number
  /** Called as bytes leave, with how many are on their way. */
  readonly onBytes: (sent: number) => void
}

const chunkBytes = 1 << 20
/** One on its way, one waiting, one being read. */
const chunks = 3

/**
 * Sends a slice of a file over a connection, and leaves that open. A few buffers go round, for a fresh one for each megabyte
 * keeps the garbage collector busy. Throws where the connection ends first, or the file does.
 */
export async function sendSlice({ path, from, bytes, onBytes }: FileSlice, target: Writable): Promise<void> {
  const free = Array.from({ length: chunks }, () => Buffer.allocUnsafeSlow(Math.min(chunkBytes, bytes)))
  const left: Promise<Buffer>[] = []
  const file = await open(path)
  try {
    for (let at = 0; at < bytes; ) {
      const buffer = free.pop() ?? (await left.shift())
      if (!buffer) throw new Error('no buffer is free')
      const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, bytes - at), from + at)
      if (bytesRead === 0) throw new Error(`"${path}" became shorter`)
      at += bytesRead
      onBytes(at)
      const leaving = written(target, buffer.subarray(0, bytesRead)).then(() => buffer)
      // It is awaited where its buffer is needed, or at the end.
      leaving.catch(() => undefined)
      left.push(leaving)
    }
    await Promise.all(left)
  } finally {
    await file.close()
  }
}

/** A connection that is closed already calls nobody back. */
function written(target: Writable, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const closed = () => reject(new Error('the connection breaks off'))
    target.once('close', closed)
    target.write(chunk, (error) => {
      target.off('close', closed)
      if (error) reject(error)
      else resolve()
    })
  })
}
