import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'

/** A YAML text and where its parts stand, for changes that leave every other character as it was written. */
export interface YamlText {
  readonly text: string
  readonly root: unknown
  /** 1-based column of an offset. */
  readonly columnOf: (offset: number) => number
  /** As the file ends its lines. */
  readonly lineEnd: '\n' | '\r\n'
}

export function openYaml(text: string): YamlText {
  const lines = new LineCounter()
  const { contents } = parseDocument(text, { lineCounter: lines, schema: 'core' })
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n'
  return { text, root: contents, columnOf: (offset) => lines.linePos(offset).col, lineEnd }
}

/** The node at a path; undefined where there is none, or where another node is referred to. */
export function nodeAt(root: unknown, path: readonly (string | number)[]): unknown {
  let node = root
  for (const step of path) {
    if (isMap(node)) node = pairOf(node, String(step))?.value
    else if (isSeq(node)) node = node.items[Number(step)]
    else return undefined
  }
  return isAlias(node) ? undefined : node
}

export function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && pair.key.value === key)
}

/** The text with another value in place of a scalar. */
export function withScalar(yaml: YamlText, node: unknown, value: string): string | undefined {
  if (!isScalar(node) || !node.range) return undefined
  return splice(yaml.text, node.range[0], node.range[1], value)
}

/**
 * The text with more in a mapping: behind the first of `anchors` that it has, as lines of their own, or on the line of
 * the mapping where it stands on one.
 */
export function withPairs(
  yaml: YamlText,
  map: YAMLMap,
  {
    lines,
    pairs,
    anchors,
  }: { readonly lines: readonly string[]; readonly pairs: readonly string[]; readonly anchors: readonly string[] },
): string | undefined {
  if (map.flow) return withFlowItems(yaml, map, pairs)
  const anchor = anchors.map((key) => pairOf(map, key)).find((pair) => pair !== undefined && endOf(pair) !== undefined)
  const first = map.items[0]
  const start = isScalar(first?.key) ? first.key.range?.[0] : undefined
  const end = anchor && endOf(anchor)
  if (start === undefined || end === undefined) return undefined
  return withLines(yaml, end, yaml.columnOf(start) - 1, lines)
}

/** The text with more items at the end of a list, each on lines of its own where those that are there have. */
export function withItems(
  yaml: YamlText,
  list: YAMLSeq,
  { lines, items }: { readonly lines: readonly string[]; readonly items: readonly string[] },
): string | undefined {
  if (list.flow) return withFlowItems(yaml, list, items)
  const end = endOf(list)
  const start = list.range?.[0]
  if (end === undefined || start === undefined) return undefined
  return withLines(yaml, end, yaml.columnOf(start) - 1, lines)
}

function withFlowItems({ text }: YamlText, node: YAMLMap | YAMLSeq, items: readonly string[]): string | undefined {
  const last = node.items.at(-1)
  const at = last === undefined ? node.range && node.range[0] + 1 : endOf(last)
  if (at === undefined || at === null) return undefined
  return splice(text, at, at, `${last === undefined ? '' : ', '}${items.join(', ')}`)
}

function withLines({ text, lineEnd }: YamlText, after: number, indent: number, lines: readonly string[]): string {
  const newline = text[after - 1] === '\n' ? after - 1 : text.indexOf('\n', after)
  const block = lines.map((line) => `${' '.repeat(indent)}${line}`).join(lineEnd)
  if (newline < 0) return `${text}${lineEnd}${block}`
  return splice(text, newline + 1, newline + 1, `${block}${lineEnd}`)
}

/** Where what was written of a node or a pair ends; comments and empty lines behind it do not belong to it. */
function endOf(part: unknown): number | undefined {
  if (isPair(part)) return part.value === null ? endOf(part.key) : (endOf(part.value) ?? endOf(part.key))
  if ((isMap(part) || isSeq(part)) && !part.flow && part.items.length > 0) return endOf(part.items.at(-1))
  return (part as Node | undefined)?.range?.[1]
}

function isPair(part: unknown): part is Pair {
  return typeof part === 'object' && part !== null && 'key' in part
}

function splice(text: string, from: number, to: number, more: string): string {
  return `${text.slice(0, from)}${more}${text.slice(to)}`
}
