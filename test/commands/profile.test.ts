import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, it } from 'vitest'

import { profile } from '../../action/commands/profile.ts'
import { runCommand, settle } from '../../action/commands/settle.ts'
import type { ProfileReport } from '../../action/report/report-profile.ts'
import { jsonEnding } from '../../action/report/word-ending.ts'
import { contextIn } from '../support/command-context.ts'
import { schemaOf } from '../support/result-schema.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { tinyProject } from '../support/tiny-project.ts'

const isValid = schemaOf('profile')

async function run(folder: string, data: readonly string[], time?: string) {
  const context = contextIn(folder)
  const ending = await settle(() => runCommand(profile, { data, time }, context), context.signal)
  const text = jsonEnding('profile', ending)
  const json = JSON.parse(text) as { result?: ProfileReport; diagnostics?: { code: string; message: string }[] }
  expect(isValid(json) ? [] : isValid.errors).toEqual([])
  const report = ending.kind === 'fault' ? undefined : ending.report
  const of = (name: string) => json.result?.columns.find((column) => column.name === name)
  return { ending, text, ...json, of, words: report?.text ?? '', markdown: report?.markdown ?? '' }
}

function csv(header: string, rows: number, line: (i: number) => string): string {
  return [header, ...Array.from({ length: rows }, (_, i) => line(i)), ''].join('\n')
}

async function writeParquet(file: string, select: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(`COPY (${select}) TO '${file}' (FORMAT parquet)`)
  connection.closeSync()
  instance.closeSync()
}

describe('profile', () => {
  it('says what is odd first, then what each column holds', async () => {
    const day = (i: number) =>
      new Date(Date.UTC(2024, 0, 1 + Math.floor(i / 40) + (i >= 2000 ? 9 : 0))).toISOString().slice(0, 10)
    const folder = tempFolder({
      'a.csv': csv('id,weight,region,when,unit,empty,grams', 4000, (i) => {
        const weight = (i * 37) % 500
        return `p-${i},${weight / 10},${'NNSE'[i % 4]},${day(i)},kg,,${weight * 100}`
      }),
    })
    const { words, markdown, result, of } = await run(folder, ['a.csv'])
    expect(words).toMatch(
      /^3 OF 7 COLUMNS TO LOOK AT {2}id looks like an id · unit is constant · empty holds nothing\n/,
    )
    expect(words).toContain('a.csv · 4,000 rows × 7 columns')
    expect(words).toContain(
      'when: 2024-01-01 … 2024-04-18 · 9 days without rows, from 2024-02-20 to 2024-02-29 the longest',
    )
    expect(words).toContain('no row twice')
    expect(words).toContain('weight and grams go together: r 1')
    expect(words).toMatch(/region +text +– +3 +1 character +N 50 %, E 25 %, S 25 %/)
    expect(markdown).toMatch(/^## 3 of 7 columns to look at\n/)
    expect(markdown).toMatch(/\| +`unit` +\| +text +\|/)
    expect(of('weight')).toMatchObject({ kind: 'number', missing: 0, distinct: { count: 500, error: 0 } })
    expect(of('weight')?.numbers).toMatchObject({
      mean: 24.95,
      zeros: 8,
      values: { top: [], others: { values: 500, rows: 4000 } },
    })
    expect(of('id')?.texts?.shapes.top).toEqual([{ value: 'a-9', rows: 4000 }])
    expect(result).toMatchObject({ rows: 4000, time: 'when', minCount: 20, isSampled: false })
  })

  it('shows no value of fewer than twenty rows', async () => {
    const folder = tempFolder({
      'a.csv': csv('name,pay,town,born', 60, (i) => {
        const year = 1950 + i
        return `Canary${i},${100_003 + i * 1777},${i < 40 ? 'Common' : `Rare${i}`},${year}-03-17`
      }),
    })
    const { text, words, markdown, of } = await run(folder, ['a.csv'])
    for (const shown of [text, words, markdown]) {
      expect(shown).toContain('Common')
      for (let i = 0; i < 60; i += 1) {
        expect(shown).not.toContain(`Canary${i}`)
        expect(shown).not.toContain(String(100_003 + i * 1777))
        expect(shown).not.toContain(`${1950 + i}-03-17`)
      }
      expect(shown).not.toContain('Rare')
    }
    expect(of('town')?.texts?.values).toEqual({
      top: [{ value: 'Common', rows: 40 }],
      others: { values: 20, rows: 20 },
    })
    const few = await run(
      tempFolder({ 'b.csv': csv('pay,name,day', 19, (i) => `${100_003 + i},x${i},2024-01-0${1 + (i % 9)}`) }),
      ['b.csv'],
    )
    expect(few.of('pay')?.numbers).toMatchObject({ mean: null, deviation: null, quantiles: [] })
    expect(few.of('name')?.texts).toMatchObject({ lengths: null, shapes: { top: [] } })
    expect(few.of('day')?.times).toMatchObject({ first: null, last: null })
    expect(few.text).not.toContain('2024-01')
  })

  it('in a project profiles its first source by its contract, and shows no value of classified columns', async () => {
    const { folder, write } = await tinyProject()
    write('plumbline.yaml', (await tinyYamlWithContract()).replace(/$/, '\nprivacy: { min-count: 5 }\n'))
    write('contract.yaml', contract)
    const { result, of, words, text } = await run(folder, [])
    expect(result).toMatchObject({ data: 'data/*.csv', rows: 400, minCount: 5, time: 'shipped_at' })
    expect(of('region')).toMatchObject({ isClassified: true, distinct: { count: 4, error: 0 }, texts: null })
    expect(of('distance_km')).toMatchObject({ isClassified: true, numbers: null })
    expect(of('late')).toMatchObject({ kind: 'text', isClassified: false })
    expect(words).toContain('classified columns show counts alone')
    expect(text).not.toMatch(/"correlations":\[\{/)
    const named = await run(folder, ['data/parcels.csv'])
    expect(named.of('region')?.texts).toBeNull()
  })

  it('reads a file of the project in its encoding, whoever names it', async () => {
    const { folder, write } = await tinyProject()
    const yaml = (await tinyYamlWithContract()).replace('data: {', 'data: { encoding: windows-1252,')
    write('plumbline.yaml', yaml)
    write('contract.yaml', contract)
    const text = csv('id,town', 80, (i) => `${i},${i % 4 === 0 ? 'Köln' : 'Zürich'}`)
    for (const file of ['data/parcels.csv', 'elsewhere.csv'])
      writeFileSync(join(folder, file), Buffer.from(text, 'latin1'))
    const named = await run(folder, ['data/parcels.csv'])
    expect(named.of('town')?.texts?.values?.top.map(({ value }) => value)).toEqual(['Zürich', 'Köln'])
    const foreign = await run(folder, ['elsewhere.csv'])
    expect(foreign.diagnostics).toMatchObject([{ code: 'data/not-utf8', file: 'elsewhere.csv' }])
  })

  it('names what is missing to begin with', async () => {
    const folder = tempFolder({ 'a.csv': csv('x,when', 30, (i) => `${i},2024-01-0${1 + (i % 9)}`) })
    const nothing = await run(folder, [])
    expect(nothing.ending).toMatchObject({ kind: 'fault', fault: { code: 'cli/missing-input' } })
    const [wrong, other] = [await run(folder, ['a.csv'], 'wen'), await run(folder, ['a.csv'], 'x')]
    expect(wrong.diagnostics?.[0]).toMatchObject({ code: 'profile/no-time', remedy: 'Did you mean "when"?' })
    expect(other.diagnostics?.[0]?.message).toContain('"x" holds no times')
    expect((await run(folder, ['a.csv'], 'when')).result?.time).toBe('when')
    expect((await run(folder, ['a.csv', 'none.csv'])).ending.kind).toBe('fault')
  })
})

describe('profile of bad input', () => {
  it('lets no bad column stop the others', async () => {
    const names = ['a"b', "x'; DROP TABLE t; --", '🦄', 'line\nend', 'SELECT', ' blank ', 'ünï']
    const folder = tempFolder({})
    const columns = [
      'NULL::DOUBLE AS nulls',
      '7 AS same',
      "CAST('inf' AS DOUBLE) AS infinite",
      "CAST('nan' AS DOUBLE) AS nan",
      'CASE WHEN i % 2 = 0 THEN -0.0 ELSE 0.0 END AS zero',
      'CASE WHEN i % 2 = 0 THEN 1e308 ELSE -1e308 END AS huge',
      "CASE WHEN i % 2 = 0 THEN 'n/a' ELSE CAST(i AS VARCHAR) END AS mixed",
      '[i, i] AS list',
      "CAST('infinity' AS TIMESTAMP) AS never",
      "TIME '10:00:00' AS clock",
      ...names.map((name) => `i % 3 AS "${name.replaceAll('"', '""')}"`),
    ]
    await writeParquet(join(folder, 'a.parquet'), `SELECT ${columns.join(', ')} FROM range(200) t(i)`)
    const { result, of, ending } = await run(folder, ['a.parquet'])
    expect(ending.kind).toBe('done')
    expect(result?.columns.map(({ name }) => name).slice(-names.length)).toEqual(names)
    const findings = Object.fromEntries((result?.columns ?? []).map((column) => [column.name, column.findings]))
    expect(findings).toMatchObject({
      nulls: [{ kind: 'nothing' }],
      same: [{ kind: 'constant' }],
      infinite: [{ kind: 'constant' }, { kind: 'infinite', rows: 200 }],
      nan: [{ kind: 'nan', rows: 200 }],
      zero: [{ kind: 'constant' }],
      never: [{ kind: 'unreadable', rows: 200 }],
      '🦄': [{ kind: 'same', column: 'a"b' }],
    })
    expect(of('zero')?.numbers).toMatchObject({ zeros: 200, values: { top: [{ value: 0, rows: 200 }] } })
    expect(of('huge')?.numbers).toMatchObject({ mean: 0, deviation: expect.closeTo(1.0025e308, -304) as number })
    expect(of('mixed')).toMatchObject({ kind: 'text', texts: { shapes: { top: [{ value: '9' }, { value: 'a/a' }] } } })
    expect(of('list')).toMatchObject({ kind: 'other', distinct: null })
  })

  it('takes columns that are called as its own questions call theirs', async () => {
    const names = ['h', 'n', 'v', 'r', 'd', 'l', 'place', 'x0', 'v0', 'd0', 'hash', 'i']
    const value = (k: number) => [
      `i % ${k + 5}`,
      `'t' || (i % ${k + 5})`,
      `DATE '2024-01-01' + CAST(i % ${k + 30} AS INTEGER)`,
    ]
    for (const kind of [0, 1, 2]) {
      const folder = tempFolder({})
      const columns = names.map((name, k) => `${value(k)[kind]} AS ${name}`)
      await writeParquet(join(folder, 'a.parquet'), `SELECT ${columns.join(', ')} FROM range(600) t(i)`)
      const { result } = await run(folder, ['a.parquet'])
      const distinct = result?.columns.map((column) => [column.name, column.distinct?.count])
      expect(distinct).toEqual(names.map((name, k) => [name, k + (kind === 2 ? 30 : 5)]))
    }
  })

  it.each([
    ['one row', 'x,y\n1,a\n', undefined],
    ['a header alone', 'x,y\n', 'data/no-rows'],
    ['nothing', '', 'data/empty-file'],
    ['a name twice', 'x,x\n1,2\n', 'data/duplicate-column'],
  ])('%s', async (_, content, code) => {
    const { ending, diagnostics } = await run(tempFolder({ 'a.csv': content }), ['a.csv'])
    expect([ending.kind, diagnostics?.[0]?.code]).toEqual([code === undefined ? 'done' : 'diagnosed', code])
  })

  it('takes 2,000 columns', async () => {
    const columns = Array.from({ length: 2000 }, (_, k) => `(i * ${k + 3}) % ${k + 7} + i / 1000 AS c${k}`)
    const folder = tempFolder({})
    await writeParquet(join(folder, 'a.parquet'), `SELECT ${columns.join(', ')} FROM range(300) t(i)`)
    const { result, words } = await run(folder, ['a.parquet'])
    expect(result?.columns).toHaveLength(2000)
    expect(words).toContain('1,800 more columns')
  }, 60_000)
})

async function tinyYamlWithContract(): Promise<string> {
  const { tinyYaml } = await import('../support/tiny-project.ts')
  return tinyYaml.replace('data: { source: data/*.csv }', 'data: { source: data/*.csv, contract: contract.yaml }')
}

const contract = `apiVersion: v3.1.0
kind: DataContract
id: parcels
version: 1.0.0
status: active
schema:
  - name: parcels
    properties:
      - { name: parcel, logicalType: string }
      - { name: shipped_at, logicalType: timestamp }
      - { name: region, logicalType: string, classification: confidential }
      - { name: distance_km, logicalType: integer, classification: confidential }
      - { name: late, logicalType: string }
`
