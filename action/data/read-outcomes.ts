import type { Diagnostic, Read } from '../base/diagnostic.ts'
import { nearestName } from '../base/nearest-name.ts'
import type { JudgedRows } from '../evaluation/judged-rows.ts'
import type { Contract, LogicalType } from '../project/contract.ts'
import type { Task } from '../project/project.ts'
import { describeFiles } from './describe-files.ts'
import type { Engine } from './engine.ts'
import { labelColumns, labelRow, oneLabelRow } from './label-columns.ts'
import { copyTo } from './make-features.ts'
import { logicalTypeOf, typesOf } from './prediction-table.ts'
import { quoteName, quoteText } from './quote.ts'
import { castTo, rawRelation, sqlTypes, typedRelation } from './read-source.ts'
import type { DescribedFile, SourceFile } from './source-file.ts'
import { cohortColumn, groupColumn } from './sql-metric.ts'

/** How columns are called, and what the model answers. */
export interface OutcomeColumns {
  readonly id: string
  readonly target: string
  readonly task: Task
  /** Of `binary`, as the target writes it. */
  readonly positive: string | undefined
  /** Of `multiclass`, as the target writes them; those of the data where it is left out. */
  readonly classes?: readonly string[]
  /** How the target's values are compared. */
  readonly targetType: LogicalType
}

/** Predictions with what is known of what came. */
export interface Outcomes {
  /** Each id once, in order of time; `truth` has no meaning where there is no label. */
  readonly rows: JudgedRows
  /** Milliseconds since 1970 in UTC; NaN where a row has none. */
  readonly atMs: Float64Array
  readonly isLabelled: Uint8Array
  /** Predictions of an id that another answered before. */
  readonly repeatedRows: number
  /** Ids with more than one label: taken for unlabelled. */
  readonly conflictingIds: number
  /** Rows without an id, a prediction, or a probability that is needed. */
  readonly unusableRows: number
}

export interface OutcomeFiles {
  readonly predictions: readonly DescribedFile[]
  /** Where there are none, the predictions hold the target themselves. */
  readonly labels: readonly DescribedFile[]
  /** Types the labels, and knows older names of their columns. */
  readonly labelContract?: Contract | undefined
  /** The column that says when a row was predicted; undefined where time is no matter. */
  readonly time: string | undefined
  /** Of rows of several models, whose are read. */
  readonly model: string | undefined
  /**
   * What is kept of labelled rows for `writeOutcomeRows()` besides what is judged: all that the log has, or those columns of their
   * labels' files that some SQL names.
   */
  readonly keeps?: 'log' | { readonly mentionedIn: readonly string[] } | undefined
}

const probabilityPrefix = 'probability_'

/** Reads predictions and joins their labels by id. What is wrong with the columns is told in one go. */
export async function readOutcomes(
  engine: Engine,
  files: OutcomeFiles,
  columns: OutcomeColumns,
): Promise<Read<Outcomes>> {
  const lacking = lackingColumns(files, columns)
  if (lacking.length > 0) return { ok: false, diagnostics: lacking }
  const chosen = probabilityColumns(files.predictions, columns)
  await engine.run(`CREATE OR REPLACE TEMP TABLE outcomes AS ${await outcomesSelect(engine, files, columns, chosen)}`)
  const classes = columns.classes ?? (await knownClasses(engine, columns, chosen))
  const where = `WHERE ${usableSql(chosen)}`
  const [counted] = await engine.query<{ read: number; usable: number; once: number; conflicting: number }>(
    `SELECT count(*) AS read, count(*) FILTER (${where}) AS usable, count(DISTINCT id) FILTER (${where}) AS once,
       count(DISTINCT id) FILTER (WHERE labels > 1) AS conflicting FROM outcomes`,
  )
  const found = await engine.columns(
    `SELECT at_ms, predicted, CASE WHEN labels = 1 THEN truth END AS truth${chosen.map((_, index) => `, p${index}`).join('')}
     FROM ${firstAnswers(chosen)} ORDER BY at_ms, id`,
  )
  const { read = 0, usable: taken = 0, once = 0, conflicting = 0 } = counted ?? {}
  const truth = found['truth'] ?? []
  return {
    ok: true,
    value: {
      rows: judgedRows(found, columns, classes, chosen),
      atMs: Float64Array.from(found['at_ms'] ?? [], (at) => (at === null ? Number.NaN : Number(at))),
      isLabelled: Uint8Array.from(truth, (value) => Number(value !== null)),
      repeatedRows: taken - once,
      conflictingIds: conflicting,
      unusableRows: read - taken,
    },
  }
}

function usableSql(chosen: readonly Chosen[]): string {
  const needed = ['id', 'predicted', ...chosen.map((_, index) => `p${index}`)]
  return needed.map((name) => `${name} IS NOT NULL`).join(' AND ')
}

function firstAnswers(chosen: readonly Chosen[]): string {
  const ranked = 'row_number() OVER (PARTITION BY id ORDER BY at_ms, predicted) AS turn'
  return `(SELECT * FROM (SELECT *, ${ranked} FROM outcomes WHERE ${usableSql(chosen)}) WHERE turn = 1)`
}

/**
 * Writes the labelled rows that `readOutcomes()` read last: prediction, probabilities, target, the cohort and group that they are
 * of, and every other column of their files that was kept; `cohort` is SQL of `at_ms`.
 */
export async function writeOutcomeRows(
  engine: Engine,
  files: OutcomeFiles,
  columns: OutcomeColumns,
  { to, cohort, groups }: { readonly to: string; readonly cohort: string; readonly groups: number },
): Promise<void> {
  const chosen = probabilityColumns(files.predictions, columns)
  const type = columns.task === 'regression' ? 'DOUBLE' : sqlTypes[columns.targetType]
  const replaced = [
    ['prediction', `CAST(predicted AS ${type})`],
    [columns.target, `CAST(truth AS ${type})`],
    ...chosen.map(({ column }, index) => [column, `p${index}`]),
  ] as const
  const kept = files.keeps === 'log' ? namesOf(files.predictions) : labelColumns(files, columns).map(({ name }) => name)
  const own = kept.filter((name) => !replaced.some(([known]) => known === name))
  const row = files.keeps === 'log' ? 'whole_row' : 'label_row'
  const selected = [
    ...own.map((name) => `${row}.${quoteName(name)} AS ${quoteName(name)}`),
    ...replaced.map(([name, value]) => `${value} AS ${quoteName(name)}`),
    `${cohort} AS ${quoteName(cohortColumn)}`,
    `row_number() OVER (PARTITION BY ${cohort} ORDER BY at_ms, id) % ${groups} AS ${quoteName(groupColumn)}`,
  ]
  await engine.run(
    copyTo(to, `SELECT ${selected.join(', ')} FROM ${firstAnswers(chosen)} WHERE labels = 1 ORDER BY at_ms, id`),
  )
}

/** A probability column and the class that it is of. */
interface Chosen {
  readonly column: string
  readonly className: string
}

async function outcomesSelect(
  engine: Engine,
  files: OutcomeFiles,
  columns: OutcomeColumns,
  chosen: readonly Chosen[],
): Promise<string> {
  const { time, model, labels } = files
  const relation = rawRelation(files.predictions)
  const types = await typesOf(engine, relation)
  const typeOf = (name: string) => types.get(name) ?? 'VARCHAR'
  const idType = logicalTypeOf(typeOf(columns.id))
  const idOf = (rawType: string) => `CAST(${castTo(idType, quoteName(columns.id), rawType)} AS VARCHAR)`
  const own = [
    `${idOf(typeOf(columns.id))} AS id`,
    `${time === undefined ? 'NULL' : `epoch_ms(${castTo('timestamp', quoteName(time), typeOf(time))})`} AS at_ms`,
    `${comparable(columns, 'prediction', typeOf('prediction'))} AS predicted`,
    ...chosen.map(({ column }, index) => {
      const number = castTo('number', quoteName(column), typeOf(column))
      return `CASE WHEN ${number} BETWEEN 0 AND 1 THEN ${number} END AS p${index}`
    }),
    ...(files.keeps === 'log' ? ['src AS whole_row'] : []),
  ]
  const only = ` AS src${model === undefined ? '' : ` WHERE model = ${quoteText(model)}`}`
  if (labels.length === 0) {
    const target = comparable(columns, quoteName(columns.target), typeOf(columns.target))
    return `SELECT *, CASE WHEN truth IS NULL THEN 0 ELSE 1 END AS labels
      FROM (SELECT ${own.join(', ')}, ${target} AS truth FROM ${relation}${only})`
  }
  const kept = labelColumns(files, columns)
  const [rowOf, oneRow] = kept.length === 0 ? ['', ''] : [`, ${labelRow(kept)} AS label_row`, `, ${oneLabelRow}`]
  const labelRelation = labelsRelation(files, columns)
  const labelTypes = await typesOf(engine, labelRelation)
  const labelType = (name: string) => labelTypes.get(name) ?? 'VARCHAR'
  const label = comparable(columns, quoteName(columns.target), labelType(columns.target))
  return `SELECT own.*, label.truth, coalesce(label.labels, 0) AS labels${kept.length === 0 ? '' : ', label.label_row'} FROM (SELECT ${own.join(', ')} FROM ${relation}${only}) AS own
    LEFT JOIN (SELECT label_id, min(truth) AS truth, count(DISTINCT truth) AS labels${oneRow}
      FROM (SELECT ${idOf(labelType(columns.id))} AS label_id, ${label} AS truth${rowOf} FROM ${labelRelation})
      WHERE truth IS NOT NULL GROUP BY 1) AS label
    ON own.id = label.label_id`
}

function labelsRelation(files: OutcomeFiles, columns: OutcomeColumns): string {
  const { labels, labelContract } = files
  if (!labelContract) return rawRelation(labels)
  const needed = labelContract.columns.filter(({ name }) => name === columns.id || name === columns.target)
  return typedRelation(labels, { ...labelContract, columns: [...needed, ...labelColumns(files, columns)] })
}

/** Values are compared as the target's type writes them, so that 1, "1", 1.0 and true are one class where it is an integer. */
function comparable({ task, targetType }: OutcomeColumns, expression: string, rawType: string): string {
  if (task === 'regression') {
    const number = castTo('number', expression, rawType)
    return `CASE WHEN isfinite(${number}) THEN ${number} END`
  }
  return `CAST(${castTo(targetType, expression, rawType)} AS VARCHAR)`
}

/** Those of the files' columns that hold the probabilities that are judged. */
export function probabilityColumns(
  files: readonly DescribedFile[],
  { task, positive }: OutcomeColumns,
): readonly Chosen[] {
  if (task === 'regression') return []
  const names = namesOf(files)
  if (task === 'multiclass') {
    const found = names.filter((name) => name.startsWith(probabilityPrefix))
    return found.sort().map((column) => ({ column, className: column.slice(probabilityPrefix.length) }))
  }
  const column = ['probability', `${probabilityPrefix}${positive}`].find((name) => names.includes(name))
  return column === undefined ? [] : [{ column, className: positive ?? '' }]
}

async function knownClasses(engine: Engine, { task }: OutcomeColumns, chosen: readonly Chosen[]): Promise<string[]> {
  if (task !== 'multiclass') return []
  if (chosen.length > 0) return chosen.map(({ className }) => className)
  const rows = await engine.query<{ value: string }>(
    'SELECT DISTINCT value FROM (SELECT truth AS value FROM outcomes UNION ALL SELECT predicted FROM outcomes) WHERE value IS NOT NULL ORDER BY 1',
  )
  return rows.map(({ value }) => value)
}

function judgedRows(
  found: Readonly<Record<string, readonly unknown[]>>,
  { task, positive }: OutcomeColumns,
  classes: readonly string[],
  chosen: readonly Chosen[],
): JudgedRows {
  const [truth, predicted] = [found['truth'] ?? [], found['predicted'] ?? []]
  const shared = { rows: predicted.length, slices: {} }
  const numbers = (values: readonly unknown[]) =>
    Float64Array.from(values, (value) => (value === null ? Number.NaN : Number(value)))
  if (task === 'regression') return { ...shared, task, truth: numbers(truth), predicted: numbers(predicted) }
  if (task === 'binary') {
    const isPositive = (value: unknown) => Number(value === positive)
    return {
      ...shared,
      task,
      truth: Uint8Array.from(truth, isPositive),
      predicted: Uint8Array.from(predicted, isPositive),
      probability: chosen.length === 0 ? new Float64Array(shared.rows).fill(Number.NaN) : numbers(found['p0'] ?? []),
    }
  }
  const places = new Map<unknown, number>(classes.map((name, place) => [name, place]))
  // A class that the model does not know has the number after the last: it is never right.
  const placeOf = (value: unknown) => places.get(value) ?? classes.length
  const probabilities = new Float64Array(shared.rows * classes.length)
  if (chosen.length === 0) probabilities.fill(Number.NaN)
  for (const [index, { className }] of chosen.entries()) {
    const place = places.get(className)
    if (place === undefined) continue
    for (const [row, value] of numbers(found[`p${index}`] ?? []).entries()) {
      probabilities[row * classes.length + place] = value
    }
  }
  return {
    ...shared,
    task,
    classes,
    truth: Uint32Array.from(truth, placeOf),
    predicted: Uint32Array.from(predicted, placeOf),
    probabilities,
  }
}

function lackingColumns(
  { predictions, labels, time, labelContract }: OutcomeFiles,
  columns: OutcomeColumns,
): Diagnostic[] {
  const ofPredictions = [columns.id, 'prediction', ...(time === undefined ? [] : [time])]
  const wanted = labels.length === 0 ? [...ofPredictions, columns.target] : ofPredictions
  const ofLabels = labels.length === 0 || labelContract ? [] : [columns.id, columns.target]
  const told = {
    code: 'performance/column',
    action: 'follow the predictions of',
    remedy: 'Name the columns by --id, --target and --time.',
  }
  return [...lackingIn(predictions, wanted, told), ...lackingIn(labels, ofLabels, told)]
}

/** Of the wanted columns those that no file has. */
export function lackingIn(
  files: readonly DescribedFile[],
  wanted: readonly string[],
  { code, action, remedy }: { readonly code: string; readonly action: string; readonly remedy: string },
): Diagnostic[] {
  const names = namesOf(files)
  const file = files[0]?.path ?? ''
  return wanted
    .filter((name) => !names.includes(name))
    .map((name) => {
      const near = nearestName(name, names)
      return {
        code,
        file,
        line: 1,
        column: 1,
        message: `Cannot ${action} "${file}": there is no column "${name}"; expected it beside ${names.map((known) => `"${known}"`).join(', ')}`,
        remedy: near === undefined ? remedy : `Did you mean "${near}"?`,
      }
    })
}

export function namesOf(files: readonly DescribedFile[]): string[] {
  return [...new Set(files.flatMap((file) => file.columns.map(({ name }) => name)))]
}

/** The type of the target where a file says it; text where all do. */
export function targetTypeIn(files: readonly DescribedFile[], target: string): LogicalType {
  const types = files.flatMap((file) => file.columns.find(({ name }) => name === target)?.type ?? [])
  return types.map(logicalTypeOf).find((type) => type !== 'string') ?? 'string'
}

/** The files' columns, or everything that is wrong with their beginnings. */
export async function describeAll(
  engine: Engine,
  groups: readonly (readonly SourceFile[])[],
): Promise<Read<readonly (readonly DescribedFile[])[]>> {
  const described: (readonly DescribedFile[])[] = []
  const diagnostics: Diagnostic[] = []
  for (const files of groups) {
    const read = await describeFiles(engine, files)
    if (read.ok) described.push(read.value)
    else diagnostics.push(...read.diagnostics)
  }
  return diagnostics.length > 0 ? { ok: false, diagnostics } : { ok: true, value: described }
}

/** Tags in the column `model`; none where there is no such column. */
export async function modelsIn(engine: Engine, files: readonly DescribedFile[]): Promise<readonly string[]> {
  if (!namesOf(files).includes('model')) return []
  const rows = await engine.query<{ model: string }>(
    `SELECT DISTINCT CAST(model AS VARCHAR) AS model FROM ${rawRelation(files)} WHERE model IS NOT NULL ORDER BY 1`,
  )
  return rows.map(({ model }) => model)
}

/** A few values of the target, as its type writes them. */
export async function targetValues(
  engine: Engine,
  files: readonly DescribedFile[],
  target: string,
  targetType: LogicalType,
): Promise<readonly string[]> {
  if (files.length === 0) return []
  const relation = rawRelation(files)
  const rawType = (await typesOf(engine, relation)).get(target) ?? 'VARCHAR'
  const value = `CAST(${castTo(targetType, quoteName(target), rawType)} AS VARCHAR)`
  const rows = await engine.query<{ value: string }>(
    `SELECT DISTINCT ${value} AS value FROM ${relation} WHERE ${value} IS NOT NULL ORDER BY 1 LIMIT 100`,
  )
  return rows.map(({ value: text }) => text)
}
