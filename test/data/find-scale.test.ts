import { describe, expect, it } from 'vitest'

import { checkContract } from '../../action/data/check-contract.ts'
import { describeFiles } from '../../action/data/describe-files.ts'
import { openEngine } from '../../action/data/engine.ts'
import { chooseScale, scalesOf, withScales } from '../../action/data/find-scale.ts'
import { findSourceFiles } from '../../action/data/find-source-files.ts'
import { quoteText } from '../../action/data/quote.ts'
import { wordScale } from '../../action/report/word-contract.ts'
import { contractOf } from '../support/contract.ts'
import { tempFolder } from '../support/temp-folder.ts'

async function scaleOf(good: readonly number[], bad: readonly number[]) {
  const base = contractOf({ w: 'number' })
  const rules = [
    { kind: 'minimum', limit: 1, isExclusive: false, line: 1 },
    { kind: 'maximum', limit: 50, isExclusive: false, line: 1 },
  ] as const
  const contract = { ...base, columns: base.columns.map((column) => ({ ...column, rules })) }
  await using engine = await openEngine({ threads: 1 })
  const folder = tempFolder({
    'a.csv': `w\n${good.join('\n')}\n`,
    'b.csv': `x;w\n${bad.map((w) => `;${w}`).join('\n')}\n`,
  })
  const files = await describeFiles(engine, await findSourceFiles(folder, ['*.csv']))
  if (!files.ok) throw new Error('unreadable')
  const { checks } = await checkContract(engine, files.value, contract)
  const reread = withScales(checks, await scalesOf(engine, files.value, contract, checks))
  // The same of values that were kept when the rows were read.
  expect((await checkContract(engine, files.value, contract, { findsScales: true })).checks).toEqual(reread)
  return reread.flatMap(({ scale }) => (scale ? [scale] : []))
}

const good = Array.from({ length: 200 }, (_, i) => 10 + (i % 30))

describe('scalesOf()', () => {
  it.each([10, 100, 1000])('tells values that are %d times too large', async (factor) => {
    const bad = Array.from({ length: 36 }, (_, i) => (12 + (i % 20)) * factor)
    expect(await scaleOf(good, [...bad, 9e9])).toEqual([{ factor, plausible: 36, of: 37 }])
  })

  it.each([100, 1000])('tells values that are %d times too small', async (factor) => {
    const bad = Array.from({ length: 36 }, (_, i) => (12 + (i % 20)) / factor)
    expect(await scaleOf(good, bad)).toEqual([{ factor: 1 / factor, plausible: 36, of: 36 }])
  })

  it('says nothing of a few outliers, or of values that no factor explains', async () => {
    expect(await scaleOf(good, [12_000, 15_000])).toEqual([])
    expect(
      await scaleOf(
        good,
        Array.from({ length: 40 }, (_, i) => 10 ** (2 + (i % 9))),
      ),
    ).toEqual([])
    expect(await scaleOf([10, 12], [12_000, 15_000, 16_000])).toEqual([])
  })

  it('takes what lies just outside for values of the same unit', async () => {
    const near = Array.from({ length: 40 }, (_, i) => 51 + (i % 9))
    expect(await scaleOf(good, near)).toEqual([])
  })
})

describe('scalesOf() of many rows', () => {
  it.each([
    ['csv', 99_900],
    ['parquet', 99_900],
    // So few good ones that a sample would hold hardly one.
    ['csv', 25],
    ['parquet', 25],
  ] as const)('tells the unit in a %s file of which %i of 100,000 rows are good', async (format, goodRows) => {
    const folder = tempFolder()
    await using engine = await openEngine()
    await engine.run(
      `COPY (SELECT CASE WHEN i % 100000 < ${goodRows} THEN 10.0 + i % 100000 % 30 ELSE 1000 * (12.0 + i % 20) END AS w
         FROM range(7, 100007) t(i)) TO ${quoteText(`${folder}/a.${format}`)} (FORMAT ${format})`,
    )
    const files = await describeFiles(engine, await findSourceFiles(folder, ['*']))
    if (!files.ok) throw new Error(JSON.stringify(files.diagnostics))
    const base = contractOf({ w: 'number' })
    const rules = [{ kind: 'maximum', limit: 50, isExclusive: false, line: 1 }] as const
    const contract = { ...base, columns: base.columns.map((column) => ({ ...column, rules })) }
    const { checks } = await checkContract(engine, files.value, contract, { findsScales: true })
    const of = 100_000 - goodRows
    expect(checks.flatMap(({ scale }) => scale ?? [])).toEqual([{ factor: 1000, plausible: of, of }])
  })
})

describe('chooseScale()', () => {
  it('takes the factor that brings the medians together', () => {
    const plausible = [
      [100, 50],
      [1000, 50],
    ] as const
    expect(chooseScale({ good: 100, bad: 50, goodMedian: 10, badMedian: 9000, plausible })?.factor).toBe(1000)
  })
})

describe('wordScale()', () => {
  it.each([
    ['weight_kg', 1000, 'likely grams: 36 of 37 are plausible after ÷ 1000'],
    ['weight_kg', 10, 'likely another unit: 36 of 37 are plausible after ÷ 10'],
    ['weight', 1 / 1000, 'likely another unit: 36 of 37 are plausible after × 1000'],
    ['length_m', 1 / 1000, 'likely kilometres: 36 of 37 are plausible after × 1000'],
  ])('words %s by %d', (column, factor, words) => {
    expect(wordScale(column, { factor, plausible: 36, of: 37 })).toBe(words)
  })
})
