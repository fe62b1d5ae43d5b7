import { describe, expect, it } from 'vitest'

import { parseContract } from '../../action/project/read-contract.ts'
import { formatContract } from '../../action/project/write-contract.ts'

const head = `apiVersion: v3.1.0
kind: DataContract
id: parcels
version: 1.0.0
status: active
schema:
  - name: parcels
    properties:
`

function property(name: string, type: string, custom: string, more = ''): string {
  return `      - { name: ${name}, logicalType: ${type}, ${more}customProperties: [${custom}] }\n`
}

describe('readSpelling()', () => {
  it('reads how values are spelled, and passes over what other tools keep there', () => {
    const read = parseContract(
      'contract.yaml',
      head +
        property('price', 'number', '{ property: plumbline.decimal, value: "," }') +
        property('at', 'timestamp', '{ property: plumbline.epoch, value: milliseconds }') +
        property('paid', 'boolean', '{ property: plumbline.boolean, value: ja / nein }') +
        property('n', 'integer', '{ property: plumbline.missing, value: [n/a, "-"] }') +
        property('m', 'integer', '{ property: plumbline.missing, value: "?" }') +
        property('note', 'string', '{ property: sensitivity, value: high }'),
    )
    expect(read.ok && read.value.columns).toMatchObject([
      { decimal: ',' },
      { epoch: 'milliseconds' },
      { truth: { yes: 'ja', no: 'nein' } },
      { missing: ['n/a', '-'] },
      { missing: ['?'] },
      { name: 'note' },
    ])
  })

  it.each([
    [property('a', 'number', '{ property: plumbline.decimal, value: ";" }'), /it is ";"; expected "," or "\."/],
    [property('a', 'number', '{ property: plumbline.decimals, value: "," }'), /"plumbline\.decimals": .* Did you mean/],
    [
      property('a', 'number', '{ property: plumbline.colour, value: red }'),
      /expected plumbline\.decimal, .* or plumbline\.missing/,
    ],
    [property('a', 'string', '{ property: plumbline.boolean, value: ja/nein }'), /is of type string; expected boolean/],
    [property('a', 'boolean', '{ property: plumbline.boolean, value: ja }'), /it is "ja"; expected the words for true/],
    [property('a', 'boolean', '{ property: plumbline.boolean, value: ja/Ja }'), /expected the words for true/],
    [property('a', 'number', '{ property: plumbline.missing, value: [] }'), /it is \[\]; expected a list of texts/],
    [property('a', 'number', '{ property: plumbline.missing, value: [-1] }'), /expected a list of texts/],
    [property('a', 'string', '{ property: plumbline.decimal, value: "," }'), /is of type string; expected number or/],
    [property('a', 'timestamp', '{ property: plumbline.epoch, value: days }'), /it is "days"; expected "seconds" or/],
    [
      property(
        'a',
        'timestamp',
        '{ property: plumbline.epoch, value: seconds }',
        'logicalTypeOptions: { format: yyyy }, ',
      ),
      /the column has a format too/,
    ],
  ])('refuses %s', (text, expected) => {
    const read = parseContract('contract.yaml', head + text)
    const diagnostics = read.ok ? [] : read.diagnostics
    expect(diagnostics.map(({ message, remedy }) => `${message} ${remedy}`)).toEqual([expect.stringMatching(expected)])
    expect(diagnostics[0]).toMatchObject({ code: 'contract/value', line: 9 })
  })

  it('reads back what formatContract() writes', () => {
    const text = formatContract('parcels', [
      { name: 'price', type: 'number', rules: [], decimal: ',' },
      { name: 'day', type: 'date', rules: [{ kind: 'required' }], pattern: "dd.MM.yyyy 'um' HH:mm" },
      { name: 'at', type: 'timestamp', rules: [], epoch: 'seconds' },
      { name: 'paid', type: 'boolean', rules: [], truth: { yes: 'Sí', no: 'No' } },
      { name: 'n', type: 'integer', rules: [], missing: ['n/a', '-', '"'] },
    ])
    const read = parseContract('contract.yaml', text)
    expect(read.ok && read.value.columns).toMatchObject([
      { name: 'price', decimal: ',' },
      { name: 'day', format: '%d.%m.%Y um %H:%M' },
      { name: 'at', epoch: 'seconds' },
      { name: 'paid', truth: { yes: 'Sí', no: 'No' } },
      { name: 'n', missing: ['n/a', '-', '"'] },
    ])
  })
})
