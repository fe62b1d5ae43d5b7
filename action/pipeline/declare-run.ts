import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { Diagnostic, Read } from '../base/diagnostic.ts'
import { sha256 } from '../base/sha256.ts'
import { chooseSnapshot } from '../data/choose-snapshot.ts'
import { readPinned } from '../data/pin-snapshot.ts'
import { checkRequirements } from '../project/check-requirements.ts'
import type { Contract } from '../project/contract.ts'
import { type DataLock, dataDigest } from '../project/data-lock.ts'
import type { ParamValue, Project } from '../project/project.ts'
import { type DataContracts, readContracts, readStageContracts, type StageContract } from '../project/read-contract.ts'
import { readProject } from '../project/read-project.ts'
import { type DeclaredKeys, declareKeys } from './declare-keys.ts'
import { openReads, type Reads } from './list-reads.ts'
import { describeSetup, type Setup, setupDigest } from './setup-environment.ts'

/** Everything that a run is declared to be made of, read from the project's files, with its keys. */
export interface DeclaredRun {
  readonly project: Project
  /** The columns of all tables, as features see them. */
  readonly contract: Contract
  readonly contracts: DataContracts
  /** The contracts on stages' outputs, by stage; no part of the run key. */
  readonly stageContracts: ReadonlyMap<string, StageContract>
  readonly lock: DataLock
  readonly dataDigest: string
  /** What was asked for instead of the snapshot that is pinned. */
  readonly askedData?: string
  /** Parameters that are other than plumbline.yaml says. */
  readonly askedParams?: Readonly<Record<string, ParamValue>>
  /** Only so many of the rows are used. */
  readonly sampleRows?: number
  readonly featureSql: string
  readonly requirements: string | null
  /** `environment.setup` and its lock files; null where there is none. */
  readonly setup: Setup | null
  readonly reads: ReadonlyMap<string, Readonly<Record<string, string>>>
  readonly keys: DeclaredKeys
}

/** What is asked for, other than the files say. */
export interface RunWishes {
  /** Another snapshot than the pinned one, as `resolveSnapshot()` takes it. */
  readonly data?: string
  /** `NAME=VALUE` of parameters. */
  readonly params?: readonly string[]
  readonly sampleRows?: number
}

/** Reads the project's files; diagnostics of all of them come back at once. */
export async function declareRun(folder: string, wishes: RunWishes = {}): Promise<Read<DeclaredRun>> {
  const { data: askedData, params = [], sampleRows } = wishes
  const read = await readProject(folder, params)
  if (!read.ok) return read
  const project = read.value
  const askedParams = params.length === 0 ? undefined : await changedParams(project)

  const contracts = await readContracts(project)
  const stageContracts = await readStageContracts(project)
  const lock = await chooseSnapshot(project, askedData)
  const pinned = askedData === undefined ? undefined : await readPinned(project)
  const sql = await readNamed(project, project.features.sql, ['stages', 'features'])
  if (!contracts.ok || !stageContracts.ok || !lock.ok || !sql.ok) {
    return {
      ok: false,
      diagnostics: [contracts, stageContracts, lock, sql].flatMap((part) => (part.ok ? [] : part.diagnostics)),
    }
  }

  const requirements = await readRequirements(project)
  const setup = await readSetup(project)
  if (!requirements.ok || !setup.ok) {
    return { ok: false, diagnostics: [requirements, setup].flatMap((part) => (part.ok ? [] : part.diagnostics)) }
  }
  const digests = new Set(
    Object.values(lock.value.lock.sections).flatMap((entries) => entries.map((entry) => entry.sha256)),
  )
  const reads = new Map<string, Reads>()
  const readsOf = openReads(project, digests)
  for (const stage of [...project.stages, ...project.hooks]) reads.set(stage.name, await readsOf(stage))

  const keys = declareKeys({
    project,
    contract: contracts.value.whole,
    dataDigest: lock.value.digest,
    until: lock.value.lock.until,
    featureSql: sql.value,
    requirements: requirements.value === null ? null : sha256(requirements.value),
    setup: setup.value && setupDigest(setup.value),
    reads,
    ...(sampleRows !== undefined && { sampleRows }),
  })
  return {
    ok: true,
    value: {
      project,
      contract: contracts.value.whole,
      contracts: contracts.value,
      stageContracts: stageContracts.value,
      lock: lock.value.lock,
      dataDigest: lock.value.digest,
      ...(askedParams && { askedParams }),
      ...(sampleRows !== undefined && { sampleRows }),
      ...(askedData !== undefined && !isSame(pinned, lock.value.digest) && { askedData }),
      featureSql: sql.value,
      requirements: requirements.value,
      setup: setup.value,
      reads,
      keys,
    },
  }
}

/** Those that the file has with another value; undefined where there is none. */
async function changedParams({ folder, params }: Project): Promise<Record<string, ParamValue> | undefined> {
  const read = await readProject(folder)
  if (!read.ok) return undefined
  const changed = Object.entries(params).filter(([name, value]) => read.value.params[name] !== value)
  return changed.length === 0 ? undefined : Object.fromEntries(changed)
}

/** Asked for by another name, the pinned snapshot is the pinned snapshot. */
function isSame(pinned: Read<DataLock> | undefined, digest: string): boolean {
  return pinned?.ok === true && dataDigest(pinned.value) === digest
}

async function readRequirements(project: Project): Promise<Read<string | null>> {
  const { python } = project.environment
  if (python === undefined) return { ok: true, value: null }
  const text = await readNamed(project, python, ['environment', 'python'])
  if (!text.ok) return text
  const diagnostics = checkRequirements(python, text.value)
  return diagnostics.length > 0 ? { ok: false, diagnostics } : text
}

async function readSetup(project: Project): Promise<Read<Setup | null>> {
  const setup = await describeSetup(project)
  if (!setup || setup.missing.length === 0) return { ok: true, value: setup }
  const remedy = `Write it, or correct environment.lock in ${project.file}.`
  return {
    ok: false,
    diagnostics: setup.missing.flatMap((path) => missing(project, path, 'no such file', remedy).diagnostics),
  }
}

async function readNamed(project: Project, path: string, key: readonly string[]): Promise<Read<string>> {
  const text = await readFile(join(project.folder, path), 'utf8').catch(() => undefined)
  if (text !== undefined) return { ok: true, value: text }
  return missing(project, path, 'no such file', `Write it, or correct ${key.join('.')} in ${project.file}.`)
}

function missing(
  project: Project,
  path: string,
  state: string,
  remedy: string,
): { ok: false; diagnostics: Diagnostic[] } {
  const message = `Cannot read "${path}": ${state}`
  return {
    ok: false,
    diagnostics: [{ code: 'project/missing-file', file: project.file, line: 1, column: 1, message, remedy }],
  }
}
