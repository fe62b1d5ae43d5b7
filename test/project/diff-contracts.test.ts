import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { Contract } from '../../action/project/contract.ts'
import { type ContractChange, diffContracts } from '../../action/project/diff-contracts.ts'
import { parseContract } from '../../action/project/read-contract.ts'

function read(properties: readonly string[], quality: readonly string[] = []): Contract {
  const text = `apiVersion: v3.1.0
kind: DataContract
id: t
version: 1.0.0
status: active
schema:
  - name: t
    quality: [${quality.join(', ')}]
    properties:
${properties.map((property) => `      - ${property}\n`).join('')}`
  const contract = parseContract('contract.yaml', text)
  if (!contract.ok) throw new Error(JSON.stringify(contract.diagnostics))
  return contract.value
}

const id = '{ name: id, logicalType: string }'
const column = (more: string, type = 'number', name = 'x') =>
  `{ name: ${name}, logicalType: ${type}${more && `, ${more}`} }`
const options = (more: string, type = 'number') => column(`logicalTypeOptions: { ${more} }`, type)
const rule = (more: string) => column(`quality: [{ ${more} }]`, 'string')
const custom = (property: string, value: string) =>
  column(`customProperties: [{ property: ${property}, value: ${value} }]`)
const nulls = (more: string) => rule(`metric: nullValues, ${more}`)
const rows = (more: string) => `{ metric: rowCount, ${more} }`
const sql = (more: string, query = 'SELECT count(*) FROM data') => `{ type: sql, query: "${query}", ${more} }`
const pair = '{ metric: duplicateValues, arguments: { properties: [id, x] }, mustBe: 0 }'

/** `impact what`, and `rule`s by what became of them. */
function words(changes: readonly ContractChange[]): string[] {
  return changes.map((change) => {
    const what = change.kind === 'rule' ? `${(change.to ?? change.from)?.kind} ${change.change}` : change.kind
    return `${change.impact} ${what}`
  })
}

describe('diffContracts()', () => {
  it.each<[from: string, to: string, there: string[], back: string[]]>([
    [column(''), column('required: true'), ['compatible required added'], ['breaking required dropped']],
    [column(''), column('unique: true'), ['compatible unique added'], ['breaking unique dropped']],
    [options('minimum: 0'), options('minimum: 5'), ['compatible minimum tightened'], ['breaking minimum loosened']],
    [
      options('maximum: 9'),
      options('exclusiveMaximum: 9'),
      ['compatible maximum tightened'],
      ['breaking maximum loosened'],
    ],
    [
      options('maximum: "2024-01-31"', 'date'),
      options('maximum: "2024-01-30"', 'date'),
      ['compatible maximum tightened'],
      ['breaking maximum loosened'],
    ],
    [
      options('minLength: 1', 'string'),
      options('minLength: 2', 'string'),
      ['compatible min-length tightened'],
      ['breaking min-length loosened'],
    ],
    [
      options('maxLength: 9', 'string'),
      options('maxLength: 8', 'string'),
      ['compatible max-length tightened'],
      ['breaking max-length loosened'],
    ],
    [
      options('pattern: a', 'string'),
      options('pattern: b', 'string'),
      ['breaking pattern altered'],
      ['breaking pattern altered'],
    ],
    [
      options('format: email', 'string'),
      options('format: uuid', 'string'),
      ['breaking format altered'],
      ['breaking format altered'],
    ],
    [
      options('multipleOf: 0.1'),
      options('multipleOf: 0.5'),
      ['compatible multiple-of tightened'],
      ['breaking multiple-of loosened'],
    ],
    [
      rule('metric: invalidValues, arguments: { validValues: [a, b] }, mustBe: 0'),
      rule('metric: invalidValues, arguments: { validValues: [b, a, c] }, mustBe: 0'),
      ['breaking allowed loosened'],
      ['compatible allowed tightened'],
    ],
    [
      rule('metric: invalidValues, arguments: { validValues: [a, b] }, mustBe: 0'),
      rule('metric: invalidValues, arguments: { validValues: [b, a], pattern: a }, mustBe: 0'),
      ['compatible valid added', 'neutral allowed dropped'],
      ['neutral allowed added', 'breaking valid dropped'],
    ],
    [
      rule('metric: missingValues, arguments: { missingValues: [null, ""] }, mustBe: 0'),
      rule('metric: missingValues, arguments: { missingValues: [null] }, mustBe: 0'),
      ['breaking filled loosened'],
      ['compatible filled tightened'],
    ],
    [nulls('mustBe: 0'), nulls('mustBeLessThan: 5'), ['breaking required loosened'], ['compatible required tightened']],
    [nulls('mustBeLessThan: 1'), column('required: true', 'string'), [], []],
    [
      nulls('mustBeLessThan: 5, unit: percent'),
      nulls('mustBeLessThan: 5'),
      ['breaking required altered'],
      ['breaking required altered'],
    ],
    [
      nulls('mustBe: 0'),
      nulls('mustBe: 0, severity: warning'),
      ['breaking required severity'],
      ['compatible required severity'],
    ],
    [
      nulls('mustBe: 0, severity: info'),
      nulls('mustBe: 0, severity: warning'),
      ['neutral required severity'],
      ['neutral required severity'],
    ],
    [
      nulls('mustBe: 0, severity: warning'),
      column('', 'string'),
      ['neutral required dropped'],
      ['neutral required added'],
    ],
    [
      nulls('mustBe: 0'),
      nulls('mustBe: 0, dimension: completeness'),
      ['neutral required dimension'],
      ['neutral required dimension'],
    ],
    [column('', 'number'), column('', 'integer'), ['compatible type'], ['breaking type']],
    [column('', 'timestamp'), column('', 'date'), ['compatible type'], ['breaking type']],
    [column('', 'string'), column('', 'integer'), ['breaking type'], ['breaking type']],
    [
      options('multipleOf: 1'),
      column('', 'integer'),
      ['compatible type', 'neutral multiple-of dropped'],
      ['breaking type', 'neutral multiple-of added'],
    ],
    [column('', 'date'), options('format: yyyy-MM-dd', 'date'), ['compatible format'], ['breaking format']],
    [column('', 'date'), options('format: dd.MM.yyyy', 'date'), ['breaking format'], ['breaking format']],
    [column(''), column('classification: restricted'), ['breaking classification'], ['compatible classification']],
    [
      column('classification: restricted'),
      column('classification: secret'),
      ['neutral classification'],
      ['neutral classification'],
    ],
    [column(''), custom('aliases', '[old]'), ['compatible alias-added'], ['breaking alias-removed']],
    [column(''), custom('environments', '[training]'), ['breaking environments'], ['compatible environments']],
    [custom('environments', '[training, serving]'), custom('environments', '[serving, training]'), [], []],
    [column('description: a'), column('description: b'), [], []],
  ])('judges %s → %s, and the way back', (from, to, there, back) => {
    expect(words(diffContracts(read([id, from]), read([id, to])))).toEqual(there)
    expect(words(diffContracts(read([id, to]), read([id, from])))).toEqual(back)
  })

  it.each<[from: string[], to: string[], there: string[], back: string[]]>([
    [[], [rows('mustBeGreaterThan: 0')], ['compatible row-count added'], ['breaking row-count dropped']],
    [
      [rows('mustBeGreaterThan: 9')],
      [rows('mustBeBetween: [10, 99]')],
      ['compatible row-count tightened'],
      ['breaking row-count loosened'],
    ],
    [[sql('mustBe: 0')], [sql('mustBeLessThan: 9')], ['breaking sql loosened'], ['compatible sql tightened']],
    [[sql('mustBe: 0')], [sql('mustBe: 0', 'SELECT 1')], ['breaking sql altered'], ['breaking sql altered']],
    [[pair], [], ['breaking unique-together dropped'], ['compatible unique-together added']],
    [
      [rows('mustBeGreaterThan: 0, customProperties: [{ property: environments, value: [training, serving] }]')],
      [rows('mustBeGreaterThan: 0')],
      ['breaking row-count environments'],
      ['compatible row-count environments'],
    ],
  ])('judges the table’s %j → %j, and the way back', (from, to, there, back) => {
    expect(words(diffContracts(read([id, column('')], from), read([id, column('')], to)))).toEqual(there)
    expect(words(diffContracts(read([id, column('')], to), read([id, column('')], from)))).toEqual(back)
  })

  it('knows that a column unique alone is unique beside others', () => {
    const changes = diffContracts(
      read([id, column('')], [pair]),
      read([column('unique: true', 'string', 'id'), column('')]),
    )
    expect(words(changes)).toEqual(['neutral unique-together dropped', 'compatible unique added'])
  })

  it('points at the newer contract, and at the older one for what is gone', () => {
    const [added, removed] = diffContracts(read([id, column('')]), read([id, column('', 'string', 'other')]))
    expect(added).toMatchObject({ kind: 'column-added', column: 'other', side: 'to', line: 11 })
    expect(removed).toMatchObject({ kind: 'column-removed', column: 'x', side: 'from', line: 11, impact: 'breaking' })
  })

  it('tells a rename by its alias, which is compatible', () => {
    const renamed = column(
      'required: true, customProperties: [{ property: aliases, value: [region] }]',
      'string',
      'state',
    )
    const changes = diffContracts(read([id, column('required: true', 'string', 'region')]), read([id, renamed]))
    expect(changes).toEqual([
      {
        kind: 'column-renamed',
        column: 'region',
        to: 'state',
        by: 'alias',
        impact: 'compatible',
        side: 'to',
        line: 11,
      },
    ])
  })

  it('tells a likely rename by what is promised, which is breaking, and what changed with it', () => {
    const limits = 'logicalTypeOptions: { minimum: 0, maximum: 9 }'
    const both = '{ metric: duplicateValues, arguments: { properties: [id, region] }, mustBe: 0 }'
    const from = read([id, column(limits, 'number', 'region')], [both])
    const to = read([id, column(limits, 'number', 'state')], [both.replace('region', 'state')])
    expect(diffContracts(from, to)).toMatchObject([
      { kind: 'column-renamed', column: 'region', to: 'state', by: 'rules', impact: 'breaking' },
    ])
  })

  it('pairs nothing where two columns promise the same, or where nothing is promised and the names are far', () => {
    const limits = 'logicalTypeOptions: { minimum: 0 }'
    const two = [column(limits, 'number', 'aaaa'), column(limits, 'number', 'bbbb')]
    expect(words(diffContracts(read(two), read([id, column(limits, 'number', 'cccc')])))).toEqual([
      'compatible column-added',
      'compatible column-added',
      'breaking column-removed',
      'breaking column-removed',
    ])
    expect(
      words(diffContracts(read([id, column('', 'number', 'aaaa')]), read([id, column('', 'number', 'bbbb')]))),
    ).toEqual(['compatible column-added', 'breaking column-removed'])
    expect(
      words(diffContracts(read([id, column('', 'number', 'regions')]), read([id, column('', 'number', 'region')]))),
    ).toEqual(['breaking column-renamed'])
  })

  it('calls the head of a contract neutral', () => {
    const contract = read([id])
    expect(words(diffContracts(contract, { ...contract, version: '2.0.0', table: 'u' }))).toEqual([
      'neutral version',
      'neutral table',
    ])
  })

  const property = fc.oneof(
    fc.constantFrom('', 'required: true', 'unique: true', 'classification: restricted').map((more) => column(more)),
    fc
      .tuple(fc.constantFrom('minimum', 'maximum', 'exclusiveMinimum'), fc.integer({ min: -5, max: 5 }))
      .map(([key, limit]) => options(`${key}: ${limit}`)),
    fc
      .tuple(
        fc.subarray(['a', 'b', 'c'], { minLength: 1 }),
        fc.constantFrom(
          'mustBe: 0',
          'mustBeLessThan: 3',
          'mustBeLessThan: 3, unit: percent',
          'mustBe: 0, severity: warning',
        ),
      )
      .map(([allowed, more]) =>
        rule(`metric: invalidValues, arguments: { validValues: [${allowed.join(', ')}] }, ${more}`),
      ),
  )
  const contract = fc
    .tuple(
      property,
      property,
      fc.subarray([rows('mustBeGreaterThan: 5'), pair, sql('mustBe: 0'), rows('mustBeLessThan: 9')]),
    )
    .map(([x, y, quality]) => read([id, x, y.replace('name: x', 'name: y')], quality))

  it('finds no change between a contract and itself', () => {
    fc.assert(
      fc.property(contract, (one) => {
        expect(diffContracts(one, structuredClone(one))).toEqual([])
      }),
    )
  })

  it('is its own mirror: what is only lost one way is only gained the other', () => {
    const mirrored: Readonly<Record<string, string>> = {
      'column-added': 'column-removed',
      'rule added': 'rule dropped',
      'rule tightened': 'rule loosened',
    }
    const key = (change: ContractChange) => (change.kind === 'rule' ? `rule ${change.change}` : change.kind)
    fc.assert(
      fc.property(contract, contract, (a, b) => {
        const there = diffContracts(a, b)
        const back = diffContracts(b, a)
        expect(there).toHaveLength(back.length)
        for (const [gain, loss] of Object.entries(mirrored)) {
          expect(there.filter((change) => key(change) === gain)).toHaveLength(
            back.filter((change) => key(change) === loss).length,
          )
        }
        const gains = (changes: readonly ContractChange[]) =>
          changes.filter(({ impact }) => impact === 'compatible').length
        const losses = (changes: readonly ContractChange[]) =>
          changes.filter(({ impact }) => impact === 'breaking').length
        expect(gains(there)).toBeLessThanOrEqual(losses(back))
        expect(gains(back)).toBeLessThanOrEqual(losses(there))
      }),
      { numRuns: 100 },
    )
  })
})
