import { describe, expect, it } from 'vitest'

import { parseContract } from '../../action/project/read-contract.ts'

const head = `apiVersion: v3.1.0
kind: DataContract
id: parcels
version: 1.0.0
status: active
description: { purpose: delivery times }
team: { name: logistics }
schema:
  - name: parcels
`

function contract(body: string): string {
  return head + body
}

const columns = (...lines: string[]) =>
  contract(`    properties:\n${lines.map((line) => `      - ${line}\n`).join('')}`)

function valueOf(text: string) {
  const read = parseContract('contract.yaml', text)
  if (!read.ok) throw new Error(JSON.stringify(read.diagnostics, null, 1))
  return read.value
}

function faultsOf(text: string): string[] {
  const read = parseContract('contract.yaml', text)
  if (read.ok) throw new Error('expected diagnostics')
  return read.diagnostics.map(({ line, code, message }) => `${line} ${code} ${message}`)
}

describe('parseContract()', () => {
  it('reads columns, flags, limits and quality rules, each with its line', () => {
    const read = valueOf(
      contract(`    physicalName: data/landing/*.csv
    quality:
      - { metric: rowCount, mustBeGreaterThan: 0 }
    properties:
      - name: parcel
        logicalType: string
        primaryKey: true
        logicalTypeOptions:
          minLength: 3
          pattern: "^P"
      - name: region
        logicalType: string
        classification: confidential
        customProperties:
          - property: aliases
            value: [state]
        quality:
          - metric: invalidValues
            arguments: { validValues: [N, S, 1, true] }
            mustBe: 0
          - metric: nullValues
            mustBeLessThan: 5
            unit: percent
      - name: weight
        logicalType: number
        logicalTypeOptions: { exclusiveMinimum: 0, maximum: 50 }
`),
    )
    expect(read.rowCount).toEqual([{ minimum: 1, line: 12 }])
    expect(read.columns).toEqual([
      {
        name: 'parcel',
        logicalType: 'string',
        line: 14,
        aliases: [],
        rules: [
          { kind: 'required', line: 16 },
          { kind: 'unique', line: 16 },
          { kind: 'min-length', length: 3, line: 18 },
          { kind: 'pattern', pattern: '^P', line: 19 },
        ],
      },
      {
        name: 'region',
        logicalType: 'string',
        line: 20,
        classification: 'confidential',
        aliases: ['state'],
        rules: [
          { kind: 'allowed', values: ['N', 'S', '1', 'true'], line: 27 },
          { kind: 'required', line: 30, tolerance: { limit: 5, unit: 'percent', isExclusive: true } },
        ],
      },
      {
        name: 'weight',
        logicalType: 'number',
        line: 33,
        aliases: [],
        rules: [
          { kind: 'minimum', limit: 0, isExclusive: true, line: 35 },
          { kind: 'maximum', limit: 50, isExclusive: false, line: 35 },
        ],
      },
    ])
  })

  it.each([
    ['mustBe: 5', { minimum: 5, maximum: 5 }],
    ['mustNotBe: 5', { minimum: 5, maximum: 5, isOutside: true }],
    ['mustBeGreaterThan: 5', { minimum: 6 }],
    ['mustBeGreaterOrEqualTo: 5', { minimum: 5 }],
    ['mustBeLessThan: 5', { maximum: 4 }],
    ['mustBeLessOrEqualTo: 5', { maximum: 5 }],
    ['mustBeBetween: [1, 9]', { minimum: 1, maximum: 9 }],
    ['mustNotBeBetween: [1, 9]', { minimum: 1, maximum: 9, isOutside: true }],
  ])('reads rowCount with %s, bounds included', (operator, range) => {
    const text = contract(
      `    quality: [{ metric: rowCount, ${operator} }]\n    properties: [{ name: a, logicalType: string }]\n`,
    )
    expect(valueOf(text).rowCount).toEqual([{ ...range, line: 10 }])
  })

  it.each([
    [
      'two operators',
      '{ metric: nullValues, mustBe: 0, mustBeLessThan: 2 }',
      /has 2 operators \(mustBe, mustBeLessThan\)/,
    ],
    ['no operator', '{ metric: nullValues }', /has no operator/],
    [
      'a pattern outside of arguments',
      '{ metric: invalidValues, pattern: "^a", mustBe: 0 }',
      /belongs under arguments/,
    ],
    ['the old name of metric', '{ rule: nullValues, mustBe: 0 }', /ODCS 3.1 calls it metric/],
    ['no metric', '{ mustBe: 0 }', /has no metric/],
    ['SQL', '{ type: sql, query: "select 1", mustBe: 0 }', /rules of type sql: Plumbline does not support it yet/],
    ['another tool', '{ type: custom, engine: soda, implementation: x }', /rules of type custom/],
    ['missingValues', '{ metric: missingValues, arguments: { missingValues: [""] }, mustBe: 0 }', /not support it yet/],
    ['rowCount in a column', '{ metric: rowCount, mustBe: 1 }', /belongs to the table/],
    ['invalidValues of nothing', '{ metric: invalidValues, mustBe: 0 }', /expected arguments/],
    ['a lower limit of failures', '{ metric: nullValues, mustBeGreaterThan: 3 }', /Cannot use this operator/],
    ['an exact number of failures', '{ metric: nullValues, mustBe: 3 }', /Cannot use this operator/],
    ['more than everything', '{ metric: nullValues, mustBeLessThan: 101, unit: percent }', /Cannot use this operator/],
    ['a range the wrong way round', '{ metric: nullValues, mustBeBetween: [5, 0] }', /smaller number first/],
    ['look-around', '{ metric: invalidValues, arguments: { pattern: "(?!x)" }, mustBe: 0 }', /RE2/],
    ['a reference back', '{ metric: invalidValues, arguments: { pattern: "(a)\\\\1" }, mustBe: 0 }', /RE2/],
  ])('refuses %s, at its line', (_what, rule, expected) => {
    const [fault, ...others] = faultsOf(
      columns('name: a', `  logicalType: string`, `  quality: [${rule}]`).replaceAll('-   ', '  '),
    )
    expect(fault).toMatch(expected)
    expect(fault).toMatch(/^13 contract\//)
    expect(others).toEqual([])
  })

  it('lets text rules and everything that describes be', () => {
    const text = columns(
      '{ name: a, logicalType: string, tags: [x], examples: [b], description: d, quality: [{ type: text, description: ok }] }',
    )
    expect(valueOf(text).columns[0]?.rules).toEqual([])
  })

  it.each([
    ['{ name: a, logicalType: array }', /columns of type array: Plumbline does not support it yet/],
    [
      '{ name: a, logicalType: string, logicalTypeOptions: { minimum: 1 } }',
      /column is of type string; expected integer/,
    ],
    ['{ name: a, logicalType: integer, logicalTypeOptions: { maxLength: 1 } }', /expected string/],
    ['{ name: a, logicalType: integer, logicalTypeOptions: { maximum: many } }', /"many" as a limit of integer/],
    ['{ name: a, logicalType: date, logicalTypeOptions: { minimum: 2024-13-01 } }', /expected a date such as/],
    ['{ name: a, logicalType: date, logicalTypeOptions: { format: dd.MM.yyyy } }', /logicalTypeOptions.format/],
    ['{ name: a, logicalType: strng }', /it is "strng"/],
    ['{ name: a, logicalType: string, requird: true }', /"schema.0.properties.0.requird": no such key/],
    ['{ name: a, logicalType: string, relationships: [] }', /relationships/],
    ['{ name: a, logicalType: string, customProperties: [{ property: aliases, value: b }] }', /list of names/],
  ])('refuses %s', (property, expected) => {
    const faults = faultsOf(columns(property))
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(expected)
    expect(faults[0]).toMatch(/^11 /)
  })

  it('refuses names that SQL cannot tell apart, aliases included', () => {
    const faults = faultsOf(
      columns(
        '{ name: Region, logicalType: string }',
        '{ name: region, logicalType: string }',
        '{ name: area, logicalType: string, physicalName: REGION }',
      ),
    )
    expect(faults).toEqual([
      expect.stringMatching(/^12 .*"region": the column at line 11/),
      expect.stringMatching(/^13 .*"REGION"/),
    ])
  })

  it('refuses a second table and a composite key, and a contract without columns', () => {
    expect(
      faultsOf(
        `${columns('{ name: a, logicalType: string }')}  - name: b\n    properties: [{ name: c, logicalType: date }]\n`,
      ),
    ).toEqual(['12 contract/not-supported Cannot check a second table: Plumbline does not support it yet'])
    const keys = columns(
      '{ name: a, logicalType: string, primaryKey: true }',
      '{ name: b, logicalType: string, primaryKey: true }',
    )
    expect(faultsOf(keys)[0]).toMatch(/primary key of several columns/)
    expect(faultsOf(contract('    properties: []\n'))[0]).toMatch(/expected at least 1 item/)
  })
})
