import { isMap, isScalar, isSeq, type YAMLMap } from 'yaml'

import { addAlias, findProperties, findProperty } from './add-alias.ts'
import type { RuleKind } from './contract.ts'
import {
  columnLines,
  columnOnOneLine,
  type DescribedColumn,
  promiseLines,
  promisePairs,
  yamlScalar,
} from './write-contract.ts'
import { nodeAt, openYaml, pairOf, withItems, withPairs, withScalar, type YamlText } from './yaml-edits.ts'

/** One change of a contract's text. */
export type ContractEdit =
  | { readonly kind: 'alias'; readonly column: string; readonly alias: string }
  | { readonly kind: 'columns'; readonly columns: readonly DescribedColumn[] }
  /** More values beside those that are allowed. */
  | {
      readonly kind: 'allow'
      readonly column: string
      readonly known: readonly string[]
      readonly values: readonly string[]
    }
  /** Another number in place of a limit; `seen`: the value that needs it. */
  | {
      readonly kind: 'limit'
      readonly column: string
      readonly option: LimitOption
      readonly from: number
      readonly to: number
      readonly seen: number
    }
  | { readonly kind: 'optional'; readonly column: string }
  /** Promises of a column that makes none. */
  | { readonly kind: 'promise'; readonly column: string; readonly rules: readonly RuleKind[] }

export type LimitOption = 'minimum' | 'maximum' | 'exclusiveMinimum' | 'exclusiveMaximum' | 'minLength' | 'maxLength'

/** The text with the change of one of its tables, all else as it was written; undefined where what it changes is written in another form. */
export function editContract(text: string, table: string, edit: ContractEdit): string | undefined {
  if (edit.kind === 'alias') return addAlias(text, table, edit.column, edit.alias)
  const yaml = openYaml(text)
  if (edit.kind === 'columns') return addColumns(yaml, table, edit.columns)
  const property = findProperty(yaml, table, edit.column)
  if (!property) return undefined
  switch (edit.kind) {
    case 'allow': {
      const list = findAllowed(property, edit.known)
      const items = edit.values.map(yamlScalar)
      return list && withItems(yaml, list, { items, lines: items.map((item) => `- ${item}`) })
    }
    case 'limit': {
      const limit = nodeAt(property, ['logicalTypeOptions', edit.option])
      if (!isScalar(limit) || limit.value !== edit.from) return undefined
      const after = withScalar(yaml, limit, String(edit.to))
      const isLargest = edit.option === 'maximum' || edit.option === 'exclusiveMaximum'
      return isLargest ? updateComment(after, table, edit.column, edit.seen) : after
    }
    case 'optional': {
      const required = nodeAt(property, ['required'])
      return isScalar(required) && required.value === true ? withScalar(yaml, required, 'false') : undefined
    }
    case 'promise':
      return withPairs(yaml, property, {
        pairs: promisePairs(edit.rules),
        lines: promiseLines(edit.rules),
        anchors: ['logicalType', 'name'],
      })
  }
}

/** In the style of the last column that is there. */
function addColumns(yaml: YamlText, table: string, columns: readonly DescribedColumn[]): string | undefined {
  const properties = findProperties(yaml, table)
  if (!properties) return undefined
  const items = columns.map(columnOnOneLine)
  const last = properties.items.at(-1)
  const lines = isMap(last) && last.flow ? items.map((item) => `- ${item}`) : columns.flatMap(columnLines)
  return withItems(yaml, properties, { items, lines })
}

function findAllowed(property: YAMLMap, known: readonly string[]) {
  const quality = pairOf(property, 'quality')?.value
  if (!isSeq(quality)) return undefined
  const lists = quality.items.map((rule) => nodeAt(rule, ['arguments', 'validValues']))
  return lists.filter(isSeq).find((list) => {
    const values = list.items.map((item) => (isScalar(item) ? String(item.value) : undefined))
    return values.length === known.length && values.every((value, i) => value === known[i])
  })
}

/** What `init` says of the largest value behind the column’s name stays true. */
function updateComment(text: string | undefined, table: string, column: string, seen: number): string | undefined {
  if (text === undefined) return undefined
  const property = findProperty(openYaml(text), table, column)
  const name = property && nodeAt(property, ['name'])
  const start = isScalar(name) ? name.range?.[1] : undefined
  if (start === undefined) return text
  const newline = text.indexOf('\n', start)
  const end = newline < 0 ? text.length : newline
  const line = text.slice(start, end).replace(/^(\s*# largest so far )[-+.\de]+/, `$1${seen}`)
  return `${text.slice(0, start)}${line}${text.slice(end)}`
}
