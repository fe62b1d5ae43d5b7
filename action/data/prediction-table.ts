import type { LogicalType } from '../project/contract.ts'
import type { ModelPolicy } from '../project/project.ts'
import type { Engine } from './engine.ts'
import { quoteName, quotePath } from './quote.ts'
import { castTo, rawRelation, rowIdColumn, sqlTypes } from './read-source.ts'
import type { DescribedFile } from './source-file.ts'

const probabilityPrefix = 'probability_'

/** The tables `truth` and `predictions`, and what of them is compared. */
export interface PredictionTables {
  readonly id: string
  /** The classes in the test rows, as text. */
  readonly truthClasses: readonly string[]
  /** Class, as text → the column of `predictions` that holds its probability; only the positive one for `binary`. */
  readonly probabilities: ReadonlyMap<string, string>
  /** `positive` as the target's type writes it. */
  readonly positive: string | undefined
}

/**
 * Makes `truth` (every column, and `"truth"`: the target as text or number) and `predictions` (`id`, `predicted` in the
 * same form, and a DOUBLE for each column of probabilities). Values are compared as the target's type writes them, so that
 * 1, "1", 1.0 and true are one class where the target is an integer.
 */
export async function makePredictionTables(
  engine: Engine,
  model: ModelPolicy,
  truthFile: string,
  file: DescribedFile,
): Promise<PredictionTables> {
  const id = model.id ?? rowIdColumn
  const truthRelation = `read_parquet(${quotePath(truthFile)})`
  const types = await typesOf(engine, truthRelation)
  const targetType = logicalTypeOf(types.get(model.target))
  const same = (expression: string, rawType: string) => {
    if (model.task === 'regression') return castTo('number', expression, rawType)
    return `CAST(${castTo(targetType, expression, rawType)} AS VARCHAR)`
  }
  const rawTypeOf = (name: string) => file.columns.find((column) => column.name === name)?.type ?? 'VARCHAR'

  const target = same(quoteName(model.target), types.get(model.target) ?? 'VARCHAR')
  await engine.run(`CREATE TEMP TABLE truth AS SELECT *, ${target} AS "truth value" FROM ${truthRelation}`)
  const isClasses = model.task !== 'regression'
  const truthClasses = isClasses
    ? await texts(engine, 'SELECT DISTINCT "truth value" AS text FROM truth ORDER BY 1')
    : []
  const [positive] =
    model.positive === undefined ? [] : await texts(engine, `SELECT ${same('$1', 'VARCHAR')} AS text`, [model.positive])
  const columns = probabilityColumns(model, file, positive)

  const selected = [
    `${castTo(logicalTypeOf(types.get(id)), quoteName(id), rawTypeOf(id))} AS id`,
    `${same('prediction', rawTypeOf('prediction'))} AS predicted`,
    ...columns.map((name) => `${castTo('number', quoteName(name), rawTypeOf(name))} AS ${quoteName(name)}`),
  ]
  await engine.run(`CREATE TEMP TABLE predictions AS SELECT ${selected.join(', ')} FROM ${rawRelation([file])}`)
  return { id, truthClasses, positive, probabilities: await classColumns(engine, columns, same, positive) }
}

/** For `binary` one column; else every column that begins so. */
function probabilityColumns(model: ModelPolicy, file: DescribedFile, positive: string | undefined): string[] {
  const names = file.columns.map(({ name }) => name)
  if (model.task === 'regression') return []
  if (model.task === 'multiclass') return names.filter((name) => name.startsWith(probabilityPrefix))
  const wanted = ['probability', `${probabilityPrefix}${model.positive}`, `${probabilityPrefix}${positive}`]
  return wanted.filter((name) => names.includes(name)).slice(0, 1)
}

async function classColumns(
  engine: Engine,
  columns: readonly string[],
  same: (expression: string, rawType: string) => string,
  positive: string | undefined,
): Promise<ReadonlyMap<string, string>> {
  if (positive !== undefined) return new Map(columns.map((column) => [positive, column]))
  const classes = new Map<string, string>()
  for (const column of columns) {
    const written = column.slice(probabilityPrefix.length)
    const [text = written] = await texts(engine, `SELECT ${same('$1', 'VARCHAR')} AS text`, [written])
    classes.set(text, column)
  }
  return classes
}

async function texts(engine: Engine, sql: string, values: readonly unknown[] = []): Promise<string[]> {
  const rows = await engine.query<{ text: string | null }>(sql, values)
  return rows.flatMap(({ text }) => (text === null ? [] : [text]))
}

/** DuckDB's types by column. */
export async function typesOf(engine: Engine, relation: string): Promise<ReadonlyMap<string, string>> {
  const rows = await engine.query<{ column_name: string; column_type: string }>(`DESCRIBE SELECT * FROM ${relation}`)
  return new Map(rows.map(({ column_name, column_type }) => [column_name, column_type]))
}

/** The logical type whose values a column of DuckDB's type holds. */
export function logicalTypeOf(sqlType = ''): LogicalType {
  if (/INT/.test(sqlType)) return 'integer'
  if (/^(FLOAT|DOUBLE|DECIMAL)/.test(sqlType)) return 'number'
  const types: readonly LogicalType[] = ['boolean', 'date', 'timestamp']
  return types.find((type) => sqlType.startsWith(sqlTypes[type])) ?? 'string'
}
