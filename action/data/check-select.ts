import type { Diagnostic } from '../base/diagnostic.ts'
import { nearestName } from '../base/nearest-name.ts'
import type { Engine } from './engine.ts'
import { leakingFunctions, movingFunctions, movingNames } from './impure-functions.ts'
import { quoteName } from './quote.ts'
import { everyNode, isNode, listOf, offsetOf, parseSelect, placeIn, type TreeNode, textOf } from './select-tree.ts'

/** What the view `data` holds, and what it must not. */
export interface FeatureSource {
  /** Name and DuckDB type of each column that the SELECT may use. */
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  /** The column that the SELECT must return as it is. */
  readonly id: string
  readonly target: string
  readonly ignored: readonly string[]
}

/**
 * Whether a text is one SELECT over the one view `data` whose rows are made of that row alone: what looks at other rows
 * leaks over the split, and what looks at the clock or at chance differs when serving. Everything found is told at once;
 * what only the binder can tell (a function that is unknown, types that do not fit) comes last, one at a time.
 */
export async function checkFeatureSql(
  engine: Engine,
  sql: string,
  file: string,
  source: FeatureSource,
): Promise<Diagnostic[]> {
  const found: Diagnostic[] = []
  const parsed = await parseSelect(engine, sql)
  if (parsed.kind === 'syntax') {
    add('features/syntax', parsed.offset, `Cannot read "${file}" as SQL: ${parsed.message}`, 'Mend the SELECT.')
    return found
  }
  if (parsed.kind === 'other') {
    const state = parsed.statements === 0 ? 'it is empty' : 'it is no SELECT, or more than one'
    add(
      'features/not-select',
      0,
      `Cannot use "${file}": ${state}; expected one SELECT … FROM data`,
      'Leave one SELECT.',
    )
    return found
  }
  checkClauses(parsed.node)
  const known = knownNames(parsed.node, source)
  const leaking = await leakingFunctions(engine)
  for (const node of everyNode(parsed.node)) {
    if (node['class'] === 'SUBQUERY') refuse('subquery', node, 'looks at other rows through a subquery', 'Remove it.')
    else if (node['class'] === 'WINDOW') refuseFunction(node, 'window')
    else if (node['class'] === 'FUNCTION') checkFunction(node, leaking)
    else if (node['class'] === 'COLUMN_REF') checkColumn(node, known)
  }
  return found.length > 0 ? found : checkBinding(engine, sql, file, source)

  function add(code: string, offset: number, message: string, remedy: string): void {
    found.push({ code, file, ...placeIn(sql, offset), message, remedy })
  }

  function refuse(code: string, node: unknown, state: string, remedy: string): void {
    const message = `Cannot make features by "${file}": it ${state}; expected each row made of itself alone`
    add(`features/${code}`, offsetOf(node), message, remedy)
  }

  function checkClauses(node: TreeNode): void {
    const from = node['from_table']
    if (!isNode(from) || !isData(from)) {
      refuse('source', from, 'reads something other than the view data', 'Read FROM data, and from nothing else.')
    }
    const tables = listOf(isNode(node['cte_map']) ? node['cte_map'] : {}, 'map')
    if (tables.length > 0) refuse('with', tables, 'has a WITH clause', 'Write the expressions in the one SELECT.')
    if (node['where_clause'] !== null) {
      const remedy = 'Remove WHERE: rows are left out by split: and by the contract, never by features.'
      refuse('filter', node['where_clause'], 'leaves rows out by WHERE', remedy)
    }
    if (listOf(node, 'group_expressions').length > 0 || node['aggregate_handling'] !== 'STANDARD_HANDLING') {
      refuse('aggregate', node['group_expressions'], 'has a GROUP BY', 'Remove it.')
    }
    for (const [key, word] of Object.entries({ having: 'HAVING', qualify: 'QUALIFY', sample: 'a sample' })) {
      if (node[key] !== null) refuse('filter', node[key], `leaves rows out by ${word}`, 'Remove it.')
    }
    for (const modifier of listOf(node, 'modifiers')) {
      const word = clauseWords[String(modifier['type'])]
      if (word) refuse('filter', modifier, `leaves rows out by ${word}`, 'Remove it: every id is returned once.')
    }
  }

  function checkFunction(node: TreeNode, leaks: ReadonlyMap<string, 'aggregate' | 'rows'>): void {
    const name = String(node['function_name']).toLowerCase()
    const isAgeFromNow = name === 'age' && listOf(node, 'children').length === 1
    if (movingFunctions.has(name) || isAgeFromNow) refuseMoving(name, node)
    else if (leaks.has(name)) refuseFunction(node, leaks.get(name) === 'rows' ? 'rows' : 'aggregate')
  }

  function refuseFunction(node: TreeNode, kind: 'aggregate' | 'window' | 'rows'): void {
    const name = String(node['function_name']).replace('count_star', 'count')
    const state = kind === 'rows' ? `makes several rows by ${name}()` : `looks at other rows by ${name}()`
    const remedy =
      'Remove it, or compute it before the data lands: it would leak over the split and differ when serving.'
    refuse(kind, node, state, remedy)
  }

  function refuseMoving(name: string, node: TreeNode): void {
    const remedy = 'Remove it: the same row must give the same features whenever it is asked.'
    refuse('moving', node, `depends on the clock or on chance by ${name}`, remedy)
  }

  function checkColumn(node: TreeNode, names: ReadonlySet<string>): void {
    const parts = Array.isArray(node['column_names']) ? node['column_names'].map(String) : []
    const [first = '', second] = parts
    const name = second !== undefined && isDataName(first, parsed) ? second : first
    const lower = name.toLowerCase()
    if (names.has(lower)) return
    if (lower === source.target.toLowerCase()) {
      const message = `Cannot use "${name}" in "${file}": it is the target, which features must not know`
      add('features/target', offsetOf(node), message, 'Remove it: Plumbline joins the target back on by itself.')
    } else if (source.ignored.some((column) => column.toLowerCase() === lower)) {
      const message = `Cannot use "${name}" in "${file}": plumbline.yaml ignores this column`
      add('features/ignored', offsetOf(node), message, 'Remove it here, or from model.ignore.')
    } else if (movingNames.has(lower)) refuseMoving(name, node)
    else {
      const near = nearestName(
        name,
        source.columns.map((column) => column.name),
      )
      const message = `Cannot use "${name}" in "${file}": data has no such column`
      const remedy = near
        ? `Did you mean "${near}"?`
        : `It has ${source.columns.map((column) => column.name).join(', ')}.`
      add('features/unknown-column', offsetOf(node), message, remedy)
    }
  }
}

const clauseWords: Readonly<Record<string, string>> = {
  LIMIT_MODIFIER: 'LIMIT',
  LIMIT_PERCENT_MODIFIER: 'LIMIT',
  DISTINCT_MODIFIER: 'DISTINCT',
}

function isData(from: TreeNode): boolean {
  const isTable = from['type'] === 'BASE_TABLE' && String(from['table_name']).toLowerCase() === 'data'
  return isTable && from['schema_name'] === '' && from['catalog_name'] === '' && from['sample'] === null
}

function isDataName(name: string, parsed: { readonly kind: string; readonly node?: TreeNode }): boolean {
  const from = parsed.node?.['from_table']
  const alias = isNode(from) ? textOf(from, 'alias') : ''
  return name.toLowerCase() === (alias || 'data').toLowerCase()
}

/**
 * Columns, the SELECT's own names, which later expressions may use, and the parameters of lambdas; in lower case. A lambda
 * that calls its parameter `current_date` does not make the clock a column elsewhere.
 */
function knownNames(select: TreeNode, source: FeatureSource): ReadonlySet<string> {
  const columns = source.columns.map(({ name }) => name.toLowerCase())
  const aliases = listOf(select, 'select_list').map((node) => textOf(node, 'alias'))
  const lambdas = [...everyNode(select)].filter((node) => node['class'] === 'LAMBDA')
  const parameters = lambdas.flatMap((lambda) =>
    [...everyNode(lambda['lhs'])].flatMap((node) => (Array.isArray(node['column_names']) ? node['column_names'] : [])),
  )
  const given = [...aliases.filter(Boolean), ...parameters.map(String)].map((name) => name.toLowerCase())
  return new Set([...columns, ...given.filter((name) => !movingNames.has(name))])
}

/** What the binder says on a `data` without rows, and whether the columns that come out can be features. */
async function checkBinding(
  engine: Engine,
  sql: string,
  file: string,
  { columns, id, target }: FeatureSource,
): Promise<Diagnostic[]> {
  const empty = columns.map(({ name, type }) => `CAST(NULL AS ${type}) AS ${quoteName(name)}`).join(', ')
  await engine.run(`CREATE OR REPLACE TEMP VIEW data AS SELECT ${empty} WHERE false`)
  let names: string[]
  try {
    const made = await engine.query<{ column_name: string }>(`DESCRIBE\n${sql}`)
    names = made.map((column) => column.column_name)
  } catch (error) {
    return [bindingError(error, file)]
  }
  const wrong = (code: string, state: string, remedy: string): Diagnostic => {
    return { code, file, line: 1, column: 1, message: `Cannot make features by "${file}": ${state}`, remedy }
  }
  const lower = names.map((name) => name.toLowerCase())
  const twice = names.filter((_, index) => lower.indexOf(lower[index] ?? '') < index)
  const isTarget = (name: string) => name.toLowerCase() === target.toLowerCase()
  return [
    ...(names.includes(id)
      ? []
      : [wrong('features/no-id', `it does not return "${id}"`, `Add ${quoteName(id)} to the SELECT.`)]),
    ...twice.map((name) =>
      wrong('features/twice', `it returns "${name}" twice`, 'Give one of them another name: … AS name.'),
    ),
    ...names
      .filter(isTarget)
      .map((name) => wrong('features/target', `it returns "${name}", the target’s name`, 'Rename it.')),
    ...(names.some((name) => name !== id)
      ? []
      : [wrong('features/none', 'it returns no feature', 'Add columns of data.')]),
  ]
}

/** DuckDB marks the place by a caret under the line, which it cuts where it is long. */
function bindingError(error: unknown, file: string): Diagnostic {
  const text = error instanceof Error ? error.message : String(error)
  const [, line = '2', shown = '', caret = ''] = /\nLINE (\d+): (.*)\n( *)\^/.exec(text) ?? []
  const isCut = shown.startsWith('...') || shown.endsWith('...')
  const column = isCut ? 1 : Math.max(1, caret.length - `LINE ${line}: `.length + 1)
  const reason = (text.split('\n')[0] ?? text).replace(/^[A-Z][a-z]+ Error: /, '')
  const message = `Cannot make features by "${file}": ${reason}`
  return {
    code: 'features/sql',
    file,
    line: Math.max(1, Number(line) - 1),
    column,
    message,
    remedy: 'Mend the SELECT.',
  }
}
