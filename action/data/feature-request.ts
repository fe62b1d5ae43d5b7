import type { Diagnostic } from '../base/diagnostic.ts'
import type { FaultCode } from '../base/fault.ts'
import type { Contract } from '../project/contract.ts'
import type { ModelPolicy } from '../project/project.ts'
import type { SnapshotFiles } from './fetch-snapshot.ts'
import type { RawColumn } from './source-file.ts'

/** What the child process is given, as JSON; it knows nothing else of the caller. */
export interface FeatureRequest {
  /** A `duckdb.node`, located before. */
  readonly nativeFile: string
  readonly memoryLimit: string
  readonly threads?: number
  readonly tempFolder: string
  /** As diagnostics name it. */
  readonly projectFile: string
  readonly model: ModelPolicy
  readonly hasLabels: boolean
  readonly contract: Contract
  readonly files: SnapshotFiles
  readonly sql: string
  readonly sqlFile: string
  readonly featuresFile: string
  readonly rowsFile: string
}

export interface MadeFeatures {
  readonly rows: number
  /** Without the id. */
  readonly columns: readonly RawColumn[]
  /** Rows whose target is known. */
  readonly labelled: number
}

/** What the child answers, as JSON. */
export type FeatureAnswer =
  | { readonly kind: 'made'; readonly value: MadeFeatures }
  | { readonly kind: 'diagnosed'; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: 'fault'; readonly code: FaultCode; readonly message: string; readonly remedy: string }
  | { readonly kind: 'bug'; readonly message: string }
