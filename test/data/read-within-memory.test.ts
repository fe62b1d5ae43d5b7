import { availableParallelism } from 'node:os'
import { describe, expect, it } from 'vitest'

import { readWithinMemory } from '../../action/data/read-within-memory.ts'
import { startReader } from '../../action/data/reading-engine.ts'

describe('readWithinMemory()', () => {
  it('begins anew with more memory where the usual does not do', async () => {
    await using reader = startReader()
    const begun: string[] = []
    const found = await readWithinMemory(reader, { files: [], columns: 2 }, undefined, async (engine) => {
      const [row] = await engine.query<{ size: string }>("SELECT current_setting('memory_limit') AS size")
      begun.push(row?.size ?? '')
      // A list lies in one piece: it can go nowhere else.
      return await engine.query(`SELECT len(list(i)) AS n FROM range(${20_000_000 * availableParallelism()}) t(i)`)
    })
    expect(found).toEqual([{ n: 20_000_000 * availableParallelism() }])
    expect(begun).toEqual([`${98 * Math.max(2, availableParallelism())}.0 MiB`, expect.stringMatching(/B$/)])
    expect(begun[1]).not.toBe(begun[0])
  })

  it('throws what else goes wrong at once', async () => {
    await using reader = startReader()
    let begun = 0
    const reading = readWithinMemory(reader, { files: [], columns: 2 }, undefined, async (engine) => {
      begun += 1
      await engine.run('SELECT * FROM nowhere')
    })
    await expect(reading).rejects.toThrow('nowhere')
    expect(begun).toBe(1)
  })
})
