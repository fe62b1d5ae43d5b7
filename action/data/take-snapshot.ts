import type { Diagnostic, Read } from '../base/diagnostic.ts'
import { nearestName } from '../base/nearest-name.ts'
import type { Contract, ContractColumn } from '../project/contract.ts'
import { type DataLock, dataDigest, type LockEntry, sortEntries } from '../project/data-lock.ts'
import type { Project } from '../project/project.ts'
import { describeSections } from './describe-files.ts'
import { diagnoseReadError } from './diagnose-read-error.ts'
import type { Engine } from './engine.ts'
import { countRows, type EventSpan, inferTimeType, isTimeType, measureSpan } from './event-time.ts'
import type { SnapshotFiles } from './fetch-snapshot.ts'
import { hashFiles } from './hash-files.ts'
import { keepSpan, readKnownSpan, spanKey } from './known-spans.ts'
import { mapInParallel } from './map-in-parallel.ts'
import { feedingColumn } from './read-source.ts'
import { openReading } from './reading-engine.ts'
import { allFiles, findSections, mapSections, namedSections, type SectionFiles } from './section-files.ts'
import type { DescribedFile, SourceFile } from './source-file.ts'
import { isLfsPointer } from './stores/git-store.ts'

export interface ChangedFile extends LockEntry {
  readonly section: string
}

/** What the globs of plumbline.yaml find now, and how it differs from what was pinned. */
export interface Snapshot {
  readonly lock: DataLock
  readonly digest: string
  readonly files: SnapshotFiles
  /** Of the features. */
  readonly rows: number
  /** Oldest and newest event time, as in the lock; null without a time column. */
  readonly since: string | null
  readonly until: string | null
  readonly added: readonly ChangedFile[]
  readonly removed: readonly ChangedFile[]
  readonly changed: readonly ChangedFile[]
}

/**
 * Looks at the data files that are there and pins their bytes. Writes nothing.
 * Throws the faults of `findSourceFiles()`; a file that cannot be read is a diagnostic.
 */
export async function takeSnapshot(
  project: Project,
  contract: Contract | undefined,
  previous: DataLock | undefined,
  signal?: AbortSignal,
): Promise<Read<Snapshot>> {
  const found = await findSections(project)
  const pointers = await lfsPointers(allFiles(found))
  if (pointers.length > 0) return { ok: false, diagnostics: pointers }

  const files = await pin(project, found, signal)
  const span = await knownOrMeasuredSpan(project, contract, files, signal)
  if (!span.ok) return span

  const lock = lockOf(project, files, span.value.until)
  return { ok: true, value: { lock, digest: dataDigest(lock), files, ...span.value, ...difference(previous, lock) } }
}

async function pin(project: Project, found: SectionFiles, signal?: AbortSignal): Promise<SnapshotFiles> {
  const hashed = await hashFiles(project.folder, allFiles(found), signal)
  const byPath = new Map(hashed.map((file) => [file.path, file]))
  return await mapSections(found, async (files) => files.flatMap(({ path }) => byPath.get(path) ?? []))
}

/** The same files under the same contract are not read again. */
async function knownOrMeasuredSpan(
  project: Project,
  contract: Contract | undefined,
  files: SnapshotFiles,
  signal?: AbortSignal,
): Promise<Read<EventSpan>> {
  const { time } = project.model
  const promised = contract?.columns.find(({ name }) => name === time)
  const key = spanKey(allFiles(files), promised, time)
  const known = await readKnownSpan(project.folder, key)
  if (known) return { ok: true, value: known }

  await using engine = await openReading({ files: allFiles(files) }, signal)
  const described = await describeSections(engine, files)
  if (!described.ok) return described
  const span = await spanOrDiagnostic(engine, project, contract, described.value.features)
  if (span.ok) await keepSpan(project.folder, key, span.value)
  return span
}

async function lfsPointers(files: readonly SourceFile[]): Promise<Diagnostic[]> {
  const flags = await mapInParallel(files, 16, ({ absolutePath, bytes }) =>
    bytes < 1024 ? isLfsPointer(absolutePath) : Promise.resolve(false),
  )
  return files
    .filter((_, index) => flags[index])
    .map(({ path }) => ({
      code: 'data/lfs-pointer',
      file: path,
      line: 1,
      column: 1,
      message: `Cannot pin "${path}": it is a Git LFS pointer; expected its bytes`,
      remedy: 'Run git lfs pull; in a workflow, give actions/checkout lfs: true.',
    }))
}

function lockOf(project: Project, files: SnapshotFiles, until: string | null): DataLock {
  const entries = (pinned: SnapshotFiles['features']): readonly LockEntry[] =>
    sortEntries(pinned.map(({ sha256, bytes, path }) => ({ sha256, bytes, path })))
  const sections = namedSections(project, files).map(([section, pinned]) => [section, entries(pinned)] as const)
  return { version: 1, until, sections: Object.fromEntries(sections) }
}

async function spanOrDiagnostic(
  engine: Engine,
  project: Project,
  contract: Contract | undefined,
  files: readonly DescribedFile[],
): Promise<Read<EventSpan>> {
  try {
    return await spanOf(engine, project, contract, files)
  } catch (error) {
    const diagnostic = diagnoseReadError(error, files)
    if (!diagnostic) throw error
    return { ok: false, diagnostics: [diagnostic] }
  }
}

async function spanOf(
  engine: Engine,
  project: Project,
  contract: Contract | undefined,
  files: readonly DescribedFile[],
): Promise<Read<EventSpan>> {
  const { time } = project.model
  if (time === undefined) return { ok: true, value: { rows: await countRows(engine, files), since: null, until: null } }

  const column = contract?.columns.find(({ name }) => name === time) ?? unknownColumn(time)
  const lacking = files.filter((file) => !feedingColumn(file, column))
  if (lacking.length > 0) return { ok: false, diagnostics: lacking.map((file) => lacksTime(file, time)) }

  const type = column.line > 0 ? column.logicalType : await inferTimeType(engine, files, column)
  if (!isTimeType(type)) return { ok: false, diagnostics: [noTimeType(contract?.file ?? '', column)] }
  const span = await measureSpan(engine, files, contract ?? emptyContract, { ...column, logicalType: type })
  if (span.until === null) return { ok: false, diagnostics: [noMoment(project, time, type)] }
  return { ok: true, value: span }
}

const emptyContract: Contract = { file: '', id: '', version: '', columns: [], table: 'data', tableRules: [] }

/** Line 0: no contract says anything about it. */
function unknownColumn(name: string): ContractColumn {
  return { name, logicalType: 'timestamp', line: 0, aliases: [], rules: [] }
}

function lacksTime(file: DescribedFile, time: string): Diagnostic {
  const near = nearestName(
    time,
    file.columns.map(({ name }) => name),
  )
  return {
    code: 'data/no-time',
    file: file.path,
    line: 1,
    column: 1,
    message: `Cannot pin "${file.path}": it has no column "${time}"; expected the model's time`,
    remedy: near
      ? `It has "${near}": rename it, or add it to the aliases of "${time}" in the contract.`
      : 'Mend the file, or name another column at model.time.',
  }
}

function noTimeType(contractFile: string, column: ContractColumn): Diagnostic {
  return {
    code: 'data/time-type',
    file: contractFile,
    line: column.line,
    column: 1,
    message: `Cannot order rows by "${column.name}": it is a ${column.logicalType}; expected timestamp, date or integer`,
    remedy: 'Mend its logicalType, or name another column at model.time.',
  }
}

function noMoment(project: Project, time: string, type: string): Diagnostic {
  return {
    code: 'data/no-moment',
    file: project.file,
    line: 1,
    column: 1,
    message: `Cannot read "${time}": none of its values is a ${type}; expected one in each row`,
    remedy: 'Name another column at model.time, or mend its logicalType in the contract.',
  }
}

/** File by file, the same path in the same section. Without an earlier lock all files are added. */
function difference(previous: DataLock | undefined, lock: DataLock): Pick<Snapshot, 'added' | 'removed' | 'changed'> {
  const before = byPlace(previous)
  const now = byPlace(lock)
  const both = [...now].filter(([place]) => before.has(place))
  return {
    added: [...now].filter(([place]) => !before.has(place)).map(([, file]) => file),
    removed: [...before].filter(([place]) => !now.has(place)).map(([, file]) => file),
    changed: both.filter(([place, file]) => before.get(place)?.sha256 !== file.sha256).map(([, file]) => file),
  }
}

function byPlace(lock: DataLock | undefined): Map<string, ChangedFile> {
  const files = Object.entries(lock?.sections ?? {}).flatMap(([section, entries]) =>
    entries.map((entry) => [`${section}/${entry.path}`, { ...entry, section }] as const),
  )
  return new Map(files)
}
