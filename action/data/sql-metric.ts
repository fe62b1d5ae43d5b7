import { findRuleFaults, type RuleFault } from './check-rule-select.ts'
import type { Engine } from './engine.ts'
import { everyNode, listOf, parseSelect, type TreeNode, textOf } from './select-tree.ts'

/** The column that says which cohort a row is of, and which of its groups; no file has columns of these names. */
export const cohortColumn = 'plumbline cohort'
export const groupColumn = 'plumbline group'

export type SqlMetricForm =
  /** A sum or a mean of something that each row has: `sql` gives the columns `value` and `cohort`, a row each. */
  { readonly kind: 'sum' | 'avg'; readonly sql: string } | { readonly kind: 'other' }

/**
 * Looks at a metric as DuckDB parses it: exactly one expression over the rows of `data`, which aggregates them, free of other
 * tables, subqueries, windows, clocks and chance. Nothing of it is run.
 */
export async function readSqlMetric(
  engine: Engine,
  expression: string,
  columns: readonly string[],
): Promise<{ readonly ok: true; readonly value: SqlMetricForm } | { readonly ok: false; readonly fault: RuleFault }> {
  const query = `SELECT ${expression}\nFROM data`
  const fault = await findRuleFaults(engine, query, ['data'], columns)
  if (fault) return { ok: false, fault: { ...fault, remedy: 'Write one aggregate over the rows, such as avg(…).' } }
  const parsed = await parseSelect(engine, query)
  const node = parsed.kind === 'select' ? parsed.node : undefined
  const [root, another] = node ? listOf(node, 'select_list') : []
  if (!node || !root || another || !isPlain(node)) {
    return refused('it is more than one expression')
  }
  const nodes = [...everyNode(root)]
  if (nodes.some((each) => each['class'] === 'SUBQUERY' || each['class'] === 'WINDOW')) {
    return refused('it holds a subquery or a window')
  }
  const names = new Set(
    nodes.filter((each) => each['class'] === 'FUNCTION').map((each) => textOf(each, 'function_name')),
  )
  const known = await engine.query<{ name: string }>(
    "SELECT DISTINCT function_name AS name FROM duckdb_functions() WHERE function_type = 'aggregate'",
  )
  if (!known.some(({ name }) => names.has(name))) return refused('it aggregates nothing')
  return { ok: true, value: await formOf(engine, query, root) }
}

function refused(state: string): { readonly ok: false; readonly fault: RuleFault } {
  const remedy = 'Write one aggregate over the rows, such as sum(case when prediction = class then 1 else -2 end).'
  return { ok: false, fault: { state: `${state}; expected exactly one aggregate`, remedy } }
}

/** Whether a SELECT is a list and a table, and nothing else. */
function isPlain(node: TreeNode): boolean {
  const from = node['from_table']
  const isTable = typeof from === 'object' && from !== null && 'type' in from && from.type === 'BASE_TABLE'
  const absent = ['where_clause', 'having', 'sample', 'qualify'].every((key) => node[key] === null)
  return isTable && absent && listOf(node, 'group_expressions').length === 0 && listOf(node, 'modifiers').length === 0
}

async function formOf(engine: Engine, query: string, root: TreeNode): Promise<SqlMetricForm> {
  const [child, ...others] = listOf(root, 'children')
  const name = textOf(root, 'function_name')
  const kind = name === 'sum' ? 'sum' : name === 'avg' || name === 'mean' ? 'avg' : undefined
  const isAsIs = root['filter'] === null && root['distinct'] === false && root['class'] === 'FUNCTION'
  if (!kind || !isAsIs || !child || others.length > 0) return { kind: 'other' }
  const tree = await treeOf(engine, query)
  const cohort = await treeOf(engine, `SELECT "${cohortColumn}" FROM data`)
  const [statement] = listOf(tree, 'statements')
  const select = statement?.['node'] as TreeNode
  const reference = listOf(listOf(cohort, 'statements')[0]?.['node'] as TreeNode, 'select_list')[0]
  const list = [
    { ...child, alias: 'value' },
    { ...reference, alias: 'cohort' },
  ]
  const whole = { ...tree, statements: [{ ...statement, node: { ...select, select_list: list } }] }
  const [made] = await engine.query<{ sql: string }>('SELECT json_deserialize_sql($1::VARCHAR::JSON) AS sql', [
    JSON.stringify(whole),
  ])
  return { kind, sql: made?.sql ?? '' }
}

async function treeOf(engine: Engine, sql: string): Promise<TreeNode> {
  const [row] = await engine.query<{ tree: string }>('SELECT json_serialize_sql($1::VARCHAR) AS tree', [sql])
  return JSON.parse(row?.tree ?? '{}') as TreeNode
}
