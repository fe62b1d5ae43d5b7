import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { type BlocksAsked, countBlocks } from '../../action/data/count-blocks.ts'
import { findNamedFiles } from '../../action/data/find-named-files.ts'
import { openSample } from '../../action/data/open-samples.ts'
import { jsonOfBlock } from '../../action/drift/column-block.ts'
import { tempFolder } from '../support/temp-folder.ts'

const dayMs = 86_400_000

const asked = (columns: BlocksAsked['columns'], more: Partial<BlocksAsked> = {}): BlocksAsked => ({
  ...{ time: 'ts', originMs: 0, blockMs: dayMs, mostBlocks: 100, mostTexts: 50 },
  ids: { numbers: 'each row has a number of its own: an id', minRows: 20 },
  columns,
  ...more,
})

async function count(files: Readonly<Record<string, string>>, named: string, what: BlocksAsked) {
  const folder = tempFolder(files)
  const opened = await openSample(await findNamedFiles(folder, named))
  if (!opened.ok) throw new Error(JSON.stringify(opened.diagnostics))
  await using sample = opened.value
  return await countBlocks(sample, what)
}

interface Row {
  readonly day: number | null
  readonly x: number | null
  readonly c: string | null
}

const csvOf = (rows: readonly Row[]) =>
  [
    'ts,x,c',
    ...rows.map(({ day, x, c }) => {
      const ts = day === null ? '' : new Date(day * dayMs + 3_600_000).toISOString()
      return [ts, x === null ? '' : String(x).replace('Infinity', 'inf'), c === null ? '' : `"${c}"`].join(',')
    }),
    '',
  ].join('\n')

const rowOf = fc.record<Row>({
  day: fc.option(fc.integer({ min: -3, max: 5 }), { freq: 8 }),
  x: fc.option(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true }), fc.constant(-0)), { freq: 5 }),
  c: fc.option(fc.constantFrom('a', 'b', 'ä', '🚚'), { freq: 5 }),
})

describe('countBlocks', () => {
  it('counts what a loop over the rows counts, whatever their order and files', async () => {
    // One row of each kind first, so that all columns are read as what they are.
    const first = { day: 0, x: 0.5, c: 'a' }
    await fc.assert(
      fc.asyncProperty(fc.array(rowOf, { maxLength: 60 }), async (others) => {
        const rows = [first, ...others]
        const columns = [{ name: 'x', as: 'number' } as const, { name: 'c', as: 'category' } as const]
        const whole = await count({ 'a.csv': csvOf(rows) }, 'a.csv', asked(columns))
        const turned = [...rows].reverse()
        const half = Math.ceil(rows.length / 2)
        const parts = {
          'b1.csv': csvOf([first, ...turned.slice(0, half)]),
          'b2.csv': csvOf([...turned.slice(half), first]),
        }
        const again = await count({ 'b.csv': csvOf([first, ...turned, first]) }, 'b.csv', asked(columns))
        expect(whole?.timelessRows).toBe(rows.filter(({ day }) => day === null).length)
        const days = [...new Set(rows.flatMap(({ day }) => (day === null ? [] : [day])))].sort((a, b) => a - b)
        expect(whole?.blocks.map(({ sinceMs }) => sinceMs / dayMs)).toEqual(days)
        for (const [index, day] of days.entries()) {
          const own = rows.filter((row) => row.day === day)
          const block = whole?.blocks[index]?.columns
          const numbers = own.flatMap(({ x }) => (x === null ? [] : [x + 0]))
          const x = block?.get('x')
          if (!x || !('values' in x) || x.values.kind !== 'number') throw new Error('x is no column of numbers')
          expect([x.rows, x.missing]).toEqual([own.length, own.length - numbers.length])
          const finite = numbers.filter(Number.isFinite).sort((a, b) => a - b)
          expect([...x.values.values]).toEqual([...new Set(finite)])
          expect(x.values.minusInfinity + x.values.plusInfinity).toBe(numbers.length - finite.length)
          const texts = new Map<string, number>()
          for (const { c } of own) if (c !== null) texts.set(c, (texts.get(c) ?? 0) + 1)
          const order = [...texts].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
          const filled = own.filter(({ c }) => c !== null).length
          expect(block?.get('c')).toEqual({
            ...{ rows: own.length, missing: own.length - filled, unreadable: 0 },
            values: { kind: 'category', values: order },
          })
        }
        const split = await count(parts, 'b*.csv', asked(columns))
        const json = (counted: typeof whole) =>
          counted?.blocks.map(({ columns: own }) =>
            [...own].map(([, one]) => ('values' in one ? jsonOfBlock(one) : one)),
          )
        expect(json(split)).toEqual(json(again))
      }),
      { numRuns: 12, seed: 7, endOnFailure: true },
    )
  })

  it('leaves numbers that all differ, and texts of which there are too many, to be no question', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => `2024-01-0${1 + (i % 3)},${i},${i / 7},t${i}`)
    const columns = ['id', 'x', 't'].map((name) => ({ name, as: name === 't' ? 'category' : 'number' }) as const)
    const text = ['ts,id,x,t', ...rows, ''].join('\n')
    const counted = await count({ 'a.csv': text }, 'a.csv', asked(columns))
    expect(counted?.blocks).toHaveLength(3)
    for (const { columns: own } of counted?.blocks ?? []) {
      expect(own.get('id')).toEqual({ because: 'each row has a number of its own: an id' })
      expect(own.get('x')).toMatchObject({ rows: 20, missing: 0, values: { kind: 'number' } })
      expect(own.get('t')).toMatchObject({ rows: 20, missing: 0, values: { kind: 'too many texts' } })
    }
  })

  it('keeps times that are none apart, and counts nothing of too many blocks', async () => {
    const text = 'ts,x\n2024-01-01,1\n,2\n2024-01-02T23:59:59.999999Z,3\n2024-01-02T22:00:00-05:00,4\n'
    const columns = [{ name: 'x', as: 'number' } as const]
    const counted = await count({ 'a.csv': text }, 'a.csv', asked(columns))
    expect(counted).toMatchObject({ rows: 3, timelessRows: 1 })
    expect(counted?.blocks.map(({ sinceMs }) => new Date(sinceMs).toISOString().slice(0, 10))).toEqual([
      '2024-01-01',
      '2024-01-02',
      '2024-01-03',
    ])
    expect(await count({ 'a.csv': text }, 'a.csv', asked(columns, { mostBlocks: 2 }))).toBeUndefined()
  })
})
