import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, it } from 'vitest'

import { chunksOf } from '../../action/data/stream-doubles.ts'

async function streamed<Result>(
  sql: string,
  use: (chunks: ReturnType<typeof chunksOf>) => Promise<Result>,
): Promise<Result> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    return await use(chunksOf(await connection.stream(sql)))
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

describe('chunksOf', () => {
  it.each([0, 1, 2048, 2049, 100_000])('gives each of %i rows once', async (rows) => {
    const found = await streamed(`SELECT i FROM range(${rows}) t(i)`, async (chunks) => {
      let [count, sum] = [0, 0]
      for await (const chunk of chunks) {
        count += chunk.rowCount
        for (const value of chunk.getColumnVector(0).toArray()) sum += Number(value)
      }
      return [count, sum]
    })
    expect(found).toEqual([rows, (rows / 2) * Math.abs(rows - 1)])
  })

  it('has nothing under way where somebody leaves before the end', async () => {
    const first = await streamed('SELECT i FROM range(10_000_000) t(i)', async (chunks) => {
      for await (const chunk of chunks) return chunk.rowCount
      return 0
    })
    expect(first).toBe(2048)
  })

  it('throws what the engine says, once its chunk is asked for', async () => {
    const sql = `SELECT CASE WHEN i < 50_000 THEN i ELSE error('row ' || i) END AS n FROM range(100_000) t(i)`
    const read = streamed(sql, async (chunks) => {
      let rows = 0
      for await (const chunk of chunks) {
        rows += chunk.rowCount
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
      return rows
    })
    await expect(read).rejects.toThrow(/row \d+/)
  })
})
