import { isMap, isSeq, type YAMLMap, type YAMLSeq } from 'yaml'

import { nodeAt, openYaml, pairOf, withItems, withPairs, type YamlText } from './yaml-edits.ts'

/**
 * The contract's text with one more name under which files may hold a column of a table; undefined where it has no such column, or
 * where its aliases are written in a form that cannot be added to. Everything else stays as it was written.
 */
export function addAlias(text: string, table: string, column: string, alias: string): string | undefined {
  const yaml = openYaml(text)
  const property = findProperty(yaml, table, column)
  if (!property) return undefined
  const custom = pairOf(property, 'customProperties')?.value
  const name = yamlText(alias)
  const item = `{ property: aliases, value: [${name}] }`
  if (isSeq(custom)) {
    const known = nodeAt(custom.items.find(isAliases), ['value'])
    if (isSeq(known)) return withItems(yaml, known, { items: [name], lines: [`- ${name}`] })
    return withItems(yaml, custom, { items: [item], lines: [`- ${item}`] })
  }
  if (custom !== undefined) return undefined
  const pair = `customProperties: [${item}]`
  return withPairs(yaml, property, { pairs: [pair], lines: [pair], anchors: ['name'] })
}

/** The mapping of one of a table's columns in the text of a contract. */
export function findProperty(yaml: YamlText, table: string, column: string): YAMLMap | undefined {
  const properties = findProperties(yaml, table)
  return properties?.items.filter(isMap).find((property) => property.get('name') === column)
}

/** The list of a table's columns. */
export function findProperties({ root }: YamlText, table: string): YAMLSeq | undefined {
  const tables = nodeAt(root, ['schema'])
  const found = isSeq(tables) ? tables.items.filter(isMap).find((one) => one.get('name') === table) : undefined
  const properties = nodeAt(found, ['properties'])
  return isSeq(properties) ? properties : undefined
}

function isAliases(item: unknown): boolean {
  return isMap(item) && item.get('property') === 'aliases'
}

/** A text as a YAML scalar that stands anywhere: plain where it cannot mean anything else, else quoted as JSON. */
export function yamlText(text: string): string {
  const isPlain = /^[\p{L}_][\p{L}\p{N}_./*-]*( [\p{L}\p{N}_./*-]+)*$/u.test(text)
  return isPlain && !/^(true|false|null|yes|no|on|off|y|n|~)$/i.test(text) ? text : JSON.stringify(text)
}
