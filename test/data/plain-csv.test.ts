import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { askEngine } from '../../action/data/ask-engine.ts'
import { describeFiles } from '../../action/data/describe-files.ts'
import { type Engine, openEngine } from '../../action/data/engine.ts'
import type { EventSpan } from '../../action/data/event-time.ts'
import { findSourceFiles } from '../../action/data/find-source-files.ts'
import { measureFiles } from '../../action/data/measure-files.ts'
import { plainCsv } from '../../action/data/plain-csv.ts'
import { planPlainCsv } from '../../action/data/plan-plain-csv.ts'
import type { ContractColumn } from '../../action/project/contract.ts'
import { projectOf } from '../support/project.ts'
import { tempFolder } from '../support/temp-folder.ts'

let engine: Engine
beforeAll(async () => {
  engine = await openEngine()
})
afterAll(async () => engine[Symbol.asyncDispose]())

function timeColumn(logicalType: 'integer' | 'date' | 'timestamp') {
  return { name: 't', logicalType, line: 1, aliases: [], rules: [] } as const satisfies ContractColumn
}

const file = { path: 'a.csv', absolutePath: '/a.csv', bytes: 1 }

/** What the plain reader says of a text; undefined where it leaves it to DuckDB. */
function plainly(text: string, type: 'integer' | 'date' | 'timestamp'): EventSpan | undefined {
  const content = Buffer.from(text)
  const start = planPlainCsv(timeColumn(type))(file, content)
  if (!start) return undefined
  const csv = plainCsv(start.plan)
  return csv.take(content.subarray(start.bodyStart)) ? csv.rows() : undefined
}

/** What DuckDB says of it; undefined where it refuses. */
async function byDuckDb(text: string, type: 'integer' | 'date' | 'timestamp'): Promise<EventSpan | undefined> {
  const described = await describeFiles(engine, await findSourceFiles(tempFolder({ 'a.csv': text }), ['*.csv']))
  if (!described.ok) return undefined
  return (await measureFiles(engine, described.value, timeColumn(type)).catch(() => []))[0]
}

describe('plainCsv()', () => {
  test.each([
    ['t,x\n2024-01-31 23:30:00.25,1\n2024-01-31 23:30:00.50,2\n', 'timestamp', '2024-01-31T23:30:00.25Z'],
    ['t,x\r\n2024-01-31T10:00:00.000Z,1\r\n', 'timestamp', '2024-01-31T10:00:00Z'],
    ['x;t\n1;2024-02-29\n1;\n1;2023-12-31', 'date', '2023-12-31'],
    ['x;t\n1;2024-02-29\n', 'timestamp', '2024-02-29T00:00:00Z'],
    ['t\tx\n2019\t1\n-7\t2\n', 'integer', '-7'],
  ] as const)('reads %j, a %s, as DuckDB does', async (text, type, since) => {
    const told = plainly(text, type)
    expect(told?.since).toBe(since)
    expect(told).toEqual(await byDuckDb(text, type))
  })

  test.each([
    ['a quote', 't,x\n2024-01-01,"1"\n'],
    ['a ragged row', 't,x\n2024-01-01,1,2\n'],
    ['an empty line', 't,x\n2024-01-01,1\n\n2024-01-02,1\n'],
    ['a NUL', 't,x\n2024-01-01,\0\n'],
    ['line ends of two kinds', 't,x\n2024-01-01,1\r\n2024-01-02,1\n'],
    ['a lone carriage return', 't,x\n2024-01-01,\r1\n'],
    ['no day of the calendar', 't,x\n2024-02-30,1\n'],
    ['moments written in two ways', 't,x\n2024-01-01 10:00:00,1\n2024-01-01T09:00:00,1\n'],
    ['an offset', 't,x\n2024-01-01 10:00:00+01,1\n'],
    ['no row', 't,x\n'],
    ['a header in quotes', '"t",x\n2024-01-01,1\n'],
    ['a column named twice', 't,T\n2024-01-01,1\n'],
    ['no time', 'u,x\n2024-01-01,1\n'],
    ['a web page', '<html>t,x\n1,2\n'],
  ])('leaves %s to DuckDB', (_, text) => {
    expect(plainly(text, 'timestamp')).toBeUndefined()
  })

  test('leaves what is not UTF-8 to DuckDB', () => {
    const csv = plainCsv({ delimiter: ',', fields: 2 })
    expect(csv.take(Buffer.from('\xe4,1\n', 'latin1'))).toBe(false)
  })

  test('says what DuckDB says, or nothing', async () => {
    const part = fc.constantFrom(
      '2024-01-31',
      '2024-13-01',
      '2019-02-29',
      ' 10:00:00',
      'T24:00:00',
      '.5',
      'Z',
      '+01',
      '7',
      '-0',
    )
    const field = fc.oneof(
      fc.array(part, { maxLength: 3 }).map((parts) => parts.join('')),
      fc.constantFrom('', 'x', 'ä', '"', '\r', ' ', '2024-01-31 10:00:00', '2024-01-30 09:59:59', '12', '007'),
    )
    const row = fc.array(field, { minLength: 2, maxLength: 2 }).map((fields) => fields.join(','))
    const rows = fc.array(row, { minLength: 1, maxLength: 4 })
    const type = fc.constantFrom('integer' as const, 'date' as const, 'timestamp' as const)
    const end = fc.constantFrom('\n', '\r\n')
    let plain = 0
    await fc.assert(
      fc.asyncProperty(rows, type, end, async (lines, kind, newline) => {
        const text = `t,x${newline}${lines.join(newline)}${newline}`
        const told = plainly(text, kind)
        if (told === undefined) return
        plain += 1
        expect(told).toEqual(await byDuckDb(text, kind))
      }),
      { numRuns: 600, seed: 11 },
    )
    expect(plain).toBeGreaterThan(40)
  })
})

describe('askEngine()', () => {
  test('measures many files of several kinds, each on its own', async () => {
    const names = Array.from({ length: 150 }, (_, i) => `f${String(i).padStart(3, '0')}.csv`)
    const folder = tempFolder(
      Object.fromEntries(names.map((name, i) => [name, `"t",x\n${`${i + 1},1\n`.repeat(i + 1)}`])),
    )
    const files = await findSourceFiles(folder, ['*.csv'])
    const items = files.map((one) => ({ file: one, isOrdered: true }))
    const read = await askEngine(projectOf(folder, { model: { time: 't' } }), undefined, items)
    if (!read.ok) throw new Error('diagnosed')
    const facts = items.map((item) => read.value.get(item))
    expect(facts.map((one) => one?.rows)).toEqual(names.map((_, i) => i + 1))
    expect(facts.map((one) => one?.until)).toEqual(names.map((_, i) => String(i + 1)))
  })
})
