import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { describeFiles } from '../../action/data/describe-files.ts'
import { type Engine, openEngine } from '../../action/data/engine.ts'
import { findSourceFiles } from '../../action/data/find-source-files.ts'
import { quoteText } from '../../action/data/quote.ts'
import { rawRelation, typedRelation } from '../../action/data/read-source.ts'
import type { DescribedFile } from '../../action/data/source-file.ts'
import { contractOf } from '../support/contract.ts'
import { tempFolder } from '../support/temp-folder.ts'

async function described(engine: Engine, folder: string): Promise<readonly DescribedFile[]> {
  const read = await describeFiles(engine, await findSourceFiles(folder, ['*']))
  if (!read.ok) throw new Error(read.diagnostics.map(({ message }) => message).join('\n'))
  return read.value
}

async function diagnosed(files: Record<string, string | Uint8Array>) {
  await using engine = await openEngine()
  const read = await describeFiles(engine, await findSourceFiles(tempFolder(files), ['*']))
  return read.ok ? [] : read.diagnostics.map(({ code, file, message }) => ({ code, file, message }))
}

describe('describeFiles()', () => {
  test('sees which file differs among many with the same header', async () => {
    const header = 'id,x\n'
    const long = `${header}${'1,2\n'.repeat(5000)}`
    const good = { 'a.csv': `${header}1,2\n`, 'b.csv': `${header}3,4\n`, 'c.csv': 'x,id\n4,3\n', 'l.csv': long }
    await using engine = await openEngine()
    const files = await described(engine, tempFolder({ ...good, 'q.csv': '"id","x"\n5,6\n' }))
    expect(files.map(({ path, columns }) => `${path} ${columns.map(({ name }) => name).join()}`)).toEqual([
      'a.csv id,x',
      'b.csv id,x',
      'c.csv x,id',
      'l.csv id,x',
      'q.csv id,x',
    ])
    expect(files.every(({ sha256, absolutePath, path }) => sha256 === undefined && absolutePath.endsWith(path))).toBe(
      true,
    )
    const bad = {
      ...good,
      'd.csv': header,
      'e.csv': `${header}\n \n`,
      'f.csv': Buffer.from(`${header}\xe4,1\n`, 'latin1'),
    }
    expect((await diagnosed(bad)).map(({ code, file }) => `${file} ${code}`)).toEqual([
      'd.csv data/no-rows',
      'e.csv data/no-rows',
      'f.csv data/not-utf8',
    ])
  })
})

describe('rawRelation()', () => {
  test('reads files of several formats as one table', async () => {
    await using engine = await openEngine()
    const folder = tempFolder({
      'a.csv': 'id,x\r\n1,2\r\n',
      'b.tsv': 'x\tid\n5\t2\n',
      'c.csv.gz': gzipSync('id;x;y\n3;"a;b";\n'),
      'd.jsonl': '{"id": 4, "day": "2024-01-01"}\n',
    })
    await engine.run(`COPY (SELECT 5 AS id, 1.5::DOUBLE AS x) TO ${quoteText(`${folder}/e.parquet`)}`)
    const files = await described(engine, folder)
    const rows = await engine.query(`SELECT * FROM ${rawRelation(files)} ORDER BY id::BIGINT`)
    expect(rows).toEqual([
      { id: '1', x: '2', y: null, day: null },
      { id: '2', x: '5', y: null, day: null },
      { id: '3', x: 'a;b', y: null, day: null },
      { id: '4', x: null, y: null, day: '2024-01-01' },
      { id: '5', x: '1.5', y: null, day: null },
    ])
  })

  test('tells the file and the number of each row where asked', async () => {
    await using engine = await openEngine()
    const files = await described(engine, tempFolder({ 'a.csv': 'x\n7\n8\n', 'b.csv': 'x\n9\n' }))
    const rows = await engine.query(`SELECT * FROM ${rawRelation(files, { withPlace: true })} ORDER BY ALL`)
    expect(rows.map((row) => [row['_file'], row['_number'], row['x']])).toEqual([
      ['a.csv', 1, '7'],
      ['a.csv', 2, '8'],
      ['b.csv', 1, '9'],
    ])
  })

  test('keeps hostile column names as names', async () => {
    await using engine = await openEngine()
    const name = '"; drop table x; --'
    const files = await described(engine, tempFolder({ 'a.csv': `"${name.replaceAll('"', '""')}","line\nend"\n1,2\n` }))
    expect(await engine.query(`SELECT * FROM ${rawRelation(files)}`)).toEqual([{ [name]: '1', 'line\nend': '2' }])
  })
})

describe('typedRelation()', () => {
  test('finds a column under its older names, file by file', async () => {
    await using engine = await openEngine()
    const files = await described(
      engine,
      tempFolder({ 'a.csv': 'region\nN\n', 'b.csv': 'state\nS\n', 'c.csv': 'z\n1\n' }),
    )
    const contract = contractOf({ state: 'string' }, { state: ['region'] })
    const rows = await engine.query(`SELECT state FROM ${typedRelation(files, contract)} ORDER BY state NULLS LAST`)
    expect(rows).toEqual([{ state: 'N' }, { state: 'S' }, { state: null }])
  })

  test.each([
    ['integer', '12', 12],
    ['integer', '12.0', 12],
    ['integer', '1.5', null],
    ['integer', '9223372036854775808', null],
    ['number', '1e3', 1000],
    ['number', '1,5', null],
    ['boolean', 'Y', true],
    ['boolean', '0', false],
    ['boolean', '2', null],
    ['date', '2024-02-29', new Date('2024-02-29')],
    ['date', '2023-02-29', null],
    ['timestamp', '2024-01-01 12:00:00', new Date('2024-01-01T12:00:00Z')],
    ['timestamp', '2024-01-01T12:00:00+02:00', new Date('2024-01-01T10:00:00Z')],
    ['timestamp', 'yesterday', null],
    ['timestamp', 'infinity', null],
    ['timestamp', '12025-01-01', null],
    ['timestamp', '9999-12-31 23:59:59', new Date('9999-12-31T23:59:59Z')],
    ['date', 'infinity', null],
    ['date', '0001-01-01', new Date('0001-01-01T00:00:00Z')],
    ['string', ' a ', ' a '],
  ] as const)('reads as %s the text "%s"', async (type, text, value) => {
    await using engine = await openEngine()
    const files = await described(engine, tempFolder({ 'a.csv': `x,y\n"${text}",\n` }))
    expect(await engine.query(`SELECT x FROM ${typedRelation(files, contractOf({ x: type }))}`)).toEqual([{ x: value }])
  })

  test('names a row by its file’s digest and its number', async () => {
    await using engine = await openEngine()
    const [file] = await described(engine, tempFolder({ 'a.csv': 'x\n7\n8\n' }))
    const pinned = { ...file!, sha256: 'ab'.repeat(32) }
    const rows = await engine.query(
      `SELECT * FROM ${typedRelation([pinned], contractOf({ x: 'integer' }), { withRowId: true })} ORDER BY x`,
    )
    expect(rows).toEqual([
      { x: 7, _row: 'abababababab:1' },
      { x: 8, _row: 'abababababab:2' },
    ])
  })
})

describe('describeFiles()', () => {
  test('names each file that cannot be read, in one go', async () => {
    const found = await diagnosed({
      'a-empty.csv': '',
      'b-header.csv': 'a,b\n',
      'c-latin1.csv': Buffer.from('a,b\n1,caf\xe9\n', 'latin1'),
      'd-text.parquet': 'hello world, not Parquet',
      'e-twice.csv': 'a,A\n1,2\n',
      'f-utf16.csv': Buffer.from('a,b\n1,2\n', 'utf16le').swap16(),
      'g-broken.json': '{"a": 1',
      'h-broken.csv.gz': 'not compressed',
      'i-good.csv': 'a\n1\n',
    })
    expect(found.map(({ code, file }) => [file, code])).toEqual([
      ['a-empty.csv', 'data/empty-file'],
      ['b-header.csv', 'data/no-rows'],
      ['c-latin1.csv', 'data/not-utf8'],
      ['d-text.parquet', 'data/not-parquet'],
      ['e-twice.csv', 'data/duplicate-column'],
      ['f-utf16.csv', 'data/not-utf8'],
      ['g-broken.json', 'data/bad-json'],
      ['h-broken.csv.gz', 'data/bad-compression'],
    ])
  })
})
