import { createReadStream, createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'

import type { PackedSlice } from './pack-index.ts'
import type { Slice } from './plan-packs.ts'
import type { StoredFile } from './store.ts'

/** Compressed already: once more would only take time. */
const packedEndings = /\.(parquet|gz|zst|zip|png|jpe?g)$/i

/** Writes slices one behind the other, each compressed on its own, so that one can be had alone; answers where they lie. */
export async function writePack(
  slices: readonly Slice<StoredFile>[],
  path: string,
  signal?: AbortSignal,
): Promise<readonly Omit<PackedSlice, 'pack'>[]> {
  await (await open(path, 'wx')).close()
  const written: Omit<PackedSlice, 'pack'>[] = []
  let at = 0
  for (const { file, from, bytes } of slices) {
    const how = bytes === 0 || packedEndings.test(file.path) ? 'as it is' : 'gzip'
    const target = createWriteStream(path, { flags: 'a' })
    // `end` is the last byte, so that a slice of none cannot be read so.
    if (bytes === 0) target.end()
    else {
      const source = createReadStream(file.absolutePath, { start: from, end: from + bytes - 1 })
      const aborted = signal ? { signal } : {}
      if (how === 'gzip') await pipeline(source, createGzip({ level: 6 }), target, aborted)
      else await pipeline(source, target, aborted)
    }
    const stored = target.bytesWritten
    written.push({ at, stored, how, from, bytes })
    at += stored
  }
  return written
}
