import type { Diagnostic } from '../base/diagnostic.ts'
import { nearestName } from '../base/nearest-name.ts'
import type { Contract, ContractColumn } from '../project/contract.ts'
import type { Engine } from './engine.ts'
import type { FeatureRequest, JoinedTable } from './feature-request.ts'
import { quoteName } from './quote.ts'
import { feedingColumn, rowIdColumn, sqlTypes, typedRelation } from './read-source.ts'
import { examplesOf } from './row-examples.ts'
import type { SectionFiles } from './section-files.ts'
import type { DescribedFile } from './source-file.ts'

/** What is said of rows that are to be loaded. */
export type RowsRequest = Pick<FeatureRequest, 'projectFile' | 'model' | 'hasLabels' | 'contract' | 'main' | 'joined'>

/**
 * Makes the table `source`: every contract column of every row, those of other tables joined by their keys, the target joined
 * by id where labels are files of their own (null where there is none yet), and `_row` where the model has no id. Tells what stands in the way: an id or a key
 * that is missing or not unique.
 */
export async function loadRows(
  engine: Engine,
  request: RowsRequest,
  { features, labels, joined: joinedFiles }: SectionFiles<DescribedFile>,
): Promise<readonly Diagnostic[]> {
  const { contract, main, model, hasLabels, joined } = request
  const unknown = unknownColumns(request)
  if (unknown.length > 0) return unknown
  const lacking = [
    ...lackingColumns(request, features, [model.id]),
    ...lackingColumns(request, labels, [model.id, model.target]),
    ...joined.flatMap(({ name, on, contract: theirs }) => [
      ...lackingColumns(request, features, on),
      ...lackingColumns({ contract: theirs }, joinedFiles[name] ?? [], on),
    ]),
  ]
  if (lacking.length > 0) return lacking

  const withRowId = model.id === undefined
  const id = quoteName(model.id ?? rowIdColumn)
  const target = quoteName(model.target)
  const own = typedRelation(features, hasLabels ? without(main, model.target) : main, { withRowId })
  const repeated: Diagnostic[] = []
  for (const table of joined) repeated.push(...(await loadJoined(engine, table, joinedFiles[table.name] ?? [])))
  if (repeated.length > 0) return repeated
  const rows = joined.length === 0 ? own : `(SELECT * FROM ${own} AS own ${joined.map(joinClause).join(' ')})`
  if (!hasLabels) {
    const columns = [...(withRowId ? [id] : []), ...contract.columns.map(({ name }) => quoteName(name))]
    await engine.run(`CREATE TEMP TABLE source AS SELECT ${columns.join(', ')} FROM ${rows}`)
    return checkIds(engine, request)
  }
  if (labels.length === 0) {
    const columns = contract.columns.map(({ name, logicalType }) =>
      name === model.target ? `CAST(NULL AS ${sqlTypes[logicalType]}) AS ${target}` : quoteName(name),
    )
    await engine.run(
      `CREATE TEMP TABLE source AS SELECT ${[...(withRowId ? [id] : []), ...columns].join(', ')} FROM ${rows}`,
    )
    return checkIds(engine, request)
  }
  const only = contract.columns.filter(({ name }) => name === model.id || name === model.target)
  await engine.run(`CREATE TEMP TABLE labels AS SELECT * FROM ${typedRelation(labels, { ...contract, columns: only })}`)
  const conflicts = await checkLabels(engine, request)
  const columns = contract.columns.map(({ name }) => (name === model.target ? target : `r.${quoteName(name)}`))
  await engine.run(
    `CREATE TEMP TABLE source AS SELECT ${columns.join(', ')} FROM ${rows} AS r
     LEFT JOIN (SELECT ${id} AS label_id, min(${target}) AS ${target} FROM labels GROUP BY 1) AS l ON r.${id} = l.label_id`,
  )
  return [...conflicts, ...(await checkIds(engine, request))]
}

/** Makes the table `joined NAME` of one row a key; rows with a null in their key are joined to nothing. */
async function loadJoined(
  engine: Engine,
  { name, on, contract }: JoinedTable,
  files: readonly DescribedFile[],
): Promise<Diagnostic[]> {
  const table = quoteName(`joined ${name}`)
  const keys = on.map(quoteName)
  const isWhole = keys.map((key) => `${key} IS NOT NULL`).join(' AND ')
  await engine.run(`CREATE TEMP TABLE ${table} AS SELECT * FROM ${typedRelation(files, contract)} WHERE ${isWhole}`)
  const [first = ''] = on
  const twice = `SELECT ${keys[0]} FROM ${table} GROUP BY ${keys.join(', ')} HAVING count(*) > 1`
  const repeated = await examplesOf(engine, twice, first, contract)
  const message = `${repeated.count} keys (${on.join(', ')}) stand in several rows of "${name}"${repeated.words}; expected each once`
  return diagnosed(repeated.count, contractPlace(contract, first), 'data/join-twice', message)
}

function joinClause({ name, on, contract }: JoinedTable): string {
  const table = quoteName(`joined ${name}`)
  const columns = contract.columns.map((column) => quoteName(column.name))
  return `LEFT JOIN (SELECT ${columns.join(', ')} FROM ${table}) USING (${on.map(quoteName).join(', ')})`
}

function without(contract: Contract, name: string): Contract {
  return { ...contract, columns: contract.columns.filter((column) => column.name !== name) }
}

/** Columns that plumbline.yaml names and the contract does not. */
function unknownColumns({ contract, model, projectFile }: RowsRequest): Diagnostic[] {
  const known = contract.columns.map(({ name }) => name)
  const named = [
    ...Object.entries({ target: model.target, id: model.id, time: model.time, group: model.group }),
    // A column that is misspelt here would reach the model.
    ...model.ignore.map((name) => ['ignore', name] as const),
  ]
  return named.flatMap(([key, name]) => {
    if (name === undefined || known.includes(name)) return []
    const near = nearestName(name, known)
    const message = `Cannot use "${name}" as model.${key}: ${contract.file} has no such column`
    const other = key === 'ignore' ? 'Remove it: what the contract lacks is not read.' : `Add it to ${contract.file}.`
    const remedy = near ? `Did you mean "${near}"?` : other
    return [{ code: 'project/unknown-column', file: projectFile, line: 1, column: 1, message, remedy }]
  })
}

function lackingColumns(
  { contract }: Pick<FeatureRequest, 'contract'>,
  files: readonly DescribedFile[],
  names: readonly (string | undefined)[],
): Diagnostic[] {
  const columns = contract.columns.filter(({ name }) => names.includes(name))
  return files.flatMap((file) =>
    columns.filter((column) => !feedingColumn(file, column)).map((column) => lacks(file, column)),
  )
}

function lacks(file: DescribedFile, { name }: ContractColumn): Diagnostic {
  const near = nearestName(
    name,
    file.columns.map((column) => column.name),
  )
  return {
    code: 'data/no-column',
    file: file.path,
    line: 1,
    column: 1,
    message: `Cannot read "${file.path}": it has no column "${name}"; expected one`,
    remedy: near ? `It has "${near}": rename it, or add it to the aliases of "${name}".` : 'Mend the file.',
  }
}

async function checkIds(engine: Engine, request: RowsRequest): Promise<Diagnostic[]> {
  const { contract, model } = request
  if (model.id === undefined) return []
  const id = quoteName(model.id)
  const missing = await examplesOf(engine, `SELECT ${id} FROM source WHERE ${id} IS NULL`, model.id, contract)
  const twice = `SELECT ${id} FROM source WHERE ${id} IS NOT NULL GROUP BY ${id} HAVING count(*) > 1`
  const repeated = await examplesOf(engine, twice, model.id, contract)
  const at = contractPlace(contract, model.id)
  return [
    ...diagnosed(
      missing.count,
      at,
      'data/id-null',
      `${missing.count} rows have no "${model.id}"; expected one in each row`,
    ),
    ...diagnosed(
      repeated.count,
      at,
      'data/id-twice',
      `${repeated.count} values of "${model.id}" stand in several rows${repeated.words}; expected each once`,
    ),
  ]
}

/** The same label twice is one label; two that differ are none. */
async function checkLabels(engine: Engine, { contract, model }: RowsRequest): Promise<Diagnostic[]> {
  const id = quoteName(model.id ?? '')
  const target = quoteName(model.target)
  const select = `SELECT ${id} FROM labels GROUP BY ${id} HAVING count(DISTINCT ${target}) > 1`
  const found = await examplesOf(engine, select, model.id ?? '', contract)
  const message = `${found.count} ids have labels that differ${found.words}; expected one label an id`
  return diagnosed(found.count, contractPlace(contract, model.target), 'data/labels-differ', message)
}

function contractPlace(contract: Contract, name: string) {
  const { line = 1, file = contract.file } = contract.columns.find((column) => column.name === name) ?? {}
  return { file, line, column: 1 }
}

function diagnosed(
  count: number,
  place: { readonly file: string; readonly line: number; readonly column: number },
  code: string,
  state: string,
): Diagnostic[] {
  if (count === 0) return []
  return [
    { code, ...place, message: `Cannot join rows: ${state}`, remedy: 'Mend the data, or the column that names rows.' },
  ]
}
