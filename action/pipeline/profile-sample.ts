import type { Read } from '../base/diagnostic.ts'
import { nearestName } from '../base/nearest-name.ts'
import { type ColumnToProfile, countProfile } from '../data/count-profile.ts'
import { diagnoseReadError } from '../data/diagnose-read-error.ts'
import { holdSample } from '../data/hold-columns.ts'
import { columnsOf, openSample, type Sample } from '../data/open-samples.ts'
import { typedRelation } from '../data/read-source.ts'
import type { Reader } from '../data/reading-engine.ts'
import type { SourceFile } from '../data/source-file.ts'
import { type Discretion, type Profile, stateProfile } from '../data/state-profile.ts'
import type { Contract, LogicalType } from '../project/contract.ts'
import { pairColumns } from './pair-columns.ts'

export interface ProfileAsked extends Discretion {
  /** What the columns are; without one the data says so. */
  readonly contract?: Contract | undefined
  /** The column that says when a row happened; the only one of times where it is left out. */
  readonly time: string | undefined
}

export interface SampleProfile extends Profile {
  /** The column that says when a row happened; null where none or several could. */
  readonly time: string | null
}

/** Reads files in a process of their own and says what is in them. */
export async function profileSample(
  files: readonly SourceFile[],
  asked: ProfileAsked,
  reader?: Reader,
): Promise<Read<SampleProfile>> {
  const opened = await openSample(files, reader)
  if (!opened.ok) return opened
  await using sample = opened.value
  try {
    const { contract } = asked
    const held = await holdSample(contract ? await typed(sample, contract) : sample, 'profile.parquet')
    const columns = contract ? declared(held, contract) : await found(held)
    const time = timeIn(columns, asked.time)
    if (!time.ok) return refuse(files, time)
    const counted = await countProfile(held, columns)
    // The process ends while what it counted is gone through.
    const ending = sample[Symbol.asyncDispose]()
    const profile = stateProfile(counted, asked)
    await ending
    return { ok: true, value: { ...profile, time: time.name } }
  } catch (error) {
    const diagnostic = diagnoseReadError(error, files)
    if (!diagnostic) throw error
    return { ok: false, diagnostics: [diagnostic] }
  }
}

/** The columns of the contract, under its names and of its types; a value that does not fit is missing. */
async function typed(sample: Sample, contract: Contract): Promise<Sample> {
  const relation = typedRelation(sample.files, contract)
  return { ...sample, relation, columns: await columnsOf(sample.engine, relation) }
}

function declared({ columns }: Sample, contract: Contract): ColumnToProfile[] {
  const types = new Map(contract.columns.map(({ name, logicalType }) => [name, logicalType]))
  return columns.map(({ name, type }) => ({ name, type, as: kinds[types.get(name) ?? 'string'] }))
}

const kinds: Readonly<Record<LogicalType, ColumnToProfile['as']>> = {
  string: 'text',
  boolean: 'text',
  integer: 'number',
  number: 'number',
  date: 'time',
  timestamp: 'time',
}

/** What the columns hold decides what they are, as it does for drift. */
async function found(sample: Sample): Promise<ColumnToProfile[]> {
  const read = new Map((await pairColumns(sample, sample)).map(({ name, as }) => [name, as]))
  return sample.columns.map(({ name, type, raw }): ColumnToProfile => {
    const as = read.get(name)
    if (raw === 'other') return { name, type, as: 'other' }
    if (as === 'number') return { name, type, as: 'number' }
    // A time of day is no moment.
    const isMoment = as === 'times move by themselves' && !/^TIME(?!STAMP)/.test(type)
    return { name, type, as: isMoment ? 'time' : 'text' }
  })
}

type FoundTime =
  | { readonly ok: true; readonly name: string | null }
  | { readonly ok: false; readonly state: string; readonly remedy: string }

function timeIn(columns: readonly ColumnToProfile[], wanted: string | undefined): FoundTime {
  const times = columns.flatMap(({ name, as }) => (as === 'time' ? [name] : []))
  if (wanted === undefined) return { ok: true, name: times.length === 1 ? (times[0] ?? null) : null }
  if (times.includes(wanted)) return { ok: true, name: wanted }
  const names = columns.map(({ name }) => name)
  const isThere = names.includes(wanted)
  const near = isThere ? undefined : nearestName(wanted, names)
  return {
    ok: false,
    state: isThere
      ? `"${wanted}" holds no times; expected dates or moments`
      : `no column is called "${wanted}"; expected one of the data's`,
    remedy:
      near !== undefined
        ? `Did you mean "${near}"?`
        : times.length > 0
          ? `Name one of ${times.join(', ')}, or leave --time out.`
          : 'Leave --time out: no column holds dates or moments.',
  }
}

function refuse(files: readonly SourceFile[], { state, remedy }: { state: string; remedy: string }): Read<never> {
  const place = { file: files[0]?.path ?? '', line: 1, column: 1 }
  return {
    ok: false,
    diagnostics: [{ code: 'profile/no-time', ...place, message: `Cannot profile by time: ${state}`, remedy }],
  }
}
