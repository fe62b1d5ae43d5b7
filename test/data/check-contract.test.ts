import { describe, expect, it } from 'vitest'
import type { CheckedContract } from '../../action/data/check-contract.ts'
import { checkContract } from '../../action/data/check-contract.ts'
import { describeFiles } from '../../action/data/describe-files.ts'
import { openEngine } from '../../action/data/engine.ts'
import { findSourceFiles } from '../../action/data/find-source-files.ts'
import { parseContract } from '../../action/project/read-contract.ts'
import { tempFolder } from '../support/temp-folder.ts'

const head = `apiVersion: v3.1.0
kind: DataContract
id: t
version: 1.0.0
status: active
schema:
  - name: t
`

async function check(
  files: Readonly<Record<string, string>>,
  properties: string,
  quality = '',
): Promise<CheckedContract> {
  const contract = parseContract('contract.yaml', `${head}${quality}    properties:\n${properties}`)
  if (!contract.ok) throw new Error(JSON.stringify(contract.diagnostics))
  await using engine = await openEngine({ threads: 1 })
  const described = await describeFiles(engine, await findSourceFiles(tempFolder(files), ['*']))
  if (!described.ok) throw new Error(JSON.stringify(described.diagnostics))
  return await checkContract(engine, described.value, contract.value)
}

function failures({ checks }: CheckedContract) {
  return checks
    .filter(({ outcome }) => outcome === 'fail')
    .map(({ column, promise, line, failing, samples }) => ({
      check: `${column} ${promise.kind} ${line}`,
      failing,
      samples: samples.map(({ file, row, value }) => `${file}:${row} ${value}`),
    }))
}

describe('checkContract()', () => {
  it('finds all broken promises in one run, with rows and values', async () => {
    const result = await check(
      { 'a.csv': 'id,w,r\n1,5,N\n2,900,X\n,abc,S\n', 'b.csv': 'id,w,r\n2,-1,\n5,7,N\n' },
      `      - { name: id, logicalType: integer, required: true, unique: true }
      - { name: w, logicalType: number, logicalTypeOptions: { minimum: 0, exclusiveMaximum: 900 } }
      - { name: r, logicalType: string, required: true, quality: [{ metric: invalidValues, arguments: { validValues: [N, S] }, mustBe: 0 }] }
`,
      '    quality: [{ metric: rowCount, mustBeGreaterThan: 100 }]\n',
    )
    expect(result.rows).toBe(5)
    expect(result.checks).toHaveLength(13)
    expect(failures(result)).toEqual([
      { check: 'id required 10', failing: 1, samples: ['a.csv:3 null'] },
      { check: 'id unique 10', failing: 1, samples: ['a.csv:2 2', 'b.csv:1 2'] },
      { check: 'w type 11', failing: 1, samples: ['a.csv:3 abc'] },
      { check: 'w minimum 11', failing: 1, samples: ['b.csv:1 -1'] },
      { check: 'w maximum 11', failing: 1, samples: ['a.csv:2 900'] },
      { check: 'r required 12', failing: 1, samples: ['b.csv:1 null'] },
      { check: 'r allowed 12', failing: 1, samples: ['a.csv:2 X'] },
      { check: 'null row-count 8', failing: 5, samples: [] },
    ])
  })

  it('tells a missing column by the files that lack it, and takes an alias for the column', async () => {
    const files = { 'a.csv': 'region,x\nN,1\n', 'b.csv': 'state,x\nS,2\nN,3\n' }
    const missing = await check(files, '      - { name: region, logicalType: string, required: true }\n')
    expect(missing.checks[0]).toMatchObject({ outcome: 'fail', missingIn: ['b.csv'], failing: 2 })
    expect(missing.newColumns).toEqual([
      { name: 'x', files: ['a.csv', 'b.csv'] },
      { name: 'state', files: ['b.csv'] },
    ])
    const accepted = await check(
      files,
      '      - { name: region, logicalType: string, customProperties: [{ property: aliases, value: [state] }] }\n',
    )
    expect(failures(accepted)).toEqual([])
  })

  it('skips what a column that is missing everywhere cannot break', async () => {
    const { checks } = await check(
      { 'a.csv': 'x\n1\n' },
      '      - { name: y, logicalType: integer, required: true, unique: true }\n',
    )
    expect(checks.map(({ promise, outcome }) => `${promise.kind} ${outcome}`)).toEqual([
      'present fail',
      'type skipped',
      'required skipped',
      'unique skipped',
    ])
  })

  it('lets as many rows fail as the contract tolerates', async () => {
    const rows = `v\n${'1\n'.repeat(95)}${'\n'.repeat(0)}${'""\n'.repeat(5)}`
    const property = (operator: string) =>
      `      - { name: v, logicalType: integer, quality: [{ metric: nullValues, ${operator} }] }\n`
    expect(failures(await check({ 'a.csv': rows }, property('mustBeLessOrEqualTo: 5, unit: percent')))).toEqual([])
    expect(failures(await check({ 'a.csv': rows }, property('mustBeLessThan: 5, unit: percent')))).toHaveLength(1)
    expect(failures(await check({ 'a.csv': rows }, property('mustBeBetween: [0, 4]')))).toHaveLength(1)
  })

  it.each([
    ['mustBe: 5', true],
    ['mustNotBe: 5', false],
    ['mustBeGreaterThan: 4', true],
    ['mustBeGreaterThan: 5', false],
    ['mustBeGreaterOrEqualTo: 5', true],
    ['mustBeLessThan: 5', false],
    ['mustBeLessOrEqualTo: 5', true],
    ['mustBeBetween: [5, 9]', true],
    ['mustBeBetween: [6, 9]', false],
    ['mustNotBeBetween: [0, 5]', false],
    ['mustNotBeBetween: [6, 9]', true],
  ])('holds five failing rows of twenty against %s', async (operator, holds) => {
    const files = { 'a.csv': `v\n${'1\n'.repeat(15)}${'""\n'.repeat(5)}` }
    const percent = operator.replace(/\d+/g, (number) => String(Number(number) * 5))
    const quality = `[{ metric: nullValues, ${operator} }, { metric: nullValues, ${percent}, unit: percent }]`
    const { checks } = await check(files, `      - { name: v, logicalType: integer, quality: ${quality} }\n`)
    const outcome = holds ? 'pass' : 'fail'
    expect(checks.slice(2).map((each) => each.outcome)).toEqual([outcome, outcome])
  })

  it('counts what stands for missing, which then need not be of the type', async () => {
    const files = { 'a.csv': 'n,s\n1,x\nN/A,\n,-\nabc,N/A\n' }
    const missing = (values: string) =>
      `quality: [{ metric: missingValues, arguments: { missingValues: [${values}] }, mustBe: 0, severity: info }]`
    const result = await check(
      files,
      `      - { name: n, logicalType: integer, ${missing('N/A, null')} }
      - { name: s, logicalType: string, ${missing('"", "-"')} }
`,
    )
    expect(failures(result)).toEqual([
      { check: 'n type 9', failing: 1, samples: ['a.csv:4 abc'] },
      { check: 'n filled 9', failing: 2, samples: ['a.csv:2 N/A', 'a.csv:3 null'] },
      { check: 's filled 10', failing: 2, samples: ['a.csv:2 null', 'a.csv:3 -'] },
    ])
    expect(result.checks.map(({ severity }) => severity)).toContain('info')
  })

  it('counts rows that several columns together repeat, wherever they stand', async () => {
    const files = { 'a.csv': 'a,b\n1,x\n1,y\n2,x\n', 'b.csv': 'b,a\nx,1\ny,\ny,\n' }
    const properties = '      - { name: a, logicalType: integer }\n      - { name: b, logicalType: string }\n'
    const quality = '    quality: [{ metric: duplicateValues, arguments: { properties: [a, b] }, mustBe: 0 }]\n'
    const result = await check(files, properties, quality)
    expect(failures(result)).toEqual([
      { check: 'null unique-together 8', failing: 1, samples: ['a.csv:1 a 1, b x', 'b.csv:1 a 1, b x'] },
    ])
    const lacking = await check({ 'a.csv': 'a\n1\n1\n' }, properties, quality)
    expect(lacking.checks.at(-1)).toMatchObject({ outcome: 'skipped' })
  })

  it('checks multiples, formats, and dates as they are spelt', async () => {
    const result = await check(
      { 'a.csv': 'm,i,e,d,t\n0.3,10,a@b.org,31.12.2024,2024-01-01 1:02 PM\n0.35,11,a@b,2024-12-31,x\nnan,,,,\n' },
      `      - { name: m, logicalType: number, logicalTypeOptions: { multipleOf: 0.1 } }
      - { name: i, logicalType: integer, logicalTypeOptions: { multipleOf: 5 } }
      - { name: e, logicalType: string, logicalTypeOptions: { format: email } }
      - { name: d, logicalType: date, logicalTypeOptions: { format: dd.MM.yyyy, minimum: "2024-12-31" } }
      - { name: t, logicalType: timestamp, logicalTypeOptions: { format: "yyyy-MM-dd h:mm a", minimum: "2024-01-01T14:00:00" } }
`,
    )
    expect(failures(result)).toEqual([
      { check: 'm multiple-of 9', failing: 1, samples: ['a.csv:2 0.35'] },
      { check: 'i multiple-of 10', failing: 1, samples: ['a.csv:2 11'] },
      { check: 'e format 11', failing: 1, samples: ['a.csv:2 a@b'] },
      { check: 'd type 12', failing: 1, samples: ['a.csv:2 2024-12-31'] },
      { check: 't type 13', failing: 1, samples: ['a.csv:2 x'] },
      { check: 't minimum 13', failing: 1, samples: ['a.csv:1 2024-01-01 1:02 PM'] },
    ])
  })

  it.each([
    ['uuid', ['123e4567-e89b-12d3-a456-426614174000'], ['123e4567e89b12d3a456426614174000']],
    ['uri', ['https://a.org/x?y=1#z', 'urn:a:b'], ['a.org', 'https://a b']],
    ['hostname', ['a-b.example', 'localhost'], ['-a.org', 'a..b', 'a_b']],
    ['ipv4', ['0.0.0.0', '255.10.9.1'], ['256.1.1.1', '1.1.1']],
    [
      'ipv6',
      ['::', '::1', '2001:db8::8a2e:370:7334', '1:2:3:4:5:6:7:8', '1::', '::ffff:10.0.0.1'],
      ['1:2', '1::2::3', '12345::'],
    ],
    ['byte', ['', 'YQ==', 'YWI=', 'YWJj'], ['YQ', 'a-b=']],
  ])('tells what is %s from what is not', async (format, good, bad) => {
    const files = { 'a.jsonl': [...good, ...bad].map((v) => `${JSON.stringify({ v })}\n`).join('') }
    const options = `logicalTypeOptions: { format: ${format} }`
    const result = await check(files, `      - { name: v, logicalType: string, ${options} }\n`)
    expect(failures(result).flatMap(({ samples }) => samples)).toEqual(
      bad.map((value, i) => `a.jsonl:${good.length + i + 1} ${value}`),
    )
  })

  it('takes a list and a pattern as one rule', async () => {
    const rule = '{ metric: invalidValues, arguments: { validValues: [ab, ac], pattern: "b$" }, mustBe: 2 }'
    const files = { 'a.csv': 'v\nab\nac\nxb\n' }
    expect(failures(await check(files, `      - { name: v, logicalType: string, quality: [${rule}] }\n`))).toEqual([])
  })

  it('checks lengths, patterns, dates and truths', async () => {
    const result = await check(
      { 'a.csv': 'c,d,b\nP1,2024-01-31,yes\nQ22222,2023-12-31,no\n,not a day,maybe\n' },
      `      - { name: c, logicalType: string, logicalTypeOptions: { maxLength: 4, pattern: "^P" } }
      - { name: d, logicalType: date, logicalTypeOptions: { minimum: "2024-01-01" } }
      - { name: b, logicalType: boolean, quality: [{ metric: invalidValues, arguments: { validValues: [true] }, mustBe: 0 }] }
`,
    )
    expect(failures(result)).toEqual([
      { check: 'c max-length 9', failing: 1, samples: ['a.csv:2 Q22222'] },
      { check: 'c pattern 9', failing: 1, samples: ['a.csv:2 Q22222'] },
      { check: 'd type 10', failing: 1, samples: ['a.csv:3 not a day'] },
      { check: 'd minimum 10', failing: 1, samples: ['a.csv:2 2023-12-31'] },
      { check: 'b type 11', failing: 1, samples: ['a.csv:3 maybe'] },
      { check: 'b allowed 11', failing: 1, samples: ['a.csv:2 no'] },
    ])
  })

  it('takes words for nothing for no value, but where a rule counts them', async () => {
    const spelled = 'customProperties: [{ property: plumbline.missing, value: [n/a, "-"] }]'
    const rule = '{ metric: missingValues, arguments: { missingValues: [n/a] }, mustBe: 0 }'
    const result = await check(
      { 'a.csv': 'a,b,c\n1,1,1\nN/A,-,n/a\n?,2,2\n' },
      `      - { name: a, logicalType: integer, ${spelled} }
      - { name: b, logicalType: integer, required: true, ${spelled} }
      - { name: c, logicalType: integer, ${spelled}, quality: [${rule}] }
`,
    )
    expect(failures(result)).toEqual([
      { check: 'a type 9', failing: 1, samples: ['a.csv:3 ?'] },
      { check: 'b required 10', failing: 1, samples: [expect.stringContaining('a.csv:2')] },
      { check: 'c filled 11', failing: 1, samples: [expect.stringContaining('a.csv:2')] },
    ])
  })

  it.each([
    ['integer', ['1', '1.0', '2'], ['a.csv:1 1', 'a.csv:2 1']],
    ['number', ['0', '-0', '1'], ['a.csv:1 0', 'a.csv:2 -0']],
    ['number', ['nan', 'NaN', '1'], []],
    ['number', ['nan', 'NaN', '1', '1.0', 'nan'], ['a.csv:3 1', 'a.csv:4 1']],
    ['timestamp', ['2024-01-01 10:00:00Z', '2024-01-01 12:00:00+02', '5'], ['a.csv:1', 'a.csv:2']],
    ['string', ['a', 'A', '""', 'b'], []],
    ['string', ['a', '', '', 'b'], []],
  ])('counts values of type %s as one where they mean one: %j', async (type, values, samples) => {
    const result = await check(
      { 'a.csv': `v,w\n${values.map((value) => `${value},1\n`).join('')}` },
      `      - { name: v, logicalType: ${type}, unique: true }\n`,
    )
    const repeats = failures(result).filter(({ check: name }) => name.includes('unique'))
    expect(repeats.flatMap((failure) => failure.samples)).toEqual(
      samples.map((sample) => expect.stringContaining(sample)),
    )
    expect(repeats.map(({ failing }) => failing)).toEqual(samples.length > 0 ? [1] : [])
  })

  it('finds a value that repeats over files of different shapes', async () => {
    const files = { 'a.csv': 'v\n1\n2\n', 'b.csv': 'w,v\n0,2\n0,3\n' }
    const result = await check(files, '      - { name: v, logicalType: integer, unique: true }\n')
    expect(failures(result)).toEqual([{ check: 'v unique 9', failing: 1, samples: ['a.csv:2 2', 'b.csv:1 2'] }])
  })

  it('tells columns apart from names of its own', async () => {
    const names = ['v0', 'n', 'value', 'data', 'repeated', 'r0', 't0']
    const result = await check(
      { 'a.csv': `${names.join(',')}\n${'1,1,1,1,1,1,1\n'.repeat(2)}` },
      names.map((name) => `      - { name: ${name}, logicalType: integer, unique: true }\n`).join(''),
    )
    expect(failures(result)).toHaveLength(names.length)
  })

  it('shows the first rows by file, of more files than one scan takes', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 70 }, (_, i) => [`f${String(i).padStart(2, '0')}.csv`, i < 68 ? 'v\n1\n' : 'v\n1\n-1\n']),
    )
    const result = await check(files, '      - { name: v, logicalType: integer, logicalTypeOptions: { minimum: 0 } }\n')
    expect(failures(result)).toEqual([{ check: 'v minimum 9', failing: 2, samples: ['f68.csv:2 -1', 'f69.csv:2 -1'] }])
  })

  it('never shows the values of a classified column', async () => {
    const { checks } = await check(
      { 'a.csv': 'c\nsecret\n' },
      '      - { name: c, logicalType: integer, classification: confidential }\n',
    )
    expect(checks[1]?.samples).toEqual([{ file: 'a.csv', row: 1 }])
    expect(JSON.stringify(checks)).not.toContain('secret')
  })

  it('keeps hostile names, values and patterns as text', async () => {
    const name = '"; drop table x; --'
    const result = await check(
      { 'a.csv': `"${name.replaceAll('"', '""')}"\n'; select 1; --\n` },
      `      - name: ${JSON.stringify(name)}
        logicalType: string
        quality:
          - { metric: invalidValues, arguments: { validValues: ["'); drop table x; --"], pattern: "^'[^']" }, mustBe: 0 }
`,
    )
    expect(failures(result)).toEqual([{ check: `${name} valid 12`, failing: 1, samples: ["a.csv:1 '; select 1; --"] }])
  })

  it('says what in the contract cannot be checked', async () => {
    const result = await check(
      { 'a.csv': 'a,b\nx,1\n' },
      `      - { name: a, logicalType: string, logicalTypeOptions: { pattern: "(" } }
      - { name: b, logicalType: integer, quality: [{ metric: invalidValues, arguments: { validValues: [1, many] }, mustBe: 0 }] }
`,
    )
    expect(result.diagnostics.map(({ line, message }) => `${line} ${message}`)).toEqual([
      '9 Cannot check "a": "(" is no pattern; expected a regular expression of RE2',
      '10 Cannot check "b": the allowed value "many" is not of type integer',
    ])
  })

  it('passes on what is wrong with a row further down', async () => {
    const result = await check(
      { 'a.csv': `a,b\n${'1,2\n'.repeat(3000)}1,2,3\n` },
      '      - { name: a, logicalType: integer }\n',
    )
    expect(result.diagnostics).toMatchObject([{ code: 'data/ragged-row', file: 'a.csv', line: 3002 }])
  })

  it('checks as many columns as a wide file has', async () => {
    const names = Array.from({ length: 800 }, (_, i) => `c${i}`)
    const result = await check(
      { 'a.csv': `${names.join(',')}\n${names.map(() => '1').join(',')}\n` },
      names.map((name) => `      - { name: ${name}, logicalType: integer, required: true }\n`).join(''),
    )
    expect(result.checks.every(({ outcome }) => outcome === 'pass')).toBe(true)
    expect(result.checks).toHaveLength(2400)
  })
})
