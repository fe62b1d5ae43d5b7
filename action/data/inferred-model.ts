import type { LogicalType } from '../project/contract.ts'
import type { MetricName } from '../project/metric-kinds.ts'
import type { Task } from '../project/project.ts'

/** A column as its values show it, before anybody says what it means. */
export interface InferredColumn {
  readonly name: string
  readonly type: LogicalType
  /** Rows of all files, whether they hold the column or not. */
  readonly rows: number
  /** Rows without a value, blank ones included. */
  readonly nulls: number
  /** Exact up to 1,000 and near the number of rows, else to about 2 %. */
  readonly distinct: number
  readonly isUnique: boolean
  /** Every value with its rows, most frequent first, where there are at most 1,000; else none. */
  readonly values: readonly (readonly [value: string, rows: number])[]
  /** Of finite numbers; null where there are none. */
  readonly minimum: number | null
  readonly maximum: number | null
  /** Files that lack it. */
  readonly missingIn: readonly string[]
  /** What its texts were most likely meant to be, where Plumbline does not read them so. */
  readonly almost?: AlmostType
}

export type AlmostType =
  | { readonly kind: 'decimal-commas' | 'local-dates' }
  /** All but a few rows hold a number; one of the texts in those, where it is known. */
  | { readonly kind: 'numbers'; readonly otherRows: number; readonly example?: string }

/** What a model could be on this data, with how sure each part is. */
export interface InferredModel {
  readonly files: readonly string[]
  readonly rows: number
  readonly columns: readonly InferredColumn[]
  readonly task: Task
  readonly target: InferredColumn
  readonly isTaskSure: boolean
  /** For `binary`: the class whose probability is judged. */
  readonly positive?: string
  readonly isPositiveSure: boolean
  readonly id?: Role
  readonly time?: Role & { readonly since: string; readonly until: string }
  readonly group?: Role
  readonly labels?: { readonly files: readonly string[]; readonly delayDays: number; readonly missingRows: number }
  readonly features: readonly InferredColumn[]
  readonly leftOut: readonly LeftOutColumn[]
  readonly floor: Floor
  /** As `split.test` in plumbline.yaml. */
  readonly test: string
}

export interface Role {
  readonly column: InferredColumn
  /** Given by the user, or beyond doubt. */
  readonly isSure: boolean
}

export interface LeftOutColumn {
  readonly column: InferredColumn
  readonly reason: LeftOutReason
}

export type LeftOutReason =
  | { readonly kind: 'excluded' | 'constant' | 'empty' | 'id-like' | 'free-text' | 'moment' | 'not-everywhere' }
  /** A time after the row's own, in this share of rows. */
  | { readonly kind: 'after-time'; readonly share: number }
  | { readonly kind: 'prediction' | 'tells-target'; readonly strength: number }

/** What any model must reach: between what a constant reaches and what one column alone does. */
export interface Floor {
  readonly metric: MetricName
  readonly constant: number
  /** The best single feature on its own; null where there is none that says anything. */
  readonly best: { readonly column: string; readonly value: number } | null
  readonly minimum: number
}
