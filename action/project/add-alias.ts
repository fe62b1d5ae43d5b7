import { type Document, isMap, isScalar, isSeq, LineCounter, type Pair, parseDocument, type YAMLMap } from 'yaml'

/**
 * The contract's text with one more name under which files may hold a column of a table; undefined where it has no such column.
 * One line is added, and everything else stays as it was written; where the column stands in a form that leaves no room
 * for a line, its mapping is written anew.
 */
export function addAlias(text: string, table: string, column: string, alias: string): string | undefined {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, schema: 'core' })
  const property = findProperty(document, table, column)
  if (!property) return undefined

  const custom = pairOf(property, 'customProperties')
  const aliases = custom && isSeq(custom.value) ? custom.value.items.find(isAliases) : undefined
  const known = isMap(aliases) ? aliases.get('value', true) : undefined
  if (isSeq(known) && known.flow && known.items.length > 0 && known.range) {
    const end = known.range[1] - 1
    return `${text.slice(0, end).trimEnd()}, ${yamlText(alias)}${text.slice(end)}`
  }
  const name = pairOf(property, 'name')
  if (!custom && !property.flow && isScalar(name?.key) && isScalar(name.value) && name.key.range && name.value.range) {
    const { col } = lines.linePos(name.key.range[0])
    const lineEnd = text.indexOf('\n', name.value.range[1])
    const at = lineEnd < 0 ? text.length : lineEnd
    const line = `${' '.repeat(col - 1)}customProperties: [{ property: aliases, value: [${yamlText(alias)}] }]`
    return `${text.slice(0, at)}\n${line}${text.slice(at)}`
  }

  if (isSeq(known)) known.add(alias)
  else if (custom && isSeq(custom.value)) custom.value.add(document.createNode({ property: 'aliases', value: [alias] }))
  else property.set('customProperties', document.createNode([{ property: 'aliases', value: [alias] }]))
  return document.toString({ lineWidth: 0 })
}

function findProperty(document: Document, table: string, column: string): YAMLMap | undefined {
  const tables = document.get('schema', true)
  const found = isSeq(tables) ? tables.items.filter(isMap).find((one) => one.get('name') === table) : undefined
  const properties = found?.get('properties', true)
  if (!isSeq(properties)) return undefined
  return properties.items.filter(isMap).find((property) => property.get('name') === column)
}

function isAliases(item: unknown): boolean {
  return isMap(item) && item.get('property') === 'aliases'
}

function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && pair.key.value === key)
}

/** A text as a YAML scalar that stands anywhere: plain where it cannot mean anything else, else quoted as JSON. */
export function yamlText(text: string): string {
  const isPlain = /^[\p{L}_][\p{L}\p{N}_./*-]*( [\p{L}\p{N}_./*-]+)*$/u.test(text)
  return isPlain && !/^(true|false|null|yes|no|on|off|y|n|~)$/i.test(text) ? text : JSON.stringify(text)
}
