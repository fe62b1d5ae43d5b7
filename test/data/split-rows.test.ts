import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openEngine } from '../../action/data/engine.ts'
import { quoteText } from '../../action/data/quote.ts'
import { splitRows } from '../../action/data/split-rows.ts'
import type { LogicalType } from '../../action/project/contract.ts'
import type { ModelPolicy, SplitPolicy } from '../../action/project/project.ts'
import { contractOf } from '../support/contract.ts'
import { projectOf } from '../support/project.ts'
import { readParquet } from '../support/read-parquet.ts'
import { tempFolder } from '../support/temp-folder.ts'

const dayMs = 86_400_000

interface Given {
  /** SELECT of id, t, g, y. */
  readonly rows: string
  readonly until: string | null
  readonly time?: LogicalType
  readonly split: Partial<SplitPolicy>
  readonly model?: Partial<ModelPolicy>
  readonly delayMs?: number
  readonly coverage?: number
}

async function split(given: Given) {
  const folder = tempFolder()
  await using engine = await openEngine()
  const rowsFile = join(folder, 'rows.parquet')
  const featuresFile = join(folder, 'features.parquet')
  await engine.run(`COPY (${given.rows} ORDER BY id) TO ${quoteText(rowsFile)}`)
  await engine.run(
    `COPY (SELECT id, id * 2 AS x FROM read_parquet(${quoteText(rowsFile)})) TO ${quoteText(featuresFile)}`,
  )
  const { delayMs = 0, coverage } = given
  const labels = { source: ['l.csv'], delayMs, ...(coverage !== undefined && { coverage }) }
  const model = { id: 'id', ...(given.time && { time: 't' }), ...given.model }
  const project = projectOf(folder, {
    model,
    split: { line: 7, ...given.split },
    ...((delayMs > 0 || coverage !== undefined) && { data: { labels } }),
  })
  const contract = contractOf({ id: 'integer', t: given.time ?? 'string', g: 'string', y: 'number' })
  const out = join(folder, 'out')
  const read = await splitRows({ project, contract, until: given.until, featuresFile, rowsFile, folder: out })
  const file = (name: string) => readParquet<{ id: number }>(join(out, `${name}.parquet`))
  const ids = async (name: string) => (await file(name)).map(({ id }) => id)
  return { read, file, ids }
}

const tenDays = `SELECT i AS id, TIMESTAMP '2024-01-01' + to_days(i::INTEGER) AS t, 'g' || i // 3 AS g,
  CASE WHEN i <> 4 THEN i::DOUBLE END AS y FROM range(10) r(i)`
const tenUntil = '2024-01-10T00:00:00Z'

describe('splitRows()', () => {
  test('writes what each stage may see, by time with a gap', async () => {
    const size = { kind: 'duration', durationMs: 2 * dayMs } as const
    const { read, file, ids } = await split({
      rows: tenDays,
      until: tenUntil,
      time: 'timestamp',
      split: { test: size, gapMs: dayMs, windowMs: 8 * dayMs },
    })
    expect(read).toEqual({
      ok: true,
      value: {
        train: 4,
        gap: 1,
        test: 2,
        whole: 7,
        leftOut: { 'no label': 1, 'older than the window': 2 },
        by: 'time',
        testFrom: '2024-01-08T00:00:00.000001Z',
        trainBefore: '2024-01-07T00:00:00.000001Z',
        until: tenUntil,
      },
    })
    expect(await file('train')).toEqual([2, 3, 5, 6].map((id) => ({ id, x: id * 2, y: id })))
    expect(await file('test')).toEqual([8, 9].map((id) => ({ id, x: id * 2 })))
    expect(await ids('whole')).toEqual([2, 3, 5, 6, 7, 8, 9])
    expect((await file('truth'))[0]).toEqual({ id: 8, t: new Date('2024-01-09'), g: 'g2', y: 8, x: 16 })
  })

  test('ends where labels are in', async () => {
    const { ids, read } = await split({
      rows: tenDays,
      until: tenUntil,
      time: 'timestamp',
      split: { test: { kind: 'rows', rows: 2 } },
      delayMs: 3 * dayMs,
    })
    expect(await ids('test')).toEqual([5, 6])
    expect(read).toMatchObject({ value: { leftOut: { 'labels not in yet': 3, 'no label': 1 } } })
  })

  test.each([
    // Two rows a day: day 1 has both labels, day 2 one, day 3 none, day 4 both.
    [1, { 'no label': 3, 'a day with too few labels': 1 }, [0, 1, 6, 7]],
    [0.5, { 'no label': 3 }, [0, 1, 2, 6, 7]],
    [0.51, { 'no label': 3, 'a day with too few labels': 1 }, [0, 1, 6, 7]],
  ])('leaves out days of which less than %d has its label', async (coverage, leftOut, whole) => {
    const rows = `SELECT i AS id, TIMESTAMP '2024-01-01' + to_hours(12 * i::INTEGER) AS t, 'g' AS g,
      CASE WHEN i NOT IN (3, 4, 5) THEN i::DOUBLE END AS y FROM range(8) r(i)`
    const { read, ids } = await split({
      rows,
      until: '2024-01-04T12:00:00Z',
      time: 'timestamp',
      split: { test: { kind: 'rows', rows: 2 } },
      coverage,
    })
    expect(read).toMatchObject({ value: { leftOut } })
    expect(await ids('whole')).toEqual(whole)
  })

  test('looks at a day’s coverage only among rows whose labels are due', async () => {
    const rows = `SELECT i AS id, TIMESTAMP '2024-01-01' + to_hours(12 * i::INTEGER) AS t, 'g' AS g,
      CASE WHEN i < 5 THEN i::DOUBLE END AS y FROM range(8) r(i)`
    const until = '2024-01-04T12:00:00Z'
    const size = { kind: 'rows', rows: 1 } as const
    const { ids } = await split({
      rows,
      until,
      time: 'timestamp',
      split: { test: size },
      delayMs: dayMs * 1.5,
      coverage: 1,
    })
    expect(await ids('whole')).toEqual([0, 1, 2, 3, 4])
  })

  test('orders by an integer time and never splits a tie', async () => {
    const rows = "SELECT i AS id, 2015::BIGINT + i // 3 AS t, 'g' AS g, 1.0 AS y FROM range(12) r(i)"
    const { ids } = await split({ rows, until: '2018', time: 'integer', split: { test: { kind: 'rows', rows: 4 } } })
    expect(await ids('test')).toEqual([6, 7, 8, 9, 10, 11])
  })

  test('begins the test set at a value', async () => {
    const { ids } = await split({
      rows: tenDays,
      until: tenUntil,
      time: 'timestamp',
      split: { test: { kind: 'from', value: '2024-01-09' } },
    })
    expect(await ids('test')).toEqual([8, 9])
  })

  test('leaves out of training what shares a group with the test set', async () => {
    const { ids, read } = await split({
      rows: tenDays,
      until: tenUntil,
      time: 'timestamp',
      model: { group: 'g' },
      split: { test: { kind: 'rows', rows: 2 } },
    })
    expect(await ids('test')).toEqual([8, 9])
    expect(await ids('train')).toEqual([0, 1, 2, 3, 5])
    expect(read).toMatchObject({ value: { leftOut: { 'group is in test': 2, 'no label': 1 }, whole: 9 } })
  })

  test('without a time a row stays on its side when others arrive', async () => {
    const given = { until: null, split: { test: { kind: 'fraction', fraction: 0.3 } } } as const
    const rows = (n: number) => `SELECT i AS id, '' AS t, '' AS g, 1.0 AS y FROM range(${n}) r(i)`
    const few = await (await split({ ...given, rows: rows(200) })).ids('test')
    const many = await (await split({ ...given, rows: rows(400) })).ids('test')
    expect(few.length).toBeGreaterThan(40)
    expect(few.length).toBeLessThan(80)
    expect(many.filter((id) => id < 200)).toEqual(few)
    const other = await (await split({ ...given, rows: rows(200), model: { name: 'other' } })).ids('test')
    expect(other).not.toEqual(few)
  })

  test('takes so many rows where there is no time', async () => {
    const rows = "SELECT i AS id, '' AS t, '' AS g, 1.0 AS y FROM range(50) r(i)"
    const { ids } = await split({ rows, until: null, split: { test: { kind: 'rows', rows: 7 } } })
    expect((await ids('test')).length).toBe(7)
  })

  test.each([
    ['split/empty-train', { test: { kind: 'duration', durationMs: 99 * dayMs } }, tenUntil],
    ['split/empty-test', { test: { kind: 'from', value: '2025-01-01' } }, tenUntil],
    ['split/until', { test: { kind: 'rows', rows: 1 } }, null],
    ['split/from', { test: { kind: 'from', value: 'x' } }, tenUntil],
  ] as const)('says where a set would be empty or the cut is none: %s', async (code, policy, until) => {
    const { read } = await split({ rows: tenDays, until, time: 'timestamp', split: policy })
    expect(read).toMatchObject({ ok: false, diagnostics: [{ code, line: code === 'split/until' ? 1 : 7 }] })
  })

  test('refuses a time that is a string', async () => {
    const { read } = await split({
      rows: "SELECT 1 AS id, 'a' AS t, 'g' AS g, 1.0 AS y",
      until: tenUntil,
      time: 'string',
      split: {},
    })
    expect(read).toMatchObject({ ok: false, diagnostics: [{ code: 'data/time-type', file: 'contract.yaml', line: 2 }] })
  })

  test('keeps moments and groups together, whatever the rows', { timeout: 120_000 }, async () => {
    const row = fc.record({ t: fc.nat(8), g: fc.nat(5), y: fc.option(fc.constant(1), { freq: 5 }) })
    const anyRows = fc.array(row, { minLength: 4, maxLength: 30 })
    const size = fc.oneof(
      fc.record({ kind: fc.constant('rows' as const), rows: fc.integer({ min: 1, max: 10 }) }),
      fc.record({ kind: fc.constant('fraction' as const), fraction: fc.double({ min: 0.1, max: 0.9, noNaN: true }) }),
    )
    await fc.assert(
      fc.asyncProperty(anyRows, size, fc.boolean(), async (given, testSize, hasTime) => {
        const values = given.map(({ t, g, y }, id) => `(${id}, ${t}, 'g${g}', ${y === null ? 'NULL' : '1.0'}::DOUBLE)`)
        const rows = `SELECT id, i::BIGINT AS t, g, y FROM (VALUES ${values.join(', ')}) v(id, i, g, y)`
        const { read, file } = await split({
          rows,
          until: '8',
          model: { group: 'g' },
          split: { test: testSize },
          ...(hasTime && { time: 'integer' }),
        })
        if (!read.ok) return
        const of = async (name: string) => (await file(name)).map(({ id }) => ({ id, ...given[id]! }))
        const [train, tested] = [await of('train'), await of('test')]
        const groups = new Set(tested.map(({ g }) => g))
        expect(train.some(({ g }) => groups.has(g))).toBe(false)
        const oldest = hasTime ? Math.min(...tested.map(({ t }) => t)) : Infinity
        expect(train.every(({ t }) => t < oldest)).toBe(true)
        const counted = Object.values(read.value.leftOut).reduce((sum, n) => sum + n, 0)
        expect(train.length + tested.length + counted).toBe(given.length)
      }),
      { numRuns: 25 },
    )
  })
})
