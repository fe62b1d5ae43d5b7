import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { expect, test } from 'vitest'

import { packageFolder } from '../../action/base/package-folder.ts'
import { findNamedFiles } from '../../action/data/find-named-files.ts'
import { compareSamples } from '../../action/pipeline/compare-samples.ts'

const folder = resolve(packageFolder(), process.env['PLUMBLINE_TEST_DATA'] ?? '../shared/data', 'acs-employment')
const rule = { effect: 0.1, fdr: 0.05, limits: {}, weights: {} }

interface Found {
  readonly year: number
  readonly column: string
  readonly effect: number
  readonly p: number
  readonly adjusted: number
}

test.each([2016, 2017, 2018])(
  'the people of %i drift from those of 2015 as pandas and SciPy find',
  {
    timeout: 120_000,
  },
  async (year) => {
    const text = readFileSync(join(packageFolder(), 'test/oracle/acs-drift.json'), 'utf8')
    const expected = (JSON.parse(text) as { found: Found[] }).found.filter((one) => one.year === year)
    const [reference, current] = await Promise.all(
      [2015, year].map(async (of) => await findNamedFiles(folder, `people-${of}.parquet`)),
    )
    const compared = await compareSamples(reference ?? [], current ?? [], rule)
    if (!compared.ok) throw new Error(JSON.stringify(compared.diagnostics))
    const { columns, verdict } = compared.value
    const judged = columns.filter((column) => column.verdict !== 'not judged')
    const told = judged.map(({ name, verdict: own, rows: [values] }) => [
      name,
      { effect: values?.effect.toFixed(9), p: values?.pValue.toPrecision(9), verdict: own },
    ])
    const found = expected.map(({ column, effect, p, adjusted }) => [
      column,
      {
        effect: effect.toFixed(9),
        p: p.toPrecision(9),
        verdict: adjusted > 0.05 ? 'no drift' : effect >= 0.1 ? 'drift' : 'notable',
      },
    ])
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(found))
    // The year itself, which is one value of each file, and no column of what people are.
    expect(judged.filter((column) => column.verdict === 'drift').map(({ name }) => name)).toEqual(['year'])
    expect([verdict, columns.length - judged.length]).toEqual(['notable', 1])
  },
)
