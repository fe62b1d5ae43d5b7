import type { Contract } from '../project/contract.ts'
import type { ModelPolicy } from '../project/project.ts'
import type { SnapshotFiles } from './fetch-snapshot.ts'
import type { RawColumn } from './source-file.ts'
import type { SqlLimits } from './sql-request.ts'

/** What the child process is given, as JSON; it knows nothing else of the caller. */
export interface FeatureRequest extends SqlLimits {
  readonly task: 'features'
  /** As diagnostics name it. */
  readonly projectFile: string
  readonly model: ModelPolicy
  readonly hasLabels: boolean
  /** The columns of all tables. */
  readonly contract: Contract
  /** Of the first table alone. */
  readonly main: Contract
  readonly joined: readonly JoinedTable[]
  readonly files: SnapshotFiles
  readonly sql: string
  readonly sqlFile: string
  readonly featuresFile: string
  readonly rowsFile: string
}

/** A table whose rows are joined onto those of the first, each by these columns. */
export interface JoinedTable {
  readonly name: string
  readonly on: readonly string[]
  readonly contract: Contract
}

export interface MadeFeatures {
  readonly rows: number
  /** Without the id. */
  readonly columns: readonly RawColumn[]
  /** Rows whose target is known. */
  readonly labelled: number
}
