import { describe, expect, it } from 'vitest'

import { openEngine } from '../../action/data/engine.ts'
import { shareAfter, strengthAlone } from '../../action/data/find-leaks.ts'
import type { Task } from '../../action/project/project.ts'

async function strength(task: Task, x: string, y: string, type: 'number' | 'string' = 'number', positive = '1') {
  await using engine = await openEngine({ threads: 1 })
  await engine.run(`CREATE TABLE t AS SELECT ${x} AS "x ""1""", ${y} AS y FROM range(1000) t(i)`)
  return await strengthAlone(engine, { relation: 't', target: 'y', task, positive }, { name: 'x "1"', type })
}

describe('strengthAlone()', () => {
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
