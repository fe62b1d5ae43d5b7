import { readFile } from 'node:fs/promises'

import type { Read } from '../base/diagnostic.ts'
import { Fault } from '../base/fault.ts'
import { diagnoseReadError } from '../data/diagnose-read-error.ts'
import type { SnapshotFiles } from '../data/fetch-snapshot.ts'
import { loadedRows, loadSnapshotRows } from '../data/load-new-rows.ts'
import { openReading } from '../data/reading-engine.ts'
import { allFiles } from '../data/section-files.ts'
import { predictionName } from '../drift/learned.ts'
import { readReference } from '../drift/reference-json.ts'
import type { StoredReference } from '../drift/stored-reference.ts'
import type { Project } from '../project/project.ts'
import type { DataContracts } from '../project/read-contract.ts'
import { countReference } from './count-reference.ts'

export interface LearnedSnapshot {
  readonly project: Project
  readonly contracts: DataContracts
  readonly files: SnapshotFiles
  /** Its newest event time. */
  readonly until: string | null
}

/** What a release keeps of what its model learned. Throws `drift/bad-reference`. */
export async function keptReference(tag: string, file: string): Promise<StoredReference> {
  const read = readReference(await readFile(file, 'utf8'))
  if (read.ok) return read.reference
  throw badReference(tag, read.state)
}

/** The same of how its model answered: one column, under a name that none of `others` has. Throws the same. */
export async function keptPredictionReference(
  tag: string,
  file: string,
  others: readonly string[],
): Promise<StoredReference> {
  const reference = await keptReference(tag, file)
  const [column, ...more] = reference.columns
  if (!column || more.length > 0) throw badReference(tag, 'its answers are no single column')
  return { ...reference, columns: [{ ...column, name: predictionName(others) }] }
}

/** What a model learned of a snapshot, counted from its files, where it was not kept with the release. Throws the same. */
export async function countedReference(
  tag: string,
  { project, contracts, files, until }: LearnedSnapshot,
  signal?: AbortSignal,
): Promise<Read<StoredReference>> {
  const inputs = allFiles(files)
  await using engine = await openReading({ files: inputs }, signal)
  try {
    const wrong = await loadSnapshotRows(engine, project, contracts, files)
    if (wrong.length > 0) return { ok: false, diagnostics: wrong }
    const rows = { engine, relation: loadedRows, project, contract: contracts.whole }
    const reference = await countReference(rows, until)
    if (!reference) throw badReference(tag, 'its snapshot holds no rows with a time')
    return { ok: true, value: reference }
  } catch (error) {
    const diagnostic = diagnoseReadError(error, inputs)
    if (!diagnostic) throw error
    return { ok: false, diagnostics: [diagnostic] }
  }
}

function badReference(tag: string, state: string): Fault {
  return new Fault(
    'drift/bad-reference',
    `Cannot compare with "${tag}": ${state}; expected what it learned, in blocks of time`,
    {
      remedy: 'Update Plumbline; or register the model anew, which keeps its reference.',
      stays: 'nothing was judged or written',
    },
  )
}
