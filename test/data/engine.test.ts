import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openEngine } from '../../action/data/engine.ts'
import { quoteName, quotePath, quoteText } from '../../action/data/quote.ts'
import { tempFolder, writeFiles } from '../support/temp-folder.ts'

describe('openEngine()', () => {
  test('gives plain values', async () => {
    await using engine = await openEngine()
    const sql = `SELECT 5::BIGINT AS a, 1.5::DECIMAL(3, 1) AS b, true AS c, [1::BIGINT] AS d, $1 AS e, $2 AS f,
      9007199254740993 AS g, TIMESTAMP '2024-01-01' AS h`
    expect(await engine.query(sql, [null, 'x'])).toEqual([
      { a: 5, b: 1.5, c: true, d: [1], e: null, f: 'x', g: 9007199254740993n, h: new Date('2024-01-01') },
    ])
  })

  test('locked, it reaches the allowed files and nothing else', async () => {
    const folder = tempFolder({ 'in.csv': 'a\n1\n', 'other.csv': 'a\n1\n' })
    const path = (name: string) => quoteText(join(folder, name))
    const allowedPaths = [join(folder, 'in.csv'), join(folder, 'out.parquet')]
    await using engine = await openEngine({ isLocked: true, allowedPaths, tempFolder: join(folder, 'temp') })
    await engine.run(`COPY (FROM read_csv(${path('in.csv')})) TO ${path('out.parquet')} (USE_TMP_FILE false)`)
    expect(await engine.query(`FROM read_parquet(${path('out.parquet')})`)).toEqual([{ a: 1 }])
    const refused = [
      `FROM read_csv(${path('other.csv')})`,
      `FROM read_text('/proc/self/environ')`,
      `FROM glob(${path('*')})`,
      `COPY (SELECT 1) TO ${path('new.csv')}`,
      `ATTACH ${path('x.db')}`,
      'INSTALL httpfs',
      'LOAD httpfs',
      'SET enable_external_access = true',
      `SET allowed_paths = ['/etc/passwd']`,
      `SET temp_directory = '/tmp'`,
      "SET memory_limit = '1TB'",
      `EXPORT DATABASE ${path('dump')}`,
    ]
    for (const sql of refused) await expect(engine.run(sql), sql).rejects.toThrow(/Error/)
  })

  test('locked, it still spills to its own folder', async () => {
    const spill = tempFolder()
    await using engine = await openEngine({ isLocked: true, memoryLimit: '60MB', threads: 1, tempFolder: spill })
    const sql = 'SELECT count(*) AS n FROM (SELECT i, hash(i) AS h FROM range(6000000) t(i) ORDER BY h)'
    await engine.run('CREATE TEMP TABLE t AS SELECT i, hash(i) AS h, hash(h) AS g FROM range(5000000) t(i) ORDER BY h')
    expect(await engine.query(sql)).toEqual([{ n: 6_000_000 }])
  })

  test('stops a statement when its signal is aborted', async () => {
    const controller = new AbortController()
    await using engine = await openEngine({ signal: controller.signal })
    const endless = engine.run('SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = -1')
    setTimeout(() => controller.abort(new Error('stop')), 50)
    await expect(endless).rejects.toThrow('stop')
  })

  test('waits for running statements before it closes', async () => {
    const query = async () => {
      await using engine = await openEngine()
      return engine.query('SELECT sum(i)::BIGINT AS s FROM range(30000000) t(i)')
    }
    expect(await query()).toEqual([{ s: 449999985000000 }])
  })
})

describe('quoteName()', () => {
  test.each(['"; drop table x; --', 'a"b', "it's", 'line\nend', 'ü 漢', 'SELECT', ' ', '""'])(
    'keeps %j one name',
    async (name) => {
      await using engine = await openEngine()
      expect(await engine.query(`SELECT 1 AS ${quoteName(name)}, ${quoteText(name)} AS t`)).toEqual([
        { [name]: 1, t: name },
      ])
    },
  )
})

describe('quotePath()', () => {
  test.each([true, false])(
    'reads a file whose name looks like a pattern as that file, locked: %s',
    async (isLocked) => {
      const folder = tempFolder()
      const names = ["a'; drop table x; --[1]*.csv", 'b[c].csv', 'd?.csv', '*.csv']
      writeFiles(folder, {
        ...Object.fromEntries(names.map((name, index) => [name, `a\n${index}\n`])),
        'bc.csv': 'a\n9\n',
      })
      const allowedPaths = names.map((name) => join(folder, name))
      await using engine = await openEngine({ isLocked, allowedPaths })
      for (const [index, path] of allowedPaths.entries()) {
        expect(await engine.query(`SELECT a FROM read_csv([${quotePath(path)}])`)).toEqual([{ a: index }])
      }
    },
  )
})
