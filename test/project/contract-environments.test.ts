import { describe, expect, it } from 'vitest'

import type { Contract } from '../../action/project/contract.ts'
import { inEnvironment, requireEnvironment } from '../../action/project/contract-environments.ts'
import { parseContract } from '../../action/project/read-contract.ts'

const environments = (names: string) => `customProperties: [{ property: environments, value: ${names} }]`
const text = (x = '', y = '') => `apiVersion: v3.1.0
kind: DataContract
id: t
version: 1.0.0
status: active
schema:
  - name: t
    quality:
      - { metric: rowCount, mustBeGreaterThan: 0 }
      - { metric: duplicateValues, arguments: { properties: [id, late] }, mustBe: 0 }
      - { type: sql, query: "SELECT 0", mustBe: 0, ${environments('[serving, replay]')} }
    properties:
      - { name: id, logicalType: string, required: true, unique: true }
      - name: x
        logicalType: number
        ${x || 'required: true'}
      - { name: late, logicalType: integer, customProperties: [{ property: aliases, value: [slow] }] ${y} }
`

function read(contract: string): Contract {
  const parsed = parseContract('contract.yaml', contract)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.diagnostics))
  return parsed.value
}

function promises({ columns, tableRules }: Contract): string[] {
  return [
    ...columns.map(({ name, rules }) => [name, ...rules.map(({ kind }) => kind)].join(' ')),
    ...tableRules.map(({ kind }) => kind),
  ]
}

describe('inEnvironment()', () => {
  it('leaves all to training but what belongs elsewhere', () => {
    const contract = read(text(environments('[serving]')))
    const seen = inEnvironment(contract, 'training', 'late')
    expect(promises(seen)).toEqual(['id required unique', 'late', 'row-count', 'unique-together'])
    expect(seen.elsewhere).toEqual(['x'])
  })

  it('expects no target when serving, and nothing that holds of whole snapshots alone', () => {
    const seen = inEnvironment(read(text()), 'serving', 'late')
    expect(promises(seen)).toEqual(['id required', 'x required', 'sql'])
    expect(seen.elsewhere).toEqual(['late', 'slow'])
  })

  it('does what the contract says of other environments, the target included', () => {
    const contract = read(
      text()
        .replace('- { name: late', `- { name: late, required: true`)
        .replace('value: [slow] }', 'value: [slow] }, { property: environments, value: [training, replay] }'),
    )
    expect(promises(inEnvironment(contract, 'replay', 'late'))).toEqual([
      'id required',
      'x required',
      'late required',
      'sql',
    ])
    expect(promises(inEnvironment(contract, 'serving', 'late'))).toEqual(['id required', 'x required', 'sql'])
  })
})

describe('requireEnvironment()', () => {
  it.each(['training', 'serving', 'replay'])('knows %s', (name) => {
    expect(() => requireEnvironment(read(text()), name)).not.toThrow()
  })

  it.each([
    ['servign', 'Did you mean "serving"?'],
    ['repaly', 'Did you mean "replay"?'],
    ['elsewhere', 'Choose one of: training, serving, replay.'],
  ])('refuses %s with what is known', (name, remedy) => {
    expect(() => requireEnvironment(read(text()), name)).toThrow(
      expect.objectContaining({ code: 'cli/bad-input', remedy }),
    )
  })
})

describe('readEnvironments()', () => {
  it.each([
    ['[]', 'expected a list of names'],
    ['training', 'expected a list of names'],
    ['[Training]', 'expected a list of names'],
    ['[trainign]', 'it is nearly "training"'],
  ])('refuses %s, of a column and of a rule', (value, message) => {
    const column = parseContract('c', text(environments(value)))
    const rule = parseContract('c', text().replace('[serving, replay]', value))
    for (const refused of [column, rule]) expect(!refused.ok && refused.diagnostics[0]?.message).toContain(message)
  })
})
