import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

import { describe, expect, test } from 'vitest'

import { sendSlice } from '../../action/base/send-slice.ts'
import { tempFolder } from '../support/temp-folder.ts'

const content = randomBytes(5_500_000)

function file() {
  const path = join(tempFolder(), 'file')
  writeFileSync(path, content)
  return path
}

/** Takes bytes late, as they are then. */
function slowTarget(got: Buffer[]) {
  return new Writable({
    highWaterMark: 1,
    write(chunk: Buffer, _, done) {
      setTimeout(() => {
        got.push(Buffer.from(chunk))
        done()
      }, 3)
    },
  })
}

describe('sendSlice()', () => {
  test('sends exactly the slice, though its buffers go round', async () => {
    for (const [from, bytes] of [
      [0, content.length],
      [7, 1],
      [1_000_001, 4_000_000],
    ] as const) {
      const got: Buffer[] = []
      let last = 0
      await sendSlice({ path: file(), from, bytes, onBytes: (sent) => (last = sent) }, slowTarget(got))
      expect(Buffer.concat(got).equals(content.subarray(from, from + bytes))).toBe(true)
      expect(last).toBe(bytes)
    }
  })

  test('ends where the connection does, before, during and between writes', async () => {
    for (const afterMs of [0, 4, 9]) {
      const target = slowTarget([])
      target.on('error', () => undefined)
      if (afterMs === 0) target.destroy()
      else void sleep(afterMs).then(() => target.destroy())
      const sending = sendSlice({ path: file(), from: 0, bytes: content.length, onBytes() {} }, target)
      await expect(sending, `${afterMs} ms`).rejects.toThrow(/breaks off|destroyed|closed/i)
    }
  })

  test('a file that became shorter is an error', async () => {
    const slice = { path: file(), from: 0, bytes: content.length + 1, onBytes() {} }
    await expect(sendSlice(slice, slowTarget([]))).rejects.toThrow('became shorter')
  })
})
