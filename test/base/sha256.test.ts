import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { sha256OfFile, sha256OfSlice } from '../../action/base/sha256.ts'
import { tempFolder } from '../support/temp-folder.ts'

const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** No byte stands where its like stood in another piece that is read. */
const content = Buffer.from(Uint32Array.from({ length: 5 << 20 }, (_, i) => Math.imul(i, 2654435761)).buffer)

function fileOf(bytes: Buffer): string {
  return join(tempFolder({ a: bytes }), 'a')
}

describe('sha256OfFile()', () => {
  it.each([0, 1, 131_071, 131_072, 131_073, 9 << 20, content.length])('is that of all %i bytes', async (length) => {
    const bytes = content.subarray(0, length)
    expect(await sha256OfFile(fileOf(bytes))).toBe(digestOf(bytes))
  })

  it('keeps files apart that are hashed at once', async () => {
    const parts = [content, content.subarray(4), content.subarray(8)]
    expect(await Promise.all(parts.map((part) => sha256OfFile(fileOf(part))))).toEqual(parts.map(digestOf))
  })

  it('lets other work have its turn, which may end it', async () => {
    const controller = new AbortController()
    setImmediate(() => controller.abort(new Error('enough')))
    await expect(sha256OfFile(fileOf(content), controller.signal)).rejects.toThrow('enough')
  })

  it('throws what opening a file throws', async () => {
    await expect(sha256OfFile(join(tempFolder(), 'nowhere'))).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

describe('sha256OfSlice()', () => {
  it('is that of so many bytes from one of them on', async () => {
    const path = fileOf(content)
    for (const [from, bytes] of [
      [0, 0],
      [1, 5],
      [131_000, 10 << 20],
      [content.length - 7, 7],
    ] as const) {
      expect(await sha256OfSlice(path, from, bytes)).toBe(digestOf(content.subarray(from, from + bytes)))
    }
  })

  it('says how much is missing', async () => {
    await expect(sha256OfSlice(fileOf(content.subarray(0, 10)), 4, 9)).rejects.toThrow('ends 3 bytes too early')
  })
})
