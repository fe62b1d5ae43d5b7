import { readdir } from 'node:fs/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type ColumnsToCompare, compareColumns } from '../../action/data/compare-columns.ts'
import { loadDuckdb } from '../../action/data/load-duckdb.ts'
import { compareSorted } from '../../action/stats/compare-sorted.ts'
import { tempFolder } from '../support/temp-folder.ts'

/** Ties, NaN, both zeros, infinite and huge numbers, of either sign. */
const numbers = [
  '(hash(i) % 1000)::DOUBLE / 8 - 20',
  "CASE WHEN i % 7 = 0 THEN 'NaN'::DOUBLE ELSE sin(i) * pow(10, i % 40) END",
  "CASE i % 5 WHEN 0 THEN -0.0 WHEN 1 THEN 0.0 WHEN 2 THEN 'Infinity'::DOUBLE WHEN 3 THEN '-Infinity'::DOUBLE ELSE i END",
  "'NaN'::DOUBLE",
  '(i % 3)::DOUBLE',
  'ln(1 + i)',
  '-i::DOUBLE',
]
const asked: ColumnsToCompare = {
  reference: { relation: 'range(0, 9000) t(i)', rows: 9000, numbers },
  current: { relation: 'range(4000, 9001) t(i)', rows: 5001, numbers },
}

let connections: DuckDBConnection[] = []
let close = () => {}

beforeAll(async () => {
  const { DuckDBInstance } = await loadDuckdb()
  const instance = await DuckDBInstance.create(':memory:')
  connections = [await instance.connect(), await instance.connect()]
  close = () => {
    for (const one of connections) one.closeSync()
    instance.closeSync()
  }
})
afterAll(() => close())

async function sortedColumn({ relation }: { readonly relation: string }, sql: string): Promise<Float64Array> {
  const reader = await connections[0]?.runAndReadAll(`SELECT ${sql} FROM ${relation}`)
  const values = (reader?.getColumns()[0] ?? []) as number[]
  return Float64Array.from(values.filter((value) => !Number.isNaN(value)).map((value) => value + 0)).sort()
}

describe('compareColumns', () => {
  it.each([
    { numbersAtOnce: 9000, maxThreads: 0 },
    { numbersAtOnce: 27_000, maxThreads: 0 },
    { numbersAtOnce: 9000, maxThreads: 3 },
    { numbersAtOnce: 27_000, maxThreads: 2 },
    { numbersAtOnce: 9_000_000, maxThreads: 3 },
    { mostRows: 8999, rowsAtOnce: 100_000 },
    { mostRows: 8999, rowsAtOnce: 1000 },
    { mostRows: 0, rowsAtOnce: 7 },
  ])('finds the same of %o, in the order that was asked for', async (limits) => {
    const folder = tempFolder()
    const expected = []
    for (const sql of numbers) {
      const [reference, current] = [await sortedColumn(asked.reference, sql), await sortedColumn(asked.current, sql)]
      expected.push(compareSorted(reference, current))
    }
    expect(await compareColumns(connections, asked, folder, { numbersWorthAThread: 1, ...limits })).toEqual(expected)
  })

  it('throws what the engine says of a column further down, and answers the next question', async () => {
    const folder = tempFolder()
    const failing = { ...asked.current, numbers: numbers.map((sql, i) => (i === 5 ? "error('no')::DOUBLE" : sql)) }
    const limits = { numbersAtOnce: 9000, maxThreads: 2, numbersWorthAThread: 1 }
    await expect(compareColumns(connections, { ...asked, current: failing }, folder, limits)).rejects.toThrow('no')
    expect(await compareColumns(connections, asked, folder, limits)).toHaveLength(numbers.length)
  })

  it('leaves no file behind, and one that fails neither', async () => {
    const folder = tempFolder()
    const failing = { ...asked.current, numbers: numbers.map((sql, i) => (i === 5 ? "error('no')::DOUBLE" : sql)) }
    const limits = { mostRows: 0, rowsAtOnce: 500 }
    await expect(compareColumns(connections, { ...asked, current: failing }, folder, limits)).rejects.toThrow('no')
    expect(await readdir(folder)).toEqual([])
    await compareColumns(connections, asked, folder, limits)
    expect(await readdir(folder)).toEqual([])
  })
})
