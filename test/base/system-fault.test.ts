import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { systemFault } from '../../action/base/system-fault.ts'
import { tempFolder } from '../support/temp-folder.ts'

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => undefined,
    (error: unknown) => error,
  )
}

describe('systemFault()', () => {
  test('says what stands in the way of a file, and where', async () => {
    const folder = tempFolder({ file: 'x' })
    const below = await errorOf(mkdir(join(folder, 'file/folder')))
    const taken = await errorOf(mkdir(join(folder, 'file'), { recursive: true }))
    const read = await errorOf(readFile(folder))

    expect(systemFault(below)).toMatchObject({
      code: 'system/refused',
      owner: 'user',
      message: `Cannot write "${join(folder, 'file/folder')}": a file stands where a folder is expected (ENOTDIR)`,
    })
    expect(systemFault(taken)).toMatchObject({
      message: expect.stringMatching(/ a file stands there already \(EEXIST\)$/),
    })
    expect(systemFault(read)).toMatchObject({ message: expect.stringMatching(/^Cannot read .*\(EISDIR\)$/) })
  })

  test('says that the disk is full, where the system names no file', () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
      syscall: 'write',
    })
    expect(systemFault(full)).toMatchObject({
      message: 'Cannot write a file: the disk is full (ENOSPC)',
      remedy: expect.stringMatching(/Make room/),
    })
  })

  test('leaves all else to whoever knows it: a missing file may be a bug', async () => {
    const missing = await errorOf(writeFile(join(tempFolder(), 'no/file'), ''))
    expect(systemFault(missing)).toBeUndefined()
    expect(systemFault(new TypeError('x is not a function'))).toBeUndefined()
  })
})
