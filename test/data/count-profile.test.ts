import { join } from 'node:path'

import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, it } from 'vitest'

import { type ColumnToProfile, countProfile } from '../../action/data/count-profile.ts'
import { openSample } from '../../action/data/open-samples.ts'
import { mergeParts, type ProfilePart } from '../../action/data/profile-part.ts'
import { stateProfile } from '../../action/data/state-profile.ts'
import { tempFolder } from '../support/temp-folder.ts'

/** Columns of every kind; row `i` follows from `i` alone. */
const rows = 20_000
const select = `SELECT i AS id, 'u' || (i * 7919) AS code, sin(i) * 100 AS smooth, i % 7 AS few,
  round((i * 37 % 5000) / 100, 2) AS money, 1e6 + (i % 9973) / 9973 AS narrow, ['Ä', 'b-1', 'c 22', ''][1 + i % 4] AS word,
  CASE WHEN i % 3 = 0 THEN NULL ELSE cos(i) END AS gaps, CASE WHEN i < 10000 THEN NULL ELSE i % 5 END AS later,
  [CAST('NaN' AS DOUBLE), CAST('inf' AS DOUBLE), CAST('-inf' AS DOUBLE), -0.0, 1e308][1 + i % 5] AS odd,
  TIMESTAMP '2024-01-01' + to_minutes(i * 11) AS ts, DATE '2020-01-01' + CAST(i % 900 AS INTEGER) AS day,
  sin(i) * 100 AS copy, i % 2 = 0 AS truth, NULL::DOUBLE AS nothing, 5 AS constant, [i] AS list,
  CASE WHEN i < 15000 THEN i % 7 ELSE 0 END AS "nearly few"
  FROM range(${rows}) t(i)`

const columns: readonly ColumnToProfile[] = [
  ...(['id', 'few', 'later'] as const).map((name) => ({ name, type: 'BIGINT', as: 'number' as const })),
  ...(['smooth', 'money', 'narrow', 'gaps', 'odd', 'copy', 'nothing', 'constant', 'nearly few'] as const).map(
    (name) => ({
      ...{ name, type: 'INTEGER', as: 'number' as const },
    }),
  ),
  ...(['code', 'word', 'truth'] as const).map((name) => ({ name, type: 'VARCHAR?', as: 'text' as const })),
  { name: 'ts', type: 'TIMESTAMP', as: 'time' },
  { name: 'day', type: 'DATE', as: 'time' },
  { name: 'list', type: 'BIGINT[]', as: 'other' },
]

async function write(file: string, query: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(`COPY (${query}) TO '${file}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`)
  connection.closeSync()
  instance.closeSync()
}

async function profileOf(folder: string, names: readonly string[]): Promise<ProfilePart> {
  const files = names.map((name) => ({ path: name, absolutePath: join(folder, name), bytes: 1000 }))
  const opened = await openSample(files)
  if (!opened.ok) throw new Error(JSON.stringify(opened.diagnostics))
  await using sample = opened.value
  return await countProfile(sample, columns)
}

describe('countProfile, mergeParts', () => {
  it('gives the same bytes whatever the order of rows and their shards', async () => {
    const folder = tempFolder({})
    await write(join(folder, 'whole.parquet'), select)
    await write(join(folder, 'mixed.parquet'), `${select} ORDER BY hash(i)`)
    const shards = [
      `i < 300`,
      `i BETWEEN 300 AND 9999 AND i % 2 = 0`,
      `i BETWEEN 300 AND 9999 AND i % 2 = 1`,
      `i >= 10000`,
    ]
    for (const [index, where] of shards.entries()) {
      await write(join(folder, `${index}.parquet`), select.replace('t(i)', `t(i) WHERE ${where}`))
    }
    const whole = await profileOf(folder, ['whole.parquet'])
    expect(await profileOf(folder, ['mixed.parquet'])).toEqual(whole)
    const parts = await Promise.all(shards.map(async (_, index) => await profileOf(folder, [`${index}.parquet`])))
    expect(mergeParts(parts)).toEqual(whole)
    expect(mergeParts(parts.toReversed())).toEqual(whole)
    const [first, ...others] = parts
    expect(first && mergeParts([mergeParts(others), first])).toEqual(whole)
    const discretion = { minCount: 20, classified: new Set(['money']) }
    const stated = JSON.stringify(stateProfile(whole, discretion))
    expect(JSON.stringify(stateProfile(mergeParts(parts), discretion))).toBe(stated)
    expect(
      await profileOf(
        folder,
        shards.map((_, index) => `${index}.parquet`),
      ),
    ).toEqual(whole)

    const profile = stateProfile(whole, { minCount: 1, classified: new Set() })
    const of = (name: string) => profile.columns.find((column) => column.name === name)
    const findings = Object.fromEntries(profile.columns.map(({ name, findings: own }) => [name, own]))
    expect(findings).toMatchObject({
      id: [{ kind: 'id-like' }],
      code: [{ kind: 'id-like' }],
      smooth: [],
      copy: [{ kind: 'same', column: 'smooth' }],
      'nearly few': [],
      constant: [{ kind: 'constant' }],
      nothing: [{ kind: 'nothing' }],
      odd: [
        { kind: 'infinite', rows: 8000 },
        { kind: 'nan', rows: 4000 },
      ],
    })
    expect(of('few')?.numbers).toMatchObject({ areWholes: true, mean: 59_997 / rows, zeros: 2858 })
    expect(of('few')?.numbers?.values?.top[0]).toEqual({ value: 0, rows: 2858 })
    expect(of('gaps')?.missing).toBe(6667)
    expect(of('odd')?.distinct).toEqual({ count: 4, error: 0 })
    expect(of('odd')?.numbers).toMatchObject({ finite: 8000, mean: 5e307, zeros: 4000 })
    expect(of('word')?.texts?.shapes.top).toEqual([
      { value: '', rows: 5000 },
      { value: 'a', rows: 5000 },
      { value: 'a 9', rows: 5000 },
      { value: 'a-9', rows: 5000 },
    ])
    expect(of('code')?.texts?.shapes.top).toEqual([{ value: 'a9', rows: expect.any(Number) as number }])
    expect(of('ts')?.times).toMatchObject({ first: '2024-01-01', unit: 'day', emptyUnits: 0 })
    expect(of('day')?.times?.last).toBe('2022-06-18')
    expect(of('list')).toMatchObject({ kind: 'other', missing: 0, distinct: null })
    expect(profile.repeatedRows.count).toBe(0)
    expect(profile.correlations[0]).toMatchObject({ columns: ['smooth', 'copy'], r: expect.closeTo(1, 9) as number })
  }, 120_000)

  it('refuses to merge what is not of the same columns', async () => {
    const folder = tempFolder({})
    await write(join(folder, 'a.parquet'), `${select} LIMIT 5`)
    const part = await profileOf(folder, ['a.parquet'])
    expect(() => mergeParts([])).toThrow(TypeError)
    expect(() => mergeParts([part, { ...part, columns: part.columns.slice(1) }])).toThrow(TypeError)
    const texts = part.columns.map((column) =>
      column.name === 'id' ? { ...column, values: part.columns[12]?.values } : column,
    )
    expect(() => mergeParts([part, { ...part, columns: texts as ProfilePart['columns'] }])).toThrow(TypeError)
  })
})
