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

function range(kind: 'minimum' | 'maximum', limit: number, isExclusive = false) {
  return { kind, limit, isExclusive }
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
    const expected = { operator: 'mustBeGreaterThan', limits: [0] }
    expect(read.tableRules).toEqual([{ kind: 'row-count', expected, line: 12 }])
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
          { kind: 'required', line: 30, tolerance: { operator: 'mustBeLessThan', limits: [5], unit: 'percent' } },
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
    ['mustBe', 5],
    ['mustNotBe', 5],
    ['mustBeGreaterThan', 5],
    ['mustBeGreaterOrEqualTo', 5],
    ['mustBeLessThan', 5],
    ['mustBeLessOrEqualTo', 5],
    ['mustBeBetween', [1, 9]],
    ['mustNotBeBetween', [1, 9]],
  ])('reads every metric with %s, of rows and percent', (operator, limits) => {
    const given = `${operator}: ${JSON.stringify(limits)}`
    const metrics = [
      'nullValues',
      'duplicateValues',
      'missingValues, arguments: { missingValues: [""] }',
      'invalidValues, arguments: { pattern: a }',
    ]
    const rules = metrics.flatMap((metric) =>
      ['rows', 'percent'].map((unit) => `{ metric: ${metric}, ${given}, unit: ${unit} }`),
    )
    const read = valueOf(
      contract(`    quality: [{ metric: rowCount, ${given} }]
    properties: [{ name: a, logicalType: string, quality: [${rules.join(', ')}] }]
`),
    )
    const expected = { operator, limits: [limits].flat() }
    expect(read.tableRules).toEqual([{ kind: 'row-count', expected, line: 10 }])
    expect(read.columns[0]?.rules.map(({ tolerance }) => tolerance)).toEqual(
      metrics.flatMap(() => [
        { ...expected, unit: 'rows' },
        { ...expected, unit: 'percent' },
      ]),
    )
  })

  it('takes one of none as no tolerance at all', () => {
    const rule = (operator: string) => `{ metric: nullValues, ${operator} }`
    const text = columns(
      `{ name: a, logicalType: string, quality: [${rule('mustBe: 0')}, ${rule('mustBeLessOrEqualTo: 0')}] }`,
    )
    expect(valueOf(text).columns[0]?.rules).toEqual([
      { kind: 'required', line: 11 },
      { kind: 'required', line: 11 },
    ])
  })

  it('reads severity, dimension, missing values, and lists with patterns as one rule', () => {
    const read = valueOf(
      columns(
        'name: a',
        '  logicalType: string',
        '  quality:',
        '    - { metric: missingValues, arguments: { missingValues: [null, "", N/A, 0] }, mustBe: 0, severity: warning }',
        '    - { metric: invalidValues, arguments: { validValues: [x], pattern: "^x" }, mustBe: 0, dimension: conformity }',
      ).replaceAll('-   ', '  '),
    )
    expect(read.columns[0]?.rules).toEqual([
      { kind: 'filled', missing: [null, '', 'N/A', '0'], severity: 'warning', line: 14 },
      { kind: 'valid', values: ['x'], pattern: '^x', dimension: 'conformity', line: 15 },
    ])
  })

  it('reads a key of several columns in the order of its positions, and rows that are unique in several', () => {
    const read = valueOf(
      contract(`    quality: [{ metric: duplicateValues, arguments: { properties: [b, c] }, mustBeLessThan: 3 }]
    properties:
      - { name: a, logicalType: string, primaryKey: true, primaryKeyPosition: 2 }
      - { name: b, logicalType: string, primaryKey: true, primaryKeyPosition: 1 }
      - { name: c, logicalType: string }
`),
    )
    expect(read.columns.map(({ rules }) => rules.map(({ kind }) => kind))).toEqual([['required'], ['required'], []])
    expect(read.tableRules).toEqual([
      { kind: 'unique-together', columns: ['b', 'a'], line: 12 },
      {
        kind: 'unique-together',
        columns: ['b', 'c'],
        tolerance: { operator: 'mustBeLessThan', limits: [3], unit: 'rows' },
        line: 10,
      },
    ])
  })

  it.each([
    ['string', 'physicalType: VARCHAR(12)', [{ kind: 'max-length', length: 12 }]],
    ['string', 'physicalType: text', []],
    ['integer', 'physicalType: UINT8', [range('minimum', 0), range('maximum', 255)]],
    ['integer', 'physicalType: int16', [range('minimum', -32_768), range('maximum', 32_767)]],
    ['integer', 'physicalType: INT', []],
    [
      'number',
      'physicalType: "DECIMAL(5, 2)"',
      [range('minimum', -1000, true), range('maximum', 1000, true), { kind: 'multiple-of', step: 0.01 }],
    ],
    [
      'integer',
      'logicalTypeOptions: { multipleOf: 5, format: u16 }',
      [{ kind: 'multiple-of', step: 5 }, range('minimum', 0), range('maximum', 65_535)],
    ],
    ['integer', 'logicalTypeOptions: { format: i64 }', []],
    ['string', 'logicalTypeOptions: { format: email }', [{ kind: 'format', format: 'email' }]],
    ['timestamp', 'logicalTypeOptions: { defaultTimezone: Etc/UTC }', []],
  ])('reads of a %s with %s what it promises', (type, more, kinds) => {
    const read = valueOf(columns(`{ name: a, logicalType: ${type}, ${more} }`))
    expect(read.columns[0]?.rules).toEqual(kinds.map((kind) => ({ ...kind, line: 11 })))
  })

  it('reads SQL rules of columns and of the table, with the line of the query', () => {
    const read = valueOf(
      contract(`    quality:
      - type: sql
        query: SELECT count(*) FROM {object}
        mustBeBetween: [1, 9]
    properties:
      - { name: a, logicalType: string, quality: [{ type: sql, query: "SELECT max({property}) FROM {object}", mustBe: 1 }] }
`),
    )
    const own = { operator: 'mustBe', limits: [1] }
    expect(read.tableRules).toEqual([
      { kind: 'sql', query: 'SELECT max({property}) FROM {object}', column: 'a', expected: own, line: 15 },
      {
        kind: 'sql',
        query: 'SELECT count(*) FROM {object}',
        expected: { operator: 'mustBeBetween', limits: [1, 9] },
        line: 12,
      },
    ])
    const lost = contract(
      '    quality: [{ type: sql, query: "SELECT {property}", mustBe: 1 }]\n    properties: [{ name: a, logicalType: string }]\n',
    )
    expect(faultsOf(lost)[0]).toMatch(/Cannot fill in \{property\}/)
  })

  it('reads how dates are spelt', () => {
    const read = valueOf(
      columns(
        '{ name: a, logicalType: date, logicalTypeOptions: { format: dd.MM.yyyy } }',
        `{ name: b, logicalType: timestamp, logicalTypeOptions: { format: "yyyy-MM-dd'T'HH:mm:ss.SSS 100%" } }`,
      ),
    )
    expect(read.columns.map(({ format }) => format)).toEqual(['%d.%m.%Y', '%Y-%m-%dT%H:%M:%S.%g 100%%'])
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
    ['SQL without a query', '{ type: sql, mustBe: 0 }', /it has no query/],
    ['SQL without an operator', '{ type: sql, query: "select 1" }', /has no operator/],
    ['SQL with a metric', '{ type: sql, metric: nullValues, query: "select 1", mustBe: 0 }', /it reads query alone/],
    ['a query without its type', '{ metric: nullValues, query: "select 1", mustBe: 0 }', /expected type: sql/],
    ['another tool', '{ type: custom, engine: soda, implementation: x }', /rules of type custom for the engine "soda"/],
    [
      'Great Expectations',
      '{ type: custom, engine: greatExpectations, implementation: { a: 1 } }',
      /for the engine "greatExpectations"/,
    ],
    ['a text rule with a metric', '{ type: text, metric: nullValues }', /"metric" in a rule of type text/],
    ['a text rule with a limit', '{ type: text, mustBe: 0 }', /"mustBe" in a rule of type text/],
    [
      'SQL with a pattern',
      '{ type: sql, query: "select 1", mustBe: 0, pattern: a }',
      /"pattern" in a rule of type sql/,
    ],
    ['a truth for a count', '{ metric: nullValues, mustBe: true }', /Cannot use true: expected a number/],
    ['a unit that nobody knows', '{ metric: nullValues, mustBe: 0, unit: permille }', /expected "rows" or "percent"/],
    ['a short name of a dimension', '{ metric: nullValues, mustBe: 0, dimension: cp }', /expected "accuracy" or/],
    ['missingValues of nothing', '{ metric: missingValues, mustBe: 0 }', /expected arguments/],
    [
      'an argument that is not read',
      '{ metric: nullValues, arguments: { validValues: [1] }, mustBe: 0 }',
      /"validValues": nullValues does not read it/,
    ],
    [
      'several columns in one',
      '{ metric: duplicateValues, arguments: { properties: [a, b] }, mustBe: 0 }',
      /does not read it; several columns are the quality: of the table/,
    ],
    ['an unknown severity', '{ metric: nullValues, mustBe: 0, severity: warn }', /expected "error" or "warning"/],
    ['an unknown dimension', '{ metric: nullValues, mustBe: 0, dimension: beauty }', /expected "accuracy" or/],
    ['rowCount in a column', '{ metric: rowCount, mustBe: 1 }', /belongs to the table/],
    ['invalidValues of nothing', '{ metric: invalidValues, mustBe: 0 }', /expected arguments/],
    ['more than everything', '{ metric: nullValues, mustBeLessThan: 101, unit: percent }', /expected 0 to 100 percent/],
    ['fewer than none', '{ metric: nullValues, mustBeGreaterThan: -1 }', /expected 0 or more rows/],
    ['a range the wrong way round', '{ metric: nullValues, mustBeBetween: [5, 0] }', /smaller number first/],
    ['look-around', '{ metric: invalidValues, arguments: { pattern: "(?!x)" }, mustBe: 0 }', /RE2/],
    ['a reference back', '{ metric: invalidValues, arguments: { pattern: "(a)\\\\1" }, mustBe: 0 }', /RE2/],
  ])('refuses %s, at its line', (_what, rule, expected) => {
    const [fault, ...others] = faultsOf(
      columns('name: a', `  logicalType: string`, `  quality: [${rule}]`).replaceAll('-   ', '  '),
    )
    expect(fault).toMatch(expected)
    expect(fault).toMatch(/^13 (contract|yaml)\//)
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
      '{ name: a, logicalType: array, items: { logicalType: string }, logicalTypeOptions: { minItems: 1, uniqueItems: true } }',
      /columns of type array: Plumbline does not support it yet/,
    ],
    [
      '{ name: a, logicalType: object, properties: [{ name: b, logicalType: date }], logicalTypeOptions: { required: [b] } }',
      /columns of type object: Plumbline does not support it yet/,
    ],
    ['{ name: a, logicalType: time, logicalTypeOptions: { minimum: "08:00" } }', /columns of type time: Plumbline/],
    [
      '{ name: a, logicalType: string, items: { logicalType: string } }',
      /"items" of a string: expected the type array/,
    ],
    ['{ name: a, logicalType: string, properties: [] }', /"properties" of a string: expected the type object/],
    ['{ name: a, logicalType: string, logicalTypeOptions: { maxItems: 1 } }', /"maxItems": .*string; expected array/],
    [
      '{ name: a, logicalType: string, logicalTypeOptions: { required: [b] } }',
      /"required": .*string; expected object/,
    ],
    ['{ name: a, logicalType: timestamp, logicalTypeOptions: { timezone: true } }', /logicalTypeOptions.timezone/],
    [
      '{ name: a, logicalType: string, logicalTypeOptions: { minimum: 1 } }',
      /column is of type string; expected integer/,
    ],
    ['{ name: a, logicalType: integer, logicalTypeOptions: { maxLength: 1 } }', /expected string/],
    ['{ name: a, logicalType: integer, logicalTypeOptions: { maximum: many } }', /"many" as a limit of integer/],
    ['{ name: a, logicalType: date, logicalTypeOptions: { minimum: 2024-13-01 } }', /expected a date such as/],
    ['{ name: a, logicalType: date, logicalTypeOptions: { format: QQ } }', /"QQ" is not known in it/],
    ['{ name: a, logicalType: string, logicalTypeOptions: { format: mail } }', /expected email, uuid/],
    ['{ name: a, logicalType: string, logicalTypeOptions: { multipleOf: 2 } }', /expected integer or number/],
    ['{ name: a, logicalType: timestamp, logicalTypeOptions: { defaultTimezone: Europe/Rome } }', /zone Europe\/Rome/],
    ['{ name: a, logicalType: string, primaryKeyPosition: 1 }', /"a" is not marked as primaryKey/],
    ['{ name: a, logicalType: string, primaryKey: true, primaryKeyPosition: 0 }', /positions count from 1/],
    ['{ name: a, logicalType: strng }', /it is "strng"/],
    ['{ name: a, logicalType: string, requird: true }', /"schema.0.properties.0.requird": no such key/],
    ['{ name: a, logicalType: string, customProperties: [{ property: aliases, value: b }] }', /list of names/],
  ])('refuses %s', (property, expected) => {
    const faults = faultsOf(columns(property))
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(expected)
    expect(faults[0]).toMatch(/^11 /)
  })

  it.each(['v2.2.2', 'v3.2.0', '3.1.0'])('refuses the version %s of the standard', (version) => {
    const text = columns('{ name: a, logicalType: string }').replace('v3.1.0', version)
    expect(faultsOf(text)).toEqual([expect.stringMatching(/^1 .*"apiVersion".*expected "v3.1.0"/)])
  })

  it('takes every key of the standard that describes', () => {
    const links = 'authoritativeDefinitions: [{ url: "https://a.org", type: tutorial }]'
    const text = contract(`    id: t
    businessName: Parcels
    physicalType: file
    dataGranularityDescription: one row a parcel
    tags: [x]
    ${links}
    customProperties: [{ property: owner, value: b }]
    quality:
      - { id: r, name: n, metric: rowCount, mustBeGreaterThan: 0, method: reconciliation, businessImpact: operational, schedule: 0 20 * * *, scheduler: cron, tags: [x], ${links}, customProperties: [{ property: a, value: 1 }] }
    properties:
      - { id: a, name: a, logicalType: string, businessName: A, description: d, tags: [x], ${links}, partitioned: true, partitionKeyPosition: 1, encryptedName: b, transformSourceObjects: [s], transformLogic: l, transformDescription: d, examples: [e, 1, null], criticalDataElement: true }
`)
    expect(valueOf(text).columns).toEqual([
      { name: 'a', logicalType: 'string', line: expect.any(Number), aliases: [], rules: [] },
    ])
  })

  it('takes what is true or false of SQL for one and none', () => {
    const text = contract(
      '    quality: [{ type: sql, query: "SELECT bool_and(a > 0) FROM {object}", mustBe: true }]\n    properties: [{ name: a, logicalType: integer }]\n',
    )
    expect(valueOf(text).tableRules).toMatchObject([{ kind: 'sql', expected: { operator: 'mustBe', limits: [1] } }])
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

  it('refuses a second table, and a contract without columns', () => {
    expect(
      faultsOf(
        `${columns('{ name: a, logicalType: string }')}  - name: b\n    properties: [{ name: c, logicalType: date }]\n`,
      ),
    ).toEqual(['8 contract/value Cannot choose among the tables parcels, b: none is called as the source'])
    expect(faultsOf(contract('    properties: []\n'))[0]).toMatch(/expected at least 1 item/)
  })
})
