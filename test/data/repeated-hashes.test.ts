import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { openEngine } from '../../action/data/engine.ts'
import { repeatedHashes } from '../../action/data/repeated-hashes.ts'

function wordsOf(hashes: readonly bigint[]): Uint32Array {
  return new Uint32Array(new BigUint64Array(hashes).buffer)
}

function naively(hashes: readonly bigint[]): bigint[] {
  return [...new Set(hashes.filter((hash, place) => hashes.indexOf(hash) < place))].sort(byValue)
}

function byValue(a: bigint, b: bigint): number {
  return a < b ? -1 : Number(a > b)
}

/** Few enough to meet: alike in their upper half, in their lower, in both, and the ends of the range. */
const hash = fc.tuple(fc.nat(3), fc.nat(5)).map(([high, low]) => {
  const upper = [0n, 1n, 0x8000_0000n, 0xffff_ffffn][high] ?? 0n
  return (upper << 32n) | ([0n, 1n, 2n, 0x10000n, 0x8000_0000n, 0xffff_ffffn][low] ?? 0n)
})

describe('repeatedHashes()', () => {
  it('finds what comes more than once, however it is dealt out', () => {
    fc.assert(
      fc.property(fc.array(fc.array(hash)), fc.integer({ min: 0, max: 200_000 }), (parts, rows) => {
        const repeats = repeatedHashes(rows)
        for (const part of parts) repeats.take(wordsOf(part))
        expect(repeats.found(1000)?.sort(byValue)).toEqual(naively(parts.flat()))
      }),
    )
  })

  it('finds a few of very many, and makes room for more of one kind than were expected', () => {
    const spread = Array.from(
      { length: 50_000 },
      (_, i) => (BigInt(i) * 0x9e37_79b9_7f4a_7c15n) & 0xffff_ffff_ffff_ffffn,
    )
    const repeats = repeatedHashes(1000)
    repeats.take(wordsOf(spread))
    repeats.take(wordsOf([spread[7] ?? 0n, spread[40_000] ?? 0n, spread[7] ?? 0n]))
    expect(repeats.found(10)?.sort(byValue)).toEqual([spread[7], spread[40_000]].map((one) => one ?? 0n).sort(byValue))
  })

  it('gives up where too many come again', () => {
    const repeats = repeatedHashes(10)
    repeats.take(wordsOf([1n, 2n, 3n, 1n, 2n, 3n]))
    expect(repeats.found(3)?.length).toBe(3)
    expect(repeats.found(2)).toBeUndefined()
  })
})

describe('Engine.repeated()', () => {
  it('finds what DuckDB finds', async () => {
    await using engine = await openEngine()
    const select = 'SELECT hash(i % 99990) AS h FROM range(100000) t(i)'
    const rows = await engine.query<{ h: string }>(
      `SELECT CAST(h AS VARCHAR) AS h FROM (${select}) GROUP BY h HAVING count(*) > 1`,
    )
    const found = await engine.repeated([select], { rows: 100_000, most: 100 })
    expect(found?.map(String).sort()).toEqual(rows.map(({ h }) => h).sort())
    const parts = [0, 1, 2].map((part) => `SELECT h FROM (${select}) WHERE h % 3 = ${part}`)
    expect((await engine.repeated(parts, { rows: 100_000, most: 100 }))?.map(String).sort()).toEqual(
      found?.map(String).sort(),
    )
    await expect(engine.repeated([select, 'SELECT nothing', select], { rows: 10, most: 9 })).rejects.toThrow(/nothing/)
    expect(await engine.repeated([], { rows: 0, most: 9 })).toEqual([])
    expect(await engine.repeated([select], { rows: 100_000, most: 9 })).toBeUndefined()
    expect(await engine.repeated(['SELECT 1::UBIGINT WHERE false'], { rows: 0, most: 9 })).toEqual([])
  })
})
