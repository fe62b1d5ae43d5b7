import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { LogicalType, RuleKind } from '../../action/project/contract.ts'
import { parseContract } from '../../action/project/read-contract.ts'
import { formatContract } from '../../action/project/write-contract.ts'

describe('formatContract()', () => {
  it('writes what parseContract() reads back, whatever the names and values', () => {
    const text = fc.string({ minLength: 1, unit: 'grapheme' }).filter((s) => !s.includes('${{'))
    const rules: fc.Arbitrary<{ type: LogicalType; rules: RuleKind[] }> = fc.oneof(
      fc.record({
        type: fc.constant<LogicalType>('string'),
        rules: fc.tuple(
          fc.constant<RuleKind>({ kind: 'required' }),
          fc.array(text, { minLength: 1, maxLength: 5 }).map((values): RuleKind => ({ kind: 'allowed', values })),
        ),
      }),
      fc.record({
        type: fc.constantFrom<LogicalType>('number', 'integer'),
        rules: fc.tuple(
          fc.constant<RuleKind>({ kind: 'unique' }),
          fc.record({
            kind: fc.constantFrom('minimum' as const, 'maximum' as const),
            limit: fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
            isExclusive: fc.boolean(),
          }),
        ),
      }),
    )
    const column = fc.tuple(text, rules).map(([name, promised]) => ({ name, ...promised, comment: `seen\n${name}` }))
    const columns = fc.uniqueArray(column, {
      minLength: 1,
      maxLength: 6,
      selector: ({ name }) => name.normalize('NFC').toLowerCase(),
    })
    fc.assert(
      fc.property(columns, (described) => {
        const read = parseContract('contract.yaml', formatContract('parcels', described))
        if (!read.ok) throw new Error(JSON.stringify(read.diagnostics))
        const back = read.value.columns.map(({ name, logicalType, rules: kept }) => ({
          name,
          type: logicalType,
          rules: kept.map(({ line: _line, ...rule }) => rule),
        }))
        expect(back).toEqual(described.map(({ comment: _comment, ...kept }) => kept))
      }),
    )
  })

  it('writes what files call a column, and which other table holds its values', () => {
    const column = (name: string, more: object) => ({ name, type: 'string' as const, rules: [], ...more })
    const columns = [
      column('carrier', { references: ['carriers.carrier', 'fleets.carrier'] }),
      column('zone: b', { physicalName: 'Zone #b' }),
    ]
    const references = [{ columns: ['carrier', 'zone: b'], to: ['tariffs.carrier', 'tariffs.zone: b'] }]
    const read = parseContract('contract.yaml', formatContract('parcels', columns, { table: 'rows', references }))
    expect(read).toMatchObject({
      ok: true,
      value: {
        id: 'parcels',
        table: 'rows',
        columns: [
          { name: 'carrier', aliases: [] },
          { name: 'zone: b', aliases: ['Zone #b'] },
        ],
        tableRules: [
          { kind: 'row-count' },
          { kind: 'references', columns: ['carrier'], table: 'carriers', others: ['carrier'] },
          { kind: 'references', columns: ['carrier'], table: 'fleets', others: ['carrier'] },
          {
            kind: 'references',
            columns: ['carrier', 'zone: b'],
            table: 'tariffs',
            others: ['carrier', 'zone: b'],
          },
        ],
      },
    })
  })
})
