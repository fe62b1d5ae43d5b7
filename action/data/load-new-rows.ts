import type { Diagnostic } from '../base/diagnostic.ts'
import type { Contract } from '../project/contract.ts'
import type { Project } from '../project/project.ts'
import type { DataContracts } from '../project/read-contract.ts'
import { describeFiles, describeSections } from './describe-files.ts'
import type { Engine } from './engine.ts'
import type { PinnedFile, SnapshotFiles } from './fetch-snapshot.ts'
import { loadRows } from './load-rows.ts'
import { quoteName } from './quote.ts'
import { sqlTypes, typedRelation } from './read-source.ts'

/** What SELECT … FROM takes of rows that were loaded: every contract column of each. */
export const loadedRows = 'source'

/** Makes the table `loadedRows` of the rows of a snapshot, labels and other sources joined. */
export async function loadSnapshotRows(
  engine: Engine,
  project: Project,
  { tables, whole }: DataContracts,
  files: SnapshotFiles,
): Promise<readonly Diagnostic[]> {
  const described = await describeSections(engine, files)
  if (!described.ok) return described.diagnostics
  const [first, ...others] = tables
  const request = {
    projectFile: project.file,
    model: project.model,
    hasLabels: project.data.labels !== undefined,
    contract: whole,
    main: first.contract,
    joined: others.map(({ source, contract }) => ({ name: source.name, on: source.on, contract })),
  }
  return await loadRows(engine, request, described.value)
}

/**
 * Makes the table `loadedRows` of the rows that a snapshot holds and an earlier one does not, by the model's id, else by all
 * values of the row: files that were written anew or moved hold nothing new.
 */
export async function loadNewRows(
  engine: Engine,
  project: Project,
  contracts: DataContracts,
  now: SnapshotFiles,
  before: readonly PinnedFile[],
): Promise<readonly Diagnostic[]> {
  const features = newFiles(now, before)
  if (features.length === 0) {
    await engine.run(`CREATE TEMP TABLE ${loadedRows} AS ${noRows(contracts.whole)}`)
    return []
  }
  const wrong = await loadSnapshotRows(engine, project, contracts, { ...now, features })
  if (wrong.length > 0 || before.length === 0) return wrong
  const described = await describeFiles(engine, before)
  if (!described.ok) return described.diagnostics
  const [{ contract: main }] = contracts.tables
  const { id, target } = project.model
  // A label that came later makes no new row.
  const isKey = (name: string) => (id === undefined ? name !== target : name === id)
  const keys = main.columns.filter(({ name }) => isKey(name))
  const earlier = typedRelation(described.value, { ...main, columns: keys })
  const same = keys.map(({ name }) => `s.${quoteName(name)} IS NOT DISTINCT FROM b.${quoteName(name)}`)
  await engine.run(
    `CREATE TEMP TABLE new_rows AS SELECT s.* FROM ${loadedRows} AS s ANTI JOIN ${earlier} AS b ON ${same.join(' AND ')}`,
  )
  await engine.run(`DROP TABLE ${loadedRows}`)
  await engine.run(`ALTER TABLE new_rows RENAME TO ${loadedRows}`)
  return []
}

/** Files of rows that the earlier snapshot does not hold, byte for byte. */
export function newFiles(now: SnapshotFiles, before: readonly PinnedFile[]): readonly PinnedFile[] {
  const known = new Set(before.map(({ sha256 }) => sha256))
  return now.features.filter(({ sha256 }) => !known.has(sha256))
}

function noRows({ columns }: Contract): string {
  return `SELECT ${columns.map(({ name, logicalType }) => `CAST(NULL AS ${sqlTypes[logicalType]}) AS ${quoteName(name)}`).join(', ')} WHERE false`
}
