import type { BadInput } from './bad-input.ts'
import { brokenCsv } from './broken-csv.ts'
import { badContracts } from './contracts.ts'
import { badProjects } from './drift-in-project.ts'
import { badReplays } from './drift-replays.ts'
import { badSamples } from './drift-samples.ts'
import { badJoins } from './joins.ts'
import { badLocks } from './locks.ts'
import { oddNames } from './odd-names.ts'
import { oddValues } from './odd-values.ts'
import { otherFormats } from './other-formats.ts'
import { parquetFiles } from './parquet-files.ts'
import { oddPaths } from './paths.ts'
import { badSettings } from './settings.ts'
import { badSources } from './sources.ts'

/** Every bad or odd input whose answer is fixed, by kind. */
export const table: Readonly<Record<string, readonly BadInput[]>> = {
  'broken CSV': brokenCsv,
  'odd names': oddNames,
  'other formats': otherFormats,
  'Parquet files': parquetFiles,
  'odd values': oddValues,
  'paths and partitions': oddPaths,
  'joined tables': badJoins,
  'remote sources': badSources,
  'plumbline.yaml': badSettings,
  'contract.yaml': badContracts,
  'data.lock.yaml': badLocks,
  'two samples': badSamples,
  replays: badReplays,
  'drift in a project': badProjects,
}
