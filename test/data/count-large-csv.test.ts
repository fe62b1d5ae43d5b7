import { appendFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { countCsvPiece } from '../../action/data/count-csv-piece.ts'
import { countLargeCsv, startLargeCsv } from '../../action/data/count-large-csv.ts'
import { describeFiles } from '../../action/data/describe-files.ts'
import { openEngine } from '../../action/data/engine.ts'
import type { FileFacts } from '../../action/data/file-facts.ts'
import { findSourceFiles } from '../../action/data/find-source-files.ts'
import { measureFiles } from '../../action/data/measure-files.ts'
import { plainCsv } from '../../action/data/plain-csv.ts'
import { planPlainCsv } from '../../action/data/plan-plain-csv.ts'
import { tempFolder } from '../support/temp-folder.ts'

const time = { name: 't', logicalType: 'timestamp', line: 1, aliases: [], rules: [] } as const
const day = 86_400_000

/** 20 MB and more: worth two threads. */
function manyLines(end = '\n', rows = 600_000): string {
  const lines = Array.from({ length: rows }, (_, row) => {
    const moment = new Date(Date.UTC(2024, 0, 1) + ((row * 7919) % (300 * day))).toISOString().slice(0, 19)
    return `u${row},${moment},${(row * 31) % 1000}`
  })
  return `id,t,x${end}${lines.join(end)}${end}`
}

async function fileIn(folder: string) {
  const [file] = await findSourceFiles(folder, ['a.csv'])
  if (!file) throw new Error('no file')
  return file
}

async function countedIn(folder: string): Promise<FileFacts | undefined> {
  const large = startLargeCsv(await fileIn(folder), planPlainCsv(time))
  return large && (await countLargeCsv([large])).get(large)
}

describe('countLargeCsv()', () => {
  test.each(['\n', '\r\n'])('counts what DuckDB counts, on several threads, of lines that end with %j', async (end) => {
    const folder = tempFolder({ 'a.csv': manyLines(end) })
    await using engine = await openEngine()
    const described = await describeFiles(engine, [await fileIn(folder)])
    if (!described.ok) throw new Error('unreadable')
    const [span] = await measureFiles(engine, described.value, time)
    expect(await countedIn(folder)).toEqual({ ...span, columns: ['id', 't', 'x'] })
    expect(span?.rows).toBe(600_000)
  })

  test.each([
    ['a quote', '"u",2024-01-01T00:00:00,1\n'],
    ['a field more', 'u,2024-01-01T00:00:00,1,2\n'],
    ['another way to write moments', 'u,2024-01-01 00:00:00,1\n'],
    ['another line end', 'u,2024-01-01T00:00:00,1\r\n'],
    ['a NUL', 'u\0,2024-01-01T00:00:00,1\n'],
    ['an empty line', '\n'],
  ])('leaves a file to DuckDB that has %s in its last line', async (_, line) => {
    const folder = tempFolder({ 'a.csv': manyLines() })
    appendFileSync(join(folder, 'a.csv'), line)
    expect(await countedIn(folder)).toBeUndefined()
  })

  test('leaves a file to DuckDB that changed meanwhile, or is gone', async () => {
    const folder = tempFolder({ 'a.csv': manyLines('\n', 100_000) })
    const large = startLargeCsv(await fileIn(folder), planPlainCsv(time))
    if (!large) throw new Error('not plain')
    appendFileSync(join(folder, 'a.csv'), 'u,2024-01-01T00:00:00,1\n')
    expect(await countLargeCsv([large])).toEqual(new Map())
    const elsewhere = { ...large, file: { ...large.file, absolutePath: join(folder, 'b.csv'), bytes: 50_000_000 } }
    expect(await countLargeCsv([elsewhere])).toEqual(new Map())
  })

  test('stops with its signal', async () => {
    const folder = tempFolder({ 'a.csv': manyLines() })
    const large = startLargeCsv(await fileIn(folder), planPlainCsv(time))
    const controller = new AbortController()
    const counting = countLargeCsv(large ? [large] : [], controller.signal)
    controller.abort(new Error('enough'))
    await expect(counting).rejects.toThrow('enough')
  })
})

describe('startLargeCsv()', () => {
  test('leaves a file to DuckDB whose first lines tell too little', async () => {
    expect(
      startLargeCsv(await fileIn(tempFolder({ 'a.csv': 'id,t,x\nu,2024-01-01T00:00:00,1\n' })), planPlainCsv(time)),
    ).toBe(undefined)
  })
})

describe('countCsvPiece()', () => {
  test('counts each line once, wherever the pieces part, or says that they are not plain', () => {
    const line = fc.constantFrom('2024-01-01,a', '2023-05-06,', '2025-12-31,ää', 'x', ',', '', '"2024-01-01",a')
    const end = fc.constantFrom('\n', '\r\n')
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 12 }),
        end,
        fc.boolean(),
        fc.array(fc.nat(200)),
        (lines, newline, isEnded, cuts) => {
          const header = `t,x${newline}`
          const body = lines.join(newline) + (isEnded ? newline : '')
          const absolutePath = join(tempFolder({ 'a.csv': header + body }), 'a.csv')
          const plan = { delimiter: ',', fields: 2, time: { field: 0, type: 'date' } } as const
          const whole = plainCsv(plan)
          const isPlain = whole.take(Buffer.from(body))

          const bodyStart = header.length
          const size = statSync(absolutePath).size
          const inside = cuts.map((cut) => bodyStart + cut).filter((cut) => cut < size)
          const bounds = [...new Set([bodyStart, ...inside, size])].sort((a, b) => a - b)
          const parts = bounds.slice(1).map((to, i) => {
            return countCsvPiece({ absolutePath, plan, bodyStart, start: bounds[i] ?? 0, end: to })
          })
          const joined = plainCsv(plan)
          const isJoined = parts.every((part) => part !== undefined && joined.add(part))
          expect(isJoined && joined.rows()).toEqual(isPlain && whole.rows())
        },
      ),
      { numRuns: 300, examples: [[['2024-01-01,a', '2024-01-01,a'], '\r\n', false, [1]]] },
    )
  })
})
