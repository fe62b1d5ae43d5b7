import type { Engine } from './engine.ts'
import { movingFunctions, movingNames } from './impure-functions.ts'
import { quoteName } from './quote.ts'
import { everyNode, isNode, listOf, parseSelect, type TreeNode, textOf } from './select-tree.ts'

/** `{object}`, `{table}`, `{property}` and `{column}`, also as `${…}` and in quotes, as quoted names. */
export function withPlaceholders(query: string, table: string, column: string | undefined): string {
  const filled = query.replaceAll(/"?\$?\{(object|table|property|column)\}"?/g, (whole, key: string) => {
    const name = key === 'object' || key === 'table' ? table : column
    return name === undefined ? whole : quoteName(name)
  })
  return filled.replace(/[;\s]+$/, '')
}

export interface RuleFault {
  readonly state: string
  readonly remedy: string
}

/** Why a text is not one SELECT over the table alone, whose number is the same whenever it is asked; undefined if it is. */
export async function findRuleFaults(
  engine: Engine,
  query: string,
  tables: readonly string[],
  columns: readonly string[],
): Promise<RuleFault | undefined> {
  const parsed = await parseSelect(engine, query)
  if (parsed.kind === 'syntax') return { state: parsed.message, remedy: 'Mend the query.' }
  if (parsed.kind === 'other') return { state: 'it is not one SELECT', remedy: 'Leave one SELECT … FROM {object}.' }

  const known = new Set([...tables, ...commonTables(parsed.node)].map((name) => name.toLowerCase()))
  const own = new Set(columns.map((name) => name.toLowerCase()))
  for (const node of everyNode(parsed.node)) {
    const type = textOf(node, 'type')
    if (type === 'BASE_TABLE') {
      const name = textOf(node, 'table_name')
      if (known.has(name.toLowerCase()) && textOf(node, 'schema_name') === '' && textOf(node, 'catalog_name') === '') {
        continue
      }
      return { state: `it reads "${name}"; expected the table alone`, remedy: 'Read FROM {object}.' }
    }
    if (otherSources.has(type)) {
      return {
        state: 'it reads something other than the table',
        remedy: 'Read FROM {object}, joins and subqueries of it.',
      }
    }
    const name = movingName(node)
    if (name !== undefined && !(node['class'] === 'COLUMN_REF' && own.has(name))) {
      return {
        state: `it depends on the clock, on chance or on the session by ${name}`,
        remedy: 'Remove it: the same data must give the same verdict.',
      }
    }
  }
  return undefined
}

/** In lower case; `all` where a star, a join by names or a whole row may stand for any of `columns`. */
export async function referredColumns(
  engine: Engine,
  query: string,
  columns: readonly string[],
): Promise<ReadonlySet<string> | 'all'> {
  const parsed = await parseSelect(engine, query)
  if (parsed.kind !== 'select') return 'all'
  const own = new Set(columns.map((name) => name.toLowerCase()))
  const referred = new Set<string>()
  for (const node of everyNode(parsed.node)) {
    const isRenamed = Array.isArray(node['column_name_alias']) && node['column_name_alias'].length > 0
    if (node['class'] === 'STAR' || textOf(node, 'type') === 'JOIN' || isRenamed) return 'all'
    if (node['class'] !== 'COLUMN_REF' || !Array.isArray(node['column_names'])) continue
    const names = node['column_names'].map((name) => String(name).toLowerCase())
    if (!names.some((name) => own.has(name))) return 'all'
    for (const name of names) referred.add(name)
  }
  return referred
}

const otherSources: ReadonlySet<string> = new Set(['TABLE_FUNCTION', 'SHOW_REF', 'COLUMN_DATA', 'DELIM_GET'])

function commonTables(node: TreeNode): string[] {
  return [...everyNode(node)].flatMap((each) => {
    const map = each['cte_map']
    return isNode(map) ? listOf(map, 'map').map((entry) => textOf(entry, 'key')) : []
  })
}

function movingName(node: TreeNode): string | undefined {
  if (node['class'] === 'FUNCTION') {
    const name = textOf(node, 'function_name').toLowerCase()
    const isAgeFromNow = name === 'age' && listOf(node, 'children').length === 1
    return movingFunctions.has(name) || isAgeFromNow ? name : undefined
  }
  const names = node['class'] === 'COLUMN_REF' && Array.isArray(node['column_names']) ? node['column_names'] : []
  const name = String(names[0] ?? '').toLowerCase()
  return names.length === 1 && movingNames.has(name) ? name : undefined
}
