import { describe, expect, test } from 'vitest'

import { openEngine } from '../../action/data/engine.ts'
import { blockLength, countReference } from '../../action/pipeline/count-reference.ts'
import { contractOf } from '../support/contract.ts'
import { projectOf } from '../support/project.ts'

const dayMs = 86_400_000

const types = {
  parcel: 'string',
  at: 'timestamp',
  weight: 'number',
  carrier: 'string',
  email: 'string',
  noise: 'number',
  y: 'boolean',
} as const
const plain = contractOf(types)
const contract = {
  ...plain,
  columns: plain.columns.map((column) =>
    column.name === 'email' ? { ...column, classification: 'confidential' } : column,
  ),
}

async function reference(parts: Parameters<typeof projectOf>[1], until: string | null) {
  await using engine = await openEngine()
  await engine.run(`CREATE TEMP TABLE source AS SELECT 'p' || i AS parcel,
    TIMESTAMP '2025-01-06' + to_minutes(CAST(i * 30 AS INTEGER)) AS "at", i % 100 / 4 AS weight,
    CASE WHEN i = 7 THEN 'Canary' WHEN i % 3 = 0 THEN 'north' ELSE 'south' END AS carrier,
    'a' || i % 5 || '@x.org' AS email, random() AS noise, i % 2 = 0 AS y FROM range(4000) t(i)`)
  const model = { id: 'parcel', time: 'at', ignore: ['noise'], ...parts?.model }
  const project = projectOf('/nowhere', { ...parts, model })
  return await countReference({ engine, relation: 'source', project, contract }, until)
}

describe('countReference', () => {
  test('counts what the model may learn, in blocks of a drift window, without ids, ignored columns and classified values', async () => {
    const stored = await reference({}, '2025-03-30T07:30:00Z')
    expect(stored?.blocks).toHaveLength(12)
    expect(stored?.blocks[0]).toMatchObject({ sinceMs: Date.UTC(2025, 0, 6), rows: 336 })
    expect(stored?.columns.map(({ name, kind }) => [name, kind])).toEqual([
      ['weight', 'number'],
      ['carrier', 'category'],
      ['email', 'not judged'],
      ['y', 'category'],
    ])
    expect(JSON.stringify(stored)).not.toMatch(/Canary|@x|p17/)
    expect(stored?.columns[1]).toMatchObject({ values: ['north', 'south'] })
  })

  test('counts the rows of the split’s window alone, and no target that comes later', async () => {
    const labels = { source: ['labels.csv'], delayMs: 7 * dayMs }
    const parts = { split: { windowMs: 28 * dayMs }, data: { labels } }
    const stored = await reference(parts, '2025-03-30T07:30:00Z')
    const rows = stored?.blocks.reduce((sum, block) => sum + block.rows, 0)
    expect(rows).toBe(28 * 48)
    expect(stored?.blockMs).toBe(3.5 * dayMs)
    expect(stored?.columns.map(({ name }) => name)).not.toContain('y')
  })

  test.each<[string, string | null, Parameters<typeof projectOf>[1]]>([
    ['without a time', '2025-03-30T07:30:00Z', { model: { time: 'weight' } }],
    ['whose time only orders', '2025', {}],
    ['without rows that count', '1999-01-01', {}],
    ['that ends nowhere', null, {}],
  ])('keeps nothing of data %s', async (_, until, parts) => {
    expect(await reference(parts, until)).toBeUndefined()
  })
})

describe('blockLength', () => {
  test.each([
    [365 * dayMs, 7 * dayMs, 7 * dayMs],
    [30 * dayMs, 7 * dayMs, 3.5 * dayMs],
    [3650 * dayMs, dayMs, 16 * dayMs],
    [0, dayMs, 1.5 * 3_600_000],
  ])('of %d ms in windows of %d ms is %d', (spanMs, windowMs, expected) => {
    expect(blockLength(spanMs, windowMs)).toBe(expected)
  })
})
