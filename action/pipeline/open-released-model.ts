import { join } from 'node:path'

import type { Diagnostic, Read } from '../base/diagnostic.ts'
import { Fault } from '../base/fault.ts'
import type { Progress } from '../base/progress.ts'
import { sha256OfFile } from '../base/sha256.ts'
import type { SnapshotFiles } from '../data/fetch-snapshot.ts'
import { inEnvironment } from '../project/contract-environments.ts'
import type { Project } from '../project/project.ts'
import { type DataContracts, readContracts } from '../project/read-contract.ts'
import { readProject } from '../project/read-project.ts'
import { readTextFile } from '../project/read-text-file.ts'
import { runStage } from './run-stage.ts'
import { describeSetup } from './setup-environment.ts'
import { lazyEnvironment } from './stage-environment.ts'

export interface ReleasedFiles {
  readonly tag: string
  /** Absolute; as the release's `serve.tar.gz` holds them. */
  readonly folder: string
  readonly files: readonly string[]
  /** The fit, a file or a folder. */
  readonly model: string
}

/** A released model that can be asked, by its own SQL, code and environment. */
export interface ReleasedModel {
  readonly tag: string
  readonly project: Project
  readonly contracts: DataContracts
  /** Writes `features.parquet` in the folder, of every row of the files. */
  features(files: SnapshotFiles, folder: string): Promise<Read<string>>
  /** Asks `predict`; answers the file that it wrote. Throws the faults `stage/…`. */
  predict(featuresFile: string, folder: string): Promise<string>
}

export interface ReleasedWorld {
  readonly caller: Readonly<Record<string, string | undefined>>
  /** Where programs' logs go. */
  readonly logFolder: string
  readonly progress: Progress
  readonly signal: AbortSignal
}

/** Reads what a release says of itself. Throws `serving/cannot-serve` where it does not hold all that `predict` needs. */
export async function openReleasedModel(released: ReleasedFiles, world: ReleasedWorld): Promise<ReleasedModel> {
  const { tag, folder } = released
  const project = unlabelled(whole(tag, await readProject(folder)))
  const contracts = serving(whole(tag, await readContracts(project)), project)
  const predict = project.stages.find(({ name }) => name === 'predict')
  if (!predict) throw cannotServe(tag, 'it has no stage predict', 'Register the model anew.')
  const train = project.stages.find(({ name }) => name === 'train')
  const lacking = predict.needs.find((need) => need !== 'features' && need !== 'train')
  if (lacking !== undefined) {
    const remedy = 'Let train write all that predict needs into its model.'
    throw cannotServe(tag, `predict needs the outputs of "${lacking}", which no release holds`, remedy)
  }
  const { python } = project.environment
  const text = python === undefined ? undefined : await readTextFile(join(folder, python), python, '')
  const environment = lazyEnvironment({
    project,
    requirements: text === undefined ? null : whole(tag, text),
    setup: await describeSetup(project),
    logFile: join(world.logFolder, `${tag}-environment.log`),
    ...world,
  })
  const reads = await readsOf(released, project)
  const sql = whole(tag, await readTextFile(join(folder, project.features.sql), project.features.sql, ''))

  return {
    tag,
    project,
    contracts,
    async features(files, to) {
      const { computeFeatures } = await import('../data/compute-features.ts')
      const sqlFile = project.features.sql
      const made = await computeFeatures({ project, contracts, files, sql, sqlFile, folder: to }, world.signal)
      return made.ok ? { ok: true, value: join(to, 'features.parquet') } : made
    },
    async predict(featuresFile, to) {
      const inputs = { features: { features: featuresFile }, train: { model: released.model } }
      const needed = Object.fromEntries(Object.entries(inputs).filter(([need]) => predict.needs.includes(need)))
      const { outputs } = await runStage(
        {
          project,
          stage: predict,
          name: `predict ${versionOf(tag)}`,
          subject: `stage "predict" of ${tag}`,
          reads,
          inputs: needed,
          inFolders: new Set(Object.keys(train?.out ?? {}).length > 1 ? ['train'] : []),
          environment: await environment.environment(predict),
          caller: world.caller,
          logFile: join(world.logFolder, `${tag}.log`),
          progress: world.progress,
          signal: world.signal,
        },
        to,
      )
      return join(to, 'out', outputs['predictions'] ?? '')
    },
  }
}

/** Nobody knows a row's label when a model is asked. */
function unlabelled(project: Project): Project {
  return { ...project, data: { ...project.data, labels: { source: [], delayMs: 0 } } }
}

/** What the contract says of the rows that are asked, with the target, whose type tells how classes are written. */
function serving(contracts: DataContracts, { model }: Project): DataContracts {
  const [first, ...others] = contracts.tables
  const keep = (contract: (typeof first)['contract']) => {
    const there = inEnvironment(contract, 'serving', model.target)
    const target = contract.columns.filter(({ name }) => name === model.target)
    return { ...there, columns: [...there.columns, ...target.filter((one) => !there.columns.includes(one))] }
  }
  return {
    ...contracts,
    whole: keep(contracts.whole),
    tables: [
      { ...first, contract: keep(first.contract) },
      ...others.map((table) => ({ ...table, contract: inEnvironment(table.contract, 'serving', model.target) })),
    ],
  }
}

/** All that came with it, but what Plumbline reads itself. */
async function readsOf({ folder, files }: ReleasedFiles, project: Project): Promise<Record<string, string>> {
  const own = new Set([project.file, ...project.data.sources.map(({ contract }) => contract)])
  const reads: Record<string, string> = {}
  for (const path of files) if (!own.has(path)) reads[path] = await sha256OfFile(join(folder, path))
  return reads
}

function whole<Value>(tag: string, read: Read<Value>): Value {
  if (read.ok) return read.value
  throw cannotServe(tag, wordFirst(read.diagnostics), 'Register the model anew.')
}

function wordFirst([first]: readonly Diagnostic[]): string {
  return first ? `${first.file}:${first.line} ${first.message}` : 'its files cannot be read'
}

function cannotServe(tag: string, state: string, remedy: string): Fault {
  return new Fault('serving/cannot-serve', `Cannot serve "${tag}": ${state}; expected a release that answers alone`, {
    remedy,
  })
}

function versionOf(tag: string): string {
  return tag.replace(/-g[0-9a-f]{8}-d[0-9a-f]{8}$/, '')
}
