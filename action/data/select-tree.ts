import type { Engine } from './engine.ts'

/** A node of DuckDB's own syntax tree, as `json_serialize_sql` writes it; only what is looked at is named. */
export interface TreeNode {
  readonly [key: string]: unknown
}

export type ParsedSelect =
  | { readonly kind: 'select'; readonly node: TreeNode }
  | { readonly kind: 'syntax'; readonly message: string; readonly offset: number }
  | { readonly kind: 'other'; readonly statements: number }

/** Parses a text that should be one SELECT. The text is bound as a value: nothing of it is run. */
export async function parseSelect(engine: Engine, sql: string): Promise<ParsedSelect> {
  const [row] = await engine.query<{ tree: string }>('SELECT json_serialize_sql($1::VARCHAR) AS tree', [sql])
  const tree: unknown = JSON.parse(row?.tree ?? '{}')
  if (!isNode(tree)) return { kind: 'other', statements: 0 }
  if (tree['error'] === true) {
    const isSyntax = tree['error_type'] === 'parser'
    const offset = Number(tree['position'] ?? 0)
    return isSyntax
      ? { kind: 'syntax', message: String(tree['error_message']), offset }
      : { kind: 'other', statements: 1 }
  }
  const statements = listOf(tree, 'statements')
  const node = statements[0]?.['node']
  if (statements.length !== 1 || !isNode(node) || node['type'] !== 'SELECT_NODE') {
    return { kind: 'other', statements: statements.length }
  }
  return { kind: 'select', node }
}

/** The node and everything below it, parents first. */
export function* everyNode(value: unknown): Generator<TreeNode> {
  if (Array.isArray(value)) {
    for (const item of value) yield* everyNode(item)
  } else if (isNode(value)) {
    yield value
    for (const child of Object.values(value)) yield* everyNode(child)
  }
}

export function listOf(node: TreeNode, key: string): readonly TreeNode[] {
  const value = node[key]
  return Array.isArray(value) ? value.filter(isNode) : []
}

export function textOf(node: TreeNode, key: string): string {
  const value = node[key]
  return typeof value === 'string' ? value : ''
}

export function isNode(value: unknown): value is TreeNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Where the node begins in the text, in bytes of UTF-8: its own place, else the first below it, else 0. */
export function offsetOf(value: unknown): number {
  const offsets = [...everyNode(value)].map((node) => node['query_location']).filter((at) => typeof at === 'number')
  const real = offsets.filter((at) => at < 2 ** 32)
  return real.length === 0 ? 0 : Math.min(...real)
}

/** The line and column, both from 1, of an offset in bytes of UTF-8. */
export function placeIn(text: string, offset: number): { line: number; column: number } {
  const lines = Buffer.from(text).subarray(0, offset).toString().split('\n')
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }
}
