import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Read } from '../base/diagnostic.ts'
import type { Project } from '../project/project.ts'
import type { DataContracts } from '../project/read-contract.ts'
import type { FeatureRequest, MadeFeatures } from './feature-request.ts'
import type { SnapshotFiles } from './fetch-snapshot.ts'
import { runSqlChild } from './run-sql-child.ts'
import { resultOf, sqlLimits } from './sql-limits.ts'

export interface FeatureInput {
  readonly project: Project
  readonly contracts: DataContracts
  readonly files: SnapshotFiles
  readonly sql: string
  /** As diagnostics name it. */
  readonly sqlFile: string
  /** Where `features.parquet` and `rows.parquet` are written; it is made where it is not there. */
  readonly folder: string
  readonly timeoutMs?: number
  /** Of DuckDB; one a core by default. */
  readonly threads?: number
}

const hourMs = 3_600_000

/**
 * Runs the user's SELECT over the pinned data in a child process that has an empty environment and reaches nothing but
 * these files. Writes `features.parquet` (the id, then the SELECT's columns) and `rows.parquet` (every contract column,
 * labels joined), both in the order of the ids; the same data and SQL give the same bytes.
 */
export async function computeFeatures(input: FeatureInput, signal?: AbortSignal): Promise<Read<MadeFeatures>> {
  const tempFolder = join(input.folder, '.duckdb-temp')
  await mkdir(input.folder, { recursive: true })
  try {
    const request = await requestOf(input, tempFolder)
    return resultOf(await runSqlChild(request, input.timeoutMs ?? hourMs, signal))
  } finally {
    await rm(tempFolder, { recursive: true, force: true })
  }
}

async function requestOf(input: FeatureInput, tempFolder: string): Promise<FeatureRequest> {
  const { project, contracts, files, sql, sqlFile, folder, threads } = input
  const [first, ...others] = contracts.tables
  return {
    task: 'features',
    ...(await sqlLimits(tempFolder, threads)),
    projectFile: project.file,
    model: project.model,
    hasLabels: project.data.labels !== undefined,
    contract: contracts.whole,
    main: first.contract,
    joined: others.map(({ source, contract }) => ({ name: source.name, on: source.on, contract })),
    files,
    sql,
    sqlFile,
    featuresFile: join(folder, 'features.parquet'),
    rowsFile: join(folder, 'rows.parquet'),
  }
}
