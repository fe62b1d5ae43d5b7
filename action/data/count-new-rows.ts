import type { Read } from '../base/diagnostic.ts'
import { millisecondsOf } from '../base/moments.ts'
import type { Contract } from '../project/contract.ts'
import { type DataLock, labelSection, type LockEntry } from '../project/data-lock.ts'
import type { Project } from '../project/project.ts'
import type { DataContracts } from '../project/read-contract.ts'
import { describeFiles } from './describe-files.ts'
import { diagnoseReadError } from './diagnose-read-error.ts'
import type { Engine } from './engine.ts'
import type { PinnedFile } from './fetch-snapshot.ts'
import { quoteName, quoteText } from './quote.ts'
import { typedRelation } from './read-source.ts'
import { openReading } from './reading-engine.ts'
import { declaredEncoding, type DescribedFile } from './source-file.ts'
import { openStore, type StoreWorld } from './stores/store.ts'
import type { Snapshot } from './take-snapshot.ts'

export interface NewRows {
  /** Labelled rows, each once, that the earlier snapshot does not hold. */
  readonly added: number
  /** Labelled rows, each once, that would be learned from and tested on. */
  readonly labelled: number
}

/** The files of one snapshot that say which rows there are and which of them have a label. */
export interface RowFiles {
  readonly features: readonly PinnedFile[]
  readonly labels: readonly PinnedFile[]
}

/**
 * Counts by content which labelled rows a snapshot holds and an earlier one does not: by the model's id, else by all values
 * of the row. Copies of rows, and files that were written anew or moved, hold nothing new. With `split.window` only rows
 * within it count. Without an earlier snapshot all rows are new. Faults: those of the store.
 */
export async function countNewRows(
  project: Project,
  contracts: DataContracts,
  now: Snapshot,
  before: DataLock | undefined,
  signal?: AbortSignal,
  world?: StoreWorld,
): Promise<Read<NewRows>> {
  const earlier = before ? await earlierFiles(project, before, now, signal, world) : { features: [], labels: [] }
  const sides: readonly RowFiles[] = [now.files, earlier]
  const files = sides.flatMap(({ features, labels }) => [...features, ...labels])
  await using engine = await openReading({ files }, signal)
  try {
    const since = windowStart(project, now.until)
    const tables = ['plumbline_now', 'plumbline_before'] as const
    for (const [place, side] of sides.entries()) {
      const features = await describeFiles(engine, side.features)
      if (!features.ok) return features
      const labels = await describeFiles(engine, side.labels)
      if (!labels.ok) return labels
      const rows = labelledRows(project, contracts, features.value, labels.value, since)
      await engine.run(`CREATE TEMP TABLE ${tables[place]} AS SELECT DISTINCT * FROM ${rows}`)
    }
    return { ok: true, value: await countDifference(engine) }
  } catch (error) {
    const diagnostic = diagnoseReadError(error, files)
    if (!diagnostic) throw error
    return { ok: false, diagnostics: [diagnostic] }
  }
}

async function countDifference(engine: Engine): Promise<NewRows> {
  const [all] = await engine.query<{ n: number }>('SELECT count(*) AS n FROM plumbline_now')
  const [added] = await engine.query<{ n: number }>(
    'SELECT count(*) AS n FROM (SELECT * FROM plumbline_now EXCEPT SELECT * FROM plumbline_before)',
  )
  return { added: added?.n ?? 0, labelled: all?.n ?? 0 }
}

/** SQL of what names each labelled row: its id, else all that it holds. */
function labelledRows(
  { model, data }: Project,
  { whole, tables }: DataContracts,
  features: readonly DescribedFile[],
  labels: readonly DescribedFile[],
  since: string | undefined,
): string {
  const [{ contract: main }] = tables
  const hasTarget = !data.labels && main.columns.some(({ name }) => name === model.target)
  const named = model.id === undefined ? main.columns.map(({ name }) => name) : [model.id]
  const conditions = [
    ...(model.id === undefined ? [] : [`${quoteName(model.id)} IS NOT NULL`]),
    ...(hasTarget ? [`${quoteName(model.target)} IS NOT NULL`] : []),
    ...(since !== undefined && model.time !== undefined
      ? [`${quoteName(model.time)} >= CAST(${quoteText(since)} AS TIMESTAMP)`]
      : []),
  ]
  const read = new Set([...named, ...(hasTarget ? [model.target] : []), ...(since && model.time ? [model.time] : [])])
  const rows = relation(features, only(main, [...read]))
  const key = named.map(quoteName).join(', ')
  const own = `SELECT ${key} FROM ${rows}${conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : ''}`
  if (!data.labels || model.id === undefined) return `(${own})`
  const labelled = relation(labels, only(whole, [model.id, model.target]))
  return `(${own} INTERSECT SELECT ${quoteName(model.id)} FROM ${labelled} WHERE ${quoteName(model.target)} IS NOT NULL)`
}

function only(contract: Contract, names: readonly string[]): Contract {
  return { ...contract, columns: contract.columns.filter(({ name }) => names.includes(name)) }
}

/** Without a file there is no row, but the columns are there. Files that lack a column have none of its values. */
function relation(files: readonly DescribedFile[], contract: Contract): string {
  if (files.length > 0) return typedRelation(files, contract)
  const columns = contract.columns.map(({ name }) => `NULL AS ${quoteName(name)}`)
  return `(SELECT ${columns.join(', ')} WHERE false)`
}

/** ISO 8601 without a zone; undefined where nothing is too old, or times only order. */
function windowStart({ split }: Project, until: string | null): string | undefined {
  if (split.windowMs === undefined || until === null) return undefined
  const endMs = millisecondsOf(until)
  if (endMs === undefined || Number.isNaN(endMs)) return undefined
  return new Date(endMs - split.windowMs).toISOString().slice(0, -1)
}

/** Files of an earlier snapshot. Most of them lie in the folder still, so that no store is asked for them. */
export async function earlierFiles(
  project: Project,
  lock: DataLock,
  now: Snapshot,
  signal: AbortSignal | undefined,
  world: StoreWorld | undefined,
): Promise<RowFiles> {
  await using store = openStore(project, world)
  const here = new Map([...now.files.features, ...now.files.labels].map((file) => [file.sha256, file.absolutePath]))
  const [first] = project.data.sources
  const filesOf = async (entries: readonly LockEntry[] = []) => {
    const found: PinnedFile[] = []
    for (const entry of entries) {
      const absolutePath = here.get(entry.sha256) ?? (await store.fetch(entry, signal))
      found.push({ ...entry, ...declaredEncoding(entry.path, project.data.encoding), absolutePath })
    }
    return found
  }
  return { features: await filesOf(lock.sections[first.name]), labels: await filesOf(lock.sections[labelSection]) }
}
