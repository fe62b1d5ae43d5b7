import type { DecimalMark, EpochUnit, LogicalType, TruthWords } from '../project/contract.ts'
import type { MetricName } from '../project/metric-kinds.ts'
import type { DeclaredEncoding, Task } from '../project/project.ts'

/** A column as its values show it, before anybody says what it means. */
export interface InferredColumn {
  /** As the contract calls it. */
  readonly name: string
  /** As the files call it, where another table has a column of that name. */
  readonly physicalName?: string
  /** The joined source that holds it; its rows and values are then counted over the rows that it is joined onto. */
  readonly source?: string
  readonly type: LogicalType
  /** Rows of all files, whether they hold the column or not. */
  readonly rows: number
  /** Rows without a value, blank ones included. */
  readonly nulls: number
  /** Exact up to 1,000 and near the number of rows, else to about 2 %. */
  readonly distinct: number
  readonly isUnique: boolean
  /** Every value with its rows, most frequent first, where there are at most 1,000; else none. What is printed lacks some. */
  readonly values: readonly (readonly [value: string, rows: number])[]
  /** Of finite numbers; null where there are none. */
  readonly minimum: number | null
  readonly maximum: number | null
  /** Files that lack it. */
  readonly missingIn: readonly string[]
  /** How its values are spelled, where SQL does not read them as they stand. */
  readonly spelling?: Spelling
  /** Texts that stand for nothing where all others are numbers or moments, with their rows, which count as `nulls`. */
  readonly missing?: readonly (readonly [word: string, rows: number])[]
  /** What its texts were most likely meant to be, where Plumbline does not read them so. */
  readonly almost?: AlmostType
}

export type Spelling =
  /** As ODCS spells formats; `rivals` fit every value as well. */
  | { readonly kind: 'time'; readonly pattern: string; readonly rivals: readonly string[] }
  /** `isSure` is false where the other mark reads every value too, as another number. */
  | { readonly kind: 'decimal'; readonly mark: DecimalMark; readonly isSure: boolean }
  | { readonly kind: 'epoch'; readonly unit: EpochUnit }
  /** The words for true and for false, as they are written most often. */
  | ({ readonly kind: 'truth' } & TruthWords)
  /** Digits that name something: a postal code, a telephone number. */
  | { readonly kind: 'code' }

export type AlmostType =
  /** Dates in several spellings; numbers with a unit behind or before each; lists and objects. */
  | { readonly kind: 'mixed-dates' | 'units' | 'nested' }
  /** All but a few rows hold a number; one of the texts in those, where it is known. */
  | { readonly kind: 'numbers' | 'dates'; readonly otherRows: number; readonly example?: string }

/** What a model could be on this data, with how sure each part is. */
export interface InferredModel {
  readonly files: readonly string[]
  /** Guessed, where the files are no UTF-8. */
  readonly encoding?: DeclaredEncoding
  readonly rows: number
  readonly columns: readonly InferredColumn[]
  readonly task: Task
  readonly target: InferredColumn
  readonly isTaskSure: boolean
  /** For `binary`: the class whose probability is judged. */
  readonly positive?: string
  readonly isPositiveSure: boolean
  /** About how many rows of the test set are of that class. */
  readonly testPositives?: number
  readonly id?: Role
  readonly time?: Role & { readonly since: string; readonly until: string }
  readonly group?: Role
  /** Tables joined onto the rows, in the order of plumbline.yaml. */
  readonly joined?: readonly JoinedSource[]
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
  readonly why: RoleReason
}

export type RoleReason =
  /** The user said so; no other could be it; its name says so; it stands first. */
  | { readonly kind: 'given' | 'only' | 'first' }
  /** `others` could be it too. */
  | { readonly kind: 'named' | 'first-of'; readonly others: readonly string[] }

export interface JoinedSource {
  readonly name: string
  readonly files: readonly string[]
  readonly rows: number
  readonly key: JoinKey
  /** 0-1: of the rows that it is joined onto, those that find a partner. */
  readonly foundShare: number
  /** Every row that has a key finds a partner. */
  readonly isWhole: boolean
  /** Its own columns as its own rows show them, the key among them. */
  readonly columns: readonly InferredColumn[]
}

export interface JoinKey {
  readonly columns: readonly string[]
  readonly isSure: boolean
  /** What could be the key too, the best first. */
  readonly others: readonly KeyCandidate[]
}

/** Columns of one name in two tables by which rows could find their partners. */
export interface KeyCandidate {
  readonly columns: readonly string[]
  /** Keys that stand in several rows of the joined table. */
  readonly repeats: number
  /** 0-1: of the rows that have a key, those that find a partner; 0 where it is no use to look. */
  readonly foundShare: number
}

export interface LeftOutColumn {
  readonly column: InferredColumn
  readonly reason: LeftOutReason
}

export type LeftOutReason =
  | {
      readonly kind:
        | 'excluded'
        | 'constant'
        | 'empty'
        | 'id-like'
        | 'free-text'
        | 'moment'
        | 'not-everywhere'
        | 'nested'
    }
  | { readonly kind: 'same-as'; readonly column: string }
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
