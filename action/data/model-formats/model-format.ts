import type { PickleScan } from './scan-pickle.ts'

/** What a file holds, by its content. */
export interface ModelFormat {
  /** For people: `a pickle`, `ONNX`. */
  readonly name: string
  /** `code`: reading it as what it is can run code; `unknown`: nobody can say. */
  readonly kind: 'data' | 'code' | 'unknown'
  /** Of the pickle in it. */
  readonly pickle?: PickleScan
}

/** Bytes that can be looked at more than once. */
export interface ModelBytes {
  /** The first, at most `headBytes`. */
  readonly head: Buffer
  /** In all; undefined where it takes reading them to know. */
  readonly size: number | undefined
  /** All of them, from the start. */
  readonly open: () => AsyncIterable<Uint8Array>
  /** The file itself, where they are one. */
  readonly path?: string
}

export interface LookTerms {
  /** Of `performance.now()`: what is not seen by then is unknown. */
  readonly deadlineMs: number
  /** How many archives it lies in. */
  readonly depth: number
}

export const headBytes = 1 << 16

/** The start of a stream. */
export async function headOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  let have = 0
  for await (const chunk of chunks) {
    parts.push(chunk)
    have += chunk.length
    if (have >= headBytes) break
  }
  return Buffer.concat(parts).subarray(0, headBytes)
}
