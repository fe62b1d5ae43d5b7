import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

export interface Slice {
  /** 1 for the first. */
  readonly number: number
  /** Place of its first byte in the file. */
  readonly from: number
  readonly bytes: number
  readonly sha256: string
}

export interface CutFile {
  readonly sha256: string
  readonly slices: readonly Slice[]
}

/** Digests of a file and of its slices of `sliceBytes` (the last may be shorter), read once, whatever its size. */
export async function cutFile(path: string, sliceBytes: number): Promise<CutFile> {
  const whole = createHash('sha256')
  const slices: Slice[] = []
  let slice = createHash('sha256')
  let bytes = 0
  const end = () => {
    const number = slices.length + 1
    slices.push({ number, from: (number - 1) * sliceBytes, bytes, sha256: slice.digest('hex') })
    slice = createHash('sha256')
    bytes = 0
  }
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    whole.update(chunk)
    for (let at = 0; at < chunk.length; ) {
      const piece = chunk.subarray(at, at + sliceBytes - bytes)
      slice.update(piece)
      at += piece.length
      bytes += piece.length
      if (bytes === sliceBytes) end()
    }
  }
  if (bytes > 0) end()
  return { sha256: whole.digest('hex'), slices }
}
