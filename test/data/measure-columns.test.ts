import { describe, expect, it } from 'vitest'

import { describeFiles } from '../../action/data/describe-files.ts'
import { openEngine } from '../../action/data/engine.ts'
import { findSourceFiles } from '../../action/data/find-source-files.ts'
import { measureColumns } from '../../action/data/measure-columns.ts'
import { tempFolder } from '../support/temp-folder.ts'

async function measure(text: string, names: readonly string[], maxRows = 1000) {
  await using engine = await openEngine({ threads: 1 })
  const described = await describeFiles(engine, await findSourceFiles(tempFolder({ 'a.csv': text }), ['*']))
  if (!described.ok) throw new Error(JSON.stringify(described.diagnostics))
  return await measureColumns(engine, described.value, names, maxRows)
}

describe('measureColumns()', () => {
  it('counts values, nulls, zeros and shapes', async () => {
    const profiles = await measure('r,n\nN1,0\nN2,1.5\nN1,\n,3\n', ['r', 'n'])
    expect(profiles[0]).toEqual({
      name: 'r',
      rows: 4,
      nulls: 1,
      distinct: 2,
      isNumeric: false,
      zeros: 0,
      values: [
        ['N1', 2],
        ['N2', 1],
      ],
      percentiles: [],
      shapes: [['a9', 3]],
    })
    expect(profiles[1]).toMatchObject({
      isNumeric: true,
      nulls: 1,
      zeros: 1,
      shapes: [
        ['9', 2],
        ['9.9', 1],
      ],
    })
    expect(profiles[1]?.percentiles).toHaveLength(101)
    expect([profiles[1]?.percentiles[0], profiles[1]?.percentiles[100]]).toEqual([0, 3])
  })

  it('takes about as many rows as asked for, the same ones each time', async () => {
    const text = `n\n${Array.from({ length: 5000 }, (_, i) => `${i}\n`).join('')}`
    const [first] = await measure(text, ['n'], 500)
    expect(first?.rows).toBeGreaterThan(350)
    expect(first?.rows).toBeLessThan(650)
    expect(await measure(text, ['n'], 500)).toEqual([first])
  })

  it('does not list the values of a column that has too many', async () => {
    const [profile] = await measure(`n\n${Array.from({ length: 2000 }, (_, i) => `k${i}\n`).join('')}`, ['n'], 9999)
    expect(profile).toMatchObject({ distinct: 2000, values: [], shapes: [['a9', 2000]] })
  })
})
