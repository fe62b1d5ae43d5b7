import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { sha256, sha256OfFile } from '../../action/base/sha256.ts'
import { findSourceFiles } from '../../action/data/find-source-files.ts'
import { hashCacheFile, hashFiles } from '../../action/data/hash-files.ts'
import { tempFolder } from '../support/temp-folder.ts'

async function hashesOf(folder: string): Promise<Record<string, string>> {
  const hashed = await hashFiles(folder, await findSourceFiles(folder, ['*.csv']))
  return Object.fromEntries(hashed.map((file) => [file.path, file.sha256]))
}

/** The cache as if the files had been hashed when they were already old. */
async function trust(folder: string, name: string, digest: string): Promise<void> {
  const { size, mtimeNs, ctimeNs, ino, dev } = statSync(join(folder, name), { bigint: true })
  const line = `${digest} ${[size, mtimeNs, ctimeNs, ino, dev].join(' ')}`
  await hashFiles(folder, [])
  writeFileSync(join(folder, hashCacheFile), JSON.stringify({ version: 1, files: { [name]: line } }))
}

const told = 'f'.repeat(64)

describe('hashFiles()', () => {
  it('does not read a file again that is as it was', async () => {
    const folder = tempFolder({ 'a.csv': 'x\n1\n', '.plumbline/x': '' })
    await trust(folder, 'a.csv', told)
    expect(await hashesOf(folder)).toEqual({ 'a.csv': told })
  })

  it.each([
    ['its bytes', (file: string) => writeFileSync(file, 'x\n2\n')],
    ['its bytes, with its time set back', (file: string) => rewriteInPlace(file)],
    ['its size', (file: string) => writeFileSync(file, 'x\n1\n2\n')],
  ])('reads a file again that changed %s', async (_, change) => {
    const folder = tempFolder({ 'a.csv': 'x\n1\n', '.plumbline/x': '' })
    await trust(folder, 'a.csv', told)
    change(join(folder, 'a.csv'))
    expect(await hashesOf(folder)).toEqual({ 'a.csv': sha256(readFileSync(join(folder, 'a.csv'))) })
  })

  it('keeps nothing of a file that was written just now: it could change again unseen', async () => {
    const folder = tempFolder({ 'a.csv': 'x\n1\n' })
    await hashesOf(folder)
    const cache = await readFile(join(folder, hashCacheFile), 'utf8').catch(() => '')
    expect(cache).not.toContain('a.csv')
  })

  it.each(['', '{', '[]', 'null', '{"version": 2, "files": {"a.csv": "x"}}', '{"version": 1, "files": {"a.csv": 5}}'])(
    'takes a damaged cache for none: %j',
    async (cache) => {
      const folder = tempFolder({ 'a.csv': 'x\n1\n', [hashCacheFile]: cache })
      expect(await hashesOf(folder)).toEqual({ 'a.csv': sha256('x\n1\n') })
    },
  )

  it('hashes where the cache cannot be written', async () => {
    const folder = tempFolder({ 'a.csv': 'x\n1\n', '.plumbline': 'a file in the place of the folder' })
    expect(await hashesOf(folder)).toEqual({ 'a.csv': sha256('x\n1\n') })
  })
})

describe('sha256OfFile()', () => {
  it.each([0, 1, 4095, 4096, 4097, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 * (1 << 20) + 5])(
    'is that of the bytes: %i of them',
    async (size) => {
      const bytes = Buffer.alloc(size, 'plumbline')
      const file = join(tempFolder(), 'a')
      await writeFile(file, bytes)
      expect(await sha256OfFile(file)).toBe(sha256(bytes))
    },
  )

  it('stops when it is told to', async () => {
    const file = join(tempFolder({ a: 'x' }), 'a')
    await expect(sha256OfFile(file, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
  })
})

function rewriteInPlace(file: string): void {
  const { atime, mtime } = statSync(file)
  writeFileSync(file, 'x\n3\n')
  utimesSync(file, atime, mtime)
}
