import type { Read } from '../base/diagnostic.ts'
import { type Progress, silent } from '../base/progress.ts'
import type { Contract } from '../project/contract.ts'
import { type DataLock, dataDigest, type LockEntry, sortEntries } from '../project/data-lock.ts'
import { packedFolder } from '../project/packed-folder.ts'
import type { Project } from '../project/project.ts'
import { compareSnapshots, type SnapshotChanges } from './compare-snapshots.ts'
import { spanOfMoments } from '../base/moments.ts'
import type { SnapshotFiles } from './fetch-snapshot.ts'
import { factsKey } from './file-facts.ts'
import { findOddities, type Oddity } from './find-oddities.ts'
import { type InspectedFiles, inspectFiles, type InspectOptions } from './inspect-files.ts'
import { type LeftOut, leaveOutOld } from './leave-out-old.ts'
import { findSections, namedSections, type SectionFiles } from './section-files.ts'

/** What the globs of plumbline.yaml find now, and how it differs from what was pinned. */
export interface Snapshot extends SnapshotChanges {
  readonly lock: DataLock
  readonly digest: string
  readonly files: SnapshotFiles
  /** All that the globs found, also what is left out, in the states that they were found in. */
  readonly found: SectionFiles
  /** Of the features. */
  readonly rows: number
  /** Oldest and newest event time, the newest as in the lock; null without a time column. */
  readonly since: string | null
  readonly until: string | null
  /** Files of the first source that lie there and are older than the split's window. */
  readonly leftOut: LeftOut
  readonly oddities: readonly Oddity[]
  /** Packs of the files are pinned instead of them. */
  readonly isPacked: boolean
}

export interface SnapshotOptions {
  readonly progress?: Progress
  /** Writes the files anew as typed Parquet, and pins that. */
  readonly isPacked?: boolean
  /** Makes no packs, and takes those that lie there where the previous lock pins packs. */
  readonly isCheck?: boolean
}

/**
 * Looks at the data files that are there and pins their bytes. Writes nothing but what it learns of them, below `.plumbline`.
 * Throws the faults of `findSourceFiles()`; a file that cannot be read is a diagnostic.
 */
export async function takeSnapshot(
  project: Project,
  contract: Contract | undefined,
  previous: DataLock | undefined,
  signal?: AbortSignal,
  { progress = silent, isPacked = false, isCheck = false }: SnapshotOptions = {},
): Promise<Read<Snapshot>> {
  const found = await findSections(project)
  const options = { progress, ...(previous && { previous }), ...(signal && { signal }) }
  if (isPacked) await refusePackedSources(project, found)
  const mayBePacked = isPacked || (isCheck && pinsPacks(previous))
  const inspected = await inspectFiles(project, contract, found, { ...options, isPartial: mayBePacked })
  if (!inspected.ok) return inspected

  const { leftOut, ...kept } = leaveOutOld(project, inspected.value)
  const plain = { files: kept.files, facts: inspected.value.facts }
  const packs = mayBePacked ? await packsOf(project, contract, plain, { ...options, isMade: isPacked }) : undefined
  if (packs?.ok === false) return packs
  const pinned = packs
    ? await inspectFiles(project, contract, packs.value, { ...options, isPartial: true })
    : { ok: true as const, value: plain }
  if (!pinned.ok) return pinned
  const { files, facts } = pinned.value
  const own = files.features.flatMap(({ sha256, path }) => facts.get(factsKey(sha256, path, true)) ?? [])
  const { time } = project.model
  const { since, until } = spanOfMoments(own.flatMap((one) => [one.since, one.until]))
  if (time !== undefined && until === null) return { ok: false, diagnostics: [noMoment(project, time, contract)] }

  const lock = lockOf(project, files, until)
  const digest = dataDigest(lock)
  const changes = compareSnapshots(project, previous, { lock, digest }, facts)
  const rows = own.reduce((sum, one) => sum + one.rows, 0)
  const oddities = findOddities({ project, previous, lock, facts, changes })
  return {
    ok: true,
    value: {
      lock,
      digest,
      files,
      found,
      isPacked: packs !== undefined,
      rows,
      since,
      until,
      leftOut,
      oddities,
      ...changes,
    },
  }
}

function pinsPacks(lock: DataLock | undefined): boolean {
  const entries = Object.values(lock?.sections ?? {}).flat()
  return entries.length > 0 && entries.every(({ path }) => path.startsWith(`${packedFolder}/`))
}

/** The packs of these files, which are made where they are not there yet and may be; undefined where they may not. */
async function packsOf(
  project: Project,
  contract: Contract | undefined,
  inspected: InspectedFiles,
  { isMade, ...options }: InspectOptions & { readonly isMade: boolean },
): Promise<Read<SectionFiles> | undefined> {
  const { findPacks, packFiles } = await import('./pack-files.ts')
  if (isMade) return await packFiles(project, contract, inspected, options)
  const found = await findPacks(project, contract, inspected)
  return found && { ok: true, value: found }
}

async function refusePackedSources(project: Project, found: SectionFiles): Promise<void> {
  const { refuseGlobsOfPacks } = await import('./refuse-globs-of-packs.ts')
  await refuseGlobsOfPacks(project, found)
}

function lockOf(project: Project, files: SnapshotFiles, until: string | null): DataLock {
  const entries = (pinned: SnapshotFiles['features']): readonly LockEntry[] =>
    sortEntries(pinned.map(({ sha256, bytes, path }) => ({ sha256, bytes, path })))
  const sections = namedSections(project, files).map(([section, pinned]) => [section, entries(pinned)] as const)
  return { version: 1, until, sections: Object.fromEntries(sections) }
}

function noMoment(project: Project, time: string, contract: Contract | undefined) {
  const type = contract?.columns.find(({ name }) => name === time)?.logicalType ?? 'timestamp'
  return {
    code: 'data/no-moment',
    file: project.file,
    line: 1,
    column: 1,
    message: `Cannot read "${time}": none of its values is a ${type}; expected one in each row`,
    remedy: 'Name another column at model.time, or mend its logicalType in the contract.',
  }
}
