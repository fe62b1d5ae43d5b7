import { randomBytes } from 'node:crypto'
import { appendFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { followDigest } from '../../action/base/follow-digest.ts'
import { sha256 } from '../../action/base/sha256.ts'
import { tempFolder } from '../support/temp-folder.ts'

const large = randomBytes(20_000_000)
const threads = () => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length

function growing() {
  const path = join(tempFolder(), 'part')
  writeFileSync(path, '')
  return path
}

describe('followDigest()', () => {
  test('is the SHA-256 of what came, however it came', async () => {
    for (const bytes of [0, 1, 1_000_000, 8_388_608, 8_388_609, large.length]) {
      for (const step of [777_777, 5_000_000]) {
        const path = growing()
        await using followed = followDigest(path)
        for (let at = 0; at < bytes; at += step) {
          const piece = large.subarray(at, Math.min(bytes, at + step))
          appendFileSync(path, piece)
          followed.came(piece.length)
        }
        expect(await followed.digest(), `${bytes} bytes`).toBe(sha256(large.subarray(0, bytes)))
      }
    }
  })

  test('begins at a place of the file, and reads no further than what came', async () => {
    const path = growing()
    writeFileSync(path, large)
    await using followed = followDigest(path, 1000)
    followed.came(9_000_000)
    followed.came(1)
    expect(await followed.digest()).toBe(sha256(large.subarray(1000, 9_001_001)))
  })

  test('begins anew where what came is gone', async () => {
    const path = growing()
    await using followed = followDigest(path)
    writeFileSync(path, large)
    followed.came(large.length)
    await followed.restart()
    const other = randomBytes(9_000_000)
    writeFileSync(path, other)
    followed.came(other.length)
    expect(await followed.digest()).toBe(sha256(other))
  })

  test('says what is there and not what came: a byte that the disk has otherwise is seen', async () => {
    const path = growing()
    writeFileSync(path, Buffer.concat([large.subarray(0, 9_000_000), Buffer.from([255 - (large[9_000_000] ?? 0)])]))
    await using followed = followDigest(path)
    followed.came(9_000_001)
    expect(await followed.digest()).not.toBe(sha256(large.subarray(0, 9_000_001)))
  })

  test('a file that became shorter, or is gone, is an error', async () => {
    const path = growing()
    writeFileSync(path, large)
    truncateSync(path, 9_000_000)
    for (const place of [path, `${path}.gone`]) {
      await using followed = followDigest(place)
      followed.came(large.length)
      await expect(followed.digest(), place).rejects.toThrow(/too early|ENOENT/)
    }
  })

  test('an interruption ends the wait, and no thread outlives its owner', async () => {
    const before = threads()
    const path = growing()
    writeFileSync(path, large)
    const stop = new AbortController()
    {
      await using followed = followDigest(path)
      followed.came(large.length)
      const digest = followed.digest(stop.signal)
      stop.abort(new Error('enough'))
      await expect(digest).rejects.toThrow('enough')
    }
    {
      await using idle = followDigest(path)
      idle.came(large.length)
      expect(threads()).toBeGreaterThan(before)
    }
    expect(threads()).toBe(before)
  })
})
