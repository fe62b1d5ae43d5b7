import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sha256 } from '../../action/base/sha256.ts'
import { computeFeatures } from '../../action/data/compute-features.ts'
import { openEngine } from '../../action/data/engine.ts'
import { quoteText } from '../../action/data/quote.ts'
import { takeSnapshot } from '../../action/data/take-snapshot.ts'
import type { Contract } from '../../action/project/contract.ts'
import type { Project } from '../../action/project/project.ts'
import { contractOf, contractsOf } from '../support/contract.ts'
import { projectOf } from '../support/project.ts'
import { readParquet } from '../support/read-parquet.ts'
import { tempFolder } from '../support/temp-folder.ts'

const contract = contractOf({ id: 'integer', x: 'number', y: 'number' })
const rows = 'id,x,y\n3,0.5,1\n1,nan,2\n2,,\n'

async function compute(
  project: Project,
  sql: string,
  given: Contract = contract,
  limits: { threads?: number; timeoutMs?: number } = {},
) {
  const snapshot = await takeSnapshot(project, given, undefined)
  if (!snapshot.ok) throw new Error(JSON.stringify(snapshot.diagnostics))
  const folder = join(project.folder, 'out')
  const { files } = snapshot.value
  const read = await computeFeatures({
    project,
    contracts: contractsOf(project, given),
    files,
    sql,
    sqlFile: 'features.sql',
    folder,
    ...limits,
  })
  return { read, folder, codes: read.ok ? [] : read.diagnostics.map(({ code }) => code) }
}

const withId = { model: { id: 'id' } }

describe('computeFeatures()', () => {
  test('writes features and rows in the order of the ids', async () => {
    const project = projectOf(tempFolder({ 'data/a.csv': rows }), withId)
    const { read, folder } = await compute(project, 'select x * 2 as "twice x", id from data')
    expect(read).toEqual({ ok: true, value: { rows: 3, labelled: 2, columns: [{ name: 'twice x', type: 'DOUBLE' }] } })
    expect(await readParquet(join(folder, 'features.parquet'))).toEqual([
      { id: 1, 'twice x': Number.NaN },
      { id: 2, 'twice x': null },
      { id: 3, 'twice x': 1 },
    ])
    expect(await readParquet(join(folder, 'rows.parquet'))).toEqual([
      { id: 1, x: Number.NaN, y: 2 },
      { id: 2, x: null, y: null },
      { id: 3, x: 0.5, y: 1 },
    ])
    expect(readdirSync(folder).sort()).toEqual(['features.parquet', 'rows.parquet'])
  })

  test('names rows by file and number where the model has no id', async () => {
    const project = projectOf(tempFolder({ 'data/a.csv': rows }))
    const { folder } = await compute(project, 'select _row, x from data')
    const found = await readParquet(join(folder, 'features.parquet'))
    expect(found.map((row) => row['_row'])).toEqual([1, 2, 3].map((n) => `${sha256(rows).slice(0, 12)}:${n}`))
  })

  test('joins labels that are files of their own', async () => {
    const folder = tempFolder({ 'data/a.csv': 'id,x\n1,1\n2,2\n3,3\n', 'labels/a.csv': 'y,id\n7,2\n8,9\n7,2\n' })
    const labels = { source: ['labels/*.csv'], delayMs: 0 }
    const { read, folder: out } = await compute(
      projectOf(folder, { ...withId, data: { labels } }),
      'select * from data',
    )
    expect(read).toMatchObject({ ok: true, value: { rows: 3, labelled: 1 } })
    expect((await readParquet(join(out, 'rows.parquet'))).map((row) => row['y'])).toEqual([null, 7, null])
  })

  test('gives the same bytes however many threads there are', async () => {
    const project = projectOf(tempFolder({ 'data/none': '' }), { ...withId, data: { source: ['data/*.parquet'] } })
    await using engine = await openEngine()
    await engine.run(
      `COPY (SELECT (i * 7919) % 300007 AS id, sin(i) AS x, cos(i) AS y, 'c' || i % 50 AS c FROM range(300007) t(i))
       TO ${quoteText(join(project.folder, 'data/a.parquet'))} (FORMAT parquet)`,
    )
    const four = contractOf({ id: 'integer', x: 'number', y: 'number', c: 'string' })
    const digests: string[] = []
    for (const threads of [1, 4]) {
      const { folder } = await compute(project, 'select id, x + 1 as x1, c from data', four, { threads })
      const files = ['features.parquet', 'rows.parquet'].map((file) => sha256(readFileSync(join(folder, file))))
      digests.push(files.join(' '))
    }
    expect(digests[0]).toBe(digests[1])
  })

  test.each([
    ['select id + 1 as id, x from data', ['features/rows-lost', 'features/rows-invented']],
    ['select id % 2 as id, x from data', ['features/id-twice', 'features/rows-lost', 'features/rows-invented']],
    ['select nullif(id, 3) as id, x from data', ['features/id-null', 'features/rows-lost']],
    ["select id, cast(x || 'z' as integer) as z from data", ['features/sql']],
    ['select id, y from data', ['features/target']],
    ["select id, x from read_csv('data/a.csv')", ['features/source']],
  ])('refuses what does not return every id once: %s', async (sql, codes) => {
    const result = await compute(projectOf(tempFolder({ 'data/a.csv': rows }), withId), sql)
    expect(result.codes).toEqual(codes)
    expect(existsSync(join(result.folder, 'features.parquet'))).toBe(false)
  })

  test.each([
    ['an id that stands twice', { 'data/a.csv': 'id,x,y\n1,1,1\n1,2,2\n' }, ['data/id-twice']],
    ['a row without an id', { 'data/a.csv': 'id,x,y\n1,1,1\n,2,2\n' }, ['data/id-null']],
    ['a file without the id', { 'data/a.csv': 'idd,x,y\n1,1,1\n' }, ['data/no-column']],
  ])('refuses data with %s', async (_, files, codes) => {
    const result = await compute(projectOf(tempFolder(files), withId), 'select id, x from data')
    expect(result.codes).toEqual(codes)
  })

  test('refuses labels of one id that differ', async () => {
    const folder = tempFolder({ 'data/a.csv': 'id,x\n1,1\n', 'labels/a.csv': 'id,y\n1,7\n1,8\n' })
    const labels = { source: ['labels/*.csv'], delayMs: 0 }
    const result = await compute(projectOf(folder, { ...withId, data: { labels } }), 'select * from data')
    expect(result.codes).toEqual(['data/labels-differ'])
  })

  test('shows no example of an id that the contract classifies', async () => {
    const columns = contract.columns.map((column) => ({ ...column, classification: 'restricted' }))
    const project = projectOf(tempFolder({ 'data/a.csv': 'id,x,y\n4711,1,1\n4711,2,2\n' }), withId)
    const { read } = await compute(project, 'select id, x from data', { ...contract, columns })
    expect(JSON.stringify(read)).not.toContain('4711')
  })

  test('shows what a failing row says only where the contract classifies nothing', async () => {
    const project = projectOf(tempFolder({ 'data/a.csv': 'id,x,y,name\n1,1,2,Ada\n' }), withId)
    const named = contractOf({ id: 'integer', x: 'number', y: 'number', name: 'string' })
    const sql = 'select id, name::integer as n from data'
    const classified = {
      ...named,
      columns: named.columns.map((column) => ({
        ...column,
        ...(column.name === 'name' && { classification: 'restricted' }),
      })),
    }

    expect(JSON.stringify((await compute(project, sql, named)).read)).toContain('Ada')
    expect(JSON.stringify((await compute(project, sql, classified)).read)).toMatch(/^(?!.*Ada).*Conversion Error/)
  })

  test('names an ignored column that the contract lacks', async () => {
    const project = projectOf(tempFolder({ 'data/a.csv': rows }), { model: { id: 'id', ignore: ['name'] } })
    const named = contractOf({ id: 'integer', Name: 'number', y: 'number' })
    const { read } = await compute(project, 'select id, Name from data', named)
    expect(read).toMatchObject({ diagnostics: [{ code: 'project/unknown-column', remedy: 'Did you mean "Name"?' }] })
  })

  test('names a column of plumbline.yaml that the contract lacks', async () => {
    const project = projectOf(tempFolder({ 'data/a.csv': rows }), { model: { id: 'id', group: 'xx' } })
    const { read } = await compute(project, 'select id, x from data')
    expect(read).toMatchObject({ diagnostics: [{ code: 'project/unknown-column', remedy: 'Did you mean "x"?' }] })
  })

  test('stops at the timeout', async () => {
    const project = projectOf(tempFolder({ 'data/a.csv': rows }), withId)
    await expect(compute(project, 'select id, x from data', contract, { timeoutMs: 1 })).rejects.toMatchObject({
      code: 'features/timeout',
    })
  })
})
