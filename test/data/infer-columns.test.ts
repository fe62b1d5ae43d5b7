import { describe, expect, it } from 'vitest'

import { describeFiles } from '../../action/data/describe-files.ts'
import { type Engine, openEngine } from '../../action/data/engine.ts'
import { findSourceFiles } from '../../action/data/find-source-files.ts'
import { inferColumns } from '../../action/data/infer-columns.ts'
import type { InferredColumn } from '../../action/data/inferred-model.ts'
import { tempFolder } from '../support/temp-folder.ts'

async function infer(files: Readonly<Record<string, string>>): Promise<ReadonlyMap<string, InferredColumn>> {
  await using engine = await openEngine({ threads: 1 })
  const described = await describeFiles(engine, await findSourceFiles(tempFolder(files), ['*']))
  if (!described.ok) throw new Error(JSON.stringify(described.diagnostics))
  const columns = await inferColumns(engine, described.value)
  return new Map(columns.map(({ column }) => [column.name, column]))
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
    [['yes', 'no'], 'boolean'],
    [['yes', 'maybe'], 'string'],
    [['yes', 'yes'], 'string'],
    [['Y', 'N', 'y'], 'boolean'],
    [['0', '1'], 'integer'],
    [['M', 'F'], 'string'],
    [['2024-01-31', '2024-02-01'], 'date'],
    [['2024-01-31', '2024-02-31'], 'string'],
    [['2024-01-31 10:00', '2024-01-31T10:00:00Z'], 'timestamp'],
    [['2024-01-31', '2024-01-31 10:00:00+02'], 'timestamp'],
    [['31.01.2024'], 'date'],
    [['31.01.2024', '2024-02-01'], 'string'],
    [['1', '?'], 'string'],
    [['1', '?', '?'], 'integer'],
    [['007', '?', '?'], 'string'],
    [['a', 'n/a', 'n/a'], 'string'],
    [['yes', 'no', 'n/a', 'n/a'], 'string'],
    [['1', 'none', 'none'], 'string'],
    [['-', '-'], 'string'],
    [['""', '""'], 'string'],
  ])('reads %j as %s', async (values, type) => {
    const columns = await infer({ 'a.csv': `v,w\n${values.map((value) => `${value},1\n`).join('')}` })
    expect(columns.get('v')?.type).toBe(type)
  })

  it.each([
    [['31.12.2024', '01.02.2025'], 'date', { kind: 'time', pattern: 'dd.MM.yyyy', rivals: [] }],
    [['31.12.2024', '1.2.2025'], 'date', { kind: 'time', pattern: 'd.M.yyyy', rivals: [] }],
    [['12/31/2024', '01/02/2024'], 'date', { kind: 'time', pattern: 'MM/dd/yyyy', rivals: [] }],
    [['31/12/24', '01/02/24'], 'date', { kind: 'time', pattern: 'dd/MM/yy', rivals: [] }],
    [['11/12/2024', '01/02/2024'], 'date', { kind: 'time', pattern: 'dd/MM/yyyy', rivals: ['MM/dd/yyyy'] }],
    [['2024/12/31', '2024/01/02'], 'date', { kind: 'time', pattern: 'yyyy/MM/dd', rivals: [] }],
    [['31-12-2024 14:05'], 'timestamp', { kind: 'time', pattern: 'dd-MM-yyyy HH:mm', rivals: [] }],
    [['31-Dec-24', '01-May-24'], 'date', { kind: 'time', pattern: 'dd-MMM-yy', rivals: [] }],
    [['"1.234,56"', '"12,5"', '7'], 'number', { kind: 'decimal', mark: ',', isSure: true }],
    [['"1,234,567.5"', '12.5'], 'number', { kind: 'decimal', mark: '.', isSure: true }],
    [['"1,234,567"', '12'], 'integer', { kind: 'decimal', mark: '.', isSure: true }],
    [['"12,345"', '"1,000"', '7'], 'integer', { kind: 'decimal', mark: '.', isSure: false }],
    [['"12,345"', '1000'], 'number', { kind: 'decimal', mark: ',', isSure: true }],
    [["1'234.5", '1.5'], 'number', { kind: 'decimal', mark: '.', isSure: true }],
    [['1 234', '12'], 'integer', { kind: 'decimal', mark: '.', isSure: true }],
    [['Ja', 'Nein', 'ja', 'Nein', 'Ja'], 'boolean', { kind: 'truth', yes: 'Ja', no: 'Nein' }],
    [['"1,5"', '-', '"2,5"', '-'], 'number', { kind: 'decimal', mark: ',', isSure: true }],
    [['31.12.2024', 'N/A', 'n/a'], 'date', { kind: 'time', pattern: 'dd.MM.yyyy', rivals: [] }],
  ])('reads %j as %s, spelled %j', async (values, type, spelling) => {
    const columns = await infer({ 'a.csv': `v,w\n${values.map((value) => `${value},1\n`).join('')}` })
    expect(columns.get('v')).toMatchObject({ type, spelling })
  })

  it.each([
    ['shipped_at', ['1735689600', '1735689601'], 'timestamp', { kind: 'epoch', unit: 'seconds' }],
    ['createdAt', ['1735689600123', '1735689600124'], 'timestamp', { kind: 'epoch', unit: 'milliseconds' }],
    ['parcel', ['1735689600', '1735689601'], 'integer', undefined],
    ['day', ['20241231', '20250101'], 'date', { kind: 'time', pattern: 'yyyyMMdd', rivals: [] }],
    ['day', ['20241231', '20251301'], 'integer', undefined],
    ['parcel', ['20241231', '20250101'], 'integer', undefined],
    ['zip_code', ['10115', '80331'], 'string', { kind: 'code' }],
    ['phone', ['5551234567', '5559876543'], 'string', { kind: 'code' }],
    ['zip', ['01067', '80331'], 'string', undefined],
  ])('takes digits under the name %s for what they are: %j', async (name, values, type, spelling) => {
    const columns = await infer({ 'a.csv': `${name},w\n${values.map((value) => `${value},1\n`).join('')}` })
    expect(columns.get(name)).toMatchObject({ type })
    expect(columns.get(name)?.spelling).toEqual(spelling)
  })

  it('reads what is doubtful as the neighbours are read', async () => {
    const columns = await infer({
      'a.csv': 'a;b;c;d;e\n01/02/2024;31/01/2024;1,5;1.234;2,345\n03/04/2024;01/02/2024;2,25;5.678;1,000\n',
    })
    expect(columns.get('a')?.spelling).toEqual({ kind: 'time', pattern: 'dd/MM/yyyy', rivals: [] })
    expect(columns.get('d')).toMatchObject({ type: 'integer', spelling: { mark: ',', isSure: false }, maximum: 5678 })
    expect(columns.get('e')).toMatchObject({ type: 'number', spelling: { mark: ',', isSure: true }, maximum: 2.345 })
  })

  it('shows of odd values only such as name nobody', async () => {
    const rows = (odd: string) => `v,w\n${Array.from({ length: 30 }, (_, i) => `${i},1\n`).join('')}${odd},1\n`
    const almost = async (odd: string) => (await infer({ 'a.csv': rows(odd) })).get('v')?.almost
    expect(await almost('n/a')).toEqual({ kind: 'numbers', otherRows: 1, example: 'n/a' })
    expect(await almost('Ada Lovelace')).toEqual({ kind: 'numbers', otherRows: 1 })
  })

  it('counts words for nothing among numbers as gaps, where each comes again', async () => {
    const few = await infer({ 'a.csv': 'v,w\n1,1\nn/a,1\n-,1\nN/A,1\n2.5,1\n-,1\n2.5,1\n' })
    expect(few.get('v')).toMatchObject({ type: 'number', nulls: 4, distinct: 2, minimum: 1, maximum: 2.5 })
    expect(few.get('v')?.missing).toEqual([
      ['-', 2],
      ['n/a', 2],
    ])
    expect(few.get('v')?.almost).toBeUndefined()
    const rows = Array.from({ length: 3000 }, (_, i) => (i % 100 === 0 ? 'NULL' : String(i)))
    const many = await infer({ 'a.csv': `v,w\n${rows.map((value) => `${value},1\n`).join('')}` })
    expect(many.get('v')).toMatchObject({ type: 'integer', nulls: 30, missing: [['null', 30]], isUnique: false })
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

  it('asks after many columns in few statements', async () => {
    await using engine = await openEngine({ threads: 1 })
    const names = Array.from({ length: 320 }, (_, i) => `c${i}`)
    const row = (i: number) => names.map((_, column) => (column % 2 ? i % 7 : i + 0.5)).join(',')
    const text = [names.join(','), ...Array.from({ length: 1500 }, (_, i) => row(i))].join('\n')
    const described = await describeFiles(engine, await findSourceFiles(tempFolder({ 'a.csv': text }), ['*']))
    if (!described.ok) throw new Error(JSON.stringify(described.diagnostics))
    let statements = 0
    const counting: Engine = {
      ...engine,
      query: async <Row extends Record<string, unknown>>(sql: string, values?: readonly unknown[]) => {
        statements += 1
        return await engine.query<Row>(sql, values)
      },
    }
    const columns = await inferColumns(counting, described.value)
    expect(columns.map(({ column }) => column.distinct)).toEqual(names.map((_, column) => (column % 2 ? 7 : 1500)))
    expect(statements).toBeLessThan(names.length / 8)
  })
})
