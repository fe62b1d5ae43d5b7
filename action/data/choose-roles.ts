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
    const named = target.values.find(([value]) => /^(1|1\.0*|true|t|yes|y)$/i.test(value))?.[0]
    const rarer = target.values.at(-1)?.[0] ?? ''
    return { task: 'binary', isTaskSure: true, positive: named ?? rarer, isPositiveSure: named !== undefined }
  }
  if (!isNumeric) {
    if (target.distinct > maxClasses || target.type === 'date' || target.type === 'timestamp') return undefined
    return { task: 'multiclass', isTaskSure: true, isPositiveSure: true }
  }
  const areWhole = target.values.every(([value]) => Number.isInteger(Number(value)))
  if (target.distinct > 20 || !areWhole) return { task: 'regression', isTaskSure: true, isPositiveSure: true }
  return { task: 'multiclass', isTaskSure: target.distinct <= 10, isPositiveSure: true }
}

/** The column that names a row; undefined where none is unique and looks like a name. */
export function chooseId(columns: readonly InferredColumn[], taken: readonly string[]): Role | undefined {
  const unique = columns.filter(
    ({ name, isUnique, type, missingIn }) =>
      isUnique && (type === 'string' || type === 'integer') && missingIn.length === 0 && !taken.includes(name),
  )
  const named = unique.find(({ name }) => isIdName(name))
  if (named) return { column: named, isSure: true }
  const first = unique.find(
    (column) => column === columns[0] && !column.almost && (column.type === 'string' || isCounter(column)),
  )
  return first && { column: first, isSure: first.type === 'string' }
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
  return column && { column, isSure: moments.length === 1 }
}

/** Why a column is no use as a feature by itself; undefined where it may be one. */
export function unfitReason(column: InferredColumn): LeftOutReason | undefined {
  const { type, rows, nulls, distinct, name, isUnique, missingIn } = column
  if (missingIn.length > 0) return { kind: 'not-everywhere' }
  if (nulls === rows) return { kind: 'empty' }
  if (distinct <= 1) return { kind: 'constant' }
  if (isMoment(type)) return { kind: 'moment' }
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
