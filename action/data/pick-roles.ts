import type { Task } from '../project/project.ts'
import { type ChosenTask, chooseId, chooseTask, chooseTime, isMoment } from './choose-roles.ts'
import type { InferredColumn, Role } from './inferred-model.ts'
import { findColumn, refuseModel } from './refuse-model.ts'

/** The target as classes where it has few whole values. Throws `init/…` where nothing can be predicted of it. */
export function pickTarget(columns: readonly InferredColumn[], name: string, isInLabels: boolean): InferredColumn {
  const target = findColumn(columns, name, 'predict')
  if (target.missingIn.length > 0 && !isInLabels) {
    throw refuseModel(
      name,
      `${target.missingIn[0]} lacks it`,
      'the target in every file, or labels in files of their own (--labels)',
    )
  }
  if (target.nulls === target.rows) throw refuseModel(name, 'it has no value in any row', 'two different values')
  if (target.distinct < 2) throw refuseModel(name, 'it has one value in all rows', 'two different values')
  return asClasses(target)
}

/** Classes as SQL writes them, `1` for `1.0` and `true` for `True`, so that they compare as text. */
function asClasses(target: InferredColumn): InferredColumn {
  const isFew = target.distinct <= 20 && target.values.length > 0
  const { spelling, ...plain } = target
  // Its classes are called what its rows call them.
  if (spelling?.kind === 'truth') return { ...plain, type: 'string' }
  if (target.type === 'boolean') {
    return { ...target, values: target.values.map(([value, rows]) => [value.toLowerCase(), rows]) }
  }
  const areWhole = target.values.every(([value]) => Number.isInteger(Number(value)))
  if (!isFew || !areWhole || (target.type !== 'number' && target.type !== 'integer')) return target
  return { ...target, type: 'integer', values: target.values.map(([value, rows]) => [String(Number(value)), rows]) }
}

/** What is predicted, as the user said or else as the values suggest. */
export function pickTask(
  target: InferredColumn,
  wishes: { readonly task?: Task; readonly positive?: string },
): ChosenTask {
  const { task, positive } = wishes
  const chosen = chooseTask(target)
  const fitting = tasksOf(target)
  if (task !== undefined && !fitting.includes(task)) {
    const state = `--task ${task} does not fit its ${target.distinct} values of type ${target.type}`
    throw refuseModel(target.name, state, fitting.length > 0 ? `--task ${fitting.join(' or ')}` : 'another target')
  }
  if (task === undefined && !chosen) {
    throw refuseModel(target.name, `it has ${target.distinct} different texts`, 'a number, or at most 50 classes')
  }
  const base: ChosenTask =
    task === undefined || task === chosen?.task
      ? { ...(chosen as ChosenTask), ...(task !== undefined && { isTaskSure: true }) }
      : { task, isTaskSure: true, isPositiveSure: true }
  if (positive === undefined) return base
  const classes = target.values.map(([value]) => value)
  const named = classes.find((value) => value === positive) ?? classes.find((value) => isAlike(value, positive))
  if (base.task !== 'binary' || named === undefined) {
    const state =
      base.task === 'binary' ? `--positive ${positive} is none of its classes` : `--positive does not fit ${base.task}`
    throw refuseModel(target.name, state, base.task === 'binary' ? classes.join(' or ') : 'it left out')
  }
  return { ...base, positive: named, isPositiveSure: true }
}

function isAlike(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase() || (a !== '' && b !== '' && Number(a) === Number(b))
}

/** Every task that the target could have. */
export function tasksOf({ type, distinct, values }: InferredColumn): Task[] {
  const isNumeric = type === 'integer' || type === 'number'
  const areClasses = values.length > 0 && distinct <= 50 && type !== 'date' && type !== 'timestamp'
  return [
    ...(areClasses && distinct === 2 ? (['binary'] as const) : []),
    ...(areClasses && distinct > 2 ? (['multiclass'] as const) : []),
    ...(isNumeric ? (['regression'] as const) : []),
  ]
}

export function pickTime(
  columns: readonly InferredColumn[],
  wish: string | undefined,
  taken: readonly string[],
): Role | undefined {
  if (wish === undefined) return chooseTime(columns, taken)
  const column = findColumn(columns, wish, 'order rows by')
  if (!isMoment(column.type) && column.type !== 'integer') {
    throw refuseModel(wish, `its values are of type ${column.type}`, 'dates or times in one format, or whole numbers')
  }
  return { column, isSure: true, why: { kind: 'given' } }
}

export function pickId(
  columns: readonly InferredColumn[],
  wish: string | undefined,
  taken: readonly string[],
  labels: readonly InferredColumn[],
): Role | undefined {
  const shared =
    labels.length === 0 ? columns : columns.filter(({ name }) => labels.some((label) => label.name === name))
  if (wish === undefined) return chooseId(shared, taken)
  const column = findColumn(shared, wish, 'name rows by')
  if (!column.isUnique) {
    const state =
      column.nulls > 0 ? `${column.nulls} rows have none` : `only ${column.distinct} of ${column.rows} rows differ`
    throw refuseModel(wish, `${state} in it`, 'another value in each row')
  }
  return { column, isSure: true, why: { kind: 'given' } }
}
