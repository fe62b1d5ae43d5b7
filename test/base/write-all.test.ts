import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { writeAll } from '../../action/base/write-all.ts'
import { tempFolder } from '../support/temp-folder.ts'

describe('writeAll()', () => {
  it('writes every file, with the folders that it needs, and leaves no draft', async () => {
    const folder = tempFolder({ a: 'old' })
    await writeAll(
      new Map([
        [join(folder, 'a'), 'new'],
        [join(folder, 'b/c'), 'x'],
      ]),
    )
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('new')
    expect(readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()).toEqual(['a', 'b', join('b', 'c')])
  })

  it('writes none where one cannot be written', async () => {
    const folder = tempFolder({ a: 'old', file: '' })
    await expect(
      writeAll(
        new Map([
          [join(folder, 'a'), 'new'],
          [join(folder, 'file/b'), 'x'],
        ]),
      ),
    ).rejects.toThrow(/EEXIST|ENOTDIR/)
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('old')
    expect(readdirSync(folder).sort()).toEqual(['a', 'file'])
  })

  it('leaves no draft where a folder has the name of a file', async () => {
    const folder = tempFolder()
    mkdirSync(join(folder, 'a/inner'), { recursive: true })
    await expect(writeAll(new Map([[join(folder, 'a'), 'new']]))).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST|EPERM/)
    expect(readdirSync(folder)).toEqual(['a'])
  })
})
