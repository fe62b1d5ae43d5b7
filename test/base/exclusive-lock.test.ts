import { readdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { withExclusiveLock } from '../../action/base/exclusive-lock.ts'
import { tempFolder } from '../support/temp-folder.ts'

const terms = { longestMs: 60_000, patienceMs: 10_000 }

/** As a process leaves it that was killed while it worked. */
function leaveDead(path: string, token: string): void {
  writeFileSync(path, JSON.stringify({ token, pid: 2 ** 22 + 1, host: hostname() }))
}

describe('withExclusiveLock()', () => {
  test('takes over the lock of a process that is gone, and leaves nothing behind, however often', async () => {
    const folder = tempFolder()
    const path = join(folder, 'run.lock')
    for (const token of ['a', 'b', 'c']) {
      leaveDead(path, token)
      expect(await withExclusiveLock(path, terms, async () => token)).toBe(token)
    }
    expect(readdirSync(folder)).toEqual([])
  })

  test('lets one work at a time, also where several find the same dead holder', async () => {
    const path = join(tempFolder(), 'run.lock')
    leaveDead(path, 'dead')
    let working = 0
    const most: number[] = []
    const work = async () => {
      working += 1
      most.push(working)
      await new Promise((resolve) => setTimeout(resolve, 5))
      working -= 1
    }
    await Promise.all(Array.from({ length: 12 }, () => withExclusiveLock(path, terms, work)))
    expect(most).toEqual(Array.from({ length: 12 }, () => 1))
  })
})
