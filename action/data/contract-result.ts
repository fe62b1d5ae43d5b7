import type { Diagnostic } from '../base/diagnostic.ts'
import type { Swap } from '../drift/find-swapped-columns.ts'
import type { Rename } from '../drift/match-renamed-columns.ts'
import type { Dimension, RuleKind, Severity, TableRuleKind, Tolerance } from '../project/contract.ts'

/** What the data is, held against what the contract promises. */
export interface ContractResult {
  /** As diagnostics name it. */
  readonly contract: string
  /** Paths, sorted. */
  readonly files: readonly string[]
  /** Of the files that hold the features. */
  readonly rows: number
  readonly checks: readonly ContractCheck[]
  /** Columns that the contract does not name. */
  readonly newColumns: readonly NewColumn[]
  /** Missing columns that fit a new one by their values. */
  readonly renames: readonly FoundRename[]
  /** Columns whose values seem to have changed places in the files that break promises. */
  readonly swaps: readonly FoundSwap[]
  /** One for each failing check; and what cannot be read or checked at all. */
  readonly diagnostics: readonly Diagnostic[]
}

/** Of which table something is told. */
export interface OfTable {
  /** The source's name, where there are several. */
  readonly table?: string
}

export interface FoundRename extends Rename, OfTable {}

export interface FoundSwap extends Swap, OfTable {}

export interface ContractCheck extends OfTable {
  /** None for what the table promises as a whole. */
  readonly column: string | null
  readonly promise: ContractPromise
  /** 1-based, in the contract. */
  readonly line: number
  /** `skipped`: the column is missing, so that there is nothing to check. */
  readonly outcome: 'pass' | 'fail' | 'skipped'
  /** Rows that break the promise; of a row count, all rows; of a missing column, rows of the files that lack it. */
  readonly failing: number
  readonly rows: number
  readonly tolerance: Tolerance | null
  /** Only a failing `error` is a diagnostic and keeps the data out. */
  readonly severity: Severity
  readonly dimension: Dimension | null
  /** What an SQL rule came to; absent where it has no number, or may not be shown. */
  readonly measured?: number
  /** The newest moment, of a freshness that is not kept; absent where it may not be shown. */
  readonly newest?: string
  /** The contract that promises it, where that is not the result’s own: a joined table’s. */
  readonly contract?: string
  /** The unit that values outside a number's limits may have been written in. */
  readonly scale?: Scale
  /** The first few rows that break it. */
  readonly samples: readonly SampleRow[]
  /** Files that lack the column. */
  readonly missingIn: readonly string[]
}

export type ContractPromise =
  | { readonly kind: 'present' }
  /** `missing`: texts that stand for nothing here, so that they need not be of the type. */
  | { readonly kind: 'type'; readonly type: string; readonly missing?: readonly (string | null)[] }
  | RuleKind
  | TableRuleKind

export interface Scale {
  /** How many times too large the values are: 1000 for grams instead of kilograms, 0.001 the other way. */
  readonly factor: number
  /** Values outside the limits that lie among the others once divided by the factor. */
  readonly plausible: number
  readonly of: number
}

export interface SampleRow {
  readonly file: string
  /** 1-based, header not counted. */
  readonly row: number
  /** As it stands in the file, shortened; null where there is none, absent where the column is classified. */
  readonly value?: string | null
}

export interface NewColumn extends OfTable {
  readonly name: string
  readonly files: readonly string[]
}
