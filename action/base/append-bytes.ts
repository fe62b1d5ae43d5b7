import type { FileHandle } from 'node:fs/promises'

export interface Appending {
  /** Hears of bytes before they are written, and may refuse them. */
  readonly onComing?: (bytes: number) => void
  /** So many more are in the file. */
  readonly onWritten?: (bytes: number) => void
}

/** So many bytes are written at once: each write is a way to another thread and back. */
const gatheredBytes = 1 << 20

/**
 * Writes what comes to a file at its place, about a megabyte at a time, while the next one comes. What came before the bytes break
 * off is written before that is told.
 */
export async function appendBytes(
  body: AsyncIterable<Uint8Array>,
  file: FileHandle,
  { onComing, onWritten }: Appending = {},
): Promise<void> {
  let writing: Promise<void> = Promise.resolve()
  try {
    for await (const chunks of gathered(body)) {
      await writing
      const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
      onComing?.(length)
      writing = writeFully(file, chunks, length).then(() => onWritten?.(length))
      // It is awaited below, or before the next.
      writing.catch(() => undefined)
    }
  } finally {
    await writing
  }
}

/** Chunks, about a megabyte at a time. */
async function* gathered(body: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Uint8Array[]> {
  let chunks: Uint8Array[] = []
  let bytes = 0
  let broken: { readonly error: unknown } | undefined
  try {
    for await (const chunk of body) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes < gatheredBytes) continue
      yield chunks
      chunks = []
      bytes = 0
    }
  } catch (error) {
    broken = { error }
  }
  if (chunks.length > 0) yield chunks
  if (broken) throw broken.error
}

async function writeFully(file: FileHandle, chunks: readonly Uint8Array[], length: number): Promise<void> {
  const { bytesWritten } = await file.writev(chunks)
  if (bytesWritten === length) return
  const rest = Buffer.concat(chunks).subarray(bytesWritten)
  for (let written = 0; written < rest.length; ) written += (await file.write(rest, written)).bytesWritten
}
