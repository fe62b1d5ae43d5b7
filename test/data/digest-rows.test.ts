import { describe, expect, it } from 'vitest'

import { checkContract } from '../../action/data/check-contract.ts'
import { describeFiles } from '../../action/data/describe-files.ts'
import { openEngine } from '../../action/data/engine.ts'
import { findSourceFiles } from '../../action/data/find-source-files.ts'
import { quoteText } from '../../action/data/quote.ts'
import type { ContractRule } from '../../action/project/contract.ts'
import { contractOf } from '../support/contract.ts'
import { tempFolder } from '../support/temp-folder.ts'

const rows = 300_000
/** In a file whose rows start at `first`. */
const broken = [5, 130_000, 250_000, 299_999]

/** Two files of rows enough for several threads, of which a few rows break everything. */
async function checkLarge(format: 'csv' | 'parquet' | 'json', allowed: number) {
  const folder = tempFolder()
  await using engine = await openEngine({ threads: 4 })
  for (const [name, first] of [
    ['a', 0],
    ['b', rows],
  ] as const) {
    const isBroken = `(i - ${first}) IN (${broken.join(', ')})`
    await engine.run(
      `COPY (SELECT CASE WHEN ${isBroken} THEN 'x' || (i % 1000) ELSE 'u' || i END AS id,
         CASE WHEN ${isBroken} THEN 'zz' ELSE 'v' || (i % ${allowed}) END AS code,
         CASE WHEN ${isBroken} THEN '-' ELSE 'yes' END AS flag FROM range(${first}, ${first + rows}) t(i))
       TO ${quoteText(`${folder}/${name}.${format}`)} (FORMAT ${format}${format === 'parquet' ? ', ROW_GROUP_SIZE 20000' : ''})`,
    )
  }
  const files = await describeFiles(engine, await findSourceFiles(folder, ['*']))
  if (!files.ok) throw new Error(JSON.stringify(files.diagnostics))
  const base = contractOf({ id: 'string', code: 'string', flag: 'boolean' })
  const rules: Record<string, ContractRule[]> = {
    id: [{ kind: 'unique', line: 1 }],
    code: [{ kind: 'allowed', values: Array.from({ length: allowed }, (_, i) => `v${i}`), line: 2 }],
  }
  const columns = base.columns.map((column) => ({ ...column, rules: rules[column.name] ?? [] }))
  const { checks } = await checkContract(engine, files.value, { ...base, columns }, { maxSamples: 5 })
  const failing = checks.filter(({ outcome }) => outcome === 'fail')
  return Object.fromEntries(
    failing.map(({ column, failing: count, samples }) => [
      column,
      [count, samples.map(({ file, row, value }) => `${file} ${row} ${value}`)],
    ]),
  )
}

describe('digestRows()', () => {
  it.each(['csv', 'parquet', 'json'] as const)(
    'finds rows where they stand, of many threads, in %s',
    async (format) => {
      for (const allowed of [6, 100]) {
        const first = [6, 130_001, 250_001, 300_000].map((row) => `a.${format} ${row}`)
        expect(await checkLarge(format, allowed)).toEqual({
          // x0 stands in rows 130,000 and 250,000, x5 and x999 once, each in both files.
          id: [
            5,
            [130_001, 250_001]
              .flatMap((row) => [`a.${format} ${row} x0`])
              .concat(
                [130_001, 250_001].map((row) => `b.${format} ${row} x0`),
                `a.${format} 6 x5`,
              ),
          ],
          code: [8, [...first, `b.${format} 6`].map((place) => `${place} zz`)],
          flag: [8, [...first, `b.${format} 6`].map((place) => `${place} -`)],
        })
      }
    },
  )

  it.each([
    ['csv', 4],
    ['parquet', 4],
    ['parquet', 3000],
  ] as const)('finds rows of a %s file with a column called number, %i of which repeat', async (format, repeating) => {
    const folder = tempFolder()
    await using engine = await openEngine()
    await engine.run(
      `COPY (SELECT CASE WHEN i < ${repeating} THEN 7000 + i // 2 ELSE 100000 + i END AS number, i % 2 AS file,
         CASE WHEN i = 2 THEN -1 ELSE 1 END AS plus FROM range(5000) t(i))
       TO ${quoteText(`${folder}/a.${format}`)} (FORMAT ${format})`,
    )
    const files = await describeFiles(engine, await findSourceFiles(folder, ['*']))
    if (!files.ok) throw new Error(JSON.stringify(files.diagnostics))
    const base = contractOf({ number: 'integer', plus: 'integer' })
    const rules: Record<string, ContractRule[]> = {
      number: [{ kind: 'unique', line: 1 }],
      plus: [{ kind: 'minimum', limit: 0, isExclusive: false, line: 2 }],
    }
    const columns = base.columns.map((column) => ({ ...column, rules: rules[column.name] ?? [] }))
    const { checks } = await checkContract(engine, files.value, { ...base, columns })
    const shown = checks
      .filter(({ outcome }) => outcome === 'fail')
      .map(({ failing, samples }) => [failing, ...samples.map(({ row, value }) => `${row}: ${value}`)])
    expect(shown).toEqual([
      [repeating / 2, '1: 7000', '2: 7000', '3: 7001'],
      [1, '3: -1'],
    ])
  })
})
