import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'

import { packageFolder } from '../../action/base/package-folder.ts'
import { describeFiles } from '../../action/data/describe-files.ts'
import { findSourceFiles } from '../../action/data/find-source-files.ts'
import { quoteText } from '../../action/data/quote.ts'
import { rawRelation } from '../../action/data/read-source.ts'
import { openReading, startReader } from '../../action/data/reading-engine.ts'
import { tempFolder } from '../support/temp-folder.ts'

/** Of processes that this one started, those that read. */
function readers(parent = process.pid): number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n')
  return lines.flatMap((line) => {
    const [, pid, ppid, words = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
    return Number(ppid) === parent && words.includes('reader-child.js') ? [Number(pid)] : []
  })
}

const tinyFiles = {
  'plumbline.yaml': `version: 1
model: { name: tiny, task: binary, target: y, positive: 1, id: id }
data: { source: data/*.csv, contract: contract.yaml }
stages:
  features: { sql: features.sql }
  train: { needs: [features], run: python train.py, out: { model: model.skops } }
  predict: { needs: [features, train], run: python predict.py }
`,
  'contract.yaml': `apiVersion: v3.1.0
kind: DataContract
id: tiny
version: 1.0.0
status: active
schema:
  - name: tiny
    properties:
      - { name: id, logicalType: integer, required: true, unique: true }
      - { name: y, logicalType: integer }
`,
}
const endless = 'SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = -1'

afterEach(() => vi.unstubAllEnvs())

describe('openReading()', () => {
  it('gives the same plain values as an engine in this process', async () => {
    await using engine = await openReading({ files: [] })
    const sql = `SELECT 5::BIGINT AS a, 1.5::DECIMAL(3, 1) AS b, [1::BIGINT] AS d, $1 AS e, $2 AS f,
      9007199254740993 AS g, TIMESTAMP '2024-01-01' AS h, 'nan'::DOUBLE AS i, {'x': 1} AS j`
    expect(await engine.query(sql, [null, 'x'])).toEqual([
      {
        a: 5,
        b: 1.5,
        d: [1],
        e: null,
        f: 'x',
        g: 9007199254740993n,
        h: new Date('2024-01-01'),
        i: Number.NaN,
        j: { x: 1 },
      },
    ])
    expect(await engine.columns('SELECT unnest([1, 2]) AS n')).toEqual({ n: [1, 2] })
  })

  it('refuses what an engine in this process refuses, with the same words', async () => {
    await using engine = await openReading({ files: [] })
    await expect(engine.run('SELECT nothing')).rejects.toThrow(
      'Binder Error: Referenced column "nothing" was not found',
    )
    await expect(engine.run('SELEC')).rejects.toThrow('Parser Error')
    expect(await engine.query('SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  it('reaches its files, its folders and what it writes, and nothing else', async () => {
    const server = createServer((_, response) => response.end('a\n1\n')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    let requests = 0
    server.on('request', () => (requests += 1))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const folder = tempFolder({ 'in.csv': 'a\n1\n', 'secret.csv': 'a\n2\n', 'kept/ab': 'a\n3\n', 'kept2/ab': 'a\n4\n' })
    const path = (name: string) => quoteText(join(folder, name))
    const files = await findSourceFiles(folder, ['in.csv'])
    await using engine = await openReading({
      files,
      otherPaths: [join(folder, 'out.parquet')],
      folders: [join(folder, 'kept')],
    })
    expect(await engine.query(`FROM read_csv(${path('in.csv')})`)).toEqual([{ a: 1 }])
    expect(await engine.query(`FROM read_csv(${path('kept/ab')})`)).toEqual([{ a: 3 }])
    await engine.run(`COPY (SELECT 1 AS a) TO ${path('out.parquet')} (USE_TMP_FILE false)`)
    const refused = [
      `FROM read_csv(${path('secret.csv')})`,
      `FROM read_csv(${path('kept2/ab')})`,
      `FROM read_csv(${path('kept/../secret.csv')})`,
      `FROM read_text(${path('*')})`,
      `FROM glob(${path('*')})`,
      `FROM read_text('/etc/passwd')`,
      `FROM '/etc/passwd'`,
      `FROM read_text('/proc/self/environ')`,
      `FROM read_blob('/proc/self/mem')`,
      `FROM sniff_csv('/etc/passwd')`,
      "SELECT getenv('HOME')",
      `FROM read_csv('${url}/a.csv')`,
      `FROM read_parquet('${url}/a.parquet')`,
      `FROM read_parquet('s3://bucket/a.parquet')`,
      `ATTACH ${path('x.db')}`,
      `ATTACH '${url}/x.db'`,
      `COPY (SELECT 1) TO ${path('new.csv')}`,
      `COPY (SELECT 1) TO '/tmp/plumbline-escaped.csv'`,
      `EXPORT DATABASE ${path('dump')}`,
      `IMPORT DATABASE ${path('kept')}`,
      'INSTALL httpfs',
      'LOAD httpfs',
      `LOAD ${path('in.csv')}`,
      'SET enable_external_access = true',
      'SET lock_configuration = false',
      `SET allowed_directories = ['/']`,
      `SET allowed_paths = ['/etc/passwd']`,
      'SET autoload_known_extensions = true',
      'SET allow_community_extensions = true',
      `SET home_directory = '/'`,
      `PRAGMA database_list; FROM read_text('/etc/passwd')`,
      `CREATE SECRET s (TYPE s3, KEY_ID 'k', SECRET 's')`,
    ]
    for (const sql of refused) await expect(engine.run(sql), sql).rejects.toThrow(/Error/)
    expect(requests).toBe(0)
    expect(readdirSync(folder).sort()).toEqual(['in.csv', 'kept', 'kept2', 'out.parquet', 'secret.csv'])
    server.close()
  })

  it('has an environment without what its caller was trusted with', async () => {
    vi.stubEnv('GITHUB_TOKEN', 'ghs_canary')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'canary')
    vi.stubEnv('NODE_OPTIONS', '--no-warnings')
    await using engine = await openReading({ files: [] })
    await engine.query('SELECT 1')
    const [pid] = readers()
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8')
    expect(environment).toContain('PATH=')
    expect(environment).not.toMatch(/canary|GITHUB|AWS|NODE_OPTIONS/)
  })

  it.each([
    ["'; ATTACH '/etc/passwd'; --", 'csv'],
    ["\"; COPY (SELECT 1) TO 'x'; --", 'csv'],
    ["a'||getenv('HOME')||'", 'json'],
    ["read_text('/etc/passwd')", 'json'],
  ])('reads names and values that are SQL as names and values: %s', async (sql, format) => {
    const value = `"${sql.replaceAll('"', '""')}"`
    const text = format === 'csv' ? `${value},b\n${value},1\n` : `${JSON.stringify({ [sql]: sql, b: 1 })}\n`
    const folder = tempFolder({ [`${sql.replaceAll('/', '_')}.${format}`]: text })
    const files = await findSourceFiles(folder, ['*'])
    await using engine = await openReading({ files })
    const described = await describeFiles(engine, files)
    expect(described).toMatchObject({ ok: true, value: [{ columns: [{ name: sql }, { name: 'b' }] }] })
    if (!described.ok) return
    expect(await engine.query(`SELECT * FROM ${rawRelation(described.value)}`)).toMatchObject([{ [sql]: sql }])
  })

  it('reads Parquet whose metadata is hostile as data', async () => {
    const folder = tempFolder()
    const path = join(folder, 'a.parquet')
    const hostile = "'; ATTACH '/etc/passwd' AS x; --"
    await using writer = await openReading({ files: [], otherPaths: [path] })
    await writer.run(
      `COPY (SELECT 1 AS "${hostile}", ${quoteText(hostile)} AS v) TO ${quoteText(path)}
       (FORMAT parquet, USE_TMP_FILE false, KV_METADATA {geo: ${quoteText(hostile)}, "ARROW:schema": ${quoteText(hostile)}})`,
    )
    const files = await findSourceFiles(folder, ['a.parquet'])
    await using engine = await openReading({ files })
    const described = await describeFiles(engine, files)
    if (!described.ok) throw new Error('not described')
    expect(await engine.query(`SELECT * FROM ${rawRelation(described.value)}`)).toEqual([{ [hostile]: 1, v: hostile }])
    expect(await engine.query('SELECT count(*) AS n FROM duckdb_databases() WHERE path IS NOT NULL')).toEqual([
      { n: 0 },
    ])
  })

  it('says so where its process dies under a statement, and this one goes on', async () => {
    const folder = tempFolder({ 'a.csv': 'a\n1\n' })
    const files = await findSourceFiles(folder, ['a.csv'])
    for (const [signal, code, state] of [
      ['SIGSEGV', 'data/reader-ended', 'the process that reads was killed by SIGSEGV'],
      ['SIGKILL', 'data/out-of-memory', 'was killed by SIGKILL'],
    ] as const) {
      const engine = await openReading({ files })
      const dying = engine.run(
        `${endless} AND a.range IN (SELECT a FROM read_csv(${quoteText(join(folder, 'a.csv'))}))`,
      )
      for (const pid of readers()) process.kill(pid, signal)
      await expect(dying).rejects.toMatchObject({ name: 'Fault', code, message: expect.stringContaining(state) })
      await expect(dying).rejects.toThrow('"a.csv"')
      await expect(engine.run('SELECT 1')).rejects.toMatchObject({ code })
      await engine[Symbol.asyncDispose]()
    }
    await using next = await openReading({ files })
    expect(await next.query('SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  it('throws what its signal was aborted with, at once, and its process is gone', async () => {
    const controller = new AbortController()
    const engine = await openReading({ files: [] }, controller.signal)
    const running = engine.run(endless)
    setTimeout(() => controller.abort(new Error('stop')), 50)
    await expect(running).rejects.toThrow('stop')
    await engine[Symbol.asyncDispose]()
    expect(readers()).toEqual([])
  })

  it('leaves neither a process nor a file behind, though it spilled', async () => {
    const engine = await openReading({ files: [], memoryLimit: '60MB' })
    const spill = dirname(engine.textFolder)
    const [pid] = readers()
    await engine.run('CREATE TEMP TABLE t AS SELECT i, hash(i) AS h FROM range(6000000) t(i)')
    expect(readdirSync(spill)).not.toEqual([])
    // What is written there are values: nobody else may read them.
    expect(statSync(spill).mode & 0o777).toBe(0o700)
    await engine[Symbol.asyncDispose]()
    expect(existsSync(`/proc/${pid}`)).toBe(false)
    expect(existsSync(spill)).toBe(false)
  })

  it('leaves no folder behind where it spilled nothing', async () => {
    const engine = await openReading({ files: [] })
    await engine.run('SELECT 1')
    await engine[Symbol.asyncDispose]()
    expect(existsSync(dirname(engine.textFolder))).toBe(false)
  })

  it('says so where memory does not do', async () => {
    await using engine = await openReading({ files: [], memoryLimit: '10MB' })
    const greedy = engine.run('SELECT list(i) FROM range(50000000) t(i)')
    await expect(greedy).rejects.toMatchObject({ name: 'Fault', code: 'data/out-of-memory' })
  })

  it.each(['SIGKILL', 'SIGINT', 'SIGTERM'] as const)('dies with a command that gets %s', async (signal) => {
    const rows = Array.from({ length: 300_000 }, (_, i) => `${i},${i % 7}`).join('\n')
    const folder = tempFolder({ ...tinyFiles, 'data/a.csv': `id,y\n${rows}\n` })
    const command = spawn(process.execPath, [join(packageFolder(), 'dist/cli.js'), 'validate'], { cwd: folder })
    const ended = once(command, 'exit')
    await expect.poll(() => readers(command.pid).length, { timeout: 10_000, interval: 5 }).toBe(1)
    const [pid] = readers(command.pid)
    command.kill(signal)
    await ended
    await expect.poll(() => existsSync(`/proc/${pid}`), { timeout: 10_000 }).toBe(false)
  })
})

describe('startReader()', () => {
  it('is told at open() that DuckDB cannot be had', async () => {
    const controller = new AbortController()
    controller.abort(new Error('stopped before'))
    await using reader = startReader(controller.signal)
    await expect(reader.open({ files: [] })).rejects.toThrow('stopped before')
  })
})
