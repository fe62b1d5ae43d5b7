import { readFileSync, renameSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
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

  describe('of several large files', () => {
    const names = ['a.csv', 'b.csv', 'c.csv']
    const bytes = 80 << 20

    /** With holes: they take no room and no time to be written. */
    function largeFiles(): string {
      const folder = tempFolder(Object.fromEntries(names.map((name) => [name, `${name}\n`])))
      for (const name of names) truncateSync(join(folder, name), bytes)
      return folder
    }

    it('gives each its own digest, and says how far all of them are', async () => {
      const folder = largeFiles()
      const steps: number[] = []
      const files = await findSourceFiles(folder, ['*.csv'])
      const hashed = await hashFiles(folder, files, { onProgress: (done) => steps.push(done) })
      expect(hashed.map(({ path }) => path)).toEqual(names)
      for (const { absolutePath, sha256: digest } of hashed) expect(digest).toBe(await sha256OfFile(absolutePath))
      expect(steps.length).toBeGreaterThan(names.length)
      expect(steps).toEqual(steps.toSorted((a, b) => a - b))
      expect(steps.at(-1)).toBe(names.length * bytes)
    })

    it('throws what reading one of them throws, whoever reads it', async () => {
      const folder = largeFiles()
      const files = await findSourceFiles(folder, ['*.csv'])
      for (const name of names) {
        renameSync(join(folder, name), join(folder, 'gone'))
        await expect(hashFiles(folder, files)).rejects.toMatchObject({ code: 'ENOENT', path: join(folder, name) })
        renameSync(join(folder, 'gone'), join(folder, name))
      }
    })

    it('stops when it is told to', async () => {
      const folder = largeFiles()
      const controller = new AbortController()
      const files = await findSourceFiles(folder, ['*.csv'])
      const onProgress = () => controller.abort(new Error('stopped'))
      await expect(hashFiles(folder, files, { signal: controller.signal, onProgress })).rejects.toThrow('stopped')
    })
  })

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
