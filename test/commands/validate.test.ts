import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { validate } from '../../action/commands/validate.ts'
import { openEngine } from '../../action/data/engine.ts'
import { contextIn } from '../support/command-context.ts'
import { pinData } from '../support/pin-data.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { validateInputs } from '../support/validate-inputs.ts'

const project = `version: 1
model: { name: parcels, task: binary, target: late, positive: 1, id: parcel }
data: { source: data/*.csv, contract: contract.yaml }
stages:
  features: { sql: features.sql }
  train: { needs: [features], run: python train.py, out: { model: model.skops } }
  predict: { needs: [features, train], run: python predict.py }
`

const contract = `apiVersion: v3.1.0
kind: DataContract
id: parcels
version: 1.0.0
status: active
schema:
  - name: parcels
    properties:
      - { name: parcel, logicalType: string, required: true, unique: true }
      - { name: weight, logicalType: number, logicalTypeOptions: { minimum: 0, maximum: 50 } }
      - name: region
        logicalType: string
        required: true
      - { name: late, logicalType: integer }
`

function month(prefix: string, header: string, weight = (i: number) => i % 40): string {
  const rows = Array.from(
    { length: 200 },
    (_, i) => `${prefix}${i},${weight(i)},${'NSEWC'[(i * i) % 5]},${i % 3 === 0 ? 1 : 0}`,
  )
  return `${header}\n${rows.join('\n')}\n`
}

const good = 'parcel,weight,region,late'

function folderWith(files: Readonly<Record<string, string>>): string {
  return tempFolder({ 'plumbline.yaml': project, 'contract.yaml': contract, ...files })
}

async function run(folder: string, accept: readonly string[] = [], more: Partial<typeof validateInputs> = {}) {
  const outcome = await validate.run({ ...validateInputs, 'accept-rename': accept, ...more }, contextIn(folder))
  const result = outcome.kind === 'diagnosed' ? outcome.result : outcome.result
  return { outcome, text: result ? (await validate.report(result)).text : '' }
}

describe('validate', () => {
  it.each([
    ['sum(case when prediction = late then price', /^Cannot measure "profit": .*syntax error/],
    ['price * 2', /^Cannot measure "profit": it aggregates nothing; expected exactly one aggregate/],
    ['avg(price), sum(price)', /^Cannot measure "profit": it is more than one expression/],
    ['avg(price * random())', /^Cannot measure "profit": it depends on the clock, on chance/],
    ["(select max(x) from read_csv('/etc/passwd'))", /^Cannot measure "profit": it reads something other/],
  ])('looks at a metric of its own as it is written: %s', async (sql, message) => {
    const metrics = `metrics:\n  profit: { sql: ${JSON.stringify(sql)}, better: higher }\n`
    const folder = folderWith({ 'plumbline.yaml': project + metrics, 'data/1.csv': month('a', good) })
    const { outcome } = await run(folder)
    const diagnostics = outcome.kind === 'diagnosed' ? outcome.diagnostics : []
    expect(diagnostics).toEqual([
      expect.objectContaining({ code: 'performance/sql-metric', file: 'plumbline.yaml', line: 9 }),
    ])
    expect(diagnostics[0]?.message).toMatch(message)
  })

  it('passes a metric of its own that names what only a log knows', async () => {
    const metrics = 'metrics: { profit: { sql: "avg(case when p > 0.5 then price end)", better: higher } }\n'
    const folder = folderWith({ 'plumbline.yaml': project + metrics, 'data/1.csv': month('a', good) })
    expect((await run(folder)).outcome).toMatchObject({ kind: 'done' })
  })

  it('leads to a snapshot, or to a run where the same files are pinned', async () => {
    const folder = folderWith({ 'data/1.csv': month('a', good) })
    const next = async () => {
      const outcome = await validate.run(validateInputs, contextIn(folder))
      return outcome.kind === 'done' ? (await validate.report(outcome.result)).next : outcome.kind
    }
    expect(await next()).toBe('plumbline snapshot   then   plumbline run')
    await pinData(folder)
    expect(await next()).toBe('plumbline run')
    writeFileSync(join(folder, 'data/2.csv'), month('b', good))
    expect(await next()).toBe('plumbline snapshot   then   plumbline run')
  })

  it('passes data that keeps its contract', async () => {
    const { outcome, text } = await run(folderWith({ 'data/1.csv': month('a', good) }))
    expect(outcome.kind).toBe('done')
    expect(text).toMatch(/^PASS {2}contract\.yaml: all 13 checks hold · data\/1\.csv · 200 rows/)
  })

  it('names the renamed column, and everything else that is wrong, in one run', async () => {
    const folder = folderWith({
      'data/1.csv': month('a', good),
      'data/2.csv': month('b', 'parcel,weight,state,late', (i) => (i === 7 ? 1250 : i % 40)),
    })
    const { outcome, text } = await run(folder)
    expect(outcome).toMatchObject({
      kind: 'diagnosed',
      diagnostics: [
        { code: 'contract/maximum', file: 'contract.yaml', line: 10 },
        {
          code: 'contract/missing-column',
          line: 11,
          remedy: expect.stringMatching(
            /holds the same \d values in the same shares \(distance 0\): a rename is likely/,
          ),
        },
      ],
    })
    expect(text).toMatch(/^FAIL {2}contract\.yaml: 2 of 13 checks fail/)
    expect(text).toContain('→ to accept it:  plumbline validate --accept-rename region=state')
    expect(text).toContain('data/2.csv row 8: 1250')
  })

  it('accepts a rename as one line in the contract, and then both months read as one', async () => {
    const folder = folderWith({ 'data/1.csv': month('a', good), 'data/2.csv': month('b', 'parcel,weight,state,late') })
    expect((await run(folder, ['region=state'])).outcome.kind).toBe('done')
    const written = readFileSync(join(folder, 'contract.yaml'), 'utf8')
    expect(written.split('\n')).toHaveLength(contract.split('\n').length + 1)
    expect((await run(folder, ['region=state'])).outcome.kind).toBe('done')
    expect(readFileSync(join(folder, 'contract.yaml'), 'utf8')).toBe(written)
  })

  it.each([
    [['region'], /it has no "="/, /old name/],
    [['regoin=state'], /"regoin" is no column/, /Did you mean "region"/],
    [['region=weight'], /"weight" is the column "weight" already/, /new/],
  ])('refuses to accept %j and leaves the contract alone', async (pairs, message, remedy) => {
    const folder = folderWith({ 'data/1.csv': month('a', good) })
    const refusal = await run(folder, pairs).then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(refusal).toMatchObject({
      code: 'cli/bad-input',
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(remedy),
    })
    expect(readFileSync(join(folder, 'contract.yaml'), 'utf8')).toBe(contract)
  })

  it('finds what a column held in the pinned snapshot where no present file holds it', async () => {
    const { createHash } = await import('node:crypto')
    const old = month('a', good)
    const sha = createHash('sha256').update(old).digest('hex')
    const folder = folderWith({
      'old/1.csv': old,
      'data/2.csv': month('b', 'parcel,weight,state,late'),
      'data.lock.yaml': `version: 1\nuntil: null\nfeatures:\n  - ${sha}  ${Buffer.byteLength(old)}  old/1.csv\n`,
    })
    const { text } = await run(folder)
    expect(text).toContain('a rename is likely')
  })

  it('checks labels that arrive in files of their own', async () => {
    const apart = project.replace(
      'contract: contract.yaml',
      'contract: contract.yaml, labels: { source: labels/*.csv, delay: 1d }',
    )
    const folder = folderWith({
      'plumbline.yaml': apart,
      'data/1.csv': 'parcel,weight,region\na,1,N\n',
      'labels/1.csv': 'parcel,late\na,soon\n',
    })
    expect((await run(folder)).outcome).toMatchObject({ diagnostics: [{ code: 'contract/type', line: 14 }] })
  })

  it('says what is wrong with files that cannot be read at all', async () => {
    expect((await run(folderWith({ 'data/1.csv': '' }))).outcome).toMatchObject({
      kind: 'diagnosed',
      diagnostics: [{ code: 'data/empty-file', file: 'data/1.csv' }],
    })
    await expect(run(folderWith({}))).rejects.toMatchObject({ code: 'data/no-files' })
    expect((await run(tempFolder({}))).outcome).toMatchObject({ diagnostics: [{ file: 'plumbline.yaml' }] })
  })

  it('says that two columns may be swapped', async () => {
    const places = contract
      .replace('maximum: 50 }', 'maximum: 60 }')
      .replace(
        '      - name: region',
        '      - { name: lon, logicalType: number, logicalTypeOptions: { maximum: 20 } }\n      - name: region',
      )
    const rows = (prefix: string, line: (i: number) => string) =>
      `parcel,weight,lon,region,late\n${Array.from({ length: 200 }, (_, i) => `${prefix}${i},${line(i)},N,${i % 2}\n`).join('')}`
    const heavy = (i: number) => 40 + (i % 15)
    const folder = folderWith({
      'data/1.csv': rows('a', (i) => `${heavy(i)},${i % 9}`),
      'data/2.csv': rows('b', (i) => `${i % 9},${heavy(i)}`),
    })
    writeFileSync(join(folder, 'contract.yaml'), places)
    const { outcome, text } = await run(folder)
    expect(text).toContain('"weight" and "lon" may be swapped: each holds what the other held (distance 0).')
    const diagnostics = outcome.kind === 'diagnosed' ? outcome.diagnostics : []
    expect(diagnostics.map(({ remedy }) => remedy)).toEqual([expect.stringMatching(/may be swapped/)])
  })

  it('holds the files of a request against what serving promises', async () => {
    const apart = project.replace(
      'contract: contract.yaml',
      'contract: contract.yaml, labels: { source: labels/*.csv, delay: 1d }',
    )
    const files = { 'data/request.csv': 'parcel,weight,region\na,1,N\na,60,S\n' }
    const folder = folderWith({ ...files, 'plumbline.yaml': apart })
    const { outcome, text } = await run(folder, [], { environment: 'serving' })
    expect(outcome).toMatchObject({ kind: 'diagnosed', diagnostics: [{ code: 'contract/maximum' }] })
    expect(text).toContain('for serving · data/request.csv')
    expect(text).not.toContain('Nothing was trained')
    const whole = await run(folderWith(files))
    expect(whole.outcome).toMatchObject({
      diagnostics: [{ code: 'contract/unique' }, { code: 'contract/maximum' }, { code: 'contract/missing-column' }],
    })
    await expect(run(folder, [], { environment: 'servnig' })).rejects.toMatchObject({
      remedy: 'Did you mean "serving"?',
    })
  })

  it('calls no column of another environment new', async () => {
    const folder = folderWith({ 'data/1.csv': month('a', good) })
    const { outcome, text } = await run(folder, [], { environment: 'serving' })
    expect(outcome.kind).toBe('done')
    expect(text).not.toContain('New, not in the contract')
  })

  it('writes JUnit XML that holds each check, its place and nothing that breaks the XML', async () => {
    const hostile = contract.replace(
      '- { name: late,',
      '- { name: "<la&te>\\u0001\\"]]>", logicalType: integer }\n      - { name: late,',
    )
    const folder = folderWith({
      'contract.yaml': hostile,
      'data/1.csv': month('a', good, (i) => (i === 7 ? 1250 : i % 40)),
    })
    await run(folder, [], { junit: 'out/checks.xml' })
    const xml = readFileSync(join(folder, 'out/checks.xml'), 'utf8')
    const { tests, failures, skipped } =
      /<testsuite [^>]*tests="(?<tests>\d+)" failures="(?<failures>\d+)" errors="0" skipped="(?<skipped>\d+)"/.exec(xml)
        ?.groups ?? {}
    expect([Number(tests), failures, skipped]).toEqual([xml.split('<testcase').length - 1, '2', '1'])
    expect(xml).toContain('name="weight: maximum, line 10" file="contract.yaml" line="10"')
    expect(xml).toContain('data/1.csv row 8: 1250</failure>')
    expect(xml).toContain('name="&#60;la&#38;te&#62;&#34;]]&#62;: present')
    // oxlint-disable-next-line no-control-regex -- XML may hold none of them
    expect(xml).not.toMatch(/[\u0000-\u0009\u000B-\u001F]/)
    expect(tagsBalance(xml)).toBe(true)
  })

  it('writes what cannot be read at all as errors', async () => {
    const folder = folderWith({ 'data/1.csv': '' })
    await run(folder, [], { junit: 'checks.xml' })
    expect(readFileSync(join(folder, 'checks.xml'), 'utf8')).toMatch(
      /tests="1" failures="0" errors="1"[^]*<testcase classname="data\/1.csv"[^]*<error message="Cannot read[^]*type="data\/empty-file"/,
    )
  })

  it('writes all failing rows, once a broken promise, without the values of a classified column', async () => {
    const secret = contract.replace(
      'logicalType: string, required: true, unique: true',
      'logicalType: string, classification: restricted, unique: true',
    )
    const folder = folderWith({
      'contract.yaml': secret,
      'data/1.csv': `${good}\nsecret1,60,N,1\nsecret2,5,N,0\nsecret1,-1,,x\n`,
    })
    await run(folder, [], { 'failing-rows': 'failing.parquet' })
    const rows = await readParquet(join(folder, 'failing.parquet'), '_line, _row, _check')
    expect(
      rows.map((row) => ['_check', '_line', '_file', '_row', 'weight'].map((name) => String(row[name])).join(' ')),
    ).toEqual([
      'parcel unique 9 data/1.csv 1 60',
      'parcel unique 9 data/1.csv 3 -1',
      'weight maximum 10 data/1.csv 1 60',
      'weight minimum 10 data/1.csv 3 -1',
      'region required 13 data/1.csv 3 -1',
      'late type 14 data/1.csv 3 -1',
    ])
    expect(readFileSync(join(folder, 'failing.parquet')).includes('secret')).toBe(false)
  })

  it('writes no rows where all promises hold, and refuses another format', async () => {
    const folder = folderWith({ 'data/1.csv': month('a', good) })
    await run(folder, [], { 'failing-rows': 'failing.parquet' })
    expect(await readParquet(join(folder, 'failing.parquet'), '_line')).toEqual([])
    await expect(run(folder, [], { 'failing-rows': 'failing.csv' })).rejects.toMatchObject({ code: 'cli/bad-input' })
  })
})

async function readParquet(file: string, order: string) {
  await using engine = await openEngine()
  return await engine.query(`SELECT * FROM read_parquet($1) ORDER BY ${order}`, [file])
}

/** Whether every element that opens also closes, in order. */
function tagsBalance(xml: string): boolean {
  const open: string[] = []
  for (const [, slash, name = '', end] of xml.matchAll(/<(\/?)([a-z-]+)[^<>]*?(\/?)>/g)) {
    if (slash === '/' && open.pop() !== name) return false
    if (slash === '' && end === '') open.push(name)
  }
  return open.length === 0
}
