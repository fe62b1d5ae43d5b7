import { describe, expect, it } from 'vitest'

import { openEngine } from '../../action/data/engine.ts'
import { shareAfter, strengthsAlone } from '../../action/data/find-leaks.ts'
import type { Task } from '../../action/project/project.ts'

async function strength(task: Task, x: string, y: string, type: 'number' | 'string' = 'number', positive = '1') {
  await using engine = await openEngine({ threads: 1 })
  await engine.run(`CREATE TABLE t AS SELECT ${x} AS "x ""1""", ${y} AS y FROM range(1000) t(i)`)
  const about = { relation: 't', target: 'y', task, positive }
  return (await strengthsAlone(engine, about, [{ name: 'x "1"', type, rows: 1000 }])).get('x "1"')
}

describe('strengthsAlone()', () => {
  it('is the area under the ROC curve for two classes, in either direction, ties counted half', async () => {
    expect(await strength('binary', 'i', 'CAST(i >= 500 AS INTEGER)')).toBe(1)
    expect(await strength('binary', '-i', 'CAST(i >= 500 AS INTEGER)')).toBe(1)
    expect(await strength('binary', 'i % 2', 'i % 4 // 2')).toBe(0.5)
    // By hand: 750 positives, 500 of them above all 250 negatives and 250 level with them: (500 + 250 / 2) / 750
    expect(await strength('binary', 'i % 2', 'CAST(i % 4 > 0 AS INTEGER)')).toBeCloseTo(1 - 1 / 6, 12)
  })

  it('puts texts in the order of their share of positives', async () => {
    expect(await strength('binary', "['b','a','c'][i % 3 + 1]", 'CAST(i % 3 = 1 AS INTEGER)', 'string')).toBe(1)
  })

  it('is the accuracy of the most frequent class in each bin for several classes', async () => {
    expect(await strength('multiclass', "['b','a','c'][i % 3 + 1]", "['x','y','y'][i % 3 + 1]", 'string')).toBe(1)
    expect(await strength('multiclass', '1.0', "['x','y','y','y'][i % 4 + 1]")).toBe(0.75)
  })

  it('is R² of the means of bins for numbers', async () => {
    expect(await strength('regression', 'i // 50', 'i // 50')).toBeCloseTo(1, 12)
    expect(await strength('regression', 'i', 'i')).toBeCloseTo(1 - 1 / 400, 3)
    expect(await strength('regression', 'i % 2', 'i // 2')).toBeCloseTo(0, 3)
  })

  it.each([
    ['binary', 'i % 2'],
    ['multiclass', 'i % 3'],
    ['regression', 'i % 11'],
  ] as const)('measures many columns at once as it does each alone: %s', async (task, y) => {
    await using engine = await openEngine({ threads: 1 })
    const columns = Array.from({ length: 70 }, (_, i) => {
      const type = i % 3 === 0 ? ('string' as const) : ('number' as const)
      return { name: `c${i}`, type, rows: 400 }
    })
    const values = columns.map(({ name, type }, column) => {
      const value = type === 'string' ? `'t' || hash(i, ${column}) % 9` : `(hash(i, ${column}) % 50) / 2`
      return `CASE WHEN i % 13 > ${column % 3} THEN ${value} END AS ${name}`
    })
    await engine.run(
      `CREATE TABLE t AS SELECT ${values.join(', ')}, NULL::DOUBLE AS none, ${y} AS y FROM range(400) r(i)`,
    )
    const about = { relation: 't', target: 'y', task, positive: '1' }
    const all = await strengthsAlone(engine, about, [...columns, { name: 'none', type: 'number', rows: 400 }])
    expect(all.get('none')).toBeNull()
    for (const column of columns) {
      const alone = (await strengthsAlone(engine, about, [column])).get(column.name)
      expect(all.get(column.name)).toBeCloseTo(alone ?? Number.NaN, 12)
    }
  })

  it('says nothing of a handful of rows', async () => {
    expect(await strength('binary', 'CASE WHEN i < 20 THEN i END', 'CAST(i >= 10 AS INTEGER)')).toBeNull()
  })
})

describe('shareAfter()', () => {
  it('counts the rows that have both', async () => {
    await using engine = await openEngine({ threads: 1 })
    const rows = `(SELECT TIMESTAMP '2024-01-01' AS a, CASE WHEN i < 10 THEN NULL WHEN i < 15 THEN a ELSE a + INTERVAL 1 DAY END AS b FROM range(30) t(i))`
    expect(await shareAfter(engine, rows, 'a', 'b')).toBe(0.75)
  })
})
