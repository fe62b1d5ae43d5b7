import type { Diagnostic } from '../base/diagnostic.ts'
import type { FaultCode } from '../base/fault.ts'
import type { Estimated } from '../evaluation/estimate-metric.ts'
import type { MeasuredSql } from '../evaluation/metric-drop.ts'
import type { Contract } from '../project/contract.ts'
import type { FeatureRequest, MadeFeatures } from './feature-request.ts'
import type { SourceFile } from './source-file.ts'
import type { TableRequest, WrittenTable } from './sources/table-request.ts'

/** How the child's engine is opened. */
export interface SqlLimits {
  /** A `duckdb.node`, located before. */
  readonly nativeFile: string
  /** As DuckDB writes it. */
  readonly memoryLimit: string
  readonly threads?: number
  readonly tempFolder: string
}

/** A user's SQL, or a table of another database, for the child process, as JSON. */
export type SqlRequest = FeatureRequest | RuleRequest | TableRequest | MetricRequest

/** The SQL rules of a contract, over the files that hold its columns. */
export interface RuleRequest extends SqlLimits {
  readonly task: 'rules'
  readonly contract: Contract
  readonly files: readonly SourceFile[]
}

/** A metric in SQL, over judged rows and over the labelled rows of cohorts, each a Parquet file with `plumbline cohort`. */
export interface MetricRequest extends SqlLimits {
  readonly task: 'metric'
  readonly name: string
  readonly expression: string
  /** Absolute paths. */
  readonly reference: string
  readonly current: string
  /** Column that is not there → why. */
  readonly lacking: Readonly<Record<string, string>>
  /** Columns that would be there if SQL named them. */
  readonly offered: readonly string[]
}

export interface MeasuredMetric {
  /** Of a `sum` or `avg` each row has its part, and a sum is told a row; of others the error is that of 20 groups of rows. */
  readonly kind: MeasuredSql['form']
  readonly reference: Estimated
  /** By cohort. */
  readonly cohorts: readonly { readonly cohort: number; readonly estimated: Estimated }[]
}

/** What one SQL rule came to: a number, or why there is none. */
export type RuleNumber =
  | { readonly kind: 'number'; readonly value: number; readonly isShown: boolean }
  | { readonly kind: 'diagnosed'; readonly diagnostic: Diagnostic }
  /** It may rest on a column that all files lack, which the contract's view of them would hide. */
  | { readonly kind: 'skipped' }

export interface SqlResults {
  readonly features: MadeFeatures
  /** In the order of the contract's SQL rules. */
  readonly rules: readonly RuleNumber[]
  readonly table: WrittenTable
  readonly metric: MeasuredMetric
}

/** What the child answers, as JSON. */
export type SqlAnswer<Task extends SqlRequest['task']> =
  | { readonly kind: 'made'; readonly value: SqlResults[Task] }
  | { readonly kind: 'diagnosed'; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: 'fault'; readonly code: FaultCode; readonly message: string; readonly remedy: string }
  | { readonly kind: 'bug'; readonly message: string }
