import { describe, expect, it } from 'vitest'

import { addAlias, yamlText } from '../../action/project/add-alias.ts'
import { parseContract } from '../../action/project/read-contract.ts'

const head = `# Ours.
apiVersion: v3.1.0
kind: DataContract
id: t
version: 1.0.0
status: active   # live
schema:
  - name: t
    properties:
`

function aliasesOf(text: string | undefined, column: string): readonly string[] {
  const read = parseContract('c', text ?? '')
  if (!read.ok) throw new Error(JSON.stringify(read.diagnostics))
  return read.value.columns.find(({ name }) => name === column)?.aliases ?? []
}

describe('addAlias()', () => {
  it('adds one line and leaves the rest as it was written', () => {
    const before = `${head}      - name: region   # N, S
        logicalType:   string
      - {name: x,   logicalType: integer}
`
    const after = addAlias(before, 't', 'region', 'state')
    expect(after).toBe(
      before.replace('# N, S\n', '# N, S\n        customProperties: [{ property: aliases, value: [state] }]\n'),
    )
    expect(aliasesOf(after, 'region')).toEqual(['state'])
    const twice = addAlias(after ?? '', 't', 'region', 'area: "north"')
    expect(aliasesOf(twice, 'region')).toEqual(['state', 'area: "north"'])
    expect(twice?.split('\n')).toHaveLength(after?.split('\n').length ?? 0)
  })

  it.each([
    ['a mapping on one line', '      - {name: a, logicalType: string} # why\n'],
    [
      'a list of aliases over several lines',
      '      - name: a\n        logicalType: string\n        customProperties:\n          - property: aliases\n            value:\n              - old\n',
    ],
    [
      'other custom properties',
      '      - name: a\n        logicalType: string\n        customProperties: [{ property: x, value: 1 }]\n',
    ],
    [
      'an empty list',
      '      - name: a\n        logicalType: string\n        customProperties: [{ property: aliases, value: [] }]\n',
    ],
    ['no end of line', '      - logicalType: string\n        name: a'],
  ])('understands %s', (_what, property) => {
    expect(aliasesOf(addAlias(head + property, 't', 'a', 'b c'), 'a')).toContain('b c')
  })

  it('knows a column that is not there', () => {
    expect(addAlias(`${head}      - { name: a, logicalType: string }\n`, 't', 'b', 'c')).toBeUndefined()
  })
})

describe('yamlText()', () => {
  it.each(['a', 'a b', 'ä_1', 'yes', '1', '', ' a', '- a', 'a: b', '"; drop', 'a\nb', '#x', '*x', '日本'])(
    'keeps %j',
    (text) => {
      const line = `${head}      - { name: ${yamlText(text === '' ? 'x' : text)}, logicalType: string }\n`
      const read = parseContract('c', line)
      expect(read.ok && read.value.columns[0]?.name).toBe(text === '' ? 'x' : text)
    },
  )
})
