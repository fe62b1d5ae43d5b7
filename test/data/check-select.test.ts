import { describe, expect, test } from 'vitest'
import { checkFeatureSql } from '../../action/data/check-select.ts'
import { openEngine } from '../../action/data/engine.ts'
import { leakingFunctions, movingFunctions } from '../../action/data/impure-functions.ts'

const source = {
  columns: [
    { name: 'id', type: 'BIGINT' },
    { name: 'weight', type: 'DOUBLE' },
    { name: 'region', type: 'VARCHAR' },
    { name: 'ts', type: 'TIMESTAMP' },
  ],
  id: 'id',
  target: 'late',
  ignored: ['pred_v1'],
}

async function check(sql: string) {
  await using engine = await openEngine({ isLocked: true })
  const found = await checkFeatureSql(engine, sql, 'features.sql', source)
  return found.map(({ code, line, column }) => `${code} ${line}:${column}`)
}

describe('checkFeatureSql()', () => {
  test.each([
    'select id, weight from data',
    'select * from data',
    'SELECT d.id, ln(d.weight + 1) AS w, w * 2 AS w2 FROM data AS d ORDER BY id;  -- the end;',
    "select id, case when region = 'N' then 1 else 0 end as north, date_part('dow', ts) as day from data",
    "select id, list_sum(list_transform([weight, 2], lambda x: x + 1)) as s, age(ts, timestamp '2024-01-01') as a from data",
    "from data select id, coalesce(weight, 0) as w, region in ('N', 'S') as r, ts::date as d, hash(region) % 8 as h",
    'select * exclude (region) replace (weight / 2 as weight) from data',
  ])('accepts: %s', async (sql) => {
    expect(await check(sql)).toEqual([])
  })

  test.each([
    ['select id,\n  avg(weight) from data', ['features/aggregate 2:3']],
    ['select id, count(*) as n from data group by id', ['features/aggregate 1:45', 'features/aggregate 1:12']],
    ['select id, sum(weight) over (order by ts) as s from data', ['features/window 1:12']],
    ['select id, row_number() over () as n from data', ['features/window 1:12']],
    ['select id, weight from data limit 3', ['features/filter 1:35']],
    ['select distinct id, weight from data', ['features/filter 1:1']],
    ['select id, weight from data where weight > 1', ['features/filter 1:35']],
    ['select id, random() as r from data', ['features/moving 1:12']],
    ['select id, now() - ts as age, current_date as d from data', ['features/moving 1:12', 'features/moving 1:31']],
    ['select id, age(ts) as age from data', ['features/moving 1:12']],
    [
      'select id, list_transform([1], lambda current_date: 1) as l, current_date as d from data',
      ['features/moving 1:1', 'features/moving 1:62'],
    ],
    ["select id, json_serialize_plan('select max(late) from source') as p from data", ['features/moving 1:12']],
    ['select id, unnest([1, 2]) as u from data', ['features/rows 1:12']],
    ["select * from read_csv('/etc/passwd')", ['features/source 1:15']],
    ["select * from '/etc/passwd'", ['features/source 1:15']],
    ['select * from data, other', ['features/source 1:15']],
    ['select * from main.data', ['features/source 1:15']],
    ['select 1 as id, 2 as x', ['features/source 1:1']],
    ['select id, (select 1) as x from data', ['features/subquery 1:12']],
    ['with d as (select * from data) select * from d', ['features/source 1:46', 'features/with 1:19']],
    ['select id, wieght from data', ['features/unknown-column 1:12']],
    ["select id, 'é' || regoin as r from data", ['features/unknown-column 1:19']],
    ['select id, late from data', ['features/target 1:12']],
    ['select id, data.late from data', ['features/target 1:12']],
    ['select id, pred_v1 from data', ['features/ignored 1:12']],
    ['select id, weight as late from data', ['features/target 1:1']],
    ['select id, weight,\n  bogus(region) as x from data', ['features/sql 2:3']],
    ['select weight from data', ['features/no-id 1:1']],
    ['select id from data', ['features/none 1:1']],
    ['select id, weight, region as Weight from data', ['features/twice 1:1']],
    ['selct id from data', ['features/syntax 1:1']],
    ['select id, weight from data; drop table data', ['features/not-select 1:1']],
    ['create table x as select 1', ['features/not-select 1:1']],
    ['select id, weight from data union all select id, weight from data', ['features/not-select 1:1']],
    ['-- nothing', ['features/not-select 1:1']],
    ['', ['features/not-select 1:1']],
  ])('refuses: %s', async (sql, codes) => {
    expect(await check(sql)).toEqual(codes)
  })

  test('proposes the column that was meant', async () => {
    await using engine = await openEngine()
    const [found] = await checkFeatureSql(engine, 'select id, wieght from data', 'features.sql', source)
    expect(found?.remedy).toBe('Did you mean "weight"?')
  })
})

describe('leakingFunctions()', () => {
  test('knows, with movingFunctions, every function that this DuckDB calls an aggregate or not constant', async () => {
    await using engine = await openEngine()
    const leaking = await leakingFunctions(engine)
    const impure = await engine.query<{ name: string }>(
      `SELECT DISTINCT function_name AS name FROM duckdb_functions()
       WHERE function_type = 'scalar' AND stability <> 'CONSISTENT' AND function_name <> 'error'`,
    )
    expect(impure.map(({ name }) => name).filter((name) => !movingFunctions.has(name) && !leaking.has(name))).toEqual(
      [],
    )
    expect([...leaking.keys()]).toEqual(expect.arrayContaining(['avg', 'sum', 'count', 'first', 'arg_max', 'list']))
  })
})
