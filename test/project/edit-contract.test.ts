import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { patchOf } from '../../action/project/contract-patch.ts'
import { diffContracts } from '../../action/project/diff-contracts.ts'
import { type ContractEdit, editContract } from '../../action/project/edit-contract.ts'
import { parseContract } from '../../action/project/read-contract.ts'

const head = `apiVersion: v3.1.0
kind: DataContract
id: t
version: 1.0.0
status: active
schema:
  - name: t
    properties:`

const properties = {
  block: `
    # first
    - name: a # largest so far 9; the limit catches a change of unit
      logicalType: number
      required: true
      logicalTypeOptions:
        maximum: 10 # of kilograms
      quality:
      - metric: invalidValues
        arguments: { validValues: [1, 2.5] }
        mustBe: 0

    - name: b
      logicalType: string
      description: |
        Many
        lines.
    # last
`,
  flow: ` [ {name: a, required: true, logicalTypeOptions: {maximum: 10}, quality: [ {metric: invalidValues, arguments: {validValues: [ 1, 2.5, ]}, mustBe: 0} ], logicalType: number}, {name: b, logicalType: string} ]
`,
  mixed: `
      - {name: a,
         logicalType: number, required: true, logicalTypeOptions: {maximum: 10},
         quality: [{metric: invalidValues, arguments: {validValues: [
            1,
            2.5
         ]}, mustBe: 0}]}
      - name: b
        logicalType: string`,
}

const name = fc
  .string({ minLength: 1, maxLength: 8, unit: 'grapheme' })
  .filter((text) => text.trim() === text && !/[\n\r]/.test(text) && !/^[ab]$/i.test(text))
const edit: fc.Arbitrary<ContractEdit> = fc.oneof(
  name.map((alias) => ({ kind: 'alias', column: 'a', alias }) as const),
  name.map(
    (column) =>
      ({
        kind: 'columns',
        columns: [
          { name: column, type: 'string', rules: [{ kind: 'required' }, { kind: 'allowed', values: [column, '7'] }] },
        ],
      }) as const,
  ),
  fc
    .uniqueArray(
      fc
        .integer()
        .filter((value) => value !== 1)
        .map(String),
      { minLength: 1, maxLength: 3 },
    )
    .map((values) => ({ kind: 'allow', column: 'a', known: ['1', '2.5'], values }) as const),
  fc
    .double({ min: 10.5, max: 1e20, noNaN: true })
    .map((to) => ({ kind: 'limit', column: 'a', option: 'maximum', from: 10, to, seen: to }) as const),
  fc.constant({ kind: 'optional', column: 'a' } as const),
  fc.constant({
    kind: 'promise',
    column: 'b',
    rules: [{ kind: 'required' }, { kind: 'max-length', length: 3 }, { kind: 'allowed', values: ['x'] }],
  } as const),
)

const wanted: Readonly<Record<ContractEdit['kind'], readonly string[]>> = {
  alias: ['alias-added'],
  columns: ['column-added'],
  allow: ['allowed loosened'],
  limit: ['maximum loosened'],
  optional: ['required dropped'],
  promise: ['required added', 'max-length added', 'allowed added'],
}

function changes(before: string, after: string): string[] {
  const [from, to] = [parseContract('c', before), parseContract('c', after)]
  if (!from.ok || !to.ok) throw new Error(`${JSON.stringify([from, to])}\n${after}`)
  return diffContracts(from.value, to.value).map((change) =>
    change.kind === 'rule' ? `${(change.to ?? change.from)?.kind} ${change.change}` : change.kind,
  )
}

describe('editContract()', () => {
  for (const [style, text] of Object.entries(properties)) {
    for (const lineEnd of ['\n', '\r\n']) {
      it(`changes what it is asked to and nothing else, in the style ${style} with ${JSON.stringify(lineEnd)}`, () => {
        const before = (head + text).replaceAll('\n', lineEnd)
        fc.assert(
          fc.property(edit, (change) => {
            const after = editContract(before, 't', change) ?? ''
            expect(changes(before, after)).toEqual(wanted[change.kind])
            const isKept = (line: string) => after.includes(line.trim())
            const lost = before.split(lineEnd).filter((line) => !isKept(line))
            expect(lost.length).toBeLessThanOrEqual(style === 'flow' ? 1 : 2)
            expect(after.replaceAll(lineEnd, '')).not.toMatch(/[\r\n]/)
          }),
          { numRuns: 50 },
        )
      })
    }
  }

  it('keeps what is said of the largest value true', () => {
    const after = editContract(head + properties.block, 't', {
      kind: 'limit',
      column: 'a',
      option: 'maximum',
      from: 10,
      to: 20,
      seen: 12.5,
    })
    expect(after).toContain('name: a # largest so far 12.5; the limit')
    expect(after).toContain('maximum: 20 # of kilograms')
  })

  it('lets what is said of the largest value be where another limit moves', () => {
    const text = (head + properties.block).replace('maximum: 10', 'minimum: 10')
    const limit = { kind: 'limit', column: 'a', option: 'minimum', from: 10, to: 5, seen: 6 } as const
    expect(editContract(text, 't', limit)).toContain('name: a # largest so far 9; the limit')
  })

  it.each<ContractEdit>([
    { kind: 'limit', column: 'a', option: 'minimum', from: 0, to: -1, seen: -1 },
    { kind: 'limit', column: 'a', option: 'maximum', from: 11, to: 12, seen: 12 },
    { kind: 'allow', column: 'a', known: ['1'], values: ['3'] },
    { kind: 'optional', column: 'b' },
    { kind: 'optional', column: 'nobody' },
  ])('changes nothing that it does not find: %j', (change) => {
    expect(editContract(head + properties.block, 't', change)).toBeUndefined()
  })
})

describe('patchOf()', () => {
  it('is empty where nothing differs, and names the file on both sides', () => {
    expect(patchOf('c.yaml', 'a\n', 'a\n')).toBe('')
    expect(patchOf('c.yaml', 'a\nb', 'a\nc')).toBe(
      '--- a/c.yaml\n+++ b/c.yaml\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n',
    )
  })
})
