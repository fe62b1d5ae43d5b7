import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { withPlaceholders } from '../../action/data/check-rule-select.ts'
import { checkSqlRules } from '../../action/data/check-sql-rules.ts'
import { findSourceFiles } from '../../action/data/find-source-files.ts'
import type { TableRule } from '../../action/project/contract.ts'
import { contractOf } from '../support/contract.ts'
import { tempFolder } from '../support/temp-folder.ts'

const files = { 'a.csv': 'id,w,user\n1,5,x\n2,900,y\n3,abc,z\n', 'b.csv': 'w,id\n7,4\n' }

async function checkAll(queries: readonly string[], more: { readonly column?: string; readonly hidden?: string } = {}) {
  const base = contractOf({ id: 'integer', w: 'number', user: 'string' })
  const tableRules = queries.map((query, i): TableRule => {
    const expected = { operator: 'mustBeLessThan', limits: [5] } as const
    return { kind: 'sql', query, expected, line: i + 1, ...(more.column !== undefined && { column: more.column }) }
  })
  const columns = base.columns.map((column) => ({
    ...column,
    ...(column.name === more.hidden && { classification: 'secret' }),
  }))
  const found = await findSourceFiles(tempFolder(files), ['*.csv'])
  return await checkSqlRules(found, { ...base, columns, table: 'parcels; --', tableRules }, 4)
}

describe('checkSqlRules()', () => {
  it('holds the one number of each SELECT against its operator, over typed columns of all files', async () => {
    const { checks, diagnostics } = await checkAll([
      'SELECT count(*) FROM {object}',
      'select count(*) from ${table} where w is null;',
      'WITH big AS (SELECT * FROM data WHERE w > 6) SELECT sum(b.w) FROM big b JOIN {object} o USING (id) -- all',
      'SELECT count(DISTINCT user) * 1.5 FROM data',
      'SELECT avg(n) FROM (SELECT count(*) OVER () AS n FROM data)',
    ])
    expect(diagnostics).toEqual([])
    expect(checks.map(({ measured, outcome, line }) => [measured, outcome, line])).toEqual([
      [4, 'pass', 1],
      [1, 'pass', 2],
      [907, 'fail', 3],
      [4.5, 'pass', 4],
      [4, 'pass', 5],
    ])
  })

  it('skips what rests on a column that all files lack', async () => {
    const contract = contractOf({ id: 'integer', gone: 'number' })
    const expected = { operator: 'mustBe', limits: [0] } as const
    const queries = [
      'SELECT count(*) FROM data WHERE gone < 0',
      'SELECT max(gone) FROM data',
      'SELECT min(id) FROM data',
    ]
    const tableRules = queries.map((query, i): TableRule => ({ kind: 'sql', query, expected, line: i + 1 }))
    const found = await findSourceFiles(tempFolder({ 'a.csv': 'id\n0\n' }), ['*.csv'])
    const { checks, diagnostics } = await checkSqlRules(found, { ...contract, tableRules }, 1)
    expect(diagnostics).toEqual([])
    expect(checks.map(({ outcome }) => outcome)).toEqual(['skipped', 'skipped', 'pass'])
  })

  it('fills in the column that the rule is about', async () => {
    const { checks } = await checkAll(['SELECT max({property}) - max("${column}") FROM {object}'], { column: 'w' })
    expect(checks).toMatchObject([{ column: 'w', measured: 0, outcome: 'pass' }])
  })

  it.each([
    ["SELECT count(*) FROM read_csv('/etc/passwd')", /something other than the table/],
    ["SELECT count(*) FROM '/etc/passwd'", /it reads "\/etc\/passwd"; expected the table alone/],
    ["SELECT count(*) FROM 'https://example.com/a.parquet'", /expected the table alone/],
    ["SELECT (SELECT length(content) FROM read_text('/etc/passwd')) FROM data", /something other than the table/],
    ["WITH t AS (SELECT * FROM glob('*')) SELECT count(*) FROM t", /something other than the table/],
    ['SELECT count(*) FROM duckdb_settings()', /something other than the table/],
    ['SELECT count(*) FROM information_schema.tables', /it reads "tables"/],
    ['SELECT count(*) FROM sqlite_master', /it reads "sqlite_master"/],
    ["SELECT count(*) FROM query('SELECT 1')", /something other than the table/],
    ["SELECT length(getenv('HOME')) FROM data", /the session by getenv/],
    ["SELECT length(current_setting('temp_directory')) FROM data", /the session by current_setting/],
    ['SELECT random() FROM data LIMIT 1', /chance or on the session by random/],
    ['SELECT count(*) FROM data WHERE now() > current_date', /on the clock/],
    ["COPY data TO '/tmp/x'", /not one SELECT|syntax/],
    ["ATTACH '/tmp/x.db'", /not one SELECT|syntax/],
    ['INSTALL httpfs', /not one SELECT|syntax/],
    ['SET lock_configuration = false', /not one SELECT|syntax/],
    ['SELECT 1; SELECT 2', /not one SELECT/],
    ['DROP VIEW data', /not one SELECT|syntax/],
    ['SELECT 1 UNION SELECT 2', /not one SELECT/],
    ['SELEC 1', /syntax error/],
    ['', /not one SELECT|empty/],
    ['SELECT id, w FROM data', /gives 2 columns/],
    ['SELECT id FROM data', /several rows/],
    ['SELECT id FROM data WHERE id > 9', /no row/],
    ["SELECT 'many'", /gives a VARCHAR/],
    ['SELECT sum(w) FROM data WHERE id > 9', /no number here/],
    ['SELECT wieght FROM data', /"wieght"/],
    ['SELECT CAST(user AS INTEGER) FROM data LIMIT 1', /Could not convert/],
  ])('refuses %s', async (query, expected) => {
    const { checks, diagnostics } = await checkAll([query, 'SELECT 1'])
    expect(diagnostics).toMatchObject([
      { code: 'contract/sql-rule', line: 1, message: expect.stringMatching(expected) },
    ])
    expect(checks).toMatchObject([{ measured: 1 }])
  })

  it.each([
    'SELECT max(w) FROM data',
    'SELECT max(COLUMNS(*)) FROM (SELECT w FROM data)',
    'SELECT count(*) FROM data t(a, b) WHERE b > 6',
    "SELECT max(struct_extract(t, 'w')) FROM data t",
  ])('hides the number where it is made of a classified column: %s', async (query) => {
    const { checks } = await checkAll([query], { hidden: 'w' })
    expect(checks).toHaveLength(1)
    expect(checks[0]).not.toHaveProperty('measured')
  })

  it('hides the values of an error where a column is classified', async () => {
    const { diagnostics } = await checkAll(['SELECT CAST(user AS INTEGER) FROM data LIMIT 1'], { hidden: 'user' })
    expect(diagnostics[0]?.message).toMatch(/Could not convert/)
    expect(diagnostics[0]?.message).not.toMatch(/'[xyz]'/)
  })

  it('passes on what is wrong with the files', async () => {
    const folder = tempFolder({ 'a.csv': '' })
    const broken = [{ path: 'a.csv', absolutePath: join(folder, 'a.csv'), bytes: 0 }]
    const rule = { kind: 'sql', query: 'SELECT 1', expected: { operator: 'mustBe', limits: [1] }, line: 1 } as const
    const { diagnostics } = await checkSqlRules(broken, { ...contractOf({ a: 'string' }), tableRules: [rule] }, 0)
    expect(diagnostics).toMatchObject([{ code: 'data/empty-file' }])
  })
})

describe('withPlaceholders()', () => {
  it('makes one quoted name of whatever the name holds', () => {
    expect(withPlaceholders('SELECT {column} FROM "{table}"; ', 'a"b', '${table}')).toBe(
      'SELECT "${table}" FROM "a""b"',
    )
  })
})
