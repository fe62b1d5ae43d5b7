import { describe, expect, it } from 'vitest'

import { describeFiles } from '../../action/data/describe-files.ts'
import { openEngine } from '../../action/data/engine.ts'
import { findSourceFiles } from '../../action/data/find-source-files.ts'
import { inferColumns } from '../../action/data/infer-columns.ts'
import type { InferredColumn } from '../../action/data/inferred-model.ts'
import { tempFolder } from '../support/temp-folder.ts'

async function infer(files: Readonly<Record<string, string>>): Promise<ReadonlyMap<string, InferredColumn>> {
  await using engine = await openEngine({ threads: 1 })
  const described = await describeFiles(engine, await findSourceFiles(tempFolder(files), ['*']))
  if (!described.ok) throw new Error(JSON.stringify(described.diagnostics))
  const columns = await inferColumns(engine, described.value)
  return new Map(columns.map((column) => [column.name, column]))
}

describe('inferColumns()', () => {
  it.each([
    [['1', '-2', '3'], 'integer'],
    [['1', '2.5', '1e3'], 'number'],
    [['1.0', '2.0'], 'number'],
    [['0.5', 'nan', 'inf'], 'number'],
    [['007', '012'], 'string'],
    [['12345678901234567890'], 'number'],
    [['true', 'False'], 'boolean'],
    [['yes', 'no'], 'string'],
    [['2024-01-31', '2024-02-01'], 'date'],
    [['2024-01-31', '2024-02-31'], 'string'],
    [['2024-01-31 10:00', '2024-01-31T10:00:00Z'], 'timestamp'],
    [['2024-01-31', '2024-01-31 10:00:00+02'], 'timestamp'],
    [['31.01.2024'], 'string'],
    [['1', '?'], 'string'],
    [['""', '""'], 'string'],
  ])('reads %j as %s', async (values, type) => {
    const columns = await infer({ 'a.csv': `v,w\n${values.map((value) => `${value},1\n`).join('')}` })
    expect(columns.get('v')?.type).toBe(type)
  })

  it('counts rows, gaps, values and ranges', async () => {
    const columns = await infer({ 'a.csv': 'id,x,r\n1,5,N\n2,,S\n3,-1.5,N\n' })
    expect(columns.get('id')).toMatchObject({ rows: 3, nulls: 0, distinct: 3, isUnique: true })
    expect(columns.get('x')).toMatchObject({ nulls: 1, distinct: 2, isUnique: false, minimum: -1.5, maximum: 5 })
    expect(columns.get('r')?.values).toEqual([
      ['N', 2],
      ['S', 1],
    ])
  })

  it('knows which files lack a column, and that a value in two files is not unique', async () => {
    const columns = await infer({ 'a.csv': 'id,x\na,1\n', 'b.csv': 'id\na\n' })
    expect(columns.get('x')).toMatchObject({ missingIn: ['b.csv'], rows: 2, nulls: 1 })
    expect(columns.get('id')?.isUnique).toBe(false)
  })

  it('tells one repeated value among thousands', async () => {
    const text = (last: string) => `id\n${Array.from({ length: 4000 }, (_, i) => `k${i}\n`).join('')}${last}\n`
    expect((await infer({ 'a.csv': text('k4000') })).get('id')).toMatchObject({
      distinct: 4001,
      isUnique: true,
      values: [],
    })
    expect((await infer({ 'a.csv': text('k7') })).get('id')).toMatchObject({ distinct: 4000, isUnique: false })
  })

  it('looks at files with very many columns', async () => {
    const names = Array.from({ length: 100 }, (_, i) => `c${i}`)
    const columns = await infer({ 'a.csv': `${names.join(',')}\n${names.map((_, i) => i).join(',')}\n` })
    expect([...columns.values()].map(({ minimum }) => minimum)).toEqual(names.map((_, i) => i))
  })
})
