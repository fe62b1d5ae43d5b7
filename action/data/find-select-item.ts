import type { Engine } from './engine.ts'
import { listOf, offsetOf, parseSelect, placeIn, type TreeNode, textOf } from './select-tree.ts'

/** The line, from 1, of the expression that a SELECT calls `name`; undefined where a star stands for it. */
export async function findSelectItem(engine: Engine, sql: string, name: string): Promise<number | undefined> {
  const parsed = await parseSelect(engine, sql)
  if (parsed.kind !== 'select') return undefined
  const item = listOf(parsed.node, 'select_list').find((node) => nameOf(node) === name)
  return item && placeIn(sql, offsetOf(item)).line
}

function nameOf(node: TreeNode): string {
  const alias = textOf(node, 'alias')
  const names: unknown = node['column_names']
  return alias || (Array.isArray(names) ? String(names.at(-1)) : '')
}
