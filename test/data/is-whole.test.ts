import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { openEngine } from '../../action/data/engine.ts'
import { isWhole } from '../../action/data/is-whole.ts'
import { quoteText } from '../../action/data/quote.ts'
import { tempFolder } from '../support/temp-folder.ts'

async function isWholeAs(path: string, bytes: Uint8Array): Promise<boolean> {
  const absolutePath = join(tempFolder({ [path]: bytes }), path)
  return await isWhole({ path, absolutePath, bytes: bytes.length })
}

/** Two frames, one of several blocks. */
async function zstd(): Promise<Buffer> {
  await using engine = await openEngine({ threads: 1 })
  const folder = tempFolder()
  for (const [name, rows] of Object.entries({ a: 30_000, b: 3 })) {
    const path = quoteText(join(folder, `${name}.csv.zst`))
    await engine.run(`COPY (SELECT hash(i) AS x FROM range(${rows}) t(i)) TO ${path} (FORMAT csv, COMPRESSION zstd)`)
  }
  return Buffer.concat(['a', 'b'].map((name) => readFileSync(join(folder, `${name}.csv.zst`))))
}

describe('isWhole()', () => {
  const text = Array.from({ length: 3000 }, (_, i) => `${(i * 7919) % 1013},${i}\n`).join('')

  test('says no to gzip and zstd that break off anywhere', async () => {
    const members = Buffer.concat([gzipSync(text), gzipSync('x\n')])
    const frames = await zstd()
    for (const [path, bytes] of [
      ['a.csv.gz', members],
      ['a.csv.zst', frames],
    ] as const) {
      expect(await isWholeAs(path, bytes)).toBe(true)
      for (const length of [3, 5, 11, 500, bytes.length - 30, bytes.length - 1]) {
        expect([path, length, await isWholeAs(path, bytes.subarray(0, length))]).toEqual([path, length, false])
      }
    }
  })

  test('steps over frames that zstd’s readers skip', async () => {
    const skipped = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 7, 7])
    const frames = Buffer.concat([skipped, await zstd()])
    expect(await isWholeAs('a.csv.zst', frames)).toBe(true)
    expect(await isWholeAs('a.csv.zst', skipped.subarray(0, 9))).toBe(false)
  })

  test('says no to a damaged gzip, and yes to whatever is not compressed', async () => {
    const damaged = gzipSync(text)
    damaged.writeUInt8(damaged.readUInt8(200) ^ 0xff, 200)
    expect(await isWholeAs('a.csv.gz', damaged)).toBe(false)
    expect(await isWholeAs('a.csv', Buffer.from('a\n'))).toBe(true)
  })

  test('throws where there is no file', async () => {
    const absolutePath = join(tempFolder(), 'gone.csv.gz')
    await expect(isWhole({ path: 'gone.csv.gz', absolutePath, bytes: 1 })).rejects.toThrow(/ENOENT/)
    writeFileSync(absolutePath, gzipSync('a'))
    expect(await isWhole({ path: 'gone.csv.gz', absolutePath, bytes: 1 })).toBe(true)
  })
})
