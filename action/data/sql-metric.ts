import { findRuleFaults, type RuleFault } from './check-rule-select.ts'
import type { Engine } from './engine.ts'
import { quoteName } from './quote.ts'
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
  return { ok: true, value: await formOf(engine, expression, root) }
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

/**
 * What a sum or a mean takes of each row is cut out of its text, not put together from the parsed tree: that holds numbers which
 * JSON does not carry. Where the cut is not one expression, as with a comment behind it, the form is any other.
 */
async function formOf(engine: Engine, expression: string, root: TreeNode): Promise<SqlMetricForm> {
  const isAsIs = root['class'] === 'FUNCTION' && root['filter'] === null && root['distinct'] === false
  const [, name, inner] = /^\s*(sum|avg|mean)\s*\((.*)\)\s*$/is.exec(expression) ?? []
  if (!isAsIs || inner === undefined || textOf(root, 'function_name') !== name?.toLowerCase()) return { kind: 'other' }
  const ofRow = `(${inner}\n)`
  const parsed = await parseSelect(engine, `SELECT ${ofRow}`)
  const [one, another] = parsed.kind === 'select' ? listOf(parsed.node, 'select_list') : []
  if (!one || another || listOf(root, 'children').length !== 1) return { kind: 'other' }
  const sql = `SELECT ${ofRow} AS value, ${quoteName(cohortColumn)} AS cohort FROM data`
  return { kind: name.toLowerCase() === 'sum' ? 'sum' : 'avg', sql }
}
