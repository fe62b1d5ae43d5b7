import { createWriteStream, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { pack } from 'tar-stream'
import { describe, expect, test } from 'vitest'

import { unpackTar } from '../../action/registry/unpack-tar.ts'
import { listFolder, writeTar } from '../../action/registry/write-tar.ts'
import { tempFolder } from '../support/temp-folder.ts'

type Header = Parameters<ReturnType<typeof pack>['entry']>[0]

async function archiveOf(entries: readonly (Header & { readonly text?: string })[]): Promise<string> {
  const file = join(tempFolder(), 'archive.tar.gz')
  const archive = pack()
  for (const { text = '', ...header } of entries) archive.entry(header, text)
  archive.finalize()
  await pipeline(archive, createGzip(), createWriteStream(file))
  return file
}

describe('unpackTar()', () => {
  test('gives back what writeTar() packed', async () => {
    const from = tempFolder({ 'predict.py': 'print(1)\n', 'deep/er/train.sh': '#!/bin/sh\n', 'empty.txt': '' })
    const archive = join(tempFolder(), 'serve.tar.gz')
    await writeTar(archive, await listFolder(from))
    const folder = join(tempFolder(), 'files')
    expect((await unpackTar(archive, folder)).toSorted()).toEqual(['deep/er/train.sh', 'empty.txt', 'predict.py'])
    expect(readFileSync(join(folder, 'predict.py'), 'utf8')).toBe('print(1)\n')
    expect(statSync(join(folder, 'empty.txt')).size).toBe(0)
  })

  test.each<[string, Header]>([
    ['a path that leads out', { name: '../outside.txt' }],
    ['one that leads out from inside', { name: 'a/../../outside.txt' }],
    ['an absolute path', { name: '/outside.txt' }],
    ['a Windows path', { name: 'a\\..\\..\\outside.txt' }],
    ['a symbolic link', { name: 'link', type: 'symlink', linkname: '/etc/passwd' }],
    ['a hard link', { name: 'link', type: 'link', linkname: '/etc/passwd' }],
    ['a device', { name: 'null', type: 'character-device' }],
    ['a pipe', { name: 'pipe', type: 'fifo' }],
  ])('refuses %s', async (_, header) => {
    const parent = tempFolder()
    const archive = await archiveOf([header])
    await expect(unpackTar(archive, join(parent, 'files'))).rejects.toMatchObject({ code: 'registry/bad-asset' })
    expect(existsSync(join(parent, 'outside.txt'))).toBe(false)
    expect(existsSync(join(parent, 'files', 'link'))).toBe(false)
  })

  test('refuses a file that comes twice, and an archive that is cut', async () => {
    const twice = await archiveOf([
      { name: 'a', text: '1' },
      { name: 'a', text: '2' },
    ])
    await expect(unpackTar(twice, join(tempFolder(), 'files'))).rejects.toThrow(/EEXIST/)
    const whole = readFileSync(await archiveOf([{ name: 'a', text: 'x'.repeat(100_000) }]))
    const cut = join(tempFolder(), 'cut.tar.gz')
    writeFileSync(cut, whole.subarray(0, whole.length - 20))
    await expect(unpackTar(cut, join(tempFolder(), 'files'))).rejects.toThrow(/unexpected end/i)
  })
})
