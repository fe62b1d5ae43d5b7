import type { Task } from '../project/project.ts'
import type { InferredColumn, LeftOutReason, Role } from './inferred-model.ts'

export interface ChosenTask {
  readonly task: Task
  readonly isTaskSure: boolean
  readonly positive?: string
  readonly isPositiveSure: boolean
}

const maxClasses = 50

/** What kind of thing is to be predicted; undefined where the target is a text with too many values to be classes. */
export function chooseTask(target: InferredColumn): ChosenTask | undefined {
  const isNumeric = target.type === 'integer' || target.type === 'number'
  if (target.distinct === 2) {
    return { task: 'binary', isTaskSure: true, ...choosePositive(target.values.map(([value]) => value)) }
  }
  if (!isNumeric) {
    if (target.distinct > maxClasses || target.type === 'date' || target.type === 'timestamp') return undefined
    return { task: 'multiclass', isTaskSure: true, isPositiveSure: true }
  }
  const areWhole = target.values.every(([value]) => Number.isInteger(Number(value)))
  if (target.distinct > 20 || !areWhole) return { task: 'regression', isTaskSure: true, isPositiveSure: true }
  return { task: 'multiclass', isTaskSure: areNumbered(target), isPositiveSure: true }
}

/** Of two classes, the more frequent one first: the one that says "it is so", else the rarer. */
function choosePositive(
  classes: readonly string[],
): Pick<ChosenTask, 'isPositiveSure'> & { readonly positive: string } {
  const said = classes.find((value) => yes.test(value))
  const isOpposed = said !== undefined && classes.some((value) => no.test(value))
  if (isOpposed) return { positive: said, isPositiveSure: true }
  const clear = classes.find((value) => /^(1|1\.0*|true|yes)$/i.test(value))
  return { positive: clear ?? classes.at(-1) ?? '', isPositiveSure: false }
}

const yes = /^(1|1\.0*|true|t|yes|y|ja|j|oui|o|si|sí|sim|s|tak|positive|pos)$/i
const no = /^(0|0\.0*|false|f|no|n|nein|nee|non|não|nao|nie|negative|neg)$/i

/** 0, 1, 2, …: as programs number classes. Marks from 1 to 5 are as well a quantity. */
function areNumbered({ values, distinct }: InferredColumn): boolean {
  const numbers = values.map(([value]) => Number(value))
  return distinct <= 10 && Math.min(...numbers) === 0 && Math.max(...numbers) === distinct - 1
}

/** The column that names a row; undefined where none is unique and looks like a name. */
export function chooseId(columns: readonly InferredColumn[], taken: readonly string[]): Role | undefined {
  const unique = columns.filter(
    ({ name, isUnique, type, missingIn }) =>
      isUnique && (type === 'string' || type === 'integer') && missingIn.length === 0 && !taken.includes(name),
  )
  const named = unique.find(({ name }) => isIdName(name))
  const others = unique.filter((column) => column !== named && isIdName(column.name)).map(({ name }) => name)
  if (named) return { column: named, isSure: true, why: { kind: 'named', others } }
  const first = unique.find(
    (column) => column === columns[0] && !column.almost && (column.type === 'string' || isCounter(column)),
  )
  return first && { column: first, isSure: first.type === 'string', why: { kind: 'first' } }
}

/** The column that says when a row happened. Several: the one named so, else the first; a year only where given. */
export function chooseTime(columns: readonly InferredColumn[], taken: readonly string[]): Role | undefined {
  const moments = columns.filter(
    ({ name, type, nulls, distinct, missingIn }) =>
      isMoment(type) && nulls === 0 && distinct > 1 && missingIn.length === 0 && !taken.includes(name),
  )
  const named = moments.find(({ name }) =>
    /^(ts|time|timestamp|date|datetime|day|event_?time|created_?at)$/i.test(name),
  )
  const column = named ?? moments[0]
  if (!column) return undefined
  const others = moments.filter((each) => each !== column).map(({ name }) => name)
  if (others.length === 0) return { column, isSure: true, why: { kind: 'only' } }
  return { column, isSure: false, why: { kind: named ? 'named' : 'first-of', others } }
}

/** Why a column is no use as a feature by itself; undefined where it may be one. */
export function unfitReason(column: InferredColumn): LeftOutReason | undefined {
  const { type, rows, nulls, distinct, name, isUnique, missingIn } = column
  if (missingIn.length > 0) return { kind: 'not-everywhere' }
  if (nulls === rows) return { kind: 'empty' }
  if (distinct <= 1) return { kind: 'constant' }
  if (isMoment(type)) return { kind: 'moment' }
  if (column.almost?.kind === 'nested') return { kind: 'nested' }
  // No new day is one of the texts that were learned.
  if (column.almost?.kind === 'mixed-dates' || column.almost?.kind === 'dates') return { kind: 'free-text' }
  const filled = rows - nulls
  if (type === 'string' && filled >= 20 && distinct > 0.9 * filled) return { kind: 'id-like' }
  if (type === 'integer' && isUnique && (isIdName(name) || isCounter(column))) return { kind: 'id-like' }
  if (type === 'string' && (distinct > 1000 || (distinct > 50 && distinct > 0.5 * filled))) return { kind: 'free-text' }
  return undefined
}

/** Names under which people keep what a model said. */
export function isPredictionName(name: string): boolean {
  return /(^|[^a-z])(pred|preds|prediction|predicted|score|scored|prob|proba|probability|yhat|y_hat|forecast)([^a-z]|$)/i.test(
    name,
  )
}

export function isMoment(type: InferredColumn['type']): boolean {
  return type === 'date' || type === 'timestamp'
}

function isIdName(name: string): boolean {
  return (
    /(^|[^a-z])(id|uuid|guid|key|index|no|nr|number)$/i.test(name) || /[a-z]I[dD]$/.test(name) || name === 'column0'
  )
}

/** 1, 2, 3, …: without a gap. */
function isCounter({ isUnique, minimum, maximum, rows }: InferredColumn): boolean {
  return isUnique && rows >= 20 && minimum !== null && maximum !== null && maximum - minimum === rows - 1
}
