import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeFiles } from '../../action/data/describe-files.ts'
import { type Engine, openEngine } from '../../action/data/engine.ts'
import { findSourceFiles } from '../../action/data/find-source-files.ts'
import { plainRows } from '../../action/data/plain-rows.ts'
import { rowNumberColumn, rowsReaderOf } from '../../action/data/read-source.ts'
import { tempFolder } from '../support/temp-folder.ts'

let engine: Engine
beforeAll(async () => {
  engine = await openEngine()
})
afterAll(async () => engine[Symbol.asyncDispose]())

async function describeText(text: string, name = 'a.csv') {
  const described = await describeFiles(engine, await findSourceFiles(tempFolder({ [name]: text }), ['*']))
  const [file] = described.ok ? described.value : []
  if (!file) throw new Error(JSON.stringify(described))
  return file
}

async function plainly(text: string, numbers: readonly number[]) {
  const rows = await plainRows(await describeText(text), numbers)
  return rows && [...rows].map(([row, fields]) => [row, ...fields])
}

describe('plainRows()', () => {
  const field = fc.oneof(fc.stringMatching(/^[a-z0-9 .:+-]{0,6}$/), fc.constantFrom('', 'ä', '😀', 'NULL', 'nan', '-0'))

  it('reads the fields of rows as DuckDB does, wherever it reads them', async () => {
    let plain = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(field, field, field), { minLength: 1, maxLength: 20 }),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        async (rows, end, endsWhole) => {
          const lines = [['x', 'y', 'z'], ...rows].map((fields) => fields.join(','))
          const file = await describeText(lines.join(end) + (endsWhole ? end : ''))
          const numbers = rows.map((_, index) => index + 1)
          const read = await plainRows(file, numbers)
          if (!read) return
          plain += 1
          const told = await engine.query<Record<string, string | null>>(
            `SELECT x, y, z FROM ${rowsReaderOf(file, numbers)} ORDER BY ${rowNumberColumn}`,
          )
          expect([...read.values()]).toEqual(told.map(({ x, y, z }) => [x ?? '', y ?? '', z ?? '']))
        },
      ),
      { numRuns: 40 },
    )
    expect(plain).toBeGreaterThan(20)
  })

  it.each([
    [
      'x;y\n1;2\n3;4\n5;6\n',
      [3, 1],
      [
        [1, '1', '2'],
        [3, '5', '6'],
      ],
    ],
    [
      'x\ty\r\n1\t\r\n3\tä\r\n',
      [1, 2],
      [
        [1, '1', ''],
        [2, '3', 'ä'],
      ],
    ],
    ['x\n1\n2', [2], [[2, '2']]],
  ] as const)('finds rows of %j', async (text, numbers, rows) => {
    expect(await plainly(text, numbers)).toEqual(rows)
  })

  it.each([
    ['a quote before the row', 'x,y\n"1",2\n3,4\n', [2]],
    ['a quoted header', '"x",y\n1,2\n', [1]],
    ['a row that is not there', 'x,y\n1,2\n', [2]],
    ['an empty line, of one column', 'x\n1\n\n2\n', [3]],
    ['lines that end in two ways', 'x,y\n1,2\r\n3,4\n', [2]],
  ] as const)('leaves %s to DuckDB', async (_, text, numbers) => {
    expect(await plainly(text, numbers)).toBeUndefined()
  })

  it('leaves compressed and recoded files to DuckDB', async () => {
    const file = await describeText('x,y\n1,2\n')
    expect(await plainRows({ ...file, path: 'a.csv.gz' }, [1])).toBeUndefined()
    expect(await plainRows({ ...file, encoding: 'latin-1' }, [1])).toBeUndefined()
    expect(await plainRows({ ...file, absolutePath: '/nowhere/a.csv' }, [1])).toBeUndefined()
  })

  it('finds rows far down, and none behind a line that is not plain', async () => {
    const lines = Array.from({ length: 300_000 }, (_, i) => `${i + 1},${'v'.repeat(i % 20)}`)
    const numbers = [1, 131_072, 299_999, 300_000]
    const text = `n,v\n${lines.join('\n')}\n`
    expect(await plainly(text, numbers)).toEqual(numbers.map((n) => [n, `${n}`, 'v'.repeat((n - 1) % 20)]))
    lines[200_000] = '200001,"v"'
    const quoted = `n,v\n${lines.join('\n')}\n`
    expect(await plainly(quoted, numbers)).toBeUndefined()
    expect(await plainly(quoted, [1, 100_000])).toHaveLength(2)
  })
})
