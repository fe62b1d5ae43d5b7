import type { FaultCode } from '../base/fault.ts'
import type { ColumnsToCompare } from './compare-columns.ts'
import type { NumbersToCount } from './count-number-blocks.ts'
import type { ExpectedRepeats } from './engine.ts'
import type { RowsToTally } from './tally-columns.ts'

/** To the process that reads: first `open`, then the others, several at once where it may be. */
export type ReaderRequest =
  | { readonly kind: 'open'; readonly options: ReaderLimits }
  | {
      readonly kind: 'query' | 'columns' | 'run'
      readonly sql: string
      readonly values?: readonly unknown[]
    }
  | { readonly kind: 'repeated'; readonly selects: readonly string[]; readonly expected: ExpectedRepeats }
  | { readonly kind: 'compared'; readonly asked: ColumnsToCompare }
  | { readonly kind: 'blocked'; readonly asked: NumbersToCount }
  | { readonly kind: 'tallied'; readonly asked: RowsToTally }

/** How its engine is locked; paths are absolute. */
export interface ReaderLimits {
  readonly memoryLimit: string
  readonly tempFolder: string
  readonly textFolder: string
  readonly allowedPaths: readonly string[]
  readonly allowedFolders: readonly string[]
  readonly readAhead?: string
  /** One a core by default. */
  readonly threads?: number
}

/** One to each request, by its number. */
export type ReaderAnswer =
  | { readonly kind: 'made'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'fault'; readonly code: FaultCode; readonly message: string; readonly remedy: string }
