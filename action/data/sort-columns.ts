import type { Task } from '../project/project.ts'
import { isMoment, isPredictionName, unfitReason } from './choose-roles.ts'
import type { Engine } from './engine.ts'
import { findCopies } from './find-copies.ts'
import { shareAfter, strengthsAlone, type TargetOf } from './find-leaks.ts'
import type { Floor, InferredColumn, LeftOutColumn, LeftOutReason } from './inferred-model.ts'

export interface SortedColumns {
  readonly features: readonly InferredColumn[]
  readonly leftOut: readonly LeftOutColumn[]
  /** Of each feature that could be measured, on its own. */
  readonly strengths: ReadonlyMap<string, number>
}

export interface ColumnRoles {
  readonly excluded: readonly string[]
  /** Columns that the user wants as features, leaks or not. */
  readonly kept: readonly string[]
  /** Columns that name, order or group rows: neither features nor left out. */
  readonly roles: readonly string[]
  readonly time: InferredColumn | undefined
}

const minShareAfter = 0.98
const tellsAll = 0.995

/** Parts the columns into features and those that would teach nothing, or what nobody knows when it is needed. */
export async function sortColumns(
  engine: Engine,
  about: TargetOf,
  columns: readonly InferredColumn[],
  { excluded, kept, roles, time }: ColumnRoles,
): Promise<SortedColumns> {
  const features: InferredColumn[] = []
  const leftOut: LeftOutColumn[] = []
  const strengths = new Map<string, number>()
  const copies = await findCopies(engine, about.relation, knownFirst(columns, [...excluded, ...roles]))
  const sorted = columns.filter(({ name }) => !roles.includes(name) && name !== about.target)
  const reasons = new Map<string, LeftOutReason>()
  for (const column of sorted) {
    const reason = excluded.includes(column.name) ? ({ kind: 'excluded' } as const) : await findReason(column)
    if (reason) reasons.set(column.name, reason)
  }
  const fit = sorted.filter(({ name }) => !reasons.has(name))
  const measured = await strengthsAlone(engine, about, fit)
  for (const column of sorted) {
    const reason = reasons.get(column.name) ?? findLeak(column)
    if (reason) leftOut.push({ column, reason })
    else features.push(column)
  }
  if (features.length > 0) return { features, leftOut, strengths }
  const telling = leftOut.filter(({ reason }) => reason.kind === 'tells-target')
  const others = leftOut.filter(({ reason }) => reason.kind !== 'tells-target')
  for (const { column, reason } of telling) if ('strength' in reason) strengths.set(column.name, reason.strength)
  return { features: telling.map(({ column }) => column), leftOut: others, strengths }

  async function findReason(column: InferredColumn): Promise<LeftOutReason | undefined> {
    if (time && isMoment(time.type) && isMoment(column.type) && column.missingIn.length === 0) {
      const share = await shareAfter(engine, about.relation, time.name, column.name)
      if (share >= minShareAfter) return { kind: 'after-time', share }
    }
    const unfit = unfitReason(column)
    if (unfit && !(kept.includes(column.name) && canLearnFrom(column, unfit))) return unfit
    const original = copies.get(column.name)
    if (original !== undefined && !kept.includes(column.name)) return { kind: 'same-as', column: original }
    return undefined
  }

  function findLeak(column: InferredColumn): LeftOutReason | undefined {
    const strength = measured.get(column.name) ?? null
    if (strength === null) return undefined
    if (kept.includes(column.name)) {
      strengths.set(column.name, strength)
      return undefined
    }
    if (isPredictionName(column.name) && strength >= strengthOfPredictions[about.task]) {
      return { kind: 'prediction', strength }
    }
    if (strength >= tellsAll && isMeaningful(column)) return { kind: 'tells-target', strength }
    strengths.set(column.name, strength)
    return undefined
  }
}

/** What is left out already stands before what would only repeat it. */
function knownFirst(columns: readonly InferredColumn[], known: readonly string[]): InferredColumn[] {
  const isKnown = ({ name }: InferredColumn) => known.includes(name)
  return [...columns.filter(isKnown), ...columns.filter((column) => !isKnown(column))]
}

/** Nothing makes a feature of a column without two values, or one that a file lacks. */
function canLearnFrom({ type }: InferredColumn, { kind }: LeftOutReason): boolean {
  return !isMoment(type) && (kind === 'id-like' || kind === 'free-text')
}

const strengthOfPredictions: Readonly<Record<Task, number>> = { binary: 0.75, multiclass: 0.6, regression: 0.5 }

/** Many rare texts tell any target by chance. */
function isMeaningful({ type, distinct, rows }: InferredColumn): boolean {
  return type !== 'string' || distinct * 5 <= rows
}

/** Half way between what a constant reaches and the best column alone, so that a model that learned anything passes. */
export function chooseFloor(task: Task, target: InferredColumn, strengths: ReadonlyMap<string, number>): Floor {
  const filled = target.rows - target.nulls
  const constant = { binary: 0.5, multiclass: (target.values[0]?.[1] ?? 0) / filled, regression: 0 }[task]
  const [first] = [...strengths].sort((a, b) => b[1] - a[1])
  const best = first && first[1] > constant ? { column: first[0], value: first[1] } : null
  const middle = best ? (constant + best.value) / 2 : constant
  return {
    metric: ({ binary: 'roc_auc', multiclass: 'accuracy', regression: 'r2' } as const)[task],
    constant,
    best,
    minimum: Math.floor(middle * 100) / 100,
  }
}
