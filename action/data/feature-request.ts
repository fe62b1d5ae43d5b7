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
