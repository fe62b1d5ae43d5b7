import { describe, expect, test } from 'vitest'
import { parseContract } from '../../action/project/read-contract.ts'

const head = 'apiVersion: v3.1.0\nkind: DataContract\nid: c\nversion: 1.0.0\nstatus: active\n'

function rules(text: string, wanted?: string) {
  const read = parseContract('c.yaml', head + text, wanted)
  if (!read.ok) return read.diagnostics.map(({ line, message }) => `${line}: ${message}`)
  return read.value.tableRules
}

const twoTables = `schema:
  - name: parcels
    id: t-parcels
    properties:
      - { name: id, logicalType: string }
      - name: carrier
        id: p-carrier
        logicalType: string
        relationships: [{ to: carriers.code }]
  - name: carriers
    id: t-carriers
    relationships: [{ type: foreignKey, from: [carriers.land, carriers.zone], to: [zones.land, zones.zone] }]
    properties:
      - { name: code, id: p-code, logicalType: string }
      - { name: land, logicalType: string }
      - { name: zone, logicalType: string }
`

describe('readRelationships()', () => {
  test('reads those of a column and of a table', () => {
    expect(rules(twoTables, 'parcels')).toEqual([
      { kind: 'references', columns: ['carrier'], table: 'carriers', others: ['code'], line: 14 },
    ])
    expect(rules(twoTables, 'carriers')).toEqual([
      { kind: 'references', columns: ['land', 'zone'], table: 'zones', others: ['land', 'zone'], line: 17 },
    ])
  })

  test('follows the ids of tables and columns', () => {
    const text = twoTables.replace('to: carriers.code', 'to: /schema/t-carriers/properties/p-code')
    expect(rules(text, 'parcels')).toMatchObject([{ table: 'carriers', others: ['code'] }])
  })

  test('takes the table that is called as the source, or the only one', () => {
    expect(rules(twoTables, 'features')).toEqual([
      '6: Cannot choose among the tables parcels, carriers: none is called features',
    ])
  })

  test.each([
    ['to: code', 'Cannot read "code" as a column: expected table.column'],
    [
      'to: other.yaml#/schema/a/properties/b',
      'Cannot check relationships to other files: Plumbline does not support it yet',
    ],
    ['from: parcels.id, to: carriers.code', 'Cannot use "from" here: it is this column'],
    ['to: [carriers.code, carriers.land]', 'Cannot use this relationship: it names 2 columns, from has 1'],
  ])('refuses { %s }', (relationship, message) => {
    expect(rules(twoTables.replace('to: carriers.code', relationship), 'parcels')).toEqual([
      expect.stringContaining(message),
    ])
  })

  test('refuses columns of another table at a table', () => {
    const text = twoTables.replace('from: [carriers.land, ', 'from: [parcels.id, ')
    expect(rules(text, 'carriers')).toEqual([
      expect.stringContaining('Cannot use "parcels.id": "carriers" has no such'),
    ])
  })
})
